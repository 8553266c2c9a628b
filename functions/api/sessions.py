"""Where a listener is logged in: list sessions, end one."""

from blendify.web.router import handler as serve
from blendify.web.sessions import router

handler = serve(router)
