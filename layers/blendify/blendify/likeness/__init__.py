"""How alike two listeners are, and what that comes from."""
