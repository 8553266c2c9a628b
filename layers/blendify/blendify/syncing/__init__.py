"""A sync from its start to its end, and the dispatch that starts what is due."""
