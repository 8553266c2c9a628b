"""The providers that exist: one line each."""

from collections.abc import Mapping

from blendify.providers import apple_music, lastfm, spotify
from blendify.providers.provider import Provider

PROVIDERS: Mapping[str, Provider] = {
    provider.name: provider
    for provider in (
        spotify.PROVIDER,
        apple_music.PROVIDER,
        lastfm.PROVIDER,
    )
}
