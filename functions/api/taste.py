"""Show listeners their taste."""

from blendify.web.router import handler as serve
from blendify.web.taste.routes import router

handler = serve(router)
