"""
Figures that are counts, whatever the machine's speed: calls, records, write units, state transitions, virtual time.

All of them have bounds: `make check-bench` fails when one gets worse than its bound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any
from unittest.mock import patch

from bench.figures import Figure, at_least, at_most, number
from bench.in_process import BRANCHES, Bench, bench
from bench.machine import transitions
from bench.requests import RequestMeter, Requests
from bench.virtual_time import CALL, REQUEST, virtual_time
from bench.writes import WriteMeter, Writes, named
from blendify.access import connections
from blendify.collecting.collector import collect
from blendify.core import times
from blendify.core.data_types import Outcome
from blendify.schedule import poll_queue
from blendify.schedule.poll_queue import QueuedPoll
from blendify.syncing.dispatch import dispatch
from blendify.syncing.poll import poll
from local.simulators.spotify import Options, Regime
from tests.aws import aws_in_memory

LISTENER = "listener"
DAY = timedelta(days=1)
HISTORY_INDEXES = ("record", "played")
SMALL: dict[str, Any] = {
    "playlists": 3,
    "playlist_entries": 30,
    "long_playlist": 20,
    "saved_tracks": 30,
    "saved_albums": 5,
}
"""What polls do not read."""
PACE: dict[str, Any] = {"calls_per_minute": 240, "calls_per_minute_and_user": 100}
"""The pace of a deployment: a slot of it costs a write unit."""


def figures() -> Iterator[Figure]:
    """All counts."""
    yield from _life_of_a_listener()
    yield from _full_answers()
    yield from _polls()
    yield from _first_sync_in_virtual_time()
    yield at_most("state transitions, one sync without waits", transitions(), 11, aim="at most 11")
    yield Figure("state transitions, one poll", "0: a message in a queue", aim="0")


def _life_of_a_listener() -> Iterator[Figure]:
    meter, requests = WriteMeter(), RequestMeter()
    with bench(Options()) as here, meter.running(), requests.running():
        user_id, fewest = here.connect(LISTENER), fewest_calls(here)
        meter.taken()
        first = here.sync(user_id)
        first_writes = meter.taken()
        here.pass_time(DAY)
        requests.taken()
        same = here.sync(user_id)
        same_writes, same_requests = meter.taken(), requests.taken()
        here.pass_time(timedelta(hours=1))
        soon = here.sync(user_id)
        change_a_little(here)
        here.pass_time(DAY)
        meter.taken()
        changed = here.sync(user_id)
        changed_writes = meter.taken()
        here.pass_time(DAY)
        full, fewest_full = here.sync(user_id, mode="full"), fewest_calls(here)
    yield at_most("calls, first sync", first["calls"], fewest, aim="the fewest possible")
    yield at_most("calls, nothing changed", same["calls"], 14, aim="at most 14")
    yield at_most("calls, nothing changed, within the day", soon["calls"], 8, aim="at most 14")
    yield at_most("calls, small change", changed["calls"], 21, aim="at most 21")
    yield at_most("records appended, nothing changed", same["appended"] + same["removed"], 0, aim="0")
    appended = changed["appended"] + changed["removed"]
    today = f"{appended}, of which {changed['removed']} removals"
    yield Figure("records appended, small change", today, SMALL_CHANGE, appended, least=25, most=25)
    yield at_most("calls, full sync", full["calls"], fewest_full, aim="the fewest possible")
    yield at_most("records appended, full sync", full["appended"] + full["removed"], 0, aim="0")
    yield _a_record("write units a record, raw answer stored", first_writes, first["records"])
    raw, stored = (first[name] / first["records"] for name in ("raw_bytes", "stored_bytes"))
    yield at_most("bytes a record, stored", stored, 850, f"{stored:,.0f}; as JSON {raw:,.0f}")
    what = f"first sync of {first['records']:,} records"
    yield from _written(what, first_writes, Bounds(7_700, 5_400), "at most 8,000")
    yield from _written("nothing changed", same_writes, Bounds(42, 4), "at most 100")
    yield from _written("small change", changed_writes, Bounds(150, 42))
    yield from _requested("nothing changed", same_requests, reads=105, seals=9)


def _full_answers() -> Iterator[Figure]:
    """Applications of before 2026 get market codes, popularity and more."""
    meter = WriteMeter()
    with bench(Options(regime=Regime.LEGACY)) as here, meter.running():
        user_id = here.connect(LISTENER)
        meter.taken()
        first = here.sync(user_id)
        writes = meter.taken()
    yield _a_record("write units a record, full answers of 2026", writes, first["records"])
    yield from _written("first sync with full answers of 2026", writes, Bounds(7_900, 5_400), "at most 8,000")


def _polls() -> Iterator[Figure]:
    """
    Each with its claim by the dispatch and its slots of the rate limit.

    What the dispatch writes about its quota, and what it reads, is left out: it is one for all polls of a minute.
    """
    silent, news, _ = _silent_and_with_news(Options(**SMALL, token_seconds=86_400))
    yield from _written("a poll without news", silent, Bounds(4, 2), "at most 5")
    yield from _written("a poll with 12 plays", news, Bounds(26, 28), "at most 30")
    units = sum(news.by_index.get(name, 0) for name in HISTORY_INDEXES)
    yield at_most("write units in the history's indexes, a poll with 12 plays", units, 24, aim="at most 24")
    silent, _, requests = _silent_and_with_news(Options(**SMALL))
    yield from _written("a poll without news that renews the access token", silent, Bounds(8, 2))
    yield from _requested("a poll without news that renews the access token", requests, reads=4, seals=1)


def _silent_and_with_news(options: Options) -> tuple[Writes, Writes, Requests]:
    meter, requests = WriteMeter(), RequestMeter()
    with bench(options) as here, meter.running(), requests.running():
        user_id = here.connect(LISTENER)
        here.sync(user_id)
        aws_in_memory.application(here.address, f"{here.address}/v1", **PACE)
        meter.taken()
        queued = due_poll(here, user_id)
        requests.taken()
        make_poll(queued)
        silent, asked = meter.taken(), requests.taken()
        here.control("POST", f"listeners/{LISTENER}/mutations", [{"act": "add", "list": "recently_played"}] * 12)
        make_poll(due_poll(here, user_id))
        news = meter.taken()
    return _without_quota(silent), _without_quota(news), asked


def due_poll(here: Bench, user_id: str) -> QueuedPoll:
    """Let the time come at which the listener is due for a poll, and dispatch it."""
    plan = connections.connection(user_id, "spotify").plan
    if plan is None or plan.due_at >= plan.resync_at:
        raise RuntimeError("the listener is not due for a poll next")
    here.pass_time(plan.due_at - times.now())
    sent: list[QueuedPoll] = []

    def send(polls: Sequence[QueuedPoll]) -> Sequence[QueuedPoll]:
        sent.extend(polls)
        return ()

    with patch.object(poll_queue, "send", send):
        dispatch("machine", lambda: 900.0)
    (queued,) = sent
    return queued


def make_poll(queued: QueuedPoll) -> None:
    """Make a poll that was dispatched."""
    outcome = poll(queued, lambda: 900.0)
    if outcome is not Outcome.COMPLETE:
        raise RuntimeError(f"the poll ended as {outcome}")


def _without_quota(writes: Writes) -> Writes:
    return Writes({name: units for name, units in writes.kinds.items() if name != "ledger"}, writes.by_index)


def _a_record(what: str, writes: Writes, records: int) -> Figure:
    units = writes.kinds["facts"] / records
    return at_most(what, round(units, 2), 1.08, f"{units:.2f}", "at most 1.1")


@dataclass(frozen=True)
class Bounds:
    """Most write units."""

    tables: int
    indexes: int


def _written(what: str, writes: Writes, most: Bounds, aim: str = "") -> Iterator[Figure]:
    """Every flow writes to tables and indexes: a meter that has seen nothing is no improvement."""
    for where, kinds, bound in (("tables", writes.kinds, most.tables), ("indexes", writes.by_index, most.indexes)):
        units = sum(kinds.values())
        today = f"{units:,} ({named(kinds)})"
        yield Figure(f"write units in {where}, {what}", today, aim * (where == "tables"), units, least=1, most=bound)


def _requested(what: str, asked: Requests, *, reads: float, seals: int) -> Iterator[Figure]:
    yield Figure(f"read units, {what}", number(asked.read_units), value=asked.read_units, least=1, most=reads)
    yield Figure(f"KMS requests, {what}", number(asked.seals), value=asked.seals, least=1, most=seals)


def _first_sync_in_virtual_time() -> Iterator[Figure]:
    with bench(Options()) as here:
        job = here.begin(here.connect(LISTENER))
        calls, longest = 0, 0.0
        for branch in BRANCHES:
            with virtual_time() as clock:
                for data_type in branch:
                    collect(data_type, job, lambda: 900.0)
            calls, longest = calls + clock.calls, max(longest, clock.now)
    faster = calls * CALL / longest
    yield at_least(
        f"first sync, times faster than call after call, at {CALL * 1000:.0f} ms a call and {REQUEST * 1000:.0f} ms a "
        "request to AWS",
        faster,
        4.2,
        f"{faster:.1f} ({longest:.1f} s in the longest branch)",
        "at least 4",
    )


def fewest_calls(here: Bench) -> int:
    """ceil(n / page) over every list of the listener, by the simulator's truth."""
    truth = here.control("GET", f"truth/{LISTENER}")["data"]
    lists: list[Any] = []
    for entries in truth.values():
        lists += entries.values() if isinstance(entries, dict) else [entries]
    return sum(max(1, ceil(len(entries) / 50)) for entries in lists if entries is not None)


