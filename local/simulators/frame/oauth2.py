"""
The accounts host of a service with OAuth 2: the consent page, codes, and tokens.

Source  RFC 6749 (authorization code grant) and RFC 7636 (PKCE)
"""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from secrets import compare_digest, token_hex, token_urlsafe
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.frame.accounts import Accounts, Grant
from local.simulators.frame.consent_page import DECISION, dead_end, form, question, redirect, with_query
from local.simulators.frame.options import ClientOptions
from local.simulators.frame.responses import json_response
from local.simulators.frame.service import AccountPage, Endpoint, Service, bearer
from local.simulators.frame.tables import Refusal

CODE_SECONDS = 600
CONSENT_SECONDS = 182 * 24 * 60 * 60
"""Half a year: a consent ends then, however often tokens are refreshed."""

_HEADERS = {"cache-control": "no-store"}


class RefreshTokens(StrEnum):
    """What a refresh does to the refresh token."""

    KEEP = "keep"
    """The response holds none; the one used stays valid."""

    ROTATE = "rotate"
    """The response holds a new one; the one used works once more."""

    SINGLE_USE = "single-use"
    """The response holds a new one; the one used is dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2Options(ClientOptions):
    """How grants and tokens live."""

    token_seconds: int = 3600
    refresh_tokens: RefreshTokens = RefreshTokens.KEEP


class OAuthError(Exception):
    """A refusal as RFC 6749 writes it: a flat body with `error` and `error_description`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


class OAuth2Accounts(Accounts):
    """
    Consents end some time after they were given, however often tokens are refreshed. An access token outlives a revoked
    consent until its own hour is over.
    """

    LASTING: ClassVar[frozenset[str]] = frozenset({"consent", "access", "refresh"})
    REVOKED: ClassVar[str] = "consent"

    def allow(self, listener: str, scopes: list[str], redirect_uri: str, challenge: str | None = None) -> str:
        """The code for an application that a listener allows these scopes."""
        identity, about = token_hex(16), {"redirect_uri": redirect_uri, "challenge": challenge}
        self.grants[identity] = Grant("consent", listener, self.clock() + CONSENT_SECONDS, about={"scopes": scopes})
        secret = f"AQ{token_urlsafe(200)}"
        return self.issue("code", listener, CODE_SECONDS, secret, uses=1, consent=identity, about=about)

    def redeem(self, code: str, redirect_uri: str, verifier: str | None) -> dict[str, str | int]:
        """Exchange a code for tokens. The first attempt uses the code up, whether it succeeds or not."""
        grant = self.find(code, "code")
        if grant is None or grant.uses == 0:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        grant.uses = 0
        if self.clock() >= grant.until:
            raise OAuthError("invalid_grant", "Authorization code expired")
        if redirect_uri != grant.about["redirect_uri"]:
            raise OAuthError("invalid_grant", "Invalid redirect URI")
        if not _proves(verifier, grant.about["challenge"]):
            raise OAuthError("invalid_grant", "code_verifier was incorrect")
        return {**self._access(grant), "refresh_token": self._refresh_token(grant)}

    def refresh(self, token: str) -> dict[str, str | int]:
        """A new access token, and a new refresh token where the simulator rotates them."""
        grant = self.find(token, "refresh")
        if grant is None:
            raise OAuthError("invalid_grant", "Invalid refresh token")
        if not self.lives(grant) or not self.lives(self.grants[grant.consent]):
            raise OAuthError("invalid_grant", "Refresh token revoked")
        if grant.uses is not None:
            grant.uses -= 1
        tokens = self._access(grant)
        if self.options.refresh_tokens is not RefreshTokens.KEEP:
            if grant.uses is None:
                grant.uses = 1 if self.options.refresh_tokens is RefreshTokens.ROTATE else 0
            tokens["refresh_token"] = self._refresh_token(grant)
        return tokens

    def give_back(self, secret: str) -> bool:
        """End the consent behind a token, and all that came of it; whether there was one."""
        grant = self.grants.get(secret)
        if grant is None or not grant.consent or not self.lives(self.grants[grant.consent]):
            return False
        for identity, each in self.grants.items():
            if grant.consent in (identity, each.consent):
                each.until = 0
        return True

    def scopes(self, grant: Grant) -> list[str]:
        """What the listener allowed."""
        return list(self.grants[grant.consent].about["scopes"])

    def expire_access(self, listener: str) -> None:
        self.end(listener, "access")

    def _access(self, grant: Grant) -> dict[str, str | int]:
        seconds, secret = self.options.token_seconds, f"BQ{token_urlsafe(150)}"
        return {
            "access_token": self.issue("access", grant.listener, seconds, secret, consent=grant.consent),
            "token_type": "Bearer",
            "scope": " ".join(self.scopes(grant)),
            "expires_in": seconds,
        }

    def _refresh_token(self, grant: Grant) -> str:
        return self.issue("refresh", grant.listener, secret=f"AQ{token_urlsafe(96)}", consent=grant.consent)


def _proves(verifier: str | None, challenge: str | None) -> bool:
    if challenge is None or verifier is None:
        return challenge is verifier
    hashed = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return compare_digest(hashed, challenge)


