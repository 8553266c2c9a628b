"""
K8: the past is never finished. A first reading of a log may end too early, and plays of the past come in late.

What was read is held against the profile's own count, late plays are found as far back as is promised, and `full`
reads all of a log. Whatever is read again, no play is recorded twice, and what must be in memory stays small.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from blendify.collecting.plan import REMEMBERED, SPARE_PLAYS
from blendify.core import aws
from blendify.core.data_types import DataType, Outcome
from blendify.history import list_versions
from blendify.providers import PROVIDERS
from operations.history_reader import HistoryReader
from tests.unit.every_provider.subject import Subject
from tests.unit.field.test_a_count_is_a_hint import collected
from tests.unit.robustness.machine import Clock
from tests.unit.simulated import SIMULATED
from tests.unit.world import Socket

PLAYS = DataType.RECENTLY_PLAYED
ENDLESS = [
    name
    for name, provider in SIMULATED.items()
    if PLAYS in provider.offered and getattr(PROVIDERS[name].endpoints[PLAYS].log_window, "entries", 0) is None
]
"""Providers that forget no play."""
MANY = 1_500


@pytest.fixture
def many(sockets: Mapping[str, Socket], provider: str, aws_in_memory: None) -> Iterator[Subject]:
    """A listener with so many plays, over months."""
    clock = Clock()
    with clock.installed():
        subject = Subject.begin(sockets[provider], clock=clock.seconds, scrobbles=MANY)
        subject.clock, subject.user_id = clock, subject.connect()
        yield subject


def recorded_twice(subject: Subject) -> list[tuple[str, ...]]:
    """Plays that the history has more often than the listener has played them."""
    items = HistoryReader(aws.client("dynamodb"), "history", subject.user_id).items(PLAYS)
    names = ("played_at", "record_id", "occurrence")
    plays = Counter(tuple(str(item.get(name)) for name in names) for item in items)
    return [play for play, count in plays.items() if count > 1]


@pytest.mark.parametrize("trouble", ["ends_early", "ends_at_once"])
@pytest.mark.parametrize("provider", ENDLESS)
def test_f1_a_full_page_is_never_an_end(many: Subject, trouble: str) -> None:
    """203 plays are counted, or none, and all of them come: pages are full, and the profile knows of more."""
    many.fault(PLAYS, trouble, **({"edit": {"ends_at": 203}} if trouble == "ends_early" else {}))
    calls, outcome, _ = collected(many, PLAYS)
    assert (outcome, many.differences(PLAYS)) == (Outcome.COMPLETE, [])
    assert calls <= many.fewest(PLAYS) + 3
    calls, _, _ = collected(many, PLAYS)
    assert calls <= 2


@pytest.mark.parametrize("provider", ENDLESS)
def test_f1_a_log_that_ended_early_is_read_whole_by_the_next_sync(many: Subject) -> None:
    """Pages behind the second are empty: the profile knows of more, a note says so, and the next sync has all."""
    many.fault(PLAYS, "page_empty", offsets=(400, None))
    _, outcome, why = collected(many, PLAYS)
    assert (outcome, why[:6]) == (Outcome.COMPLETE, "1 list")
    many.traffic.faults.clear()
    _, _, why = collected(many, PLAYS)
    assert (why, many.differences(PLAYS), recorded_twice(many)) == ("", [], [])


@pytest.mark.parametrize("provider", ENDLESS)
def test_a_profile_that_counts_more_for_good_becomes_normal(subject: Subject) -> None:
    """The log is read whole three times; then a sync asks for what is new, and polls never asked for more."""
    subject.fault(PLAYS, "entries_missing")
    calls = [collected(subject, PLAYS)[0] for _ in range(4)]
    assert calls[3] <= 2


@pytest.mark.parametrize("days", [1, 5, 8, 10, 12, 13])
@pytest.mark.parametrize("provider", ENDLESS)
def test_f2_late_plays_are_found_as_far_back_as_is_promised(subject: Subject, days: int) -> None:
    """A day after the first sync four plays come in that are so many days old; a sync a day follows."""
    collected(subject, PLAYS)
    subject.clock.sleep(24 * 3600)
    subject.change("add", PLAYS, count=4, days=days)
    for _ in range(8):
        collected(subject, PLAYS)
    assert (subject.differences(PLAYS), recorded_twice(subject)) == ([], [])


@pytest.mark.parametrize("provider", ENDLESS)
def test_full_reads_all_of_a_log_and_doubles_nothing(many: Subject) -> None:
    """Plays of long ago are imported at the provider. The version of a log tells recent plays alone."""
    collected(many, PLAYS)
    version = list_versions.version(many.user_id, many.name, PLAYS, "")
    assert version.count <= 2 * (REMEMBERED + SPARE_PLAYS)
    many.change("add", PLAYS, count=4, days=60)
    job, _ = many.run(PLAYS, days=1, mode="full")
    assert many.counts(job, PLAYS)["appended"] == 4
    assert (many.differences(PLAYS), recorded_twice(many)) == ([], [])
