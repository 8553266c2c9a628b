"""
Provider applications: what is public of one is a parameter of Systems Manager, its client secret a secret.

Parameter   {"client_id", "redirect_uri", "api_url", "accounts_url", "calls_per_minute", "calls_per_minute_and_user"}
Secret      the client secret alone. A deployment that changes a limit or an address does not write it, so a secret that
            was rotated stays
"""

import json
import time
from typing import Any

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
    public = _public(provider, name)
    secret = _client_secret(provider, name) if public["client_id"] else ""
    if not secret:
        raise ApplicationMissing(f"the {provider} application {name} has no client id and secret yet")
    return Application(
        provider=provider,
        name=name,
        client_id=public["client_id"],
        client_secret=secret,
        redirect_uri=public["redirect_uri"],
        api_url=public["api_url"].rstrip("/"),
        accounts_url=public["accounts_url"].rstrip("/"),
        calls_per_minute=float(public["calls_per_minute"]),
        calls_per_minute_and_user=float(public["calls_per_minute_and_user"]),
    )


def _public(provider: str, name: str) -> dict[str, Any]:
    client = aws.client("ssm")
    try:
        parameter = client.get_parameter(Name=f"/{settings().applications}/{provider}/{name}")
    except client.exceptions.ParameterNotFound:
        raise ApplicationMissing(f"this deployment has no {provider} application named {name}") from None
    return dict(json.loads(parameter["Parameter"]["Value"]))


def _client_secret(provider: str, name: str) -> str:
    """The secret, without blanks around it; empty if it has no value yet."""
    client = aws.client("secretsmanager")
    try:
        secret = client.get_secret_value(SecretId=f"{settings().applications}/{provider}/{name}/client_secret")
    except client.exceptions.ResourceNotFoundException:
        return ""
    return secret["SecretString"].strip()
