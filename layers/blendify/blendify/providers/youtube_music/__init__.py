"""YouTube Music, by the YouTube Data API. https://developers.google.com/youtube/v3"""

from datetime import timedelta

from blendify.providers.links import Links
from blendify.providers.oauth2 import AuthorizationCode
from blendify.providers.provider import Provider, Registration
from blendify.providers.revocation import Revocation
from blendify.providers.youtube_music.endpoints import NOT_OFFERED, table
from blendify.providers.youtube_music.errors import QUOTA_ZONE, classify_error
from blendify.providers.youtube_music.profile import profile

PROVIDER = Provider(
    name="youtube_music",
    title="YouTube Music",
    access=AuthorizationCode(
        title="Google",
        authorize_path="/o/oauth2/v2/auth",
        token_path="/token",  # noqa: S106 -- a path
        # Google gives a refresh token at the first consent alone, unless it asks for the consent again.
        parameters={"access_type": "offline", "prompt": "consent", "include_granted_scopes": "false"},
        token_hosts={"https://accounts.google.com": "https://oauth2.googleapis.com"},
        revocation=Revocation(path="/revoke", field="token"),
    ),
    table=table,
    profile_request=("/channels", {"part": "snippet", "mine": "true"}),
    profile=profile,
    links=Links(
        song="https://music.youtube.com/watch?v={id}",
        search="https://music.youtube.com/search?q={words}",
        record_id=r"[A-Za-z0-9_-]{11}",
    ),
    classify_error=classify_error,
    registration=Registration(
        address="https://console.cloud.google.com/apis/library/youtube.googleapis.com",
        steps=(
            "Log in to Google's console, make a project, and choose “Enable” for the YouTube Data API v3.",
            "Under “OAuth consent screen” choose “External”, fill in name and addresses, and add the scope "
            "“…/auth/youtube.readonly”. Add your own address as a test user, or publish the application: in testing a "
            "consent ends after seven days.",
            "Under “Credentials” choose “Create credentials”, “OAuth client ID”, and the type “Web application”.",
            "As authorized redirect URI enter this address, to the letter: {redirect_uri}",
            "Choose “Create”. Copy the client ID and the client secret.",
        ),
    ),
    dictionary=3,
    access_page="https://security.google.com/settings/security/permissions",
    image_hosts=("https://i.ytimg.com", "https://*.ggpht.com", "https://*.googleusercontent.com"),
    not_offered=NOT_OFFERED,
    # https://developers.google.com/youtube/terms/developer-policies, III.E.4
    kept_unread=timedelta(days=30),
    quota_zone=QUOTA_ZONE,
)