class OAuth2Service(Service):
    """A service whose listeners allow scopes on a consent page."""

    scopes: ClassVar[Mapping[str, str]]
    """The permissions that there are, in the words of the consent page."""
    secret_in_form: ClassVar[bool] = False
    """Whether an application proves its secret in the form, and not in the header."""
    scheme: ClassVar[str] = "bearer"
    """How an access token comes with a call."""
    accounts_type = OAuth2Accounts
    accounts: OAuth2Accounts

    def whose(self, request: Request, parameters: Mapping[str, str]) -> str | None:
        return self.accounts.listener_behind(bearer(request, self.scheme))

    def accept(
        self, request: Request, parameters: Mapping[str, str], endpoint: Endpoint | None
    ) -> tuple[str, frozenset[str]]:
        """Made with an access token; the grant of a call are the scopes. Refuses by these rows, in this order."""
        if endpoint is None:
            raise Refusal("no_such_path")
        if request.method != "GET":
            raise Refusal("wrong_method")
        if not (secret := bearer(request, self.scheme)):
            raise Refusal("no_token")
        if (access := self.accounts.find(secret, "access")) is None:
            raise Refusal("unknown_token")
        if not self.accounts.lives(access):
            raise Refusal("expired")
        scopes = frozenset(self.accounts.scopes(access))
        if endpoint.scope not in {None, *scopes}:
            raise Refusal("no_scope")
        return access.listener, scopes

    def granted(self, listener: str, scopes: list[str]) -> list[str]:
        """Which of the requested scopes the listener consents to."""
        return scopes

    def oauth_error(self, error: OAuthError) -> dict[str, Any]:
        """The body of a refusal of the token endpoint."""
        return {"error": error.error, "error_description": error.description}

    def arrange_expire(self, listener: Any, value: bool) -> None:
        """True ends all access tokens."""
        if value:
            self.accounts.expire_access(listener.name)


async def authorize(service: OAuth2Service, request: Request) -> Response:
    """
    The consent page.

    A wrong client or redirect URI ends in a page; every other mistake goes back to the application.
    """
    options, query = service.options, request.query_params
    if query.get("client_id") != options.client_id:
        return dead_end("INVALID_CLIENT: Invalid client")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in options.redirect_uris:
        return dead_end("INVALID_CLIENT: Invalid redirect URI")
    state = {"state": query["state"]} if "state" in query else {}
    scopes = list(dict.fromkeys(query.get("scope", "").split()))
    if (error := _mistake(service, query, scopes)) is not None:
        return redirect(with_query(redirect_uri, {"error": error, **state}))

    def allowed(listener: str) -> str:
        granted = service.granted(listener, scopes)
        code = service.accounts.allow(listener, granted, redirect_uri, query.get("code_challenge"))
        return with_query(redirect_uri, {"code": code, **state})

    permissions = [service.scopes[scope] for scope in scopes] or ["See your name and pictures"]
    denied = with_query(redirect_uri, {"error": "access_denied", **state})
    return question(service, permissions, denied, allowed)


def _mistake(service: OAuth2Service, query: Mapping[str, str], scopes: list[str]) -> str | None:
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if not set(scopes) <= set(service.scopes):
        return "invalid_scope"
    challenge, method = query.get("code_challenge", ""), query.get("code_challenge_method")
    return None if method == "S256" and re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge) else "invalid_request"


async def token(service: OAuth2Service, request: Request) -> Response:
    """Codes and refresh tokens for access tokens."""
    try:
        tokens = _tokens(service, await form(request), request.headers.get("authorization"))
        return json_response(tokens, headers=_HEADERS)
    except OAuthError as error:
        return json_response(service.oauth_error(error), 400, _HEADERS)


def _tokens(service: OAuth2Service, fields: Mapping[str, str] | None, header: str | None) -> dict[str, str | int]:
    """The application proves its secret in the header, or in the form."""
    if fields is None:
        raise OAuthError("invalid_request", "The body must be a form that names each field once")
    options = service.options
    client, given = f"{options.client_id}:{options.client_secret}", header or ""
    proof = f"Basic {b64encode(client.encode()).decode()}"
    if service.secret_in_form:
        proof, given = client, f"{fields.get('client_id')}:{fields.get('client_secret')}"
    if not compare_digest(given.encode(), proof.encode()):
        raise OAuthError("invalid_client", "Invalid client")
    match fields.get("grant_type"):
        case "authorization_code":
            code, redirect_uri = fields.get("code", ""), fields.get("redirect_uri", "")
            return service.accounts.redeem(code, redirect_uri, fields.get("code_verifier"))
        case "refresh_token":
            return service.accounts.refresh(fields.get("refresh_token", ""))
        case _:
            raise OAuthError("unsupported_grant_type", "grant_type parameter is not supported")


async def revoke(service: OAuth2Service, request: Request) -> Response:
    """A token, posted as the form's `token`, takes its whole consent with it."""
    secret = (await form(request) or {}).get("token", "")
    known = service.accounts.give_back(secret)
    return json_response({}) if known else json_response({"error": "invalid_token"}, 400, _HEADERS)


async def sign_out(service: OAuth2Service, request: Request) -> Response:
    """The same by a living access token, posted as JSON."""
    try:
        secret = str(json.loads(await request.body())["access_token"])
    except (ValueError, TypeError, KeyError):
        return json_response(service.oauth_error(OAuthError("invalid_request", "No access token")), 400, _HEADERS)
    if service.accounts.living(secret, "access") and service.accounts.give_back(secret):
        return json_response({})
    return json_response(service.oauth_error(OAuthError("invalid_token", "Unknown access token")), 401, _HEADERS)


def oauth2_pages(authorize_path: str, token_path: str) -> list[AccountPage]:
    """The pages of the accounts host."""

    def secret(fields: Mapping[str, str]) -> str:
        return fields.get("refresh_token") or fields.get("code", "")

    return [
        AccountPage(authorize_path, ("GET",), authorize),
        DECISION,
        AccountPage(token_path, ("POST",), token, secret),
    ]
