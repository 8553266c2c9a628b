"""Suggest music to a listener, and keep what they dismiss."""

from blendify.web.recommendations import router
from blendify.web.router import handler as serve

handler = serve(router)
