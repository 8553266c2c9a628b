"""
What a listener's lists hold: now, by the inventories; at a past moment, by the last checkpoint and the facts since.

Both give a list the same order, so that one can go on where the other stopped: ranked and arranged lists have their
own, of others the newest comes first, and what was never dated goes by its id.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from blendify.core.data_types import DataType
from blendify.history import list_versions, queries, snapshots
from blendify.history.facts import moment_of
from blendify.history.list_entries import Entry
from blendify.history.list_states import ListState, list_of
from blendify.history.list_versions import ListVersion
from blendify.history.stored_facts import StoredFact
from blendify.providers import PROVIDERS
from blendify.providers.change_checks import newest_first
from blendify.providers.endpoint import ListKind


@dataclass(frozen=True)
class Holding:
    """One list; `keys` gives the sort keys of its entries' facts from an offset on, read as they are taken."""

    provider: str
    list_id: str
    keys: Callable[[int], Iterator[str]]
    state: str = ""
    """Another one whenever it holds something else; empty for a past moment, which never does."""
    read_at: str = ""
    """The run that last looked at it."""


def now(
    user_id: str, provider: str, data_type: DataType, only: str | None = None, start: str | None = None
) -> Iterator[Holding]:
    """
    The lists as the last sync left them, in their order, read as they are taken.

    only     this list alone
    start    none that comes before this list
    """
    endpoint = PROVIDERS[provider].endpoints[data_type]
    found: Iterator[ListVersion]
    if only is not None:
        one = list_versions.inventory(user_id, provider, data_type, only)
        found = iter([one] if one else [])
    elif endpoint.parent:
        found = list_versions.from_list(user_id, provider, data_type, start or "")
    else:
        everything = list_versions.inventories(user_id, provider, data_type)
        behind = endpoint.lists[endpoint.lists.index(start) if start in endpoint.lists else 0 :]
        found = (everything[name] for name in behind if name in everything)
    for seen in found:
        if seen.count:
            yield Holding(provider, seen.list_id, _reader(seen, endpoint.list_kind), seen.state, seen.read_at or "")


def as_of(
    user_id: str,
    provider: str,
    data_type: DataType,
    moment: str,
    only: str | None = None,
    start: str | None = None,
) -> list[Holding]:
    """The lists as the runs that began until `moment` (ISO 8601) left them, in their order."""
    endpoint = PROVIDERS[provider].endpoints[data_type]
    lists = folded(user_id, provider, data_type, moment, only)
    names = (
        sorted(lists, key=list_versions.place) if endpoint.parent else [one for one in endpoint.lists if one in lists]
    )
    if start is not None and endpoint.parent:
        names = [name for name in names if list_versions.place(name) >= list_versions.place(start)]
    elif start in names:
        names = names[names.index(start) :]
    held = {name: _ordered(lists[name], endpoint.list_kind) for name in names}
    return [Holding(provider, name, _from(list(entries.values()))) for name, entries in held.items() if entries]


def folded(
    user_id: str,
    provider: str,
    data_type: DataType,
    moment: str,
    only: str | None = None,
    *,
    consistent: bool = False,
) -> snapshots.Lists:
    """
    Per list the keys of its entries' newest facts, by identity.

    only         this list alone
    consistent   whether what was written just now must be seen, at twice the price
    """
    if not list_versions.any_read(user_id, provider, data_type):
        # Without a checkpoint to begin at, all that other providers told would be read for nothing.
        return {}
    shape = PROVIDERS[provider].endpoints[data_type].list_kind
    since, lists = queries.snapshot(user_id, provider, data_type, moment)
    states = {name: ListState.of(held) for name, held in lists.items() if only in (None, name)}
    facts = queries.runs(user_id, data_type, since, moment, consistent=consistent)
    for _, run in groupby(facts, key=lambda one: moment_of(str(one.fetched_at))):
        told: dict[str, list[StoredFact]] = {}
        for one in run:
            name = list_of(one.attribute_values, shape)
            if one.provider == provider and only in (None, name):
                told.setdefault(name, []).append(one)
        for name, here in told.items():
            states.setdefault(name, ListState.of({})).apply(here, shape)
    return {name: state.held for name, state in states.items()}


def _ordered(entries: dict[str, str], shape: ListKind) -> dict[str, str]:
    return entries if shape in (ListKind.RANKED, ListKind.ARRANGED) else dict(_newest_first(entries.items()))


def _newest_first(entries: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """By id, then, as sorting keeps what is equal in its order, by moment."""
    return sorted(sorted(entries), key=lambda one: _moment(one[0]), reverse=True)


def _moment(name: str) -> str:
    moment, mark, _ = name.partition("#")
    return moment if mark and moment[10:11] == "T" else ""


def _from(keys: Sequence[str]) -> Callable[[int], Iterator[str]]:
    return lambda offset: iter(keys[offset:])


def _reader(seen: ListVersion, shape: ListKind) -> Callable[[int], Iterator[str]]:
    """Ordered lists as they stand; others sorted, of which long ones are kept by moment: a part of them is enough."""
    endpoint = PROVIDERS[seen.provider].endpoints[seen.data_type]
    whole = not seen.chunks or len(seen.sizes) != len(seen.chunks)
    if shape in (ListKind.RANKED, ListKind.ARRANGED):
        return lambda offset: (one.key for one in _entries(seen, offset, whole=whole))
    if whole or endpoint.change_check is not newest_first:
        everything = {one.identity: one.key for one in seen.entries().values()}
        return _from([key for _, key in _newest_first(everything.items())])
    return lambda offset: _by_moment(seen, offset)


def _entries(seen: ListVersion, offset: int, *, whole: bool) -> Iterator[Entry]:
    if whole:
        yield from list(seen.entries().values())[offset:]
        return
    start = 0
    for number, size in enumerate(seen.sizes):
        if start + size > offset:
            yield from seen.chunk(number)[max(0, offset - start) :]
        start += size


def _by_moment(seen: ListVersion, offset: int) -> Iterator[str]:
    """From an offset on, entries of one moment sorted by their ids, although a chunk may end among them."""
    number, start = 0, 0
    while start + seen.sizes[number] <= offset and number + 1 < len(seen.sizes):
        start += seen.sizes[number]
        number += 1
    begun = seen.chunk(number)
    rest = range(number + 1, len(seen.sizes))
    while number and _moment(begun[0].identity) == _moment(seen.chunk(number - 1)[-1].identity):
        number -= 1
        begun = seen.chunk(number) + begun
        start -= seen.sizes[number]
    behind = chain(begun, chain.from_iterable(seen.chunk(later) for later in rest))
    for _, group in groupby(behind, key=lambda one: _moment(one.identity)):
        for _, key in sorted((one.identity, one.key) for one in group):
            if start >= offset:
                yield key
            start += 1
