"""Moments for plays of which a provider gives the order alone."""
