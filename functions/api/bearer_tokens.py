"""Make, list and revoke a listener's bearer tokens."""

from blendify.web.bearer_tokens import router
from blendify.web.router import handler as serve

handler = serve(router)
