"""
Provider applications: one secret in Secrets Manager each.

Shape   {"client_id", "client_secret", "redirect_uri", "api_url", "accounts_url", "calls_per_minute",
         "calls_per_minute_and_user"}
"""

import json
import time

from blendify.core import aws
from blendify.core.settings import settings
from blendify.providers.application import Application, ApplicationMissing

DEFAULT = "default"
CACHE_SECONDS = 300
"""How long a warm Lambda uses what it has read: a rotated client secret is picked up within five minutes."""

_cache: dict[tuple[str, str], tuple[float, Application]] = {}


def application(provider: str, name: str = DEFAULT) -> Application:
    """
    The application as it is configured, or was up to five minutes ago.

    Raises  ApplicationMissing when there is none, or it has no client id and secret
    """
    read_at, cached = _cache.get((provider, name), (0.0, None))
    if cached is None or time.monotonic() - read_at > CACHE_SECONDS:
        cached = _read(provider, name)
        _cache[provider, name] = time.monotonic(), cached
    return cached


def forget() -> None:
    """Empty the cache: the next call reads the secret."""
    _cache.clear()


def _read(provider: str, name: str) -> Application:
    client = aws.client("secretsmanager")
    try:
        text = client.get_secret_value(SecretId=f"{settings().applications}/{provider}/{name}")["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        raise ApplicationMissing(f"this deployment has no {provider} application named {name}") from None
    secret = json.loads(text)
    if not secret["client_id"] or not secret["client_secret"]:
        raise ApplicationMissing(f"the {provider} application {name} has no client id and secret yet")
    return Application(
        provider=provider,
        name=name,
        client_id=secret["client_id"],
        client_secret=secret["client_secret"],
        redirect_uri=secret["redirect_uri"],
        api_url=secret["api_url"].rstrip("/"),
        accounts_url=secret["accounts_url"].rstrip("/"),
        calls_per_minute=float(secret["calls_per_minute"]),
        calls_per_minute_and_user=float(secret["calls_per_minute_and_user"]),
    )
