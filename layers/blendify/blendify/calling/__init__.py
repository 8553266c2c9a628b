"""One HTTP call to a provider, and when it may be made."""
