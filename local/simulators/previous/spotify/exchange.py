"""The accounts host as the application sees it: codes and refresh tokens for access tokens."""

from base64 import b64decode
from collections.abc import Mapping
from secrets import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.previous.forms import form
from local.simulators.previous.spotify.answers import answer
from local.simulators.previous.spotify.simulator import Simulator, simulator_of
from local.simulators.previous.spotify.tokens import OAuthError

_HEADERS = {"cache-control": "no-store"}


async def token(request: Request) -> Response:
    """`POST /api/token`."""
    simulator = simulator_of(request)
    if (fields := await form(request)) is None:
        return _refused(OAuthError("invalid_request", "The body must be a form that names each field once"))
    try:
        return answer(_granted(simulator, fields, request.headers.get("authorization")), headers=_HEADERS)
    except OAuthError as error:
        return _refused(error)


def _granted(simulator: Simulator, fields: Mapping[str, str], header: str | None) -> dict[str, str | int]:
    authenticated = _authenticate(simulator, fields, header)
    accounts = simulator.accounts
    match fields.get("grant_type"):
        case "authorization_code":
            secret = _required(fields, "code")
            redirect_uri: str | None = _required(fields, "redirect_uri")
        case "refresh_token":
            secret = _required(fields, "refresh_token")
            redirect_uri = None
        case None:
            raise OAuthError("invalid_request", "grant_type must be supplied")
        case _:
            raise OAuthError("unsupported_grant_type", "grant_type parameter is not supported")
    if not authenticated and accounts.needs_secret(secret):
        raise OAuthError("invalid_client", "Invalid client secret")
    if redirect_uri is None:
        return accounts.refresh(secret)
    verifier, client_id = fields.get("code_verifier"), simulator.options.client_id
    return accounts.redeem(secret, client_id, redirect_uri, verifier, public=not authenticated)


def _authenticate(simulator: Simulator, fields: Mapping[str, str], header: str | None) -> bool:
    """
    Whether the application proved its secret: in the header, or in the body, but not in both.

    An application that names only its id is let through for now, as one with PKCE may come without a secret.
    """
    options = simulator.options
    if header is not None:
        if "client_secret" in fields:
            raise OAuthError("invalid_request", "Only one way of client authentication may be used")
        identity, secret = _basic(header)
        if fields.get("client_id", identity) != identity:
            raise OAuthError("invalid_client", "Invalid client")
    else:
        identity, given = fields.get("client_id", ""), fields.get("client_secret")
        if given is None and identity == options.client_id:
            return False
        secret = given or ""
    if identity != options.client_id:
        raise OAuthError("invalid_client", "Invalid client")
    if not compare_digest(secret.encode(), options.client_secret.encode()):
        raise OAuthError("invalid_client", "Invalid client secret")
    return True


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        identity, colon, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:
        raise OAuthError("invalid_client", "Invalid client") from error
    if scheme.lower() != "basic" or not colon:
        raise OAuthError("invalid_client", "Invalid client")
    return identity, secret


def _required(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise OAuthError("invalid_request", f"{name} must be supplied")
    return fields[name]


def _refused(error: OAuthError) -> Response:
    return answer({"error": error.error, "error_description": error.description}, 400, _HEADERS)
