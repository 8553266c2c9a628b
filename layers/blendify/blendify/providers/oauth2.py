"""
Access by authorization code with PKCE S256 (RFC 6749, 7636, 9700), carried by bearer tokens (RFC 6750).

The token endpoint (RFC 6749, 3.2) gives tokens for a code or for a refresh token. Its errors are flat, {"error",
"error_description"}, and some providers write the error as `message`; only `invalid_grant` speaks of the grant, every
other answer without tokens says nothing about it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlencode

import requests

from blendify.core import times
from blendify.core.errors import ApplicationBlocked, GrantRevoked, ProviderUnavailable
from blendify.core.http import read_body
from blendify.core.json_text import NotJson, parsed
from blendify.providers.application import Application
from blendify.providers.consent import TokenResponse
from blendify.providers.json_fields import identifier, number, text
from blendify.providers.revocation import Revocation

TIMEOUT = (3, 10)
"""Seconds to connect and to answer; a listener may be waiting."""
LONGEST_LIFETIME = 24 * 3600
DEFAULT_LIFETIME = 3600


@dataclass(frozen=True)
class AuthorizationCode:
    """The provider's name and the paths below its accounts address."""

    title: str
    authorize_path: str
    token_path: str
    grant_lifetime: timedelta | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Further query of the consent page."""
    token_hosts: Mapping[str, str] = field(default_factory=dict)
    """Where tokens are given, by the address of the consent page; elsewhere both are at one address."""
    always_ask: Mapping[str, str] = field(default_factory=dict)
    """The query that makes it ask a listener who has consented before."""
    secret_in_form: bool = False
    """Whether the application's id and secret are fields of the form, and not in the header (RFC 6749, 2.3.1)."""
    revocation: Revocation | None = None
    scheme: str = "Bearer"
    """What stands before the token in the header of a call."""
    callback_parameter: ClassVar[str] = "code"
    client_side: ClassVar[bool] = False

    def token_address(self, accounts_url: str) -> str:
        return self.token_hosts.get(accounts_url, accounts_url)

    def consent(
        self, application: Application, scopes: Sequence[str], state: str, verifier: str, *, always_ask: bool
    ) -> str:
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": application.client_id,
            "response_type": "code",
            "redirect_uri": application.redirect_uri,
            **({"scope": " ".join(scopes)} if scopes else {}),
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge,
            **self.parameters,
            **(self.always_ask if always_ask else {}),
        }
        return f"{application.accounts_url}{self.authorize_path}?{urlencode(query)}"

    def exchange(
        self, application: Application, callback_value: str, verifier: str, http: requests.Session
    ) -> TokenResponse:
        form = {
            "grant_type": "authorization_code",
            "code": callback_value,
            "redirect_uri": application.redirect_uri,
            "code_verifier": verifier,
        }
        tokens = self._request_tokens(application, form, http)
        if tokens.refresh_token is None:
            raise ProviderUnavailable(f"{self.title}'s login server gave no refresh token")
        return tokens

    def renew(self, application: Application, refresh_token: str, http: requests.Session) -> TokenResponse:
        """New tokens for the refresh token. A single refusal does not prove that the grant has ended."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._request_tokens(application, form, http)

    def sign(
        self,
        application: Application,  # noqa: ARG002 -- other kinds of access sign with its secret
        token: str,
        parameters: Mapping[str, str],
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return parameters, {"Authorization": f"{self.scheme} {token}"}

    def _request_tokens(
        self, application: Application, form: Mapping[str, str], http: requests.Session
    ) -> TokenResponse:
        """
        The tokens that the token endpoint gives for this form.

        Raises  GrantRevoked when code or refresh token is refused; ProviderUnavailable; ApplicationBlocked
        """
        client = application.client_id, application.client_secret
        named = dict(zip(("client_id", "client_secret"), client, strict=True)) if self.secret_in_form else {}
        try:
            with http.post(
                self.token_address(application.accounts_url) + self.token_path,
                data={**form, **named},
                auth=None if named else client,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = read_body(response)
        except requests.RequestException as error:
            # The chained exception of an HTTP library may print the request: only its class is used.
            raise ProviderUnavailable(f"{self.title}'s login server did not answer ({type(error).__name__})") from None
        body, status = _json(answer), response.status_code
        if status == 200 and identifier(body, "access_token"):
            return _tokens(body)
        refusal = text(body, "error") or text(body, "message")
        if status in (400, 401) and refusal == "invalid_grant":
            raise GrantRevoked(f"{self.title} no longer accepts this login: connect again")
        if status in (400, 401) and refusal in ("invalid_client", "unauthorized_client"):
            refused = ApplicationBlocked(f"{self.title} does not accept this application's client id and secret")
            raise application.naming(refused)
        raise ProviderUnavailable(f"{self.title}'s login server gave no tokens (status {status})")


def _json(answer: bytes) -> Any:
    """The value; None for what is no JSON."""
    try:
        return parsed(answer)
    except NotJson:
        return None


def _tokens(body: Any) -> TokenResponse:
    return TokenResponse(
        access_token=identifier(body, "access_token") or "",
        refresh_token=identifier(body, "refresh_token"),
        scopes=tuple((text(body, "scope") or "").split()),
        expires_at=times.now() + timedelta(seconds=_lifetime(number(body, "expires_in"))),
    )


def _lifetime(expires_in: int | None) -> int:
    """Seconds that the access token lives; an hour when the response gives no plausible number."""
    return expires_in if expires_in and 0 < expires_in <= LONGEST_LIFETIME else DEFAULT_LIFETIME
