"""Show how much a listener cares for what, and who is like them."""

from blendify.web.router import handler as serve
from blendify.web.similar.routes import router

handler = serve(router)
