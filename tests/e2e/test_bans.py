"""With a provider that throttles, ten listeners sync at once, and no call is made during a ban."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from operations.history_reader import stored_differences
from tests.e2e.system import System

DATA_TYPES = ["saved_tracks", "saved_albums", "followed_artists"]
pytestmark = pytest.mark.soak


def test_no_call_is_made_during_a_ban(system: System, record_property: Any) -> None:
    """
    Thirty collectors in processes of their own, with the rate limit of a real provider, meet one ban after another.
    Each waits for the end of the ban, only calls in flight arrive before it, and all records are stored.
    """
    unlimited = system.stack.simulator.parameters
    control = system.simulator.control
    names = [f"listener-{number}" for number in range(10)]
    with ThreadPoolExecutor(5) as pool:
        users = dict(zip(names, pool.map(lambda name: system.connect_and_sync(name)[0], names), strict=True))
    system.stack.deployment.update({**unlimited, "SpotifyCallsPerMinute": "100", "SpotifyCallsPerMinuteAndUser": "100"})
    control("POST", "counters/reset")
    # On a busy machine seconds pass between leave to call and the call. Who hears of no ban calls all through it.
    control("POST", "rate-limit", {"calls": 8, "seconds": 8, "retry_after": "8", "flight_seconds": 4})
    try:
        started = [
            system.start({"user_id": user_id, "provider": "spotify", "data_types": DATA_TYPES})
            for user_id in users.values()
        ]
        ended = [system.execution(arn, patience=900) for arn in started]
    finally:
        counted = control("GET", "counters")
        control("POST", "rate-limit", {"calls": None, "flight_seconds": 0.25})
        system.stack.deployment.update(unlimited)
    assert [execution["status"] for execution in ended] == ["SUCCEEDED"] * len(users)
    refused = sum(counter.get("429", 0) for counter in counted["endpoints"].values())
    assert refused >= 3, "the provider throttled"
    assert counted["calls_during_ban"] == 0
    record_property("calls refused with 429", refused)
    record_property("calls in flight when a ban began", counted["calls_in_flight_at_ban"])
    record_property("calls during bans", counted["calls_during_ban"])
    for name, user_id in users.items():
        moment = max(item["fetched_at"]["S"].split("#")[0] for item in system.records(user_id))
        truth = {data_type: system.truth(name)[data_type] for data_type in DATA_TYPES}
        stored = {data_type: records for data_type, records in system.stored(user_id, moment).items() if records}
        assert stored_differences(truth, stored) == []
