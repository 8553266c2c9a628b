"""The state table: reads, conditional writes, keys. It knows nothing about music."""
