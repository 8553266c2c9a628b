"""Codes, tokens and the consents behind them."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import compare_digest, token_urlsafe

from local.simulators.previous.spotify.options import Options, RefreshTokens


class OAuthError(Exception):
    """A refusal as RFC 6749 writes it: a flat body with `error` and `error_description`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class Request:
    """What an application asked a listener for, checked and kept until the listener decides."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str | None
    until: float


@dataclass(slots=True)
class Consent:
    """A listener's permission. It ends some time after it was given, however often tokens are refreshed."""

    listener: str
    scopes: tuple[str, ...]
    until: float
    revoked: bool = False


@dataclass(slots=True)
class Access:
    """An access token. It outlives a revoked consent until its own hour is over."""

    consent: Consent
    until: float


@dataclass(slots=True)
class _Code:
    request: Request
    consent: Consent
    until: float
    used: bool = False


@dataclass(slots=True)
class Refresh:
    """A refresh token."""

    consent: Consent
    public: bool
    """Whether the application came without its secret, with a verifier instead, and may do so again."""
    uses: int | None = None
    """How often it still works; None for as long as the consent lives."""


@dataclass(slots=True)
class Accounts:
    """Everything the accounts host remembers. `clock` gives seconds; tests move it."""

    options: Options
    clock: Callable[[], float] = time.time
    secrets: list[str] = field(default_factory=list)
    """Every code, access token and refresh token ever issued, and the client secret."""
    _pending: dict[str, Request] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    access_tokens: dict[str, Access] = field(default_factory=dict)
    refresh_tokens: dict[str, Refresh] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets.append(self.options.client_secret)

    def ask(self, request: Request) -> str:
        """Keep a request until it is decided; the id is all that travels through the listener's browser."""
        identity = token_urlsafe(24)
        self._pending[identity] = request
        return identity

    def pending(self, identity: str) -> Request | None:
        """A request that still waits for a decision."""
        request = self._pending.get(identity)
        return request if request is not None and self.clock() < request.until else None

    def decide(self, identity: str, listener: str | None, scopes: frozenset[str] | None = None) -> str | None:
        """End a pending request: the code for the listener who allows it, None if nobody does."""
        request = self._pending.pop(identity)
        if listener is None:
            return None
        granted = tuple(scope for scope in request.scopes if scopes is None or scope in scopes)
        now = self.clock()
        consent = Consent(listener, granted, now + self.options.consent_seconds)
        self.consents.append(consent)
        code = self._issue("AQ", 200)
        self._codes[code] = _Code(request, consent, now + self.options.code_seconds)
        return code

    def redeem(
        self, code: str, client_id: str, redirect_uri: str, verifier: str | None, *, public: bool
    ) -> dict[str, str | int]:
        """Exchange a code for tokens. The first attempt uses the code up, whether it succeeds or not."""
        kept = self._codes.get(code)
        if kept is None or kept.used or kept.request.client_id != client_id:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        kept.used = True
        if self.clock() >= kept.until:
            raise OAuthError("invalid_grant", "Authorization code expired")
        if redirect_uri != kept.request.redirect_uri:
            raise OAuthError("invalid_grant", "Invalid redirect URI")
        if not _proves(verifier, kept.request.challenge):
            raise OAuthError("invalid_grant", "code_verifier was incorrect")
        refresh = self._issue("AQ", 96)
        self.refresh_tokens[refresh] = Refresh(kept.consent, public)
        return {**self._answer(kept.consent), "refresh_token": refresh}

    def needs_secret(self, code_or_token: str) -> bool:
        """False for a code with a challenge, for what came of one without the secret, and for the unknown."""
        if (code := self._codes.get(code_or_token)) is not None:
            return code.request.challenge is None
        token = self.refresh_tokens.get(code_or_token)
        return token is not None and not token.public

    def refresh(self, token: str) -> dict[str, str | int]:
        """A new access token, and a new refresh token where the simulator rotates them."""
        kept = self.refresh_tokens.get(token)
        if kept is None:
            raise OAuthError("invalid_grant", "Invalid refresh token")
        if kept.uses == 0 or kept.consent.revoked or self.clock() >= kept.consent.until:
            raise OAuthError("invalid_grant", "Refresh token revoked")
        if kept.uses is not None:
            kept.uses -= 1
        answer = self._answer(kept.consent)
        if self.options.refresh_tokens is not RefreshTokens.KEEP:
            if kept.uses is None:
                kept.uses = 1 if self.options.refresh_tokens is RefreshTokens.ROTATE else 0
            new = self._issue("AQ", 96)
            self.refresh_tokens[new] = Refresh(kept.consent, kept.public)
            answer["refresh_token"] = new
        return answer

    def access(self, token: str) -> Access | None:
        """An access token that was issued, expired or not."""
        return self.access_tokens.get(token)

    def listener_behind(self, secret: str) -> str | None:
        """Whose code or token this is."""
        kept = self.access_tokens.get(secret) or self.refresh_tokens.get(secret) or self._codes.get(secret)
        return None if kept is None else kept.consent.listener

    def revoke(self, listener: str) -> None:
        """End every consent of a listener, as on the page of connected applications."""
        for consent in self.consents:
            if consent.listener == listener:
                consent.revoked = True

    def expire_access(self, listener: str) -> None:
        """End the hour of every access token of a listener."""
        for access in self.access_tokens.values():
            if access.consent.listener == listener:
                access.until = 0

    def _answer(self, consent: Consent) -> dict[str, str | int]:
        token = self._issue("BQ", 150)
        self.access_tokens[token] = Access(consent, self.clock() + self.options.token_seconds)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "scope": " ".join(consent.scopes),
            "expires_in": self.options.token_seconds,
        }

    def _issue(self, prefix: str, size: int) -> str:
        secret = prefix + token_urlsafe(size)
        self.secrets.append(secret)
        return secret


def _proves(verifier: str | None, challenge: str | None) -> bool:
    if challenge is None:
        return verifier is None
    if verifier is None or not 43 <= len(verifier) <= 128 or not verifier.isascii():
        return False
    hashed = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return compare_digest(hashed, challenge)
