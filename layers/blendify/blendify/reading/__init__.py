"""Answers to questions about a listener's music, now or at a past moment."""
