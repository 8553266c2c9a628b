"""Last.fm. https://www.last.fm/api"""

from blendify.providers.lastfm.access import WebAuthentication
from blendify.providers.lastfm.endpoints import ENDPOINTS
from blendify.providers.lastfm.errors import refusal
from blendify.providers.lastfm.profile import profile
from blendify.providers.provider import Provider

PROVIDER = Provider(
    name="lastfm",
    title="Last.fm",
    access=WebAuthentication(),
    endpoints=ENDPOINTS,
    # Of the session's own user, as it names nobody.
    profile_request=("/", {"method": "user.getInfo"}),
    profile=profile,
    refusal=refusal,
    # Error 29 never says how long; the limit is one of calls a second.
    pauses=(0.5, 1.0, 2.0, 4.0, 8.0),
)
