"""Give a listener all that is kept of them, or start preparing it."""

from blendify.web.export import router
from blendify.web.router import handler as serve

handler = serve(router)
