"""What happens in the listener's browser: the stand-in for MusicKit JS, and the places that it posts to."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.apple_music.answers import refused, unauthorized
from local.simulators.apple_music.simulator import simulator_of
from local.simulators.previous.answers import Json, answer
from local.simulators.previous.forms import form

_SCRIPT = (Path(__file__).parent / "musickit.js").read_bytes()
_ANYWHERE = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "*",
}
"""The page that connects an account is of another origin."""


async def script(request: Request) -> Response:
    """
    The stand-in, told who is asked for first; the page that includes it finds `MusicKit` in its window.

    Source  https://js-cdn.music.apple.com/musickit/v3/docs/
    """
    listener = simulator_of(request).options.default_listener
    told = _SCRIPT.replace(b'"listener by default"', _quoted(listener))
    headers = {"content-type": "text/javascript; charset=utf-8", "cache-control": "no-store"}
    return Response(told, headers=headers)


async def authorize(request: Request) -> Response:
    """
    The listener's decision: form fields `listener`, `decision` (allow or deny), and `developer_token`.

    Answers {"music_user_token": str}; 401 without a developer token that holds, 403 for a denial.
    """
    simulator, fields = simulator_of(request), await form(request) or {}
    developer_token = fields.get("developer_token", "")
    if not simulator.developer_tokens.accepts(developer_token, request.headers.get("origin")):
        return _to_anywhere(refused(unauthorized()))
    name = fields.get("listener", "")
    match fields.get("decision"):
        case "deny":
            return _told({"error": "AUTHORIZATION_ERROR"}, 403)
        case "allow" if simulator.listeners.exists(name):
            return _told({"music_user_token": simulator.accounts.issue(name, developer_token)})
        case "allow":
            return _told({"error": f"There is no listener named {name!r} here."}, 400)
        case _:
            return _told({"error": "The decision must be allow or deny."}, 400)


async def unauthorize(request: Request) -> Response:
    """Signing out in the browser ends the token everywhere: form field `music_user_token`."""
    fields = await form(request) or {}
    simulator_of(request).accounts.end(fields.get("music_user_token", ""))
    return _told({})


def preflight() -> Response:
    return Response(status_code=204, headers=_ANYWHERE)


def _told(value: Mapping[str, Json], status: int = 200) -> Response:
    return answer(value, status, _ANYWHERE)


def _to_anywhere(response: Response) -> Response:
    response.headers.update(_ANYWHERE)
    return response


def _quoted(text: str) -> bytes:
    """A string of JavaScript, also where the script would stand in a page."""
    return bytes(answer(text).body).replace(b"<", b"\\u003c")
