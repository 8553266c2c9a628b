"""A sync from its start to its end, and the schedule that starts it."""
