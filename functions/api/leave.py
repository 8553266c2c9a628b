"""Let a listener disconnect, or erase what is kept of them."""

from blendify.web.leave import router
from blendify.web.router import handler as serve

handler = serve(router)
