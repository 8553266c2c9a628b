"""Keep and show what a listener lets others know."""

from blendify.web.router import handler as serve
from blendify.web.sharing.routes import router

handler = serve(router)
