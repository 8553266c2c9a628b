"""Serve the listener's home page."""

from blendify.web.home import router
from blendify.web.router import handler as serve

handler = serve(router)
