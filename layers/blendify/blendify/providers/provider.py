"""What a provider is to this system: tables. How access is given, endpoints, JSON to record, meaning of refusals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blendify.core.data_types import DataType
from blendify.core.errors import CollectError
from blendify.providers.consent import Access
from blendify.providers.endpoint import Endpoint

UNTOLD_SECONDS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
"""Cool-downs after 429s in a row that do not say how long."""


@dataclass(frozen=True)
class Profile:
    """Who granted access, as the provider says with the token it has just given."""

    account_id: str
    """Stable for ever: users are found by it. Empty where the provider tells nothing by which to know them again."""
    provider_user_id: str
    display_name: str


@dataclass(frozen=True)
class Provider:
    """A folder of tables; a data type that is not offered has no row."""

    name: str
    title: str
    """As the listener knows it."""
    access: Access
    endpoints: Mapping[DataType, Endpoint]
    profile_request: tuple[str, Mapping[str, str]]
    """Path and query of the call that tells whose token it is."""
    profile: Callable[[Any], Profile]
    refusal: Callable[[int, Mapping[str, str], str], CollectError | None]
    """What an answer with this status, headers (names in lower case) and text means; None when it is data."""
    pauses: Sequence[float] = UNTOLD_SECONDS
    """Seconds to pause after rate limits in a row that do not say how long; those of a few seconds are slept out."""

    @property
    def scopes(self) -> list[str]:
        """What the consent screen asks for: exactly what the table uses."""
        return sorted({scope for endpoint in self.endpoints.values() for scope in endpoint.scopes})
