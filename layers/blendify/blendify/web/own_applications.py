"""
Applications that listeners bring: the page that says how to register one, and /me/applications/{provider}.

Somebody without an account here brings theirs on the same page: it goes with the login that begins there, and is stored
when that login has succeeded.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from blendify.access import brought_applications, connections, dropped_applications
from blendify.access.applications import of_brought, settings_of
from blendify.access.brought_applications import MAX_SECRET_BYTES
from blendify.access.connections import NotConnected
from blendify.access.oauth_states import Origin
from blendify.access.users import UserGone
from blendify.core.settings import FORBID, own_applications
from blendify.providers import PROVIDERS
from blendify.providers.application import ApplicationMissing, BroughtApplication
from blendify.providers.provider import Provider
from blendify.web import guards, responses
from blendify.web.begin_login import to_consent
from blendify.web.guards import same_origin, session_user, user_id
from blendify.web.json_body import json_object
from blendify.web.listener_pages import FORMS
from blendify.web.parameters import form_field
from blendify.web.responses import ContentSources, Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("Nothing was changed.")

MAX_BODY_CHARACTERS = 8_192
MAX_ID_CHARACTERS = 200
BAD = (
    "client_id is a text of 1 to {} characters without blanks, client_secret one of 1 to {} bytes, as the provider "
    "shows them."
).format(MAX_ID_CHARACTERS, f"{MAX_SECRET_BYTES:,}")


@dataclass(frozen=True)
class Credentials:
    """What a listener gave."""

    client_id: str
    client_secret: str = field(repr=False)


@router.get("/applications/<name>")
def walkthrough(name: str) -> Response[str]:
    """The page that says what to register, and takes client id and secret; for listeners and for strangers."""
    provider = _offered(name)
    return _page(provider) if provider else _not_here(name)


@router.post("/applications/<name>", middlewares=[_same_origin])
def brought_by_form(name: str) -> Response[str]:
    """
    A login with the application in the form begins: as GET /auth/{provider}/login. Of a listener it is stored at once.

    400 with the page again for what cannot be a client id and secret
    """
    provider = _offered(name)
    if provider is None:
        return _not_here(name)
    given = _usable(form_field(router, "client_id"), form_field(router, "client_secret"))
    if given is None:
        return _page(provider, BAD)
    if problem := _problem(provider, given):
        return _page(provider, problem)
    user = guards.reader_id(router)
    brought = _bring(user, provider.name, given)
    return to_consent(router, provider, of_brought(brought), Origin(user))


@router.get("/me/applications/<name>", middlewares=[session_user])
def show(name: str) -> Response[str]:
    """The listener's own application without its secret; 404 when they brought none."""
    if name not in PROVIDERS:
        return responses.unknown_provider(router)
    brought = brought_applications.current(user_id(), name)
    if brought is None:
        return responses.error_response(router, 404, "not_found", "You have brought no application for this provider.")
    return responses.json_response(200, _view(user_id(), brought))


@router.put("/me/applications/<name>", middlewares=[_same_origin, session_user])
def bring(name: str) -> Response[str]:
    """
    200 with the application, whose secret is never shown again. The next login uses it.

    Body    {"client_id", "client_secret"}
    """
    provider = PROVIDERS.get(name)
    if provider is None or provider.registration is None:
        text = f"Applications can be brought for: {', '.join(filter(_can_be_brought, PROVIDERS))}."
        return responses.error_response(router, 404, "unknown_provider", text)
    if own_applications(name) == FORBID:
        text = f"The operator of this Blendify allows no applications of listeners at {provider.title}."
        return responses.error_response(router, 403, "forbidden", text)
    given = _in_body(router.current_event.decoded_body)
    if given is None:
        text = f'The body must be JSON like {{"client_id": "…", "client_secret": "…"}}: {BAD}'
        return responses.error_response(router, 400, "bad_request", text)
    if problem := _problem(provider, given):
        return responses.error_response(router, 400, "bad_request", problem)
    try:
        return responses.json_response(200, _view(user_id(), _bring(user_id(), name, given)))
    except UserGone:
        return guards.unauthorized(router)


