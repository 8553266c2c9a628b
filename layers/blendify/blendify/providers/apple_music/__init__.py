"""Apple Music. https://developer.apple.com/documentation/applemusicapi"""

from blendify.providers.apple_music.access import MusicKit
from blendify.providers.apple_music.endpoints import ENDPOINTS
from blendify.providers.apple_music.errors import refusal
from blendify.providers.apple_music.profile import profile
from blendify.providers.provider import Provider

PROVIDER = Provider(
    name="apple_music",
    title="Apple Music",
    access=MusicKit(),
    endpoints=ENDPOINTS,
    profile_request=("/v1/me/storefront", {}),
    profile=profile,
    refusal=refusal,
    # A 429 never says how long; of 70 that were measured all were over after 3.5 s.
    pauses=(0.5, 1.0, 2.0, 4.0, 8.0),
)
