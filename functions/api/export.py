"""Give a listener all that is kept of them, or start preparing it."""

from blendify.web.export import app
from blendify.web.responses import handler as serve

handler = serve(app)
