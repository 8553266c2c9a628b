"""Take what a listener brings: where to upload it, how far it is, what came of it, and taking it back."""

from blendify.web import import_pages
from blendify.web.router import handler as serve

handler = serve(import_pages.router)
