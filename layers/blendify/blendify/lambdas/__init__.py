"""The Lambda handlers: log keys, metrics and error logging."""
