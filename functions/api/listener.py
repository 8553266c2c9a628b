"""Serve the start page, the dashboard and the read API."""

from blendify.web.dashboard import app
from blendify.web.responses import handler as serve

handler = serve(app)
