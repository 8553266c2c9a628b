"""SoundCloud. https://developers.soundcloud.com/docs/api/guide"""

from blendify.providers.links import Links
from blendify.providers.oauth2 import AuthorizationCode
from blendify.providers.provider import Provider, Registration
from blendify.providers.revocation import Revocation
from blendify.providers.soundcloud.endpoints import table
from blendify.providers.soundcloud.errors import classify_error
from blendify.providers.soundcloud.profile import profile
from blendify.providers.soundcloud.records import release_date

PROVIDER = Provider(
    name="soundcloud",
    title="SoundCloud",
    access=AuthorizationCode(
        title="SoundCloud",
        authorize_path="/authorize",
        token_path="/oauth/token",  # noqa: S106 -- a path
        secret_in_form=True,
        scheme="OAuth",
        revocation=Revocation(path="/sign-out", field="access_token", by_access_token=True, as_json=True),
    ),
    table=table,
    profile_request=("/me", {}),
    profile=profile,
    # Its pages are addressed by names that a track can change, not by ids.
    links=Links(search="https://soundcloud.com/search/sounds?q={words}"),
    classify_error=classify_error,
    registration=Registration(
        address="https://github.com/soundcloud/api",
        steps=(
            "Follow what this page says about registering an application, which is one for each person, with your "
            "SoundCloud account.",
            "Name and description are yours to choose.",
            "As redirect URI enter this address, to the letter: {redirect_uri}",
            "It gives you a client ID and a client secret.",
        ),
    ),
    dictionary=3,
    access_page="https://soundcloud.com/settings/connections",
    image_hosts=("https://*.sndcdn.com",),
    release_date=release_date,
)