SMALL_CHANGE = "25, of which 3 removals"
"""3 likes, 12 plays, an album, a follow, a playlist's state, 2 entries of it, 2 ranks; removed: 2 likes, an entry."""


def change_a_little(here: Bench) -> None:
    """
    Add 3 likes, 12 plays, 1 album and 1 follow, remove 2 likes, add two entries to a playlist of common size and remove
    one, and swap two ranks.
    """
    contents = here.control("GET", f"truth/{LISTENER}")["data"]["playlist_tracks"]
    edited = next(name for name, entries in contents.items() if entries and 40 <= len(entries) <= 60)
    changes: list[dict[str, Any]] = [{"act": "add", "list": "saved_tracks"}] * 3
    changes += [{"act": "remove", "list": "saved_tracks", "position": position} for position in (400, 1_200)]
    changes.append({"act": "move", "list": "top_tracks", "name": "short_term", "position": 4, "to": 5})
    changes += [{"act": "add", "list": "recently_played"}] * 12
    changes += [{"act": "add", "list": "saved_albums"}, {"act": "add", "list": "followed_artists"}]
    playlist = {"list": "playlist_tracks", "name": edited}
    changes += [{"act": "add", **playlist}] * 2 + [{"act": "remove", **playlist}]
    here.control("POST", f"listeners/{LISTENER}/mutations", changes)
