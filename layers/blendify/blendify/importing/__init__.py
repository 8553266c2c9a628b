"""Past data that a listener brings: what is read of it, and what becomes of it."""
