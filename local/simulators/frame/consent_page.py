"""The pages a listener sees in the browser; every service asks in the same form, and takes the decision in one."""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from local.simulators.frame.accounts import ConsentRequest
from local.simulators.frame.service import Service

_HEADERS = {"cache-control": "no-store", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: #121212; color: #fff;
  font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 26rem; padding: 2rem; background: #1f1f1f; border-radius: 1rem }}
h1 {{ font-size: 1.4rem; margin-top: 0 }}
label, li {{ color: #b3b3b3 }}
input {{ width: 100%; box-sizing: border-box; margin: .3rem 0 1.2rem; padding: .7rem; border-radius: .4rem;
  border: 1px solid #727272; background: #121212; color: #fff; font: inherit }}
button {{ width: 100%; margin-top: .6rem; padding: .8rem; border: 0; border-radius: 2rem; font: inherit;
  font-weight: 700; background: #1ed760; cursor: pointer }}
button[value=deny] {{ background: none; color: #fff }}
[role=alert] {{ color: #ff8a80 }}
</style>
</head>
<body><main>{content}</main></body>
</html>
"""

_QUESTION = """<h1>{client} asks to</h1>
<ul>{permissions}</ul>
{warning}<form method="post" action="{action}">
<input type="hidden" name="request" value="{request}">
<label for="listener">You are</label>
<input id="listener" name="listener" value="{listener}" maxlength="64" autocomplete="off">
<button name="decision" value="allow">Agree</button>
<button name="decision" value="deny">Cancel</button>
</form>
"""


def question(service: Service, request: ConsentRequest, listener: str) -> Response:
    """Ask the listener; the form offers a name, and posts the decision to the service's `decision_path`."""
    return _page(service, service.accounts.ask(request), request, listener)


def dead_end(message: str) -> Response:
    """A refusal that must not be sent to the redirect URI, as that is not known to be the application's."""
    content = f'<h1 role="alert">{escape(message)}</h1>'
    return HTMLResponse(_PAGE.format(title="Error", content=content), 400, headers=_HEADERS)


async def decide(service: Service, request: Request) -> Response:
    """Takes from the form only who decided what; what was asked for is what the consent page was made for."""
    fields = await form(request) or {}
    identity, name = fields.get("request", ""), fields.get("listener", "")
    pending = service.accounts.pending(identity)
    if pending is None:
        return dead_end("This request is unknown, already decided, or too old.")
    decision = fields.get("decision")
    if decision not in {"allow", "deny"}:
        return dead_end("The decision must be allow or deny.")
    if decision == "allow" and not service.listeners.exists(name):
        return _page(service, identity, pending, name, f"There is no listener named {name!r} here.")
    service.accounts.decided(identity)
    return redirect(pending.denied if decision == "deny" else pending.allowed(service.listeners[name].name))


def redirect(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"cache-control": "no-store"})


def with_query(address: str, parameters: Mapping[str, str]) -> str:
    """The address with parameters behind its own query."""
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(parameters)}" if parameters else address


async def form(request: Request) -> dict[str, str] | None:
    """The fields of a posted form; None if it is none, or names a field twice."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return None
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else None


def _page(service: Service, identity: str, request: ConsentRequest, listener: str, warning: str = "") -> Response:
    content = _QUESTION.format(
        client=escape(request.client),
        permissions="\n".join(f"<li>{escape(permission)}</li>" for permission in request.permissions),
        warning=f'<p role="alert">{escape(warning)}</p>\n' if warning else "",
        action=escape(service.decision_path),
        request=escape(identity),
        listener=escape(listener),
    )
    page = _PAGE.format(title=f"Authorize {escape(request.client)}", content=content)
    return HTMLResponse(page, 400 if warning else 200, headers=_HEADERS)
