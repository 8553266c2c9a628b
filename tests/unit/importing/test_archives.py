"""What is in an upload, whatever it is packed in; and what is no upload, said in one word."""

import gzip
import io
import tarfile
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.archives import MB, ArchiveEntry, Budgets
from blendify.importing.refusals import MESSAGES, ImportRefused
from tests.unit.importing.uploads import entries_of, zipped

ROWS = b'[{"ts": "2025-03-04T19:12:07Z"}]'


def contents(upload: bytes, budgets: Budgets | None = None) -> dict[str, bytes]:
    return {entry.path: read(entry) for entry in entries_of(upload, budgets)}


def read(entry: ArchiveEntry) -> bytes:
    with entry.open() as stream:
        return stream.read()


def refusal(upload: bytes, budgets: Budgets | None = None) -> str:
    with pytest.raises(ImportRefused) as refused:
        contents(upload, budgets)
    return refused.value.code


def code_of(upload: bytes) -> str | None:
    try:
        contents(upload)
    except ImportRefused as refused:
        return refused.code
    return None


def nested(depth: int) -> bytes:
    upload = ROWS
    for level in range(depth):
        upload = zipped({f"inner {level}.zip" if level else "plays.json": upload})
    return upload


@pytest.mark.parametrize("upload", [ROWS, gzip.compress(ROWS), b"a,b\n1,2\n"], ids=["json", "gzip", "csv"])
def test_a_single_file_is_its_only_entry(upload: bytes) -> None:
    assert list(contents(upload)) == [""]
    assert contents(gzip.compress(ROWS))[""] == ROWS


def test_zips_in_a_zip_are_read_through_and_entries_opened_in_any_order() -> None:
    inner = {"plays.csv": b"a,b", "library.json.zip": zipped({"library.json": ROWS})}
    upload = zipped({"Media.zip": zipped({"Activity.zip": zipped(inner)}), "more.json": b"[]"})
    entries = entries_of(upload)
    assert [entry.path for entry in entries] == [
        "Media.zip/Activity.zip/plays.csv",
        "Media.zip/Activity.zip/library.json.zip/library.json",
        "more.json",
    ]
    assert [read(entry) for entry in reversed(entries)] == [b"[]", ROWS, b"a,b"]


def test_what_an_operating_system_adds_is_no_file_of_the_export() -> None:
    beside = {
        "__MACOSX/._plays.json": b"x",
        ".DS_Store": b"x",
        "a/._plays.json": b"x",
        "a/": b"",
        "read me.pdf": b"%PDF",
    }
    assert list(contents(zipped({**beside, "a/plays.json": ROWS}))) == ["a/plays.json"]


def test_names_in_an_archive_are_only_names() -> None:
    """Nothing is written anywhere, and two entries of one name are two."""
    names = ["../../etc/passwd", "C:\\a\\b", "/absolute", "twice", "twice", "Vidéos 🎵", "x" * 5_000]
    with pytest.warns(UserWarning, match="Duplicate name"):
        upload = zipped([(name, str(number)) for number, name in enumerate(names)])
    entries = contents(upload)
    assert sorted(entries.values()) == [b"0", b"1", b"2", b"3", b"4", b"5", b"6"]
    assert (entries["twice"], entries["twice#2"], max(map(len, entries))) == (b"3", b"4", 300)


def test_other_archives_are_named() -> None:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("plays.json"))
    others = [b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c", memory.getvalue(), gzip.compress(memory.getvalue())]
    assert {refusal(other) for other in others} == {"archive_kind"}
    assert contents(zipped({"inside.rar": others[0] + b"more", "plays.json": ROWS})) == {"plays.json": ROWS}


def test_what_is_empty_cut_or_damaged_is_said_so() -> None:
    whole = zipped({"plays.json": ROWS * 100, "more.json": ROWS})
    assert {refusal(b""), refusal(b"\xef\xbb\xbf \n")} == {"empty"}
    assert {refusal(whole[: len(whole) // 2]), refusal(whole[:30])} == {"archive_incomplete"}
    assert refusal(gzip.compress(ROWS * 100)[:-20]) == "archive_damaged"
    middle = bytearray(whole)
    middle[45] ^= 0xFF
    assert refusal(bytes(middle)) == "archive_damaged"


def test_a_password_and_methods_that_cannot_be_read_are_said_so() -> None:
    for offset, change, code in ((6, 0x01, "password"), (8, 0x0C, "archive_kind")):
        upload = bytearray(zipped({"plays.json": ROWS}))
        directory = upload.index(b"PK\x01\x02")
        upload[offset] = upload[directory + offset + 2] = change
        assert refusal(bytes(upload)) == code


def test_three_levels_are_read_and_a_fourth_is_refused() -> None:
    assert list(contents(nested(3)).values()) == [ROWS]
    assert refusal(nested(4)) == "too_deep"


def test_budgets_count_the_bytes_that_are_read_and_not_those_that_are_claimed() -> None:
    bomb = zipped({"zeros.json": b"[" + b" " * 20 * MB})
    directory = bomb.index(b"PK\x01\x02")
    liar = bomb[: directory + 24] + (100).to_bytes(4, "little") + bomb[directory + 28 :]
    assert refusal(bomb, Budgets(entry_bytes=MB)) == "too_large"
    assert refusal(liar, Budgets(entry_bytes=MB)) in ("archive_damaged", "too_large")
    assert refusal(zipped({"a": b"1" * MB, "b": b"2" * MB}), Budgets(total_bytes=MB + 1)) == "too_large"
    assert refusal(zipped({"inner.zip": zipped({"a": ROWS})}), Budgets(copied_bytes=10)) == "too_large"
    assert refusal(zipped({f"{n}": b"x" for n in range(20)}), Budgets(entries=19)) == "too_many_files"


def test_an_entry_that_is_read_again_is_counted_once() -> None:
    entry = entries_of(zipped({"a": b"1" * MB}), Budgets(total_bytes=MB))[0]
    assert [len(read(entry)) for _ in range(5)] == [MB] * 5


def test_a_bomb_takes_no_memory() -> None:
    upload = zipped({"zeros.json": b"[" + b" " * 60 * MB})
    tracemalloc.start()
    with entries_of(upload)[0].open() as stream:
        while stream.read(64 * 1024):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * MB


def test_a_directory_larger_than_any_exports_is_not_loaded() -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for number in range(80):
            archive.writestr(f"{number}{'x' * 60_000}", b"")
    assert refusal(memory.getvalue()) == "too_many_files"


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400), prefix=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08"]))
def test_any_bytes_are_an_entry_or_refused(data: bytes, prefix: bytes) -> None:
    assert code_of(prefix + data) in {None, *MESSAGES}


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 1_000), value=st.integers(0, 255))
def test_a_zip_with_a_wrong_byte_is_read_or_refused(place: int, value: int) -> None:
    upload = bytearray(zipped({"a.json": ROWS, "inner.zip": zipped({"b.json": ROWS * 3})}))
    upload[place % len(upload)] = value
    assert code_of(bytes(upload)) in {None, *MESSAGES}
