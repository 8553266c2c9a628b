"""The rate limiter: one quota for all workers."""
