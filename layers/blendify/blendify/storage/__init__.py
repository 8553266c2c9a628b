"""What is kept: the append-only history, and the accounts table with everything that changes."""
