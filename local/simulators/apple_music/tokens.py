"""Music User Tokens: made in the browser, never renewed, and dead after half a year or when the listener says so."""

import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_bytes

from local.simulators.apple_music.options import Options


@dataclass(slots=True)
class UserToken:
    """Whose a token is, and until when it lives, in seconds since 1970."""

    listener: str
    until: float


@dataclass(slots=True)
class Accounts:
    """Every user token ever made. `clock` gives seconds; tests move it."""

    options: Options
    clock: Callable[[], float] = time.time
    secrets: list[str] = field(default_factory=list)
    """Every user token, and every developer token that one was made with."""
    user_tokens: dict[str, UserToken] = field(default_factory=dict)

    def issue(self, listener: str, developer_token: str) -> str:
        """A new token; older ones of the same listener go on living."""
        token = f"0.{b64encode(token_bytes(160)).decode()}"
        self.user_tokens[token] = UserToken(listener, self.clock() + self.options.user_token_seconds)
        if developer_token not in self.secrets:
            self.secrets.append(developer_token)
        self.secrets.append(token)
        return token

    def listener_with(self, token: str) -> str | None:
        """Who may call with a token; None if it is unknown or dead."""
        kept = self.user_tokens.get(token)
        return kept.listener if kept is not None and self.clock() < kept.until else None

    def listener_behind(self, secret: str) -> str | None:
        """Whose token this is or was."""
        kept = self.user_tokens.get(secret)
        return None if kept is None else kept.listener

    def end(self, token: str) -> None:
        """End one token, as the browser does that signs out."""
        if token in self.user_tokens:
            self.user_tokens[token].until = 0

    def revoke(self, listener: str) -> None:
        """End every token of a listener, as the account settings do, or a new password."""
        for kept in self.user_tokens.values():
            if kept.listener == listener:
                kept.until = 0
