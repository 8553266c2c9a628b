"""Serve the start page, the dashboard and the read API."""

from blendify.web.listener import router
from blendify.web.router import handler as serve

handler = serve(router)
