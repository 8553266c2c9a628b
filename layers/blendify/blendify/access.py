"""How a listener gives access and how calls carry it: the part in which providers differ most, as one interface."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import requests

from blendify.applications import Application

NEVER = datetime.max.replace(tzinfo=UTC)
"""When a token ends that has no end of its own."""


@dataclass(frozen=True)
class TokenAnswer:
    """What the provider gave for what the browser brought, or for a refresh token."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    """None when the one in use goes on, or there is none."""
    scopes: tuple[str, ...]
    """What was really granted; empty when the answer leaves it out: all that was asked (RFC 6749, 5.1)."""
    expires_at: datetime


Renewal = Callable[[Application, str, requests.Session], TokenAnswer]
"""New tokens for the refresh token; GrantRevoked when it is refused, ProviderUnavailable, ApplicationBlocked."""


class Access(Protocol):
    """One provider's way; our state and the browser's secret around it are the same for all."""

    @property
    def brings(self) -> str:
        """The parameter with which the browser brings back what is exchanged for tokens, beside `state`."""

    @property
    def grant_lifetime(self) -> timedelta | None:
        """How long a consent lives, however often tokens are renewed; None when it has no end."""

    @property
    def renew(self) -> Renewal | None:
        """None where a token is good until the grant ends."""

    def consent(self, application: Application, scopes: Sequence[str], state: str, verifier: str) -> str:
        """
        The address at which the listener consents; the browser comes back from it with `state` and `brings`.

        verifier    a secret of this browser and this login that `exchange` is given again; 43 characters
        """

    def exchange(self, application: Application, brought: str, verifier: str, http: requests.Session) -> TokenAnswer:
        """
        The tokens for what the browser brought.

        Raises  GrantRevoked when it is wrong, used or too old; ProviderUnavailable; ApplicationBlocked
        """

    def authorised(
        self, application: Application, token: str, parameters: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Query and headers of a call on behalf of the token's listener; they hold secrets."""
