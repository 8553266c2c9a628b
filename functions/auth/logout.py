"""End a session."""

from blendify.web.logout import router
from blendify.web.router import handler as serve

handler = serve(router)
