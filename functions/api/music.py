"""Serve what a listener has, had, and what became of it."""

from blendify.web.music import app
from blendify.web.responses import handler as serve

handler = serve(app)
