"""A provider that throttles: ten listeners sync at once, and while it bans the application nobody calls."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.history_reader import stored_differences
from tests.e2e.system import System

WANTED = ["saved_tracks", "saved_albums", "followed_artists"]
pytestmark = pytest.mark.soak


def test_nobody_calls_during_a_ban(system: System, record_property: Any) -> None:
    """
    Thirty collectors in processes of their own, at a pace as for a real provider, meet one ban after the other: each of
    them waits for its end, no call leaves before it but one already on its way, and all records arrive.
    """
    lifted = system.stack.simulator.parameters
    control = system.simulator.control
    names = [f"listener-{number}" for number in range(10)]
    with ThreadPoolExecutor(5) as pool:
        users = dict(zip(names, pool.map(lambda name: system.connect_and_sync(name)[0], names), strict=True))
    system.stack.deployment.update({**lifted, "SpotifyCallsPerMinute": "100", "SpotifyCallsPerMinuteAndUser": "100"})
    control("POST", "counters/reset")
    control("POST", "rate-limit", {"calls": 8, "seconds": 8, "retry_after": "4"})
    try:
        started = [
            system.start({"user_id": user_id, "provider": "spotify", "data_types": WANTED})
            for user_id in users.values()
        ]
        ended = [system.execution(arn, patience=900) for arn in started]
    finally:
        counted = control("GET", "counters")
        control("POST", "rate-limit", {"calls": None})
        system.stack.deployment.update(lifted)
    assert [one["status"] for one in ended] == ["SUCCEEDED"] * len(users)
    refused = sum(counter.get("429", 0) for counter in counted["endpoints"].values())
    assert refused >= 3, "the provider throttled"
    assert counted["calls_during_ban"] == 0
    record_property("calls refused with 429", refused)
    record_property("calls on their way when a ban began", counted["calls_in_flight_at_ban"])
    record_property("calls during bans", counted["calls_during_ban"])
    for name, user_id in users.items():
        moment = max(item["fetched_at"]["S"].split("#")[0] for item in system.records(user_id))
        truth = {data_type: system.truth(name)[data_type] for data_type in WANTED}
        found = {data_type: records for data_type, records in system.stored(user_id, moment).items() if records}
        assert stored_differences(truth, found) == []
