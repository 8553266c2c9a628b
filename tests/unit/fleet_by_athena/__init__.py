"""The daily sums over all listeners, by Athena."""
