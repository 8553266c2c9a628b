"""How much a listener cares for what, and who is like them: the API and the page of it."""
