"""How a listener gives access and how calls carry it: providers differ most in this, so it is one interface."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from blendify.providers.application import Application
from blendify.providers.revocation import Revocation

if TYPE_CHECKING:
    import requests

NEVER = datetime.max.replace(tzinfo=UTC)
"""The expiry of a token that does not expire."""


@dataclass(frozen=True)
class TokenResponse:
    """The tokens that the provider gave for a callback's value or for a refresh token."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    """None when the present one stays valid, or when there is none."""
    scopes: tuple[str, ...]
    """The scopes granted; empty when the response leaves them out: then all requested ones are (RFC 6749, 5.1)."""
    expires_at: datetime


@dataclass(frozen=True)
class ClientSideConsent:
    """
    Consent on a page of ours: the provider's script asks the listener, and the page posts the result.

    `consent.js` in the provider's folder adapts the provider's script to our page. It defines an object `provider` with
    `begin(parameters)`, `ask()` and `forget()`; example: apple_music/consent.js.
    """

    script_url: str
    """The address of the provider's script."""
    parameters: Mapping[str, str] = field(repr=False)
    """The argument of `begin`. Everybody can read it in the page."""
    allowed_origins: tuple[str, ...]
    """The only origins from which the provider's script may load."""


Renewal = Callable[[Application, str, "requests.Session"], TokenResponse]
"""New tokens for a refresh token; raises GrantRevoked when it is refused, ProviderUnavailable, ApplicationBlocked."""


class Access(Protocol):
    """One provider's kind of access; the OAuth state and the browser's secret around it are the same for all."""

    @property
    def callback_parameter(self) -> str:
        """The parameter of the callback, beside `state`, whose value is exchanged for tokens."""

    @property
    def client_side(self) -> bool:
        """Whether a page of ours asks, and posts the callback; else the provider asks, and redirects to it."""

    @property
    def grant_lifetime(self) -> timedelta | None:
        """How long a consent lasts, however often its tokens are renewed; None when it does not end."""

    @property
    def renew(self) -> Renewal | None:
        """None where a token is valid until the grant ends."""

    @property
    def revocation(self) -> Revocation | None:
        """How we give a grant back; None where only the listener can take it back."""

    def token_address(self, accounts_url: str) -> str:
        """Where tokens are given, by the address of the consent page."""

    def consent(
        self, application: Application, scopes: Sequence[str], state: str, verifier: str, *, always_ask: bool
    ) -> str | ClientSideConsent:
        """
        The address at which the listener consents, which redirects back with `state` and `callback_parameter`; or what
        a page of ours needs to ask.

        verifier    a secret of this browser and this login, given to `exchange` again; 43 characters
        always_ask  whether the provider shall ask even a listener who has consented before, where it can be told so
        Raises      ApplicationMissing when the operator's credentials cannot be used
        """

    def exchange(
        self, application: Application, callback_value: str, verifier: str, http: "requests.Session"
    ) -> TokenResponse:
        """
        The tokens for the callback's value.

        Raises  GrantRevoked when it is wrong, used or too old; ProviderUnavailable; ApplicationBlocked
        """

    def sign(
        self, application: Application, token: str, parameters: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """
        Query and headers of a call on behalf of the token's listener; both hold secrets.

        token   empty for a call on behalf of the application alone, where the provider has such calls
        """
