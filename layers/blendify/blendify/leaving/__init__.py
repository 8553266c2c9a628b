"""Disconnecting a provider, and erasing what is stored of a listener."""