def _problem(provider: Provider, given: Credentials) -> str | None:
    """What is wrong with their form; nothing is stored that no login could use."""
    return provider.registration.problem(given.client_id, given.client_secret) if provider.registration else None


def _bring(user: str | None, provider: str, given: Credentials) -> BroughtApplication:
    """The application, stored if there is a user. It takes the place of one that has the same client id."""
    present = brought_applications.all_brought(user, provider) if user else iter(())
    name = next((each.name for each in present if each.client_id == given.client_id), None)
    brought = brought_applications.bring(provider, given.client_id, given.client_secret, name)
    if user:
        brought_applications.store(user, brought)
        dropped_applications.drop(user, provider, keep=(brought.name, _in_use(user, provider)))
    return brought


def _in_use(user: str, provider: str) -> str:
    """The name of the application to which the present grant was given; empty without one."""
    try:
        return connections.connection(user, provider).application
    except NotConnected:
        return ""


def _view(user: str, brought: BroughtApplication) -> dict[str, object]:
    return {
        "provider": brought.provider,
        "client_id": brought.client_id,
        "created_at": brought.created_at,
        "connected": _in_use(user, brought.provider) == brought.name,
        "redirect_uri": _redirect_uri(brought.provider),
    }


def _page(provider: Provider, problem: str = "") -> Response[str]:
    public = settings_of(provider.name)
    user = guards.reader_id(router)
    # Chromium holds the redirect to the provider against the page's policy for forms.
    forms = "" if provider.access.client_side else _origin(public["accounts_url"])
    return responses.page(
        400 if problem else 200,
        "own_application",
        sources=ContentSources(forms=forms),
        headers=FORMS,
        root=responses.relative_root(router),
        here="account" if user else None,
        provider=provider,
        registration=provider.registration,
        redirect_uri=public["redirect_uri"],
        problem=problem,
        present=brought_applications.current(user, provider.name) if user else None,
    )


def _redirect_uri(provider: str) -> str | None:
    try:
        return str(settings_of(provider)["redirect_uri"])
    except ApplicationMissing:
        return None


def _offered(name: str) -> Provider | None:
    """The provider, where a listener may bring an application for it."""
    return PROVIDERS[name] if _can_be_brought(name) and own_applications(name) != FORBID else None


def _can_be_brought(name: str) -> bool:
    return name in PROVIDERS and PROVIDERS[name].registration is not None


def _not_here(name: str) -> Response[str]:
    if name not in PROVIDERS:
        return responses.unknown_provider(router)
    text = f"The operator of this Blendify has one application for all at {PROVIDERS[name].title}. Connect with it."
    return responses.message_page(router, 404, "Your own application is not needed here", text, retry=name)


def _in_body(body: str | None) -> Credentials | None:
    """What is in the body; None when it is not JSON of that shape."""
    given = json_object(body, MAX_BODY_CHARACTERS)
    if given is None or set(given) != {"client_id", "client_secret"}:
        return None
    values = [value.strip() if isinstance(value, str) else "" for value in (given["client_id"], given["client_secret"])]
    return _usable(*values)


def _usable(client_id: str, client_secret: str) -> Credentials | None:
    """The two, where they can be a client id and a secret: ASCII, the secret perhaps in several lines, as a key is."""
    one_line = client_secret.replace("\r", "").replace("\n", "")
    if not (client_id.isascii() and client_id.isprintable() and " " not in client_id):
        return None
    if not (one_line.isascii() and one_line.isprintable() and 1 <= len(client_secret) <= MAX_SECRET_BYTES):
        return None
    return Credentials(client_id, client_secret) if 1 <= len(client_id) <= MAX_ID_CHARACTERS else None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
