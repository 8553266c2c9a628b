"""End a login: store the connection, start the sync, send the listener to the dashboard."""

from blendify.web.callback import router
from blendify.web.router import handler as serve

handler = serve(router)
