"""
What a listener's lists contain: now, by the list versions; at a past moment, by the last snapshot and the facts since.

Both give a list the same order, so that a page of the past can continue a page of the present. Ranked and arranged
lists have their own order; others are sorted newest first, and entries without a date by id.
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
from blendify.providers.endpoint import Endpoint, ListKind

ORDERED = (ListKind.RANKED, ListKind.ARRANGED)

Keys = Callable[[int], Iterator[str]]
"""The sort keys of a list's facts from an offset on."""


@dataclass(frozen=True)
class ListSource:
    """Identifies the lists of one user, provider and data type."""

    user_id: str
    provider: str
    data_type: DataType

    @property
    def endpoint(self) -> Endpoint:
        """The provider's endpoint for the data type."""
        return PROVIDERS[self.provider].endpoints[self.data_type]


@dataclass(frozen=True)
class ListContents:
    """One list. `keys` yields the sort keys of its entries' facts from an offset on, and reads them lazily."""

    list_id: str
    keys: Keys
    state: str = ""
    """Differs whenever the contents differ; empty for a past moment, whose contents never change."""
    read_at: str = ""
    """The start of the sync that last read the list."""


def now(source: ListSource, *, only: str | None = None, start: str | None = None) -> Iterator[ListContents]:
    """
    The lists as of the last sync, in their order, read lazily.

    only     This list alone
    start    From this list on
    """
    where = source.user_id, source.provider, source.data_type
    versions: Iterable[ListVersion]
    if only is not None:
        versions = [list_versions.version(*where, only)]
    elif source.endpoint.parent:
        versions = list_versions.versions_from(*where, start or "")
    else:
        by_name = list_versions.versions(*where)
        versions = [by_name[name] for name in _from(source.endpoint.lists, start) if name in by_name]
    for version in versions:
        if version.count:
            keys = _keys(version, source.endpoint)
            yield ListContents(version.list_id, keys, version.state, version.signals.read_at or "")


def as_of(source: ListSource, moment: str, *, only: str | None = None, start: str | None = None) -> list[ListContents]:
    """
    The lists as of the syncs that began at `moment` (ISO 8601) or earlier, in their order.

    only, start     As in `now`
    """
    lists = folded(source.user_id, source.provider, source.data_type, moment, only)
    if source.endpoint.parent:
        names = sorted(lists, key=list_versions.place)
        if start is not None:
            names = [name for name in names if list_versions.place(name) >= list_versions.place(start)]
    else:
        names = [name for name in _from(source.endpoint.lists, start) if name in lists]
    contents = ((name, _ordered(lists[name], source.endpoint.list_kind)) for name in names)
    return [ListContents(name, keys_from(list(keys.values()))) for name, keys in contents if keys]


def _from(names: Sequence[str], start: str | None) -> Sequence[str]:
    """The names from `start` on, or all if `start` is not among them."""
    return names[names.index(start) :] if start in names else names


def folded(
    user_id: str,
    provider: str,
    data_type: DataType,
    moment: str,
    only: str | None = None,
) -> snapshots.Lists:
    """
    The keys of the entries' newest facts, by list and identity.

    A list's facts that are later than its last commit count for nothing yet: they are of a commit that is half done.

    only    this list alone
    """
    where = user_id, provider, data_type
    # Read before the facts: all facts up to a commit are in the history by then.
    versions = [list_versions.version(*where, only)] if only is not None else list_versions.versions(*where).values()
    committed = {version.list_id: version.commit.started_at for version in versions if version.commit}
    if not committed:
        # Without a snapshot, the facts of all other providers would be read in vain.
        return {}
    shape = PROVIDERS[provider].endpoints[data_type].list_kind
    since, lists = queries.snapshot(*where, moment)
    states = {name: ListState.of(held) for name, held in lists.items() if only in (None, name)}
    facts = queries.runs(user_id, data_type, since, moment)
    for started_at, run in groupby(facts, key=lambda fact: moment_of(str(fact.fetched_at))):
        by_list: dict[str, list[StoredFact]] = {}
        for fact in run:
            name = list_of(fact.attribute_values, shape)
            if fact.provider == provider and started_at <= committed.get(name, ""):
                by_list.setdefault(name, []).append(fact)
        for name, here in by_list.items():
            states.setdefault(name, ListState.of({})).apply(here, shape)
    return {name: state.held for name, state in states.items()}


def _ordered(entries: dict[str, str], shape: ListKind) -> dict[str, str]:
    return entries if shape in ORDERED else dict(_newest_first(entries.items()))


def _newest_first(entries: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sorted by moment, latest first. The sort is stable, so entries of one moment stay sorted by id."""
    return sorted(sorted(entries), key=lambda entry: _moment(entry[0]), reverse=True)


def _moment(identity: str) -> str:
    """The moment at the start of an entry's identity; empty without one."""
    moment, separator, _ = identity.partition("#")
    return moment if separator and moment[10:11] == "T" else ""


def keys_from(keys: Sequence[str]) -> Keys:
    """Keys that are known already."""
    return lambda offset: iter(keys[offset:])


def _keys(version: ListVersion, endpoint: Endpoint) -> Keys:
    """
    A list's keys from an offset on.

    Ordered lists stand in their order. Long lists that stand newest first are read from the offset's chunk on. All
    others are read whole and sorted.
    """
    whole = not version.chunks
    if endpoint.list_kind in ORDERED:
        return lambda offset: (entry.key for entry in _entries(version, offset, whole=whole))
    if whole or endpoint.change_check is not newest_first:
        keys = {entry.identity: entry.key for entry in version.entries()}
        return keys_from([key for _, key in _newest_first(keys.items())])
    return lambda offset: _by_moment(version, offset)


def _entries(version: ListVersion, offset: int, *, whole: bool) -> Iterator[Entry]:
    if whole:
        yield from version.entries()[offset:]
        return
    start = 0
    for number, size in enumerate(version.sizes):
        if start + size > offset:
            yield from version.chunk(number)[max(0, offset - start) :]
        start += size


def _by_moment(version: ListVersion, offset: int) -> Iterator[str]:
    """Keys from an offset on. Those of one moment are sorted by id, even across chunks."""
    number, start = 0, 0
    while start + version.sizes[number] <= offset and number + 1 < len(version.sizes):
        start += version.sizes[number]
        number += 1
    first = version.chunk(number)
    later = range(number + 1, len(version.sizes))
    while number and _moment(first[0].identity) == _moment(version.chunk(number - 1)[-1].identity):
        number -= 1
        first = version.chunk(number) + first
        start -= version.sizes[number]
    entries = chain(first, chain.from_iterable(version.chunk(number) for number in later))
    for _, group in groupby(entries, key=lambda entry: _moment(entry.identity)):
        for _, key in sorted((entry.identity, entry.key) for entry in group):
            if start >= offset:
                yield key
            start += 1
