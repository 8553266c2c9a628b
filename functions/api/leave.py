"""Let a listener disconnect, or erase what is kept of them."""

from blendify.web.leave import app
from blendify.web.responses import handler as serve

handler = serve(app)
