"""
The token endpoint of a provider's accounts host (RFC 6749, 3.2): code for tokens, refresh token for tokens.

Errors are flat, {"error", "error_description"}; only `invalid_grant` speaks of the grant, everything else that is not a
token set says nothing about it.
"""

import json
from collections.abc import Mapping
from datetime import timedelta

import requests

from blendify.access.applications import Application
from blendify.core import times
from blendify.core.errors import ApplicationBlocked, GrantRevoked, ProviderUnavailable
from blendify.core.http import read_body
from blendify.providers.consent import TokenResponse

TIMEOUT = (3, 10)
"""Seconds to connect and to answer; a listener may be waiting."""
LONGEST_LIFETIME = 24 * 3600


def ask(
    title: str, path: str, application: Application, form: Mapping[str, str], http: requests.Session
) -> TokenResponse:
    """
    The tokens that the endpoint at `path` gives for this form; `title` is the provider's, for messages.

    Raises  GrantRevoked when code or refresh token is refused; ProviderUnavailable; ApplicationBlocked
    """
    try:
        with http.post(
            application.accounts_url + path,
            data=form,
            auth=(application.client_id, application.client_secret),
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            text = read_body(answer)
    except requests.RequestException as error:
        # The chained exception of an HTTP library may print the request: only its class is kept.
        raise ProviderUnavailable(f"{title}'s token host did not answer ({type(error).__name__})") from None
    try:
        body = json.loads(text)
        if not isinstance(body, dict):
            body = {}
    except ValueError:
        body = {}
    if answer.status_code == 200 and isinstance(body.get("access_token"), str):
        return _tokens(body)
    if answer.status_code in (400, 401) and body.get("error") == "invalid_grant":
        raise GrantRevoked(f"{title} no longer accepts this grant")
    if answer.status_code in (400, 401) and body.get("error") in ("invalid_client", "unauthorized_client"):
        raise ApplicationBlocked(f"{title} does not accept this application's client id and secret")
    raise ProviderUnavailable(f"{title}'s token host did not give tokens (status {answer.status_code})")


def _tokens(body: Mapping[str, object]) -> TokenResponse:
    refresh_token = body.get("refresh_token")
    return TokenResponse(
        access_token=str(body["access_token"]),
        refresh_token=refresh_token if isinstance(refresh_token, str) and refresh_token else None,
        scopes=tuple(str(body.get("scope") or "").split()),
        expires_at=times.now() + timedelta(seconds=_seconds(body.get("expires_in"))),
    )


def _seconds(lifetime: object) -> float:
    """How long the access token lives; an hour when the answer does not say it in a way that can be believed."""
    believable = isinstance(lifetime, int | float) and 0 < lifetime <= LONGEST_LIFETIME
    return float(lifetime) if believable else 3600.0  # type: ignore[arg-type]
