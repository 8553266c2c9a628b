"""Our cookies: the session and the secret of a login that is under way."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from blendify.core.settings import settings

SESSION, LOGIN = "session", "login"


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


def cookie_value(router: APIGatewayRestResolver, name: str) -> str:
    """The value that the browser sent for our cookie; empty without one."""
    wanted = cookie_name(name)
    for header in router.current_event.headers.get("cookie", "").split(";"):
        key, _, value = header.strip().partition("=")
        if key == wanted:
            return value
    return ""
