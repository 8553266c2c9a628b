"""Spotify. https://developer.spotify.com/documentation/web-api"""

from datetime import timedelta

from blendify.providers.links import Links
from blendify.providers.oauth2 import AuthorizationCode
from blendify.providers.provider import Provider, Registration
from blendify.providers.spotify.endpoints import table
from blendify.providers.spotify.errors import classify_error
from blendify.providers.spotify.profile import profile
from blendify.providers.spotify.records import release_date

PROVIDER = Provider(
    name="spotify",
    title="Spotify",
    access=AuthorizationCode(
        title="Spotify",
        authorize_path="/authorize",
        token_path="/api/token",  # noqa: S106 -- a path
        # Six months from the consent, here the shortest six of the calendar; refreshing does not extend them. Announced
        # 2026-06-18: https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration
        grant_lifetime=timedelta(days=181),
        always_ask={"show_dialog": "true"},
    ),
    table=table,
    profile_request=("/me", {}),
    profile=profile,
    links=Links(
        song="https://open.spotify.com/track/{id}",
        search="https://open.spotify.com/search/{words}",
        record_id=r"[A-Za-z0-9]{22}",
    ),
    classify_error=classify_error,
    registration=Registration(
        address="https://developer.spotify.com/dashboard",
        steps=(
            "Log in to Spotify's dashboard for developers with your Spotify account. It needs Premium.",
            "Choose “Create app”. Name and description are yours to choose; under “Which API/SDKs” tick “Web API”.",
            "As redirect URI enter this address, to the letter, and choose “Add”: {redirect_uri}",
            "Save. Under “User Management” add every account that shall use it, with name and e-mail address, your own "
            "included where it is not there: a new application admits five.",
            "Open “Basic Information”. Copy the client ID, then “View client secret”.",
        ),
    ),
    access_page="https://www.spotify.com/account/apps/",
    image_hosts=("https://*.scdn.co", "https://*.spotifycdn.com"),
    release_date=release_date,
)
