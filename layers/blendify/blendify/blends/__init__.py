"""One playlist for several listeners who asked for it."""
