"""What all Lambdas share; docs/contributing.md names the packages in the order in which they may import each other."""

import gc

# Python looks through all objects again and again while modules and AWS clients load thousands that stay: with its own
# limit of 700 new objects that is a tenth of a cold start.
gc.set_threshold(100_000)

# Every function uses it. Frames of nested imports lie on Python's own stack, in chunks of 16 KB: where a hot call lies
# across the end of one, each call maps and unmaps a chunk. Six thousand times for a regular expression of urllib3, when
# boto3 was first imported deep within our modules: 45 of 235 ms. Here it is imported at one and the same small depth.
import boto3  # noqa: E402, F401
