"""The pages a listener sees in the browser; every service asks in the same form, and takes the decision in one."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from secrets import token_urlsafe
from string import Template
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from local.simulators.frame.accounts import Grant
from local.simulators.frame.service import AccountPage, Service

SECONDS_TO_DECIDE = 600
_HEADERS = {"cache-control": "no-store", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}

_PAGE, _QUESTION = (
    Template((Path(__file__).parent / name).read_text("utf-8")) for name in ("page.html", "consent.html")
)


def question(service: Service, permissions: Sequence[str], denied: str, allowed: Callable[[str], str]) -> Response:
    """
    Ask the listener for these permissions; the form posts the decision to the page `DECISION`.

    denied   where the browser is sent if the listener refuses
    allowed  where it is sent if the listener of a name agrees
    """
    identity, about = token_urlsafe(24), {"permissions": permissions, "denied": denied, "allowed": allowed}
    # What was asked for stays here; the id is all that travels through the listener's browser.
    service.accounts.grants[identity] = asked = Grant("request", "", service.clock() + SECONDS_TO_DECIDE, about=about)
    return _page(service, identity, asked, service.options.default_listener)


def dead_end(message: str) -> Response:
    """A refusal that must not be sent to the redirect URI, as that is not known to be the application's."""
    content = f'<h1 role="alert">{escape(message)}</h1>'
    return HTMLResponse(_PAGE.substitute(title="Error", content=content), 400, headers=_HEADERS)


async def decide(service: Service, request: Request) -> Response:
    """Takes from the form only who decided what; what was asked for is what the consent page was made for."""
    fields = await form(request) or {}
    identity, name = fields.get("request", ""), fields.get("listener", "")
    if (asked := service.accounts.living(identity, "request")) is None:
        return dead_end("This request is unknown, already decided, or too old.")
    decision = fields.get("decision")
    if decision not in {"allow", "deny"}:
        return dead_end("The decision must be allow or deny.")
    if decision == "allow" and not service.is_name(name):
        return _page(service, identity, asked, name, f"There is no listener named {name!r} here.")
    asked.uses = 0
    return redirect(
        asked.about["denied"] if decision == "deny" else asked.about["allowed"](service.listeners[name].name)
    )


DECISION = AccountPage("/_simulator/decision", ("POST",), decide)
"""One of a service's `account_pages` if it asks its listeners on a consent page."""


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


def _page(service: Service, identity: str, asked: Grant, listener: str, warning: str = "") -> Response:
    client = escape(service.options.client_id)
    content = _QUESTION.substitute(
        client=client,
        permissions="\n".join(f"<li>{escape(permission)}</li>" for permission in asked.about["permissions"]),
        warning=f'<p role="alert">{escape(warning)}</p>\n' if warning else "",
        action=DECISION.path,
        request=escape(identity),
        listener=escape(listener),
    )
    page = _PAGE.substitute(title=f"Authorize {client}", content=content)
    return HTMLResponse(page, 400 if warning else 200, headers=_HEADERS)
