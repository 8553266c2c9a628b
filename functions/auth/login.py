"""Begin a login: send the listener to the provider's consent page."""

from blendify.web.login import router
from blendify.web.router import handler as serve

handler = serve(router)
