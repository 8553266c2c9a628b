"""Apple Music. https://developer.apple.com/documentation/applemusicapi"""

from blendify.providers.apple_music import developer_tokens
from blendify.providers.apple_music.access import MusicKit
from blendify.providers.apple_music.endpoints import table
from blendify.providers.apple_music.errors import classify_error
from blendify.providers.apple_music.profile import profile
from blendify.providers.apple_music.records import release_date
from blendify.providers.links import Links
from blendify.providers.provider import Provider, Registration

PROVIDER = Provider(
    name="apple_music",
    title="Apple Music",
    access=MusicKit(),
    table=table,
    profile_request=("/v1/me/storefront", {}),
    profile=profile,
    # A song of the own library has an id such as `i.…`, and a page for its owner alone.
    links=Links(
        song="https://music.apple.com/song/{id}",
        search="https://music.apple.com/search?term={words}",
        record_id=r"\d{1,20}",
    ),
    classify_error=classify_error,
    registration=Registration(
        address="https://developer.apple.com/account/resources/authkeys/list",
        steps=(
            "You need a membership of Apple's Developer Program, which costs a yearly fee.",
            "In Certificates, Identifiers & Profiles choose “Identifiers” and register a media identifier.",
            "Choose “Keys”, make a key for “Media Services (MusicKit, ShazamKit, Apple Music Feed)” with that "
            "identifier, and download it: a file whose name ends in .p8, which Apple gives only once.",
            "Below enter your team ID, a dot, and the key ID, and the text of that file. No address has to be "
            "registered; the login happens at {redirect_uri}",
        ),
        labels=("Team ID, a dot, key ID", "Text of the .p8 file"),
        is_key=True,
        problem=developer_tokens.problem,
    ),
    image_hosts=("https://*.mzstatic.com",),
    release_date=release_date,
    # Without the listener's token. It is in every storefront's catalogue, whatever it holds.
    application_request=("/v1/storefronts/us", {}),
    # A 429 never says how long to wait; all of 70 measured ones were over after 3.5 s.
    backoff=(0.5, 1.0, 2.0, 4.0, 8.0),
)
