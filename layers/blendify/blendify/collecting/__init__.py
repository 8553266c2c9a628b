"""Collecting one data type of one sync, from the first page to the last fact."""
