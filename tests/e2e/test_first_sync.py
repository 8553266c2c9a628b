"""From the login link to the last playlist track, the history stores what the provider serves."""

from math import ceil
from typing import Any

import pytest

from operations.history_reader import stored_differences
from tests.e2e.system import System


@pytest.fixture(scope="module")
def ada(system: System) -> tuple[str, Any, dict[str, Any]]:
    """User id and first sync of a listener, and the provider's counters for it."""
    system.simulator.control("POST", "counters/reset")
    user_id, sync = system.connect_and_sync("ada")
    return user_id, sync, system.simulator.control("GET", "counters")["endpoints"]


def test_everything_stored_equals_everything_served(system: System, ada: tuple[str, Any, Any]) -> None:
    """
    Each record is stored exactly once, at its position, and its answer is equal as JSON. This includes nulls,
    duplicates and local files.
    """
    user_id, sync, _ = ada
    assert sync["status"] == "succeeded"
    assert {state["outcome"] for state in sync["data_types"].values()} == {"complete"}
    assert stored_differences(system.truth("ada"), system.stored(user_id, sync["started_at"])) == []


def test_every_list_is_read_in_the_fewest_calls(system: System, ada: tuple[str, Any, Any]) -> None:
    """A list takes ceil(n / page) calls, by the provider's own counters. Unreadable playlists take none."""
    truth = system.truth("ada")
    calls = {name: counter["calls"] for name, counter in ada[2].items()}

    def pages(count: int) -> int:
        return max(1, ceil(count / 50))

    contents = [entries for entries in truth["playlist_tracks"].values() if entries is not None]
    assert calls == {
        "POST /api/token": 1,
        "GET /authorize": 1,
        "POST /_simulator/decision": 1,
        "GET /v1/me": 1,
        "GET /v1/me/top/tracks": 3,
        "GET /v1/me/top/artists": 3,
        "GET /v1/me/player/recently-played": 1,
        "GET /v1/me/playlists": pages(len(truth["playlists"])),
        "GET /v1/playlists/{id}/items": sum(pages(len(entries)) for entries in contents),
        "GET /v1/me/tracks": pages(len(truth["saved_tracks"])),
        "GET /v1/me/albums": pages(len(truth["saved_albums"])),
        "GET /v1/me/following": pages(len(truth["followed_artists"])),
    }


@pytest.mark.parametrize("regime", ["legacy", "transitional"])
def test_every_regime_of_the_provider_is_collected(system: System, regime: str) -> None:
    """An application in either regime, or in the transition, stores everything that it is served."""
    system.simulator.control("POST", f"listeners/{regime}", {"regime": regime})
    user_id, sync = system.connect_and_sync(regime)

    assert sync["status"] == "succeeded"
    assert stored_differences(system.truth(regime), system.stored(user_id, sync["started_at"])) == []


def test_unreadable_playlists_are_reported_and_do_not_count_as_failures(ada: tuple[str, Any, Any]) -> None:
    """The result reports the two playlists of others, which a new application may not read."""
    _, sync, _ = ada
    assert sync["data_types"]["playlist_tracks"]["outcome"] == "complete"
    assert sync["data_types"]["playlist_tracks"]["unavailable"] == 2
    assert "2 lists cannot be read" in sync["data_types"]["playlist_tracks"]["why"]
