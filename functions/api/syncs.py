"""Start the sync that a listener asks for."""

from blendify.web.router import handler as serve
from blendify.web.syncs import router

handler = serve(router)
