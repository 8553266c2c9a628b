"""The router of blends with all its routes: JSON, pages, invitations."""

from blendify.web.blends import api, invitations, pages

__all__ = ["invitations", "pages", "router"]

router = api.router
