"""Make, list and revoke a listener's bearer tokens."""

from blendify.web.bearer_tokens import app
from blendify.web.responses import handler as serve

handler = serve(app)
