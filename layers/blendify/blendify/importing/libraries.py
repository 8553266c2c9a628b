"""
What imports say of a library: which facts the newest file lists that has a list.

A file is taken for the whole list, as of the moment at which its import began. Playlists are lists of their own: a file
often has one of them alone, so a playlist that a later file does not have stays as the last one said. An import that
broke off says nothing of lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact
from blendify.importing import imports


@dataclass(frozen=True)
class ListInFile:
    """One list of one file."""

    list_id: str
    """A playlist's id; empty for data types with one list."""
    import_id: str
    imported_at: str
    """When its import began (ISO 8601)."""
    keys: tuple[str, ...]
    """Of its entries' facts, in the file's order. Those that another import stored may have gone with that."""


def newest(user_id: str, data_type: DataType, until: str | None = None) -> dict[str, list[ListInFile]]:
    """The lists of all services, each as the newest import has it that ended and began by then (ISO 8601)."""
    ended: set[str] | None = None
    parts: dict[tuple[str, str], list[StoredFact]] = {}
    for fact in queries.imported_lists(user_id, data_type, until):
        if ended is None:
            ended = {each.import_id for each in imports.newest(user_id) if each.says_lists}
        if fact.import_id not in ended:
            continue
        for list_id in fact.answer():
            of_list = parts.setdefault((str(fact.provider), list_id), [])
            if not of_list or of_list[0].import_id == fact.import_id:
                of_list.append(fact)
    lists: dict[str, list[ListInFile]] = {}
    for (service, list_id), facts in sorted(parts.items()):
        lists.setdefault(service, []).append(_list(list_id, facts))
    return lists


def of_import(user_id: str, data_type: DataType, imported_at: str, import_id: str) -> Iterator[str]:
    """The keys of all facts that one import's files list."""
    for fact in queries.imported_lists(user_id, data_type, imported_at):
        if moment_of(str(fact.fetched_at)) < imported_at:
            return
        if fact.import_id == import_id:
            for keys in fact.answer().values():
                yield from keys


def _list(list_id: str, facts: list[StoredFact]) -> ListInFile:
    in_order = sorted(facts, key=lambda fact: [int(number) for number in fact.import_part.split(".")])
    keys = dict.fromkeys(key for fact in in_order for key in fact.answer()[list_id])
    return ListInFile(list_id, str(facts[0].import_id), str(facts[0].imported_at), tuple(keys))
