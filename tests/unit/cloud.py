"""What the deployment would have configured, for tests."""

import json

from blendify import applications, aws


def application(accounts_url: str, api_url: str, **limits: float) -> None:
    """Configure the Spotify application, as the template's secret does; limits are lifted unless given."""
    row = {
        "client_id": "simulated-client",
        "client_secret": "simulated-secret",
        "redirect_uri": "http://127.0.0.1:4566/v1/auth/spotify/callback",
        "api_url": api_url,
        "accounts_url": accounts_url,
        "calls_per_minute": 0,
        "calls_per_minute_and_user": 0,
        **limits,
    }
    secrets = aws.client("secretsmanager")
    name, text = "blendify/applications/spotify/default", json.dumps(row)
    try:
        secrets.create_secret(Name=name, SecretString=text)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=text)
    applications.forget()
