"""Keep a listener's time zone."""

from blendify.web.router import handler as serve
from blendify.web.time_zone import router

handler = serve(router)
