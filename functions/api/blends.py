"""Blends: making, joining, hearing and leaving them."""

from blendify.web.blends.routes import router
from blendify.web.router import handler as serve

handler = serve(router)
