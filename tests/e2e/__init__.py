"""Whole flows: the template as deployed, on the emulator, against the provider simulator."""
