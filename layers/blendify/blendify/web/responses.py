"""Responses: JSON for the API, pages for people, redirects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.shared.cookies import Cookie

from blendify.core.settings import FORBID, own_applications
from blendify.providers import PROVIDERS
from blendify.providers.provider import Provider
from blendify.web import pages, request

__all__ = ["Response"]

HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"


def json_response(
    status: int, body: object, headers: Mapping[str, str] | None = None, cookies: list[Cookie] | None = None
) -> Response[str]:
    """
    A JSON body in UTF-8.

    Providers' raw responses may hold unpaired surrogates, which UTF-8 cannot encode: such a body is escaped to ASCII.
    """
    text = json.dumps(body, ensure_ascii=False)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        text = json.dumps(body)
    return Response(status, JSON, text, headers=dict(headers or {}), cookies=cookies)


def no_content(cookies: list[Cookie] | None = None) -> Response[str]:
    """204: done; there is no body."""
    return Response(204, JSON, "", cookies=cookies)


def error_response(
    router: APIGatewayRestResolver, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """An error: {"error": {"code", "message"}} for the API, a page for people."""
    if is_api(router):
        return json_response(status, {"error": {"code": code, "message": message}}, headers)
    return message_page(router, status, message, "Go back to the start page and try again.")


def is_api(router: APIGatewayRestResolver) -> bool:
    """Whether the request's path belongs to the API, which answers in JSON."""
    return bool(router.current_event.path.startswith(("/me", "/erasures")))


@dataclass(frozen=True)
class ContentSources:
    """What a page may load beside our own assets, as sources of a Content-Security-Policy."""

    scripts: str = ""
    connections: str = ""
    images: str = ""
    forms: str = ""
    """Where forms may lead, beside our own addresses."""


OWN_SOURCES = ContentSources()


def page(
    status: int,
    name: str,
    *,
    sources: ContentSources = OWN_SOURCES,
    headers: Mapping[str, str] | None = None,
    cookies: list[Cookie] | None = None,
    **values: Any,
) -> Response[str]:
    """The page `name`.html, rendered with `values`. Nothing that stands in a page itself runs or styles it."""
    body = pages.render(name, **values)
    policy = (
        f"default-src 'none'; style-src 'self'; script-src {_own_and(sources.scripts)}; "
        f"img-src {_own_and(sources.images)}; connect-src {_own_and(sources.connections)}; "
        f"form-action {_own_and(sources.forms)}; base-uri 'none'; frame-ancestors 'none'"
    )
    return Response(status, HTML, body, headers={"Content-Security-Policy": policy, **(headers or {})}, cookies=cookies)


def _own_and(sources: str) -> str:
    return f"'self' {sources}".strip()


def message_page(
    router: APIGatewayRestResolver,
    status: int,
    title: str,
    text: str,
    retry: str | None = None,
    headers: Mapping[str, str] | None = None,
    more: tuple[str, str] | None = None,
) -> Response[str]:
    """
    A plain page that says what happened and what to do; `retry` names the provider that its button connects.

    more    one more link: an address below our root, and its words
    """
    provider, root = PROVIDERS.get(retry or ""), relative_root(router)
    return page(status, "message", headers=headers, root=root, title=title, text=text, retry=provider, more=more)


def own_application(provider: Provider) -> tuple[str, str] | None:
    """The link to the page for an application of the listener's own; None where they cannot bring one."""
    if provider.registration is None or own_applications(provider.name) == FORBID:
        return None
    return f"applications/{provider.name}", f"Use an application of your own at {provider.title}"


def not_ahead_of_time(router: APIGatewayRestResolver) -> Response[str]:
    """
    503 for a browser that fetches a login's address before anybody has opened it, or asks for its head alone.

    Nothing was used up. The status keeps browsers from showing this page in place of the real one
    """
    return message_page(router, 503, "Not yet", "Open this page to go on with your login. Nothing has happened so far.")


def unknown_provider(router: APIGatewayRestResolver) -> Response[str]:
    """404 for a provider that we do not have. The answer does not repeat the path."""
    if is_api(router):
        text = f"There is no such provider. It must be one of: {', '.join(PROVIDERS)}."
        return error_response(router, 404, "unknown_provider", text)
    titles = ", ".join(provider.title for provider in PROVIDERS.values())
    return message_page(router, 404, "We do not know this service", f"You can connect one of these: {titles}.")


def see_other(location: str, cookies: list[Cookie] | None = None) -> Response[str]:
    """303: the browser goes on to `location` with GET."""
    return Response(303, HTML, "", headers={"Location": location}, cookies=cookies)


def relative_root(router: APIGatewayRestResolver) -> str:
    """The relative path from the request's page to the API's root, so that links hold behind any address."""
    return "../" * (request.address(router).count("/") - 1) or "./"
