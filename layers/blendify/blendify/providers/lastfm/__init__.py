"""Last.fm. https://www.last.fm/api"""

from blendify.providers.lastfm.access import WebAuthentication
from blendify.providers.lastfm.endpoints import table
from blendify.providers.lastfm.errors import classify_error
from blendify.providers.lastfm.profile import profile
from blendify.providers.links import Links
from blendify.providers.provider import Provider, Registration

PROVIDER = Provider(
    name="lastfm",
    title="Last.fm",
    access=WebAuthentication(),
    table=table,
    # It names no user: the answer is the session's own user.
    profile_request=("/", {"method": "user.getInfo"}),
    profile=profile,
    # A record id is the page's own address.
    links=Links(
        song="{id}",
        search="https://www.last.fm/search/tracks?q={words}",
        record_id=r"https://www\.last\.fm/[!-~]{1,1000}",
    ),
    classify_error=classify_error,
    registration=Registration(
        address="https://www.last.fm/api/account/create",
        steps=(
            "Log in to Last.fm and open the page for a new API account.",
            "Contact e-mail address, name and description are yours to choose.",
            "As callback URL enter this address: {redirect_uri}",
            "Submit. The next page shows the API key and the shared secret; Last.fm shows them again under "
            "“API accounts”.",
        ),
        labels=("API key", "Shared secret"),
    ),
    access_page="https://www.last.fm/settings/applications",
    image_hosts=("https://lastfm.freetls.fastly.net",),
    # Error 29 never says how long to wait; the limit is one of calls a second.
    backoff=(0.5, 1.0, 2.0, 4.0, 8.0),
)
