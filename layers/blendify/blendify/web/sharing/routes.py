"""The router of what a listener lets others know: page and JSON."""

from blendify.web.router import new_router
from blendify.web.sharing import api, page

router = new_router()
api.add_to(router)
page.add_to(router)
