"""How much a listener cares for an artist or a song."""
