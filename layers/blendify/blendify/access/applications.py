"""
Provider applications: what is public of one is a parameter of Systems Manager, its client secret a secret. Of one
that a listener brought, client id and secret are the listener's, and the rest is as for the operator's.

Parameter   {"client_id", "redirect_uri", "api_url", "accounts_url", "calls_per_minute", "calls_per_minute_and_user"},
            and "calls_per_day" where the provider counts by the day
Secret      the client secret alone. A deployment that changes a limit or an address does not write it, so a secret that
            was rotated stays
"""

import json
import time
from typing import Any

from blendify.access import brought_applications
from blendify.access.connections import Connection
from blendify.core import aws
from blendify.core.settings import settings
from blendify.providers.application import DEFAULT, Application, ApplicationMissing, BroughtApplication

CACHE_SECONDS = 300
"""How long a warm Lambda uses what it has read: a rotated client secret is picked up within five minutes."""

_cache: dict[tuple[str, str], tuple[float, Application]] = {}
_public_cache: dict[str, tuple[float, dict[str, Any]]] = {}


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


def of_connection(connection: Connection) -> Application:
    """
    The application to which the connection's grant was given.

    Raises  ApplicationMissing
    """
    if connection.application == DEFAULT:
        return application(connection.provider)
    brought = brought_applications.named(connection.user_id, connection.provider, connection.application)
    if brought is None:
        raise ApplicationMissing("your own application was removed: connect again")
    return of_brought(brought)


def of_brought(brought: BroughtApplication) -> Application:
    """
    The application that a listener brought. Its secret is not cached: one that was replaced or removed counts at once.

    Raises  ApplicationMissing
    """
    secret = brought_applications.client_secret(brought)
    public = {**settings_of(brought.provider), "client_id": brought.client_id}
    return _application(brought.provider, brought.name, public, secret, brought)


def settings_of(provider: str) -> dict[str, Any]:
    """
    What is public of the operator's application, or was up to five minutes ago: addresses and rate limits, which hold
    for all applications, and its client id, which is empty where there is none.

    Raises  ApplicationMissing
    """
    read_at, cached = _public_cache.get(provider, (0.0, {}))
    if not cached or time.monotonic() - read_at > CACHE_SECONDS:
        cached = _public(provider, DEFAULT)
        _public_cache[provider] = time.monotonic(), cached
    return cached


def forget() -> None:
    """Empty the caches: the next call reads parameter and secret."""
    _cache.clear()
    _public_cache.clear()


def _read(provider: str, name: str) -> Application:
    public = _public(provider, name)
    secret = _client_secret(provider, name) if public["client_id"] else ""
    if not secret:
        raise ApplicationMissing(f"the {provider} application {name} has no client id and secret yet")
    return _application(provider, name, public, secret)


def _application(
    provider: str, name: str, public: dict[str, Any], secret: str, brought: BroughtApplication | None = None
) -> Application:
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
        brought=brought,
        calls_per_day=int(public.get("calls_per_day", 0)),
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
