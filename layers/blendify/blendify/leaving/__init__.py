"""Disconnecting a provider, and erasing what we store about a listener."""
