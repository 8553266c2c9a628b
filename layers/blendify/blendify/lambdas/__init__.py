"""What all Lambda handlers share: log keys, metrics, error logging."""
