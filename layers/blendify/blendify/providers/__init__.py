"""The providers that exist: one line each."""

from collections.abc import Mapping

from blendify.providers import lastfm, spotify
from blendify.providers.table import Provider

PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in (spotify.PROVIDER, lastfm.PROVIDER)}
