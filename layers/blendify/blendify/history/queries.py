"""
Queries of the history: facts by key, by record, by moment of play, by the moment of their sync.

Reads are eventually consistent, at half the price. A fact that must exist and is missing is read again, consistently.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from blendify.core.data_types import DataType
from blendify.history.facts import CHECKPOINTS, IMPORTED, IMPORTED_LISTS, moment_of
from blendify.history.snapshots import Lists, lists_of
from blendify.history.stored_facts import StoredFact

PROBE, WINDOW = 16, 100
"""Facts that are read as one range, PROBE as a trial, then WINDOW: neighbours share read units of 4 KB each."""
SPARE = 3
"""A range read stops after SPARE times the wanted facts: reading those one by one costs about as much."""
PAGE = 300


def facts(user_id: str, data_type: str, keys: Sequence[str], *, gone: bool = False) -> dict[str, StoredFact]:
    """
    The facts with these sort keys, by their keys.

    gone    whether some may have been erased

    Raises  LookupError when the history does not hold one of them
    """
    partition, wanted = f"{user_id}#{data_type}", set(keys)
    by_key: dict[str, StoredFact] = {}
    # Newest first: most of the newest facts are still wanted.
    order, window = sorted(wanted, reverse=True), PROBE
    while len(order) >= PROBE // 2:
        near, order = order[:window], order[window:]
        span, most = StoredFact.fetched_at.between(near[-1], near[0]), SPARE * len(near)
        between = StoredFact.query(partition, span, scan_index_forward=False, limit=most)
        here = {fact.fetched_at: fact for fact in between if fact.fetched_at in wanted}
        by_key |= here
        if 2 * len(here) < len(near):
            # They lie far apart.
            break
        window = WINDOW
    for consistent in (False, True):
        missing = sorted(wanted - by_key.keys())
        if missing:
            items = [(partition, key) for key in missing]
            by_key |= {fact.fetched_at: fact for fact in StoredFact.batch_get(items, consistent_read=consistent)}
    missing = sorted(wanted - by_key.keys())
    if missing and not gone:
        raise LookupError(f"the history does not hold {len(missing)} facts of {data_type}, {missing[0]} first")
    return by_key


def runs(user_id: str, data_type: str, after: str, until: str) -> Iterator[StoredFact]:
    """The facts of syncs that began after `after` and not after `until`, in the order of their keys."""
    # In a key a `#` follows the moment; it sorts before `$`, and before all digits and letters.
    between = StoredFact.fetched_at.between(f"{after}$", f"{until}$")
    for fact in StoredFact.query(f"{user_id}#{data_type}", between):
        if fact.part is None:
            yield fact


def of_day(user_id: str, data_type: str, day: str) -> Iterator[StoredFact]:
    """The facts of syncs that began on a day of UTC, such as `2026-11-28`, in the order of their keys."""
    for fact in StoredFact.query(f"{user_id}#{data_type}", StoredFact.fetched_at.between(f"{day}T", f"{day}T~")):
        if fact.part is None and fact.kind != "hole":
            yield fact


def any_before(user_id: str, data_type: str, day: str) -> bool:
    """Whether a sync recorded anything before that day of UTC."""
    before = StoredFact.query(f"{user_id}#{data_type}", StoredFact.fetched_at < day, limit=1)
    return any(True for _ in before)


def next_after(user_id: str, data_type: str, key: str) -> str | None:
    """The first sort key that follows this text; None behind the last one."""
    following = StoredFact.query(f"{user_id}#{data_type}", StoredFact.fetched_at > key, limit=1)
    return next((str(fact.fetched_at) for fact in following), None)


def next_play(user_id: str, data_type: str, moment: str) -> str | None:
    """The moment of the first play that follows this text; None behind the last one."""
    following = StoredFact.by_play.query(f"{user_id}#{data_type}", StoredFact.played_at > moment, limit=1)
    return next((str(fact.played_at) for fact in following), None)


def newest(user_id: str, data_type: str, since: str, until: str | None, page_size: int) -> Iterator[StoredFact]:
    """
    The facts of syncs that began at `since` or later, in the reverse order of their keys, read as they are taken.

    until   no fact whose key is greater than this one
    """
    # `~` sorts behind everything that a moment begins with.
    between = StoredFact.fetched_at.between(since, until or "~")
    query = StoredFact.query(f"{user_id}#{data_type}", between, scan_index_forward=False, page_size=page_size)
    for fact in query:
        if fact.part is None:
            yield fact


def appearances(user_id: str, data_type: str, record_id: str) -> list[StoredFact]:
    """All facts about one record, in the order of time, with the fields of the index only."""
    return _in_time(StoredFact.by_record.query(f"{user_id}#{data_type}", StoredFact.record_id == record_id))


def records(user_id: str, data_type: str, after: str) -> Iterator[tuple[str, list[StoredFact]]]:
    """The same for every record whose id follows `after`, in the order of their ids."""
    behind = StoredFact.record_id > after if after else None
    results = StoredFact.by_record.query(f"{user_id}#{data_type}", behind, page_size=PAGE)
    for record_id, group in groupby(results, key=lambda fact: str(fact.record_id)):
        yield record_id, _in_time(group)


def snapshot(user_id: str, provider: str, data_type: DataType, until: str) -> tuple[str, Lists]:
    """Moment and lists of the newest snapshot that is not later than `until`; "" and no lists without one."""
    where, parts = f"{user_id}#{data_type}{CHECKPOINTS}", list[bytes]()
    until_then = StoredFact.fetched_at.between(f"{provider}#", f"{provider}#{until}$")
    for item in StoredFact.query(where, until_then, scan_index_forward=False, page_size=1):
        parts.insert(0, bytes(item.raw or b""))
        if item.part is None:
            # The parts of a snapshot are written before it, and their keys sort behind its own.
            moment = str(item.fetched_at).removeprefix(f"{provider}#")
            return moment, lists_of(b"".join(parts[: int(item.raw_parts or 1)]))
    return "", {}


def plays(user_id: str, data_type: str, before: tuple[str, str] | None, until: str | None) -> Iterator[tuple[str, str]]:
    """
    Plays, latest first: the moment of each, and its sort key.

    before   only plays that follow this one in the result
    until    no play after this moment
    """
    latest = min((moment for moment in (before and before[0], until) if moment), default=None)
    played = StoredFact.played_at <= latest if latest else None
    results = StoredFact.by_play.query(f"{user_id}#{data_type}", played, scan_index_forward=False, page_size=PAGE)
    for played_at, group in groupby(results, key=lambda fact: str(fact.played_at)):
        for key in sorted((str(fact.fetched_at) for fact in group), reverse=True):
            if before is None or (played_at, key) < before:
                yield played_at, key


def imported(user_id: str, data_type: str, first: str, last: str) -> Iterator[StoredFact]:
    """Imported facts whose keys begin with a moment from `first` to `last` (ISO 8601), in the order of their keys."""
    between = StoredFact.fetched_at.between(first, f"{last}$")
    for fact in StoredFact.query(f"{user_id}#{data_type}{IMPORTED}", between):
        if fact.part is None:
            yield fact


def imported_lists(user_id: str, data_type: str, until: str | None) -> Iterator[StoredFact]:
    """What keeps which facts the files of imports list, of those that began by then (ISO 8601), newest first."""
    by_then = StoredFact.fetched_at <= (f"{until}$" if until else "~")
    for fact in StoredFact.query(f"{user_id}#{data_type}{IMPORTED_LISTS}", by_then, scan_index_forward=False):
        if fact.part is None:
            yield fact


def next_imported(user_id: str, data_type: str, key: str) -> str | None:
    """The moment with which the first key after this text begins; None without one."""
    following = StoredFact.query(f"{user_id}#{data_type}{IMPORTED}", StoredFact.fetched_at > key, limit=1)
    return next((moment_of(str(fact.fetched_at)) for fact in following), None)


def latest_imported(user_id: str, data_type: str, before: str) -> str | None:
    """The moment with which the last key before this text begins; None without one."""
    keys = StoredFact.query(
        f"{user_id}#{data_type}{IMPORTED}", StoredFact.fetched_at < before, scan_index_forward=False, limit=1
    )
    return next((moment_of(str(fact.fetched_at)) for fact in keys), None)


def _in_time(facts: Iterable[StoredFact]) -> list[StoredFact]:
    return sorted(facts, key=lambda fact: str(fact.fetched_at))
