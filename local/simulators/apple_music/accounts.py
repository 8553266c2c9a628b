"""Music User Tokens: made in the browser, never renewed, and dead after half a year or when the listener says so."""

from base64 import b64encode
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, ClassVar

from local.simulators.apple_music.options import Options
from local.simulators.frame.accounts import Accounts
from local.simulators.frame.library import Clock


@dataclass(slots=True)
class UserToken:
    """Whose a token is, and until when it lives, in seconds since 1970."""

    listener: str
    until: float


class AppleMusicAccounts(Accounts):
    """Every user token ever made. They have no scopes."""

    SAVED: ClassVar[dict[str, type[Any]]] = {"user_tokens": UserToken}

    def __init__(self, options: Options, clock: Clock) -> None:
        self.user_tokens: dict[str, UserToken] = {}
        super().__init__(options, clock)

    def allow(self, listener: str, developer_token: str) -> str:
        """A new token, made with a developer token; older ones of the same listener go on living."""
        token = f"0.{b64encode(token_bytes(160)).decode()}"
        self.user_tokens[token] = UserToken(listener, self.clock() + self.options.user_token_seconds)
        if developer_token not in self.secrets:
            self.secrets.append(developer_token)
        self.secrets.append(token)
        return token

    def listener_with(self, token: str) -> str | None:
        """Who may call with a token; None if it is unknown or dead."""
        known = self.user_tokens.get(token)
        return known.listener if known is not None and self.clock() < known.until else None

    def listener_behind(self, secret: str) -> str | None:
        known = self.user_tokens.get(secret)
        return None if known is None else known.listener

    def end(self, token: str) -> None:
        """End one token, as the browser does that signs out."""
        if token in self.user_tokens:
            self.user_tokens[token].until = 0

    def revoke(self, listener: str) -> None:
        """End every token of a listener at once, as the account settings do, or a new password."""
        for token, known in self.user_tokens.items():
            if known.listener == listener:
                self.end(token)
