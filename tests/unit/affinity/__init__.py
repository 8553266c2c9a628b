"""How much a listener cares: the formula, what feeds it, and what is stored of it."""
