"""What a sync asks of its collectors, and how far each has come."""
