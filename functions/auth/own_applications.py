"""Take a listener's own application, and log in with it."""

from blendify.web.own_applications import router
from blendify.web.router import handler as serve

handler = serve(router)
