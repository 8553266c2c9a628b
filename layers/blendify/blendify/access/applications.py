"""
A provider application: client id and secret, addresses, limits. One secret in Secrets Manager each: a row, no constant.

Shape   {"client_id", "client_secret", "redirect_uri", "api_url", "accounts_url", "calls_per_minute",
         "calls_per_minute_and_user"}
"""

import json
import time

from blendify.core import aws
from blendify.core.settings import settings
from blendify.providers.application import Application, ApplicationMissing

DEFAULT = "default"
KEPT_SECONDS = 300
"""How long a warm Lambda trusts what it read: a rotated client secret is picked up within five minutes."""


_kept: dict[tuple[str, str], tuple[float, Application]] = {}


def application(provider: str, name: str = DEFAULT) -> Application:
    """
    The application as configured now or up to five minutes ago.

    Raises  ApplicationMissing when there is none, or none with a client id
    """
    read_at, kept = _kept.get((provider, name), (0.0, None))
    if kept is None or time.monotonic() - read_at > KEPT_SECONDS:
        kept = _read(provider, name)
        _kept[provider, name] = time.monotonic(), kept
    return kept


def forget() -> None:
    """Read anew at the next call."""
    _kept.clear()


def _read(provider: str, name: str) -> Application:
    client = aws.client("secretsmanager")
    try:
        text = client.get_secret_value(SecretId=f"{settings().applications}/{provider}/{name}")["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        raise ApplicationMissing(f"this deployment has no {provider} application named {name}") from None
    row = json.loads(text)
    if not row["client_id"] or not row["client_secret"]:
        raise ApplicationMissing(f"the {provider} application {name} has no client id and secret yet")
    return Application(
        provider=provider,
        name=name,
        client_id=row["client_id"],
        client_secret=row["client_secret"],
        redirect_uri=row["redirect_uri"],
        api_url=row["api_url"].rstrip("/"),
        accounts_url=row["accounts_url"].rstrip("/"),
        calls_per_minute=float(row["calls_per_minute"]),
        calls_per_minute_and_user=float(row["calls_per_minute_and_user"]),
    )
