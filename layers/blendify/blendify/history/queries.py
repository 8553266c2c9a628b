"""
The history, read: facts by their keys, by record, by moment of play, by the moment of their run.

Reads are eventually consistent, at half the price; what such a read misses although it must be there is read again.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from blendify.core.data_types import DataType
from blendify.history.facts import CHECKPOINTS
from blendify.history.snapshots import Lists, lists_of
from blendify.history.stored_facts import StoredFact

PROBE, WINDOW = 16, 100
"""Facts that are read as one range, first as a trial: neighbours share what a read costs, 4 KB each."""
SPARE = 3
"""A range is read until so many times as many facts came as are wanted of it: singly they cost about that."""
PAGE = 300


def facts(user_id: str, data_type: str, keys: Sequence[str]) -> dict[str, StoredFact]:
    """
    The facts with these sort keys, by their keys.

    Raises  LookupError when the history does not hold one of them
    """
    partition, wanted = f"{user_id}#{data_type}", set(keys)
    found: dict[str, StoredFact] = {}
    # From the newest on, of which the most is still wanted.
    order, window = sorted(wanted, reverse=True), PROBE
    while len(order) >= PROBE // 2:
        near, order = order[:window], order[window:]
        span, most = StoredFact.fetched_at.between(near[-1], near[0]), SPARE * len(near)
        between = StoredFact.query(partition, span, scan_index_forward=False, limit=most)
        here = {fact.fetched_at: fact for fact in between if fact.fetched_at in wanted}
        found |= here
        if 2 * len(here) < len(near):
            # They lie far apart.
            break
        window = WINDOW
    for consistent in (False, True):
        missing = sorted(wanted - found.keys())
        if missing:
            items = [(partition, key) for key in missing]
            found |= {fact.fetched_at: fact for fact in StoredFact.batch_get(items, consistent_read=consistent)}
    if missing := sorted(wanted - found.keys()):
        raise LookupError(f"the history does not hold {len(missing)} facts of {data_type}, {missing[0]} first")
    return found


def runs(user_id: str, data_type: str, after: str, until: str) -> Iterator[StoredFact]:
    """What the runs that began later than `after` and not later than `until` appended, in the order of the keys."""
    # Keys go on behind the moment with a `#`, before which no digit and no letter sorts.
    between = StoredFact.fetched_at.between(f"{after}$", f"{until}$")
    for fact in StoredFact.query(f"{user_id}#{data_type}", between):
        if fact.part is None:
            yield fact


def appearances(user_id: str, data_type: str, record_id: str) -> list[StoredFact]:
    """Everything that is told of one record, in the order of time, with no more fields than the index has."""
    return _in_time(StoredFact.by_record.query(f"{user_id}#{data_type}", StoredFact.record_id == record_id))


def records(user_id: str, data_type: str, after: str) -> Iterator[tuple[str, list[StoredFact]]]:
    """The same for every record, in the order of their ids; those behind `after`."""
    behind = StoredFact.record_id > after if after else None
    found = StoredFact.by_record.query(f"{user_id}#{data_type}", behind, page_size=PAGE)
    for record_id, group in groupby(found, key=lambda fact: str(fact.record_id)):
        yield record_id, _in_time(group)


def snapshot(user_id: str, provider: str, data_type: DataType, until: str) -> tuple[str, Lists]:
    """Moment and lists of the newest checkpoint that is no younger than `until`; "" and nothing without one."""
    where, parts = f"{user_id}#{data_type}{CHECKPOINTS}", list[bytes]()
    until_then = StoredFact.fetched_at.between(f"{provider}#", f"{provider}#{until}$")
    for one in StoredFact.query(where, until_then, scan_index_forward=False, page_size=1):
        parts.insert(0, bytes(one.raw or b""))
        if one.part is None:
            # Its parts are written before it, and stand behind it.
            moment = str(one.fetched_at).removeprefix(f"{provider}#")
            return moment, lists_of(b"".join(parts[: int(one.raw_parts or 1)]))
    return "", {}


def plays(user_id: str, data_type: str, before: tuple[str, str] | None, until: str | None) -> Iterator[tuple[str, str]]:
    """
    Plays, the latest first: when they were played, and their sort keys.

    before   those behind this one
    until    none that was played later than that
    """
    latest = min((one for one in (before and before[0], until) if one), default=None)
    played = StoredFact.played_at <= latest if latest else None
    found = StoredFact.by_play.query(f"{user_id}#{data_type}", played, scan_index_forward=False, page_size=PAGE)
    for played_at, group in groupby(found, key=lambda fact: str(fact.played_at)):
        for key in sorted((str(fact.fetched_at) for fact in group), reverse=True):
            if before is None or (played_at, key) < before:
                yield played_at, key


def _in_time(found: Iterable[StoredFact]) -> list[StoredFact]:
    return sorted(found, key=lambda fact: str(fact.fetched_at))
