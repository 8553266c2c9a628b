"""What is derived from the history: buckets that are computed whole, and can be deleted and made again at any time."""
