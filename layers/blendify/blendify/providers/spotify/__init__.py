"""Spotify. https://developer.spotify.com/documentation/web-api"""

from blendify.providers.spotify.endpoints import ENDPOINTS
from blendify.providers.spotify.profile import profile
from blendify.providers.spotify.refusals import refusal
from blendify.providers.table import OAuth, Provider

PROVIDER = Provider(
    name="spotify",
    title="Spotify",
    oauth=OAuth(authorize_path="/authorize", token_path="/api/token"),  # noqa: S106 -- a path
    endpoints=ENDPOINTS,
    profile_path="/me",
    profile=profile,
    refusal=refusal,
)
