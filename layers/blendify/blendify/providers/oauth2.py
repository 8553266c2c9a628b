"""
Access by authorization code with PKCE S256 (RFC 6749, 7636, 9700), carried by bearer tokens (RFC 6750).

The token endpoint (RFC 6749, 3.2) gives tokens for a code or for a refresh token. Its errors are flat, {"error",
"error_description"}; only `invalid_grant` speaks of the grant, every other answer without tokens says nothing about it.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import ClassVar
from urllib.parse import urlencode

import requests

from blendify.core import times
from blendify.core.errors import ApplicationBlocked, GrantRevoked, ProviderUnavailable
from blendify.core.http import read_body
from blendify.providers.application import Application
from blendify.providers.consent import TokenResponse

TIMEOUT = (3, 10)
"""Seconds to connect and to answer; a listener may be waiting."""
LONGEST_LIFETIME = 24 * 3600


@dataclass(frozen=True)
class AuthorizationCode:
    """The provider as its users know it, and the paths below its accounts address."""

    title: str
    authorize_path: str
    token_path: str
    grant_lifetime: timedelta | None = None
    brings: ClassVar[str] = "code"
    own_page: ClassVar[bool] = False

    def consent(self, application: Application, scopes: Sequence[str], state: str, verifier: str) -> str:
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": application.client_id,
            "response_type": "code",
            "redirect_uri": application.redirect_uri,
            "scope": " ".join(scopes),
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge,
        }
        return f"{application.accounts_url}{self.authorize_path}?{urlencode(query)}"

    def exchange(self, application: Application, brought: str, verifier: str, http: requests.Session) -> TokenResponse:
        form = {
            "grant_type": "authorization_code",
            "code": brought,
            "redirect_uri": application.redirect_uri,
            "code_verifier": verifier,
        }
        answer = request_tokens(self.title, self.token_path, application, form, http)
        if answer.refresh_token is None:
            raise ProviderUnavailable(f"{self.title} gave no refresh token")
        return answer

    def renew(self, application: Application, refresh_token: str, http: requests.Session) -> TokenResponse:
        """New tokens for the refresh token; that it is refused once does not prove that the grant is over."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return request_tokens(self.title, self.token_path, application, form, http)

    def authorised(
        self,
        application: Application,  # noqa: ARG002 -- other ways sign with its secret
        token: str,
        parameters: Mapping[str, str],
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return parameters, {"Authorization": f"Bearer {token}"}


def request_tokens(
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
