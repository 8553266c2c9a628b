"""Access by authorization code with PKCE S256 (RFC 6749, 7636, 9700), carried by bearer tokens (RFC 6750)."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import ClassVar
from urllib.parse import urlencode

import requests

from blendify.access.applications import Application
from blendify.core.errors import ProviderUnavailable
from blendify.providers import token_endpoint
from blendify.providers.consent import TokenResponse


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
        answer = token_endpoint.ask(self.title, self.token_path, application, form, http)
        if answer.refresh_token is None:
            raise ProviderUnavailable(f"{self.title} gave no refresh token")
        return answer

    def renew(self, application: Application, refresh_token: str, http: requests.Session) -> TokenResponse:
        """New tokens for the refresh token; that it is refused once does not prove that the grant is over."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return token_endpoint.ask(self.title, self.token_path, application, form, http)

    def authorised(
        self,
        application: Application,  # noqa: ARG002 -- other ways sign with its secret
        token: str,
        parameters: Mapping[str, str],
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return parameters, {"Authorization": f"Bearer {token}"}
