"""Telling a listener's own applications of changes, as they are recorded: signed events over https."""
