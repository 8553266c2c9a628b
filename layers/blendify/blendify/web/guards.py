"""
Who may call a route: middlewares that run before it and end the request with 401 or 403.

A route behind `reader`, `session_user` or `form_user` gets the id of its user from `user_id`.
"""

from collections.abc import Callable
from contextvars import ContextVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from blendify.access import bearer_tokens, sessions
from blendify.web import responses
from blendify.web.cookies import SESSION, cookie_values
from blendify.web.request import cross_origin
from blendify.web.router import Router

Middleware = Callable[[Router, NextMiddleware], Response[str]]

_user_id: ContextVar[str] = ContextVar("user_id")


def reader(router: Router, next_middleware: NextMiddleware) -> Response[str]:
    """Lets a session pass and, for reading (GET), a bearer token."""
    user = reader_id(router)
    return unauthorized(router) if user is None else _as_user(user, router, next_middleware)


def session_user(router: Router, next_middleware: NextMiddleware) -> Response[str]:
    """Lets a session pass, and no bearer token."""
    user = _user_of_session(router) if _bearer_token(router) is None else None
    return unauthorized(router, session_only=True) if user is None else _as_user(user, router, next_middleware)


def form_user(router: Router, next_middleware: NextMiddleware) -> Response[str]:
    """Lets a session pass, for the forms of our pages; without one the browser goes to the start page."""
    user = _user_of_session(router)
    if user is None:
        return responses.see_other(responses.relative_root(router))
    return _as_user(user, router, next_middleware)


def same_origin(unchanged: str) -> Middleware:
    """
    A middleware that stops requests from other sites' pages, for routes that change something.

    unchanged   The sentence that tells the listener that nothing happened
    """

    def guard(router: Router, next_middleware: NextMiddleware) -> Response[str]:
        if not cross_origin(router):
            return next_middleware(router)
        if responses.is_api(router):
            text = f"This request came from another site. {unchanged}"
            return responses.error_response(router, 403, "cross_origin", text)
        return responses.message_page(router, 403, "This request came from another site", unchanged)

    return guard


def user_id() -> str:
    """The user whom the route's guard let pass."""
    return _user_id.get()


def _as_user(user: str, router: Router, next_middleware: NextMiddleware) -> Response[str]:
    # Not in the router's own context: requests in other threads share that.
    token = _user_id.set(user)
    try:
        return next_middleware(router)
    finally:
        _user_id.reset(token)


def reader_id(router: Router) -> str | None:
    """
    The id of the user whose session or, for reading (GET), whose bearer token the request carries; None without.

    A request with a bearer token is judged by the token alone, even when it also carries a cookie.
    """
    token = _bearer_token(router)
    if token is None:
        return _user_of_session(router)
    return bearer_tokens.user_id_of(token) if router.current_event.http_method == "GET" else None


def unauthorized(router: Router, *, session_only: bool = False) -> Response[str]:
    """
    401, the same for a missing, a forged and a revoked session, and the same for such a token.

    403 for a bearer token where only a session helps: it reads music and syncs, and changes nothing
    """
    token = _bearer_token(router)
    if token is not None and (session_only or router.current_event.http_method != "GET"):
        text = "A bearer token reads music and syncs alone. This request needs a session: log in with a browser."
        return responses.error_response(router, 403, "session_needed", text)
    if token is not None:
        text = "This token is not valid, or was revoked. Make another one on the account page."
        return responses.error_response(router, 401, "unauthorized", text)
    return responses.error_response(
        router, 401, "unauthorized", "You are not logged in. Connect a music account to log in."
    )


def _user_of_session(router: Router) -> str | None:
    """The user of the first valid session among those that the browser sent."""
    return next(filter(None, map(sessions.user_id_of, cookie_values(router, SESSION))), None)


def _bearer_token(router: Router) -> str | None:
    """The token behind `Authorization: Bearer`; None outside the API, without the header, or with another scheme."""
    if not router.current_event.path.startswith("/me"):
        return None
    scheme, _, token = router.current_event.headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
