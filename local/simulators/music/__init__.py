"""The music that exists, the same for all simulators: recordings, and the names that things have."""
