"""What all Lambdas share; docs/contributing.md names the packages in the order in which they may import each other."""

import gc

# Python looks through all objects again and again while modules and AWS clients load thousands that stay: with its own
# limit of 700 new objects that is a tenth of a cold start.
gc.set_threshold(100_000)
