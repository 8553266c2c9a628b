"""How a listener gives access and how calls carry it: the part in which providers differ most, as one interface."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import requests

from blendify.providers.application import Application

NEVER = datetime.max.replace(tzinfo=UTC)
"""When a token ends that has no end of its own."""


@dataclass(frozen=True)
class TokenResponse:
    """What the provider gave for what the browser brought, or for a refresh token."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    """None when the one in use goes on, or there is none."""
    scopes: tuple[str, ...]
    """What was really granted; empty when the answer leaves it out: all that was asked (RFC 6749, 5.1)."""
    expires_at: datetime


@dataclass(frozen=True)
class ClientSideConsent:
    """Consent on a page of ours: a script of the provider's asks, and the page posts what it was given."""

    library: str
    """The address of the provider's script."""
    script: str
    """Ours around it: an object `provider` with `begin(told)`, `ask()` and `forget()`; see the first of them."""
    told: Mapping[str, str] = field(repr=False)
    """What the script is told. Everybody can read it in the page."""
    talks_to: tuple[str, ...]
    """The only origins that the provider's script may load from."""


Renewal = Callable[[Application, str, requests.Session], TokenResponse]
"""New tokens for the refresh token; GrantRevoked when it is refused, ProviderUnavailable, ApplicationBlocked."""


class Access(Protocol):
    """One provider's way; our state and the browser's secret around it are the same for all."""

    @property
    def brings(self) -> str:
        """The parameter with which the browser brings back what is exchanged for tokens, beside `state`."""

    @property
    def own_page(self) -> bool:
        """Whether a page of ours asks, and posts `brings`; else the provider asks, and sends the browser back."""

    @property
    def grant_lifetime(self) -> timedelta | None:
        """How long a consent lives, however often tokens are renewed; None when it has no end."""

    @property
    def renew(self) -> Renewal | None:
        """None where a token is good until the grant ends."""

    def consent(
        self, application: Application, scopes: Sequence[str], state: str, verifier: str
    ) -> str | ClientSideConsent:
        """
        The address at which the listener consents, from which the browser comes back with `state` and `brings`; or what
        a page of ours needs for it.

        verifier    a secret of this browser and this login that `exchange` is given again; 43 characters
        """

    def exchange(self, application: Application, brought: str, verifier: str, http: requests.Session) -> TokenResponse:
        """
        The tokens for what the browser brought.

        Raises  GrantRevoked when it is wrong, used or too old; ProviderUnavailable; ApplicationBlocked
        """

    def authorised(
        self, application: Application, token: str, parameters: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Query and headers of a call on behalf of the token's listener; they hold secrets."""
