"""Stand-ins for the music providers, for development and tests without an account or a network."""
