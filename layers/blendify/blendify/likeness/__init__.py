"""How alike two listeners are, and whose taste is nearest."""
