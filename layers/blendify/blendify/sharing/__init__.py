"""What listeners let others know of their taste, and whom."""
