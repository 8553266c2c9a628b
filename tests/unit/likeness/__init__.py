"""How alike two listeners are: what holds for everybody, and what planted friends show."""
