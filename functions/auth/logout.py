"""End a session."""

from blendify.web.logout import app
from blendify.web.responses import handler as serve

handler = serve(app)
