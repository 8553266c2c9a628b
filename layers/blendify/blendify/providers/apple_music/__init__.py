"""Apple Music. https://developer.apple.com/documentation/applemusicapi"""

from blendify.providers.apple_music.access import MusicKit
from blendify.providers.apple_music.endpoints import table
from blendify.providers.apple_music.errors import classify_error
from blendify.providers.apple_music.profile import profile
from blendify.providers.apple_music.records import release_date
from blendify.providers.provider import Provider

PROVIDER = Provider(
    name="apple_music",
    title="Apple Music",
    access=MusicKit(),
    table=table,
    profile_request=("/v1/me/storefront", {}),
    profile=profile,
    classify_error=classify_error,
    image_hosts=("https://*.mzstatic.com",),
    release_date=release_date,
    # Without the listener's token. It is in every storefront's catalogue, whatever it holds.
    application_request=("/v1/storefronts/us", {}),
    # A 429 never says how long to wait; all of 70 measured ones were over after 3.5 s.
    backoff=(0.5, 1.0, 2.0, 4.0, 8.0),
)
