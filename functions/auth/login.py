"""Begin a login: send the listener to the provider's consent page."""

from blendify.web.login import app
from blendify.web.responses import handler as serve

handler = serve(app)
