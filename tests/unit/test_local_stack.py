"""What `make up` tells the template."""

import pytest

from local.errors import Misconfigured
from local.paths import LOCAL
from local.providers import LASTFM, PROVIDERS, Provider, Simulator, chosen, real_parameters
from local.template import defaults, template

REAL = {"SPOTIFY_CLIENT_ID": "an-id", "SPOTIFY_CLIENT_SECRET": "a-secret"}


def test_the_pace_is_lifted_for_the_simulator_alone() -> None:
    """Whoever goes over to the real Spotify gets the template's pace, not the one that the simulator had."""
    lifted = Simulator(8480, LOCAL).parameters
    real = {**defaults(), **(real_parameters(REAL) or {})}
    paces = [name for name in lifted if "PerMinute" in name]
    assert paces == ["SpotifyCallsPerMinute", "SpotifyCallsPerMinuteAndUser"]
    assert {lifted[name] for name in paces} == {"0"}
    assert all(float(real[name]) > 0 for name in paces)


def test_every_parameter_is_given_in_every_deployment() -> None:
    """CloudFormation keeps the last value of a parameter that a deployment leaves out."""
    assert set(defaults()) == set(template()["Parameters"])


def test_another_address_is_not_simulated() -> None:
    """SPOTIFY_API_URL and SPOTIFY_ACCOUNTS_URL name what is talked to, at the normal pace."""
    given = {**REAL, "SPOTIFY_API_URL": "https://api.example/v1", "SPOTIFY_ACCOUNTS_URL": "https://accounts.example"}
    parameters = real_parameters(given) or {}
    assert parameters["SpotifyApiUrl"] == "https://api.example/v1"
    assert parameters["SpotifyAccountsUrl"] == "https://accounts.example"
    assert not any("PerMinute" in name for name in parameters)


def test_nothing_given_means_the_simulator() -> None:
    """No account is needed for the first run."""
    assert real_parameters({}) is None


@pytest.mark.parametrize("half", [*REAL, "SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", "SPOTIFY_REDIRECT_URI"])
def test_half_a_configuration_is_refused(half: str) -> None:
    """It says what to set, and does not quietly simulate."""
    with pytest.raises(Misconfigured, match="SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET"):
        real_parameters({half: "given"})


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)
def test_the_template_has_every_parameter_of_a_provider(provider: Provider) -> None:
    """What the simulator or the environment gives is what the template takes; both name the same things."""
    told = Simulator(provider.port, LOCAL, (), provider).parameters
    redirect = [provider.redirect_uri] if provider.redirect_uri else []
    environment = {provider.variable(name): "given" for name in (*told, *redirect)}
    real = real_parameters(environment, provider) or {}
    assert set(real) == {*told, *redirect} <= set(template()["Parameters"])
    assert real_parameters({}, provider) is None


def test_lastfm_needs_key_and_secret() -> None:
    """By the names that Last.fm gives them."""
    with pytest.raises(Misconfigured, match="LASTFM_API_KEY and LASTFM_SHARED_SECRET"):
        real_parameters({"LASTFM_API_KEY": "given"}, LASTFM)


def test_the_provider_is_chosen_by_name() -> None:
    """Spotify unless another is named; a name that is none says which there are."""
    assert chosen({}).name == chosen({"PROVIDER": ""}).name == "spotify"
    assert chosen({"PROVIDER": "lastfm"}) is LASTFM
    with pytest.raises(Misconfigured, match="spotify, apple_music, lastfm"):
        chosen({"PROVIDER": "napster"})
