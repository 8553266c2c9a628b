"""
HTTP for the functions behind API Gateway: routing by Powertools, and what every answer of ours has in common.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.shared.cookies import Cookie, SameSite
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.access import bearer_tokens, sessions
from blendify.core.settings import settings
from blendify.core.telemetry import logger
from blendify.providers import PROVIDERS
from blendify.providers.consent import ClientSideConsent
from blendify.providers.provider import Provider
from blendify.web import pages

__all__ = ["Response"]

HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
App = APIGatewayRestResolver
Route = Callable[..., Response[str]]
Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def application() -> App:
    """A router whose unknown paths and failures end in an answer of ours: JSON for the API, else a page."""
    app = APIGatewayRestResolver()

    @app.not_found
    def not_found(_error: NotFoundError) -> Response[str]:
        return refusal(app, 404, "not_found", "There is nothing at this address.")

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(_error: Exception) -> Response[str]:
        logger.exception("The request could not be answered")
        return refusal(
            app,
            500,
            "internal_error",
            "Something went wrong on our side. Nothing was lost; please try again.",
        )

    return app


def handler(app: App) -> Handler:
    """The Lambda around a router; the event, which holds cookies and codes, is never logged."""

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        logger.structure_logs(append=False)
        answer: dict[str, Any] = app.resolve(event, context)
        headers = answer.setdefault("multiValueHeaders", {})
        for name, value in _COMMON_HEADERS.items():
            headers.setdefault(name, [value])
        return answer

    return handle


_COMMON_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


def page(status: int, name: str, **values: Any) -> Response[str]:
    """One of our pages; its own style and script run by a nonce, nothing else does."""
    nonce = secrets.token_urlsafe(16)
    body = pages.render(name, nonce=nonce, **values)
    return Response(status, HTML, body, headers={"Content-Security-Policy": _policy(nonce)})


def consent_page(app: App, provider: Provider, consent: ClientSideConsent, state: str, kept: Cookie) -> Response[str]:
    """
    Where the provider's own script asks. Beside ours it alone runs, with what it loads from its own host.

    The page posts to this origin, and says so to it: without a referrer browsers would call its origin `null`.
    """
    nonce, scripts = secrets.token_urlsafe(16), urlsplit(consent.script_url)
    policy = _policy(nonce, f" {scripts.scheme}://{scripts.netloc}", " ".join(consent.allowed_origins))
    body = pages.render(
        "connect",
        nonce=nonce,
        root=root(app),
        provider=provider,
        consent=consent,
        state=state,
        known=listener(app) is not None,
    )
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return Response(200, HTML, body, headers=headers, cookies=[kept])


def _policy(nonce: str, scripts: str = "", connections: str = "'self'") -> str:
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'{scripts}; "
        f"connect-src {connections}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def answer(
    status: int, body: object, headers: Mapping[str, str] | None = None, cookies: list[Cookie] | None = None
) -> Response[str]:
    """An API answer; an unpaired surrogate, which answers of providers may hold and UTF-8 cannot, is escaped."""
    text = json.dumps(body, ensure_ascii=False)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        text = json.dumps(body)
    return Response(status, JSON, text, headers=dict(headers or {}), cookies=cookies)


def no_content() -> Response[str]:
    """204: it is done, and there is nothing to tell."""
    return Response(204, JSON, "")


def refusal(app: App, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response[str]:
    """An error as the caller reads it: JSON for the API, a page for people."""
    if app.current_event.path.startswith(("/me", "/erasures")):
        return answer(status, {"error": {"code": code, "message": message}}, headers)
    return message_page(app, status, message, "Go back to the start and try again.")


def message_page(app: App, status: int, title: str, text: str, retry: str | None = None) -> Response[str]:
    """A plain page that says what happened and what to do; `retry` is the provider to connect again."""
    return page(status, "message", root=root(app), title=title, text=text, retry=PROVIDERS.get(retry or ""))


def unknown_provider(app: App) -> Response[str]:
    """404 for a provider that the table does not have; the path is not repeated."""
    known = ", ".join(provider.title for provider in PROVIDERS.values())
    return message_page(app, 404, "We do not know this service", f"Blendify can connect: {known}.")


def see_other(location: str, cookies: list[Cookie] | None = None) -> Response[str]:
    """303: go on there with GET."""
    return Response(303, HTML, "", headers={"Location": location}, cookies=cookies)


def root(app: App) -> str:
    """The way from the page at this request's path to the API's root, relative, so that it holds behind any address."""
    return "../" * (app.current_event.path.strip("/").count("/")) or "./"


def cookie(name: str, value: str, seconds: int) -> Cookie:
    """A cookie that scripts cannot read and other sites cannot send, except along a link that the listener follows."""
    return Cookie(
        cookie_name(name),
        value,
        path="/",
        secure=settings().https,
        http_only=True,
        max_age=seconds,
        same_site=SameSite.LAX_MODE,
    )


def cookie_name(name: str) -> str:
    """`__Host-` ties a cookie to https and to this host alone; plain http, which is for loopback, cannot have it."""
    return f"__Host-{name}" if settings().https else name


def cookie_value(app: App, name: str) -> str:
    """What the browser sent for our cookie, or nothing."""
    wanted = cookie_name(name)
    for header in app.current_event.headers.get("cookie", "").split(";"):
        key, _, value = header.strip().partition("=")
        if key == wanted:
            return value
    return ""


def parameters(app: App) -> dict[str, list[str]]:
    """The query's parameters, each with all values that were given."""
    single = app.current_event.query_string_parameters or {}
    return {name: [value] for name, value in single.items()} | (
        app.current_event.multi_value_query_string_parameters or {}
    )


