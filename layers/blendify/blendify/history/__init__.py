"""The append-only history, and what each list holds according to it."""
