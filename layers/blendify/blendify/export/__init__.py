"""A listener's whole history as one zip: what stands in it, and how it is written piece by piece."""
