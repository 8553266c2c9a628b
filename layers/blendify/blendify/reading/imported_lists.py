"""
The lists that a listener has by what they imported, where no provider says more.

A connected provider whose list was read says itself what is in it. Of one that is not connected any more the newer of
both counts: what it said last, or the file. At a past moment what syncs knew of it counts, if they knew of any list.
"""

from collections.abc import Iterator, Mapping, Sequence

from blendify.core.data_types import DataType
from blendify.history.facts import moment_of
from blendify.importing import libraries
from blendify.importing.imported_facts import LISTED
from blendify.importing.libraries import ListInFile
from blendify.importing.precedence import said_by_provider
from blendify.reading import lists
from blendify.reading.cursors import ListCursor
from blendify.reading.lists import ListContents
from blendify.reading.question import Question

Lists = Mapping[str, Sequence[ListInFile]]
"""By service."""


def current(user_id: str, question: Question) -> Lists:
    """The imported lists that a question asks for and that count."""
    if question.data_type not in LISTED:
        return {}
    return {
        service: of_service
        for service, of_service in _asked_for(user_id, question, question.as_of).items()
        if question.provider in (None, service)
        and not _said_by_provider(user_id, question, service, max(each.imported_at for each in of_service))
    }


def contents(
    user_id: str, question: Question, service: str, held: Sequence[ListInFile], cursor: ListCursor | None
) -> Iterator[tuple[ListContents, int]]:
    """These lists from the cursor on, each with its first offset. The cursor's list is as it was on its first page."""
    for each in _from(user_id, question, service, held, cursor):
        here = cursor is not None and each.list_id == cursor.list_id
        yield (
            ListContents(each.list_id, _keys(each, question.data_type), each.import_id, each.imported_at),
            (cursor.offset if cursor and here else 0),
        )


def _from(
    user_id: str, question: Question, service: str, held: Sequence[ListInFile], cursor: ListCursor | None
) -> Iterator[ListInFile]:
    for each in held:
        if question.list_id not in (None, each.list_id) or (cursor and each.list_id < cursor.list_id):
            continue
        if cursor and each.list_id == cursor.list_id and each.imported_at != cursor.read_at:
            # Another import has ended between two pages.
            before = _asked_for(user_id, question, cursor.read_at).get(service, ())
            yield from (old for old in before if old.list_id == cursor.list_id)
        else:
            yield each


def _asked_for(user_id: str, question: Question, until: str | None) -> Lists:
    """Playlists themselves are told as one list, although each stands by itself in its file."""
    newest = libraries.newest(user_id, question.data_type, until)
    if question.data_type is not DataType.PLAYLISTS:
        return newest
    return {service: [_joined(of_service)] for service, of_service in newest.items()}


def _joined(of_service: Sequence[ListInFile]) -> ListInFile:
    latest = max(of_service, key=lambda each: each.imported_at)
    keys = tuple(key for each in of_service for key in each.keys)
    return ListInFile("", latest.import_id, latest.imported_at, keys)


def _said_by_provider(user_id: str, question: Question, service: str, imported_at: str) -> bool:
    if service not in question.providers:
        return False
    if question.as_of is not None:
        return bool(lists.folded(user_id, service, question.data_type, question.as_of))
    return said_by_provider(user_id, question.data_type, service, imported_at)


def _keys(held: ListInFile, data_type: DataType) -> lists.Keys:
    if data_type is DataType.PLAYLIST_TRACKS:
        return lists.keys_from(held.keys)
    return lists.keys_from(sorted(sorted(held.keys), key=moment_of, reverse=True))
