"""Last.fm. https://www.last.fm/api"""

from blendify.providers.lastfm.access import WebAuthentication
from blendify.providers.lastfm.endpoints import table
from blendify.providers.lastfm.errors import classify_error
from blendify.providers.lastfm.profile import profile
from blendify.providers.provider import Provider

PROVIDER = Provider(
    name="lastfm",
    title="Last.fm",
    access=WebAuthentication(),
    table=table,
    # It names no user: the answer is the session's own user.
    profile_request=("/", {"method": "user.getInfo"}),
    profile=profile,
    classify_error=classify_error,
    image_hosts=("https://lastfm.freetls.fastly.net",),
    # Error 29 never says how long to wait; the limit is one of calls a second.
    backoff=(0.5, 1.0, 2.0, 4.0, 8.0),
)
