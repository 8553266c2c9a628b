"""Moments for plays when a provider gives only their order."""
