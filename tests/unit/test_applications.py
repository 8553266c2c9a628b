"""A provider application is read from a parameter and a secret; both may change while functions are warm."""

import pytest

from blendify.access import applications
from blendify.access.applications import CACHE_SECONDS, application
from blendify.core import aws
from blendify.providers.application import ApplicationMissing
from tests.aws import aws_in_memory

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SECRET = "blendify/applications/spotify/default/client_secret"


def test_an_application_is_what_parameter_and_secret_say() -> None:
    """Addresses have no slash at their end. Its repr does not show the secret."""
    aws_in_memory.application("https://accounts/", "https://api/v1/", calls_per_minute=80)
    stored = application("spotify")
    assert (stored.accounts_url, stored.api_url, stored.calls_per_minute) == (
        "https://accounts",
        "https://api/v1",
        80.0,
    )
    assert stored.client_secret == "simulated-secret"
    assert "simulated-secret" not in repr(stored)


def test_a_rotated_secret_is_used_within_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that was pasted with a line break, or that has quotes in it."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    assert application("spotify").client_secret == "simulated-secret"
    aws.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString='a "new" \\ one\n')
    assert application("spotify").client_secret == "simulated-secret"
    now[0] += CACHE_SECONDS + 1
    assert application("spotify").client_secret == 'a "new" \\ one'


def test_an_application_without_a_secret_says_what_is_missing() -> None:
    """The stack makes the secret; its value may come later, or never."""
    aws.client("secretsmanager").delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    applications.forget()
    with pytest.raises(ApplicationMissing, match="no client id and secret yet"):
        application("spotify")
    aws.client("secretsmanager").create_secret(Name=SECRET)
    with pytest.raises(ApplicationMissing, match="no client id and secret yet"):
        application("spotify")


@pytest.mark.parametrize(("provider", "name"), [("lastfm", "default"), ("spotify", "another")])
def test_an_application_that_was_not_deployed_is_missing(provider: str, name: str) -> None:
    """The message names it."""
    with pytest.raises(ApplicationMissing, match=f"no {provider} application named {name}"):
        application(provider, name)
