"""The router of the taste views: pages and JSON."""

from blendify.web.router import new_router
from blendify.web.taste import api, pages

router = new_router()
api.add_to(router)
pages.add_to(router)
