"""Serve what a listener has, had, and what became of it."""

from blendify.web.music import router
from blendify.web.router import handler as serve

handler = serve(router)
