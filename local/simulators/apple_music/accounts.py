"""
Music User Tokens: made in the listener's browser, never renewed, dead after half a year or when the listener says so.

The browser runs the stand-in for MusicKit JS, which posts to the places below.
"""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.frame.accounts import Accounts
from local.simulators.frame.consent_page import form
from local.simulators.frame.responses import Json, encoded, json_response
from local.simulators.frame.service import AccountPage
from local.simulators.frame.tables import Refusal

SCRIPT, AUTHORIZE, UNAUTHORIZE = "/musickit/v3/musickit.js", "/_simulator/authorize", "/_simulator/unauthorize"

_SCRIPT = (Path(__file__).parent / "musickit.js").read_bytes()
_ANYWHERE = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "*",
}
"""The page that connects an account is of another origin."""


class AppleMusicAccounts(Accounts):
    """
    Every user token ever made. They have no scopes; the account settings, or a new password, end all of a listener at
    once.
    """

    LASTING: ClassVar[frozenset[str]] = frozenset({"user token"})
    REVOKED: ClassVar[str] = "user token"

    def allow(self, listener: str, developer_token: str) -> str:
        """A new token, made with a developer token; older ones of the same listener go on living."""
        if developer_token not in self.secrets:
            self.secrets.append(developer_token)
        secret = f"0.{b64encode(token_bytes(160)).decode()}"
        return self.issue("user token", listener, self.options.user_token_seconds, secret)

    def sign_out(self, token: str) -> None:
        """End one token, as the browser does that signs out."""
        if (grant := self.find(token, "user token")) is not None:
            grant.until = 0


async def script(service: Any, request: Request) -> Response:
    """
    The stand-in with the name that it offers; the page that includes it finds `MusicKit` in its window.

    Source  https://js-cdn.music.apple.com/musickit/v3/docs/
    """
    # No tag may end in it, as the script could stand in a page.
    name = encoded(service.options.default_listener).replace(b"<", b"\\u003c")
    headers = {"content-type": "text/javascript; charset=utf-8", "cache-control": "no-store"}
    return Response(_SCRIPT.replace(b'"listener by default"', name), headers=headers)


async def authorize(service: Any, request: Request) -> Response:
    """
    The listener's decision: form fields `listener`, `decision` (allow or deny), and `developer_token`. A program that
    has no browser may post it, too.

    Answers {"music_user_token": str}; 401 without a developer token that holds, 403 for a denial.
    """
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_ANYWHERE)
    fields = await form(request) or {}
    developer_token, name = fields.get("developer_token", ""), fields.get("listener", "")
    if not service.developer_tokens.accepts(developer_token, request.headers.get("origin")):
        refused: Response = service.refuse(Refusal("unauthorized"), _ANYWHERE)
        return refused
    match fields.get("decision"):
        case "deny":
            return _json({"error": "AUTHORIZATION_ERROR"}, 403)
        case "allow" if service.is_name(name):
            return _json({"music_user_token": service.accounts.allow(name, developer_token)})
        case "allow":
            return _json({"error": f"There is no listener named {name!r} here."}, 400)
        case _:
            return _json({"error": "The decision must be allow or deny."}, 400)


async def unauthorize(service: Any, request: Request) -> Response:
    """Signing out in the browser ends the token everywhere: form field `music_user_token`."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_ANYWHERE)
    service.accounts.sign_out((await form(request) or {}).get("music_user_token", ""))
    return _json({})


def _json(value: Mapping[str, Json], status: int = 200) -> Response:
    return json_response(value, status, _ANYWHERE)


PAGES = (
    AccountPage(SCRIPT, ("GET",), script),
    AccountPage(AUTHORIZE, ("POST", "OPTIONS"), authorize),
    AccountPage(UNAUTHORIZE, ("POST", "OPTIONS"), unauthorize),
)
