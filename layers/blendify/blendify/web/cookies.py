"""Our cookies: the session, for each login that is under way its secret, and the listener's own applications."""

from hashlib import sha256

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from blendify.core.settings import settings
from blendify.web import request

SESSION = "session"
MAX_VALUES = 8
"""How many values of one cookie are looked at: each costs a read."""
MAX_LOGINS = 8
"""Logins that one browser can have under way; cookies without end would make its requests too large."""


def set_cookie(name: str, value: str, seconds: int) -> Cookie:
    """
    A cookie for the whole API that lives for `seconds`.

    Scripts cannot read it. Other sites cannot send it, except when the listener follows a link from there.
    """
    return Cookie(
        cookie_name(name),
        value,
        path="/",
        secure=settings().https,
        http_only=True,
        max_age=seconds,
        same_site=SameSite.LAX_MODE,
    )


def delete_cookie(name: str) -> Cookie:
    """The cookie that makes the browser forget the one of this name."""
    return set_cookie(name, "", 0)


def cookie_name(name: str) -> str:
    """
    The cookie's full name.

    `__Host-` ties it to https and to this host alone. Plain http, which is for loopback, cannot have that prefix.
    """
    return f"__Host-{name}" if settings().https else name


def cookie_values(router: APIGatewayRestResolver, name: str) -> list[str]:
    """
    The values that the browser sent for our cookie.

    There may be several, in one line or in many, such as an old one beside the present one (RFC 6265, 5.4).
    """
    full = cookie_name(name)
    return list(dict.fromkeys(value for key, value in _sent(router) if key == full))[:MAX_VALUES]


def login_cookie(state: str) -> str:
    """The name of the cookie with the secret of this login: each login has its own, so that none replaces another."""
    return f"login-{sha256(state.encode(errors='backslashreplace')).hexdigest()[:16]}"


def application_cookie(provider: str) -> str:
    """The name of the cookie that says with whose own application this browser last connected the provider."""
    return f"application-{provider}"


def surplus_logins(router: APIGatewayRestResolver) -> list[str]:
    """The cookies of the oldest logins, which have to go when one more begins. Browsers send the oldest ones first."""
    prefix = cookie_name("")
    names = [key.removeprefix(prefix) for key, _ in _sent(router) if key.startswith(cookie_name("login-"))]
    return list(dict.fromkeys(names))[: -(MAX_LOGINS - 1)]


def _sent(router: APIGatewayRestResolver) -> list[tuple[str, str]]:
    """Names and values of all cookies that have a value; quotation marks around a value do not belong to it."""
    parts = [part.partition("=") for line in request.header_lines(router, "cookie") for part in line.split(";")]
    pairs = [(name.strip(), value.strip().strip('"')) for name, _, value in parts]
    return [(name, value) for name, value in pairs if value]
