"""A very large account is collected whole. States, items and execution histories stay within their limits."""

import os
from math import ceil
from typing import Any

from bench.machine import HISTORY_QUOTA, events
from operations.history_reader import stored_differences
from tests.aws.capacity import item_size
from tests.e2e.system import System

FULL = int(os.environ.get("SCHEDULES", "0")) >= 10_000
"""`make soak` collects the account at full size, `make test` a twentieth of it."""
SHARE = 1 if FULL else 20
SIZES = {
    "playlists": 2_000 // SHARE,
    "playlist_entries": 15_000 // SHARE,
    "long_playlist": 11_000 // SHARE,
    "saved_tracks": 60_000 // SHARE,
    "followed_artists": 5_000 // SHARE,
    "saved_albums": 300 // SHARE,
}
LARGEST_STATE = 16 * 1024
LARGEST_ITEM = 400 * 1024


def test_a_very_large_account_is_collected_whole(system: System, record_property: Any) -> None:
    """Every record is stored once, with the fewest calls. States, items and the execution's history stay small."""
    control = system.simulator.control
    control("POST", "listeners/max", {"sizes": SIZES})
    control("POST", "counters/reset")
    browser, user_id = system.connect("max")
    sync = system.latest_sync(browser, patience=3_600)
    assert sync["status"] == "succeeded", sync["why"]
    assert {state["outcome"] for state in sync["data_types"].values()} == {"complete"}
    counted = control("GET", "counters")["endpoints"]
    assert counted["GET /v1/me/tracks"]["calls"] == ceil(SIZES["saved_tracks"] / 50)
    assert counted["GET /v1/me/following"]["calls"] == ceil(SIZES["followed_artists"] / 50)

    records = system.stored(user_id, sync["started_at"])
    assert stored_differences(system.truth("max"), records) == []
    assert max(item_size(item) for item in system.history(user_id)) < LARGEST_ITEM
    assert max(system.state_sizes(user_id)) < LARGEST_STATE
    assert events(sync["round"], failing=True) < HISTORY_QUOTA // 2
    record_property("records of the large account", sum(map(len, records.values())))
    record_property("rounds of the large account", sync["round"])
    record_property("bytes of its largest state", max(system.state_sizes(user_id)))
