"""End a login: store the connection, start the sync, send the listener to the dashboard."""

from blendify.web.callback import app
from blendify.web.responses import handler as serve

handler = serve(app)
