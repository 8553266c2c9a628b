"""
What a request says, however it is spelled: its path, its headers, its site, and whether a person has asked for it.

Routes see one spelling of the path: without the base path of a custom domain and without slashes at its end. HEAD
reaches them as GET.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from blendify.core.settings import settings

Event = dict[str, Any]
Origin = tuple[str, str, int | None]
"""Scheme, host and port."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SPECULATION = ("sec-purpose", "purpose", "x-purpose", "x-moz")
"""The headers by which browsers say that they fetch a page before anybody has opened it, the present one first."""


def normalised(event: Mapping[str, Any]) -> Event:
    """
    The event as routes see it.

    `sent` keeps what is lost: the method, and the address below our root with its slashes, on which relative links
    depend. API Gateway leaves slashes at the end in `path`, in `requestContext.path`, or in both.
    """
    path = _below(settings().base_path, event["path"])
    if not path.startswith("/me/music/"):
        # Ids of records may contain percent signs of their own.
        path = unquote(path)
    bare = path.rstrip("/") or "/"
    browsers = (event.get("requestContext") or {}).get("path") or path
    slashes = max(_slashes_at_end(path), _slashes_at_end(browsers)) if bare != "/" else 0
    method = event["httpMethod"].upper()
    sent = {"method": method, "address": bare + slashes * "/"}
    return {**event, "path": bare, "httpMethod": "GET" if method == "HEAD" else method, "sent": sent}


def _below(base: str, path: str) -> str:
    """The path without the base path, under which API Gateway passes on the requests of a custom domain."""
    return path[len(base) :] or "/" if base and f"{path}/".startswith(f"{base}/") else path


def _slashes_at_end(path: str) -> int:
    return len(path) - len(path.rstrip("/"))


def address(router: APIGatewayRestResolver) -> str:
    """The path that the browser asked for, below our root; with slashes at its end if it has any."""
    return str(router.current_event["sent"]["address"])


def own_address(router: APIGatewayRestResolver) -> str:
    """Our root as the browser reaches us, absolute and without a slash at its end."""
    if settings().public_url:
        return settings().public_url
    context = router.current_event.request_context
    return f"https://{context.domain_name}/{context.stage}"


def is_head(router: APIGatewayRestResolver) -> bool:
    """Whether only the head of the response is asked for: such a request must not use anything up."""
    return bool(router.current_event["sent"]["method"] == "HEAD")


def header_lines(router: APIGatewayRestResolver, name: str) -> list[str]:
    """All lines of this header, in their order; `name` is in lower case."""
    event = router.current_event.raw_event
    many = event.get("multiValueHeaders") or {}
    lines = [line for key, values in many.items() if key.lower() == name for line in values or ()]
    return lines or [line for key, line in (event.get("headers") or {}).items() if key.lower() == name]


def is_speculative(router: APIGatewayRestResolver) -> bool:
    """Whether a browser fetches the page before anybody has opened it, and may fetch it again when somebody does."""
    values = " ".join(line.lower() for name in _SPECULATION for line in header_lines(router, name))
    return any(word in values for word in ("prefetch", "prerender", "preview"))


def cross_origin(router: APIGatewayRestResolver) -> bool:
    """Whether the request comes from a page of another site. Browsers of before 2023 only say so in `Origin`."""
    return _from_another_site(router, "origin")


def led_by_another_site(router: APIGatewayRestResolver) -> bool:
    """The same of a request that opens a page: it has no `Origin`, and at most the `Referer` of the page before."""
    return _from_another_site(router, "referer")


def _from_another_site(router: APIGatewayRestResolver, header: str) -> bool:
    if sites := header_lines(router, "sec-fetch-site"):
        return any(site.strip().lower() not in ("same-origin", "none") for site in sites)
    own = origin_of(settings().public_url or f"https://{router.current_event.request_context.domain_name}")
    return any(own is None or origin_of(line) != own for line in header_lines(router, header))


def origin_of(address: str) -> Origin | None:
    """
    The origin of an address, in one spelling; None when it has none, such as `null`.

    Source  https://html.spec.whatwg.org/multipage/browsers.html#concept-origin
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
        # Browsers send names in other scripts as ASCII.
        host = host if host is None or host.isascii() else host.encode("idna").decode()
    except ValueError:
        return None
    if not host or not parts.scheme:
        return None
    return parts.scheme, host, port or _DEFAULT_PORTS.get(parts.scheme)
