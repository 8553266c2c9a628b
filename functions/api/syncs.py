"""Start the sync that a listener asks for."""

from blendify.web.responses import handler as serve
from blendify.web.syncs import app

handler = serve(app)
