"""How often a call is tried before it has failed."""

TRIES = 4
