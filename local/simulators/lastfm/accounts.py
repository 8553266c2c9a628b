"""Tokens and session keys, and the signature that proves the application's secret."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from secrets import token_urlsafe

from local.simulators.lastfm.answers import AUTHENTICATION, EXPIRED, UNAUTHORIZED, ApiError
from local.simulators.lastfm.options import Options

_UNSIGNED = {"api_sig", "callback", "format"}


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """MD5 over all parameters but a few, sorted by name, each name with its value, and the secret behind them."""
    text = "".join(f"{name}{value}" for name, value in sorted(parameters.items()) if name not in _UNSIGNED)
    return md5((text + secret).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """What the consent page was made for; a token of the application's own is allowed in place of a new one."""

    callback: str
    token: str | None
    until: float


@dataclass(slots=True)
class Token:
    """Worth one session, once a listener has allowed it."""

    until: float
    listener: str | None = None
    used: bool = False


@dataclass(slots=True)
class Session:
    """A session key lives until its listener removes the application."""

    listener: str
    revoked: bool = False


@dataclass(slots=True)
class Accounts:
    """Everything that is remembered of who allowed what. `clock` gives seconds; tests move it."""

    options: Options
    clock: Callable[[], float] = time.time
    secrets: list[str] = field(default_factory=list)
    """Every token and session key ever issued, and the application's secret."""
    sessions: dict[str, Session] = field(default_factory=dict)
    _tokens: dict[str, Token] = field(default_factory=dict)
    _pending: dict[str, Request] = field(default_factory=dict)

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

    def decide(self, identity: str, listener: str | None) -> str | None:
        """End a pending request: the token for the listener who allows it, None if nobody does."""
        request = self._pending.pop(identity)
        if listener is None:
            return None
        token = request.token or self.token()
        self._tokens[token].listener = listener
        return token

    def token(self) -> str:
        """A new token, which nobody has allowed yet."""
        token = self._issue()
        self._tokens[token] = Token(self.clock() + self.options.token_seconds)
        return token

    def waits(self, token: str) -> bool:
        """Whether a listener can still allow a token."""
        kept = self._tokens.get(token)
        return kept is not None and kept.listener is None and self.clock() < kept.until

    def redeem(self, token: str) -> tuple[str, str]:
        """The listener and the key of a new session; ApiError for a token that is worth none."""
        kept = self._tokens.get(token)
        if kept is None or kept.used:
            raise ApiError(AUTHENTICATION)
        if self.clock() >= kept.until:
            raise ApiError(EXPIRED)
        if kept.listener is None:
            raise ApiError(UNAUTHORIZED)
        kept.used = True
        key = self._issue()
        self.sessions[key] = Session(kept.listener)
        return kept.listener, key

    def session(self, key: str) -> Session | None:
        """A session that still lives."""
        kept = self.sessions.get(key)
        return None if kept is None or kept.revoked else kept

    def listener_behind(self, secret: str) -> str | None:
        """Whose token or session key this is."""
        kept = self.sessions.get(secret) or self._tokens.get(secret)
        return None if kept is None else kept.listener

    def revoke(self, listener: str) -> None:
        """End every session of a listener, as on the page of connected applications."""
        for session in self.sessions.values():
            if session.listener == listener:
                session.revoked = True

    def _issue(self) -> str:
        secret = token_urlsafe(24)
        self.secrets.append(secret)
        return secret
