"""Sums over all listeners who agreed to be counted, once a day."""
