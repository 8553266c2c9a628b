"""The providers that exist: one name each, and its folder."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blendify.providers.provider import Provider

NAMES = ("spotify", "apple_music", "lastfm", "soundcloud", "youtube_music")


class _Providers(Mapping[str, "Provider"]):
    """Imports a provider's folder when it is first needed: a cold start then loads the tables of one provider only."""

    def __getitem__(self, name: str) -> "Provider":
        if name not in NAMES:
            raise KeyError(name)
        provider: Provider = import_module(f"blendify.providers.{name}").PROVIDER
        return provider

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


PROVIDERS: Mapping[str, "Provider"] = _Providers()
