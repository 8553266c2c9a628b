"""Blends as pages and as JSON: making one, its invitation, its playlist for everybody in it."""
