"""Entries are packed small, and cut so that a change touches one piece."""

import pytest

from blendify.history.list_entries import LARGEST_BYTES, LONGEST, Entry, average, chunks, pack, unpack
from blendify.providers.endpoint import ListPosition
from blendify.providers.record_identity import changed, digest, identity, is_null
from blendify.providers.record_keys import keyed_record


def entries(count: int) -> list[Entry]:
    moment = "2026-11-22T17:44:30.123Z"
    names = [f"2026-03-{number % 28 + 1:02}T18:22:07Z#{digest((str(number),))}{number:010}" for number in range(count)]
    return [Entry(name, digest((name,)), f"{moment}#spotify#{name}") for name in names]


def test_what_is_packed_comes_back() -> None:
    """In its order, with any text in it."""
    odd = [Entry("null#2", "0" * 12, "k"), Entry("夜 \ud83d", "1" * 12, 'a"b')]
    assert unpack(pack(odd)) == odd
    assert unpack(pack([])) == []
    assert [entry for _, part, _ in chunks(entries(5_000)) for entry in unpack(part)] == entries(5_000)


def test_a_change_touches_the_chunk_that_it_is_in() -> None:
    """At the beginning, in the middle, at the end: one new chunk, all others keep their names."""
    before = entries(20_000)
    names = {name for name, _, _ in chunks(before)}
    for place in (0, 9_000, 20_000):
        after = [*before[:place], Entry("new", "0" * 12, "key"), *before[place:]]
        assert len({name for name, _, _ in chunks(after)} - names) <= 2
    gone = [*before[:7_000], *before[7_001:]]
    assert len({name for name, _, _ in chunks(gone)} - names) <= 2


@pytest.mark.parametrize(("count", "size"), [(150, 16), (2_000, 64), (30_000, 512)])
def test_chunks_are_as_large_as_the_list_is_long(count: int, size: int) -> None:
    """Of a short list a change rewrites about 1 KB, of a long one there are not too many."""
    parts = [unpack(part) for _, part, _ in chunks(entries(count))]
    assert average(count) == size
    assert max(map(len, parts)) <= LONGEST * size
    assert size / 3 < count / len(parts) < size * 3


@pytest.mark.parametrize("letter", ["x", "夜", "\ud83d", '"'])
def test_no_chunk_is_larger_than_an_item_may_be(letter: str) -> None:
    """Ids of 1,000 characters: they are cut by bytes, long before 2,048 are together."""
    long = [Entry(f"{letter * 1_000}{number}", "0" * 12, f"key{letter * 390}{number}") for number in range(2_000)]
    parts = list(chunks(long))
    assert [entry for _, part, _ in parts for entry in unpack(part)] == long
    assert max(len(part) for _, part, _ in parts) <= LARGEST_BYTES
    assert [size for _, _, size in parts] == [len(unpack(part)) for _, part, _ in parts]


def test_an_entry_takes_few_bytes() -> None:
    """Random ids, moments and keys of a large library."""
    assert len(pack(entries(1_000))) / 1_000 < 45


def test_a_moment_makes_another_record() -> None:
    """A like that comes back is another span; an artist who is followed again is the same artist."""
    assert identity({"record_id": "a", "added_at": "2026-01-01T00:00:00Z"}) == "2026-01-01T00:00:00.000Z#a"
    assert identity({"record_id": "a", "added_at": "2026-02-01T00:00:00Z"}) == "2026-02-01T00:00:00.000Z#a"
    assert identity({"record_id": "a"}) == "a"
    assert identity({"record_id": "a"}, 2) == "a#2"
    assert identity({}) == "null"


def test_no_id_reads_as_another_records_identity() -> None:
    """As the second entry of a record, or as one without an id; nor do two ids become one."""
    ids = ["a", "a#2", "a#2~", "a#2~~", "null", "null~", "a#null", "#1", "1", "a#b"]
    stored = [keyed_record({}, ListPosition("", 0), {"record_id": id_}).fields["record_id"] for id_ in ids]
    names = {identity({"record_id": id_}, occurrence) for id_ in stored for occurrence in (1, 2, 3)}
    assert len(names | {identity({}), identity({}, 2)}) == 3 * len(ids) + 2
    assert not any(map(is_null, stored))
    assert (stored[0], stored[-2:]) == ("a", ["1", "a#b"])


def test_what_is_not_known_is_no_change() -> None:
    """A value that vanishes tells nothing; one that becomes known, becomes another or is taken away is a change."""
    known = digest(("Sunday", 3, True, None))
    assert not changed(known, digest(("Sunday", 3, True, None)))
    assert not changed(known, digest((None, 3, None, None)))
    for now in (("Monday", 3, True, None), ("Sunday", 4, True, None), ("Sunday", 3, True, "x"), ("", 3, True, None)):
        assert changed(known, digest(now)), now
    assert not changed(digest((None,)), digest(("",)))
