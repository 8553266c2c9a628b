"""Make, list, test and delete a listener's webhooks."""

from blendify.web.router import handler as serve
from blendify.web.webhooks import router

handler = serve(router)