def listener(app: App) -> str | None:
    """
    The id of the user whose session or, where the API is read, whose bearer token the request carries; None without.

    A bearer token stands in place of the cookie: a request that has both is the token's
    """
    token = _bearer_token(app)
    if token is None:
        return sessions.user_id_of(cookie_value(app, "session"))
    return bearer_tokens.user_id_of(token) if app.current_event.http_method == "GET" else None


def owner(app: App) -> str | None:
    """The same for what a bearer token may not do: a session alone counts."""
    return sessions.user_id_of(cookie_value(app, "session")) if _bearer_token(app) is None else None


def unauthorized(app: App, *, session_only: bool = False) -> Response[str]:
    """The answer to who is not let in. It is the same for no, a forged and a revoked session or token."""
    if _bearer_token(app) is not None and (session_only or app.current_event.http_method != "GET"):
        text = "A bearer token can only read. This needs the session of the listener themselves."
        return refusal(app, 403, "session_needed", text)
    return refusal(app, 401, "unauthorized", "Connect an account first: this needs a session.")


def of_owner(app: App, unchanged: str) -> Callable[[Route], Route]:
    """
    A decorator that passes the session's user to a route which a bearer token may not have, nor another site's page.

    `unchanged` says to the latter that nothing has happened
    """

    def guard(route: Route) -> Route:
        @wraps(route)
        def guarded(**values: Any) -> Response[str]:
            if app.current_event.http_method != "GET" and cross_origin(app):
                return refusal(app, 403, "cross_origin", f"This request came from another site. {unchanged}")
            user_id = owner(app)
            return unauthorized(app, session_only=True) if user_id is None else route(user_id, **values)

        return guarded

    return guard


def _bearer_token(app: App) -> str | None:
    """What stands behind `Authorization: Bearer`; None where the API is not asked, or in another way."""
    if not app.current_event.path.startswith("/me"):
        return None
    scheme, _, token = app.current_event.headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def cross_origin(app: App) -> bool:
    """Whether another site's page made this request; for routes that change something."""
    headers = app.current_event.headers
    site = headers.get("sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    own = settings().public_url or f"https://{app.current_event.request_context.domain_name}"
    return origin is not None and urlsplit(origin)[:2] != urlsplit(own)[:2]
