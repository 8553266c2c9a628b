"""The frame of pages that a logged-in listener sees: who asks, at which address, and with which policy."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.shared.cookies import Cookie

from blendify.web import request, responses
from blendify.web.guards import reader_id
from blendify.web.responses import OWN_SOURCES, ContentSources, Response
from blendify.web.router import Router

FORMS = {"Referrer-Policy": "same-origin"}
"""Without a referrer browsers send `Origin: null` with forms, which older ones have nothing else to be judged by."""


def of_a_listener(router: Router, show: Callable[[Router, str], Response[str]]) -> Response[str]:
    """
    The page that `show` makes of the router and the user's id; 303 to the start page without a session.

    303 to the page's address without the slashes at its end, where its links and forms would miss
    """
    user = reader_id(router)
    root = responses.relative_root(router)
    if user is None:
        return responses.see_other(root)
    address = request.address(router)
    if address != address.rstrip("/"):
        return responses.see_other(root + address.strip("/"))
    return show(router, user)


def page(
    router: Router,
    here: str | None,
    name: str,
    *,
    status: int = 200,
    sources: ContentSources = OWN_SOURCES,
    cookies: list[Cookie] | None = None,
    **values: Any,
) -> Response[str]:
    """The page `name` of the navigation's entry `here`, which nobody has who is not logged in; it may hold forms."""
    root = responses.relative_root(router)
    return responses.page(status, name, sources=sources, headers=FORMS, cookies=cookies, root=root, here=here, **values)
