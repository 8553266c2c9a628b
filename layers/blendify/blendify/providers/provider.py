"""A provider as tables: how access is given, the endpoints, JSON to record, what error responses mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from blendify.core.data_types import DataType
from blendify.core.errors import CollectError
from blendify.providers.consent import Access
from blendify.providers.endpoint import Endpoint
from blendify.providers.links import Links

DEFAULT_BACKOFF = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
"""Seconds to wait after the first, second … 429 in a row that does not say how long."""


@dataclass(frozen=True)
class Profile:
    """The account that granted access, as the provider describes it for the new token."""

    account_id: str
    """Never changes: users are found by it. Empty where the provider gives nothing that identifies the account."""
    provider_user_id: str
    display_name: str
    aliases: tuple[str, ...] = ()
    """Further ids of the account, by which it is found on a day on which `account_id` is not given."""


@dataclass(frozen=True)
class Registration:
    """How somebody registers an application with the provider: what our page tells a listener who brings their own."""

    address: str
    """The provider's page for it."""
    steps: Sequence[str]
    """What to do there, in order. `{redirect_uri}` stands for our address."""
    labels: tuple[str, str] = ("Client ID", "Client secret")
    """What the provider calls the two."""
    is_key: bool = False
    """Whether the secret is a key of several lines."""
    problem: Callable[[str, str], str | None] = lambda *_: None
    """What is wrong with the form of a client id and a secret, in a sentence; None where they may be the provider's."""


@dataclass(frozen=True)
class Provider:
    """A folder of tables; a data type that is not offered has no endpoint."""

    name: str
    title: str
    """The name that listeners know."""
    access: Access
    table: Callable[[], Mapping[DataType, Endpoint]]
    """Builds `endpoints`: a function, as the table depends on settings, which importing a module does not read."""
    profile_request: tuple[str, Mapping[str, str]]
    """Path and query of the call that returns the token's account."""
    profile: Callable[[Any], Profile]
    links: Links
    classify_error: Callable[[int, Mapping[str, str], str], CollectError | None]
    """The error for a response with this status, headers (names in lower case) and text; None when it is data."""
    registration: Registration | None = None
    """None where listeners cannot bring an application of their own."""
    access_page: str = ""
    """The provider's page on which listeners see the applications that they gave access, and end it."""
    image_hosts: Sequence[str] = ()
    """Where the pictures in its answers are, as sources of a Content-Security-Policy: our pages show no others."""
    application_request: tuple[str, Mapping[str, str]] | None = None
    """
    Path and query of a call that needs the application's credentials and no listener: it tells whether the provider
    refuses the application, or one listener. None where refusals themselves tell that.
    """
    release_date: Callable[[Any], str | None] = lambda _: None
    """The release date in the answer for a song, as precise as the provider knows it; None where it has none."""
    not_offered: Mapping[DataType, str] = field(default_factory=dict)
    """Why it has no endpoint for a data type, where there is more to say than that it does not offer it."""
    dictionary: int = 2
    """The number of the preset dictionary by which its answers are packed; see `history.raw_answers`."""
    kept_unread: timedelta | None = None
    """For how long its terms let us keep what we do not read again; None for ever. An operator can set another span."""
    quota_zone: str = "UTC"
    """The time zone in which the day of its daily quota begins, where its applications have one."""
    backoff: Sequence[float] = DEFAULT_BACKOFF
    """Seconds to wait after 429s in a row that do not say how long; a worker sleeps through waits of a few seconds."""

    @cached_property
    def endpoints(self) -> Mapping[DataType, Endpoint]:
        """The data types that the provider offers."""
        return self.table()

    @property
    def scopes(self) -> list[str]:
        """The scopes to ask for on the consent screen: exactly those that the endpoints need."""
        return sorted({scope for endpoint in self.endpoints.values() for scope in endpoint.scopes})
