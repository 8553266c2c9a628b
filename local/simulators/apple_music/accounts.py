"""Music User Tokens: made in the browser, never renewed, and dead after half a year or when the listener says so."""

from base64 import b64encode
from secrets import token_bytes
from typing import ClassVar

from local.simulators.frame.accounts import Accounts


class AppleMusicAccounts(Accounts):
    """
    Every user token ever made. They have no scopes; the account settings, or a new password, end all of a listener at
    once.
    """

    LASTING: ClassVar[frozenset[str]] = frozenset({"user token"})
    REVOKED: ClassVar[str] = "user token"

    def allow(self, listener: str, developer_token: str) -> str:
        """A new token, made with a developer token; older ones of the same listener go on living."""
        if developer_token not in self.secrets:
            self.secrets.append(developer_token)
        secret = f"0.{b64encode(token_bytes(160)).decode()}"
        return self.issue("user token", listener, self.options.user_token_seconds, secret)

    def listener_with(self, token: str) -> str | None:
        """Who may call with a token; None if it is unknown or dead."""
        grant = self.find(token, "user token")
        return grant.listener if grant is not None and self.lives(grant) else None

    def sign_out(self, token: str) -> None:
        """End one token, as the browser does that signs out."""
        if (grant := self.find(token, "user token")) is not None:
            grant.until = 0
