"""Answers to questions about the music a listener has, now or at a past moment."""
