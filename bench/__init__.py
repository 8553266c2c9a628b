"""`make bench`: the figures of the design, as counts and ratios."""
