"""What is true of all formats: known by content, the same in every reading, whole where the file is, never a crash."""

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.formats import registry
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.guides import GUIDES, advice
from blendify.importing.formats.rows import REASONS, Play, Playlist, Row, SavedTrack, Skipped
from blendify.importing.refusals import ImportRefused
from tests.unit.importing.samples import SAMPLES
from tests.unit.importing.test_spotify_extended import OLD, ROW
from tests.unit.importing.uploads import File, entries_of, imported, json_text, recognized, zipped

MAPPED = Options(
    zone="Europe/Vienna", columns={"time": "date", "title": "title"}, latest=datetime(2027, 1, 1, tzinfo=UTC)
)


def format_of(content: bytes) -> Format | None:
    return registry.recognize(File("some file", content))


def test_all_formats_have_a_sample() -> None:
    assert set(SAMPLES) == set(registry.FORMATS)


@pytest.mark.parametrize("name", registry.FORMATS)
def test_a_file_is_known_by_its_content_whatever_it_is_called(name: str) -> None:
    format_ = format_of(SAMPLES[name])
    assert format_ is not None
    assert format_.name == name
    rows = imported(SAMPLES[name], MAPPED)
    assert not [row for row in rows if isinstance(row, Skipped) and row.reason != "not_kept"]
    assert rows or format_.holds == "names"
    assert "SECRET" not in str(rows)


@pytest.mark.parametrize("name", [name for name in registry.FORMATS if name != "deezer"])
def test_a_mark_and_another_encoding_change_nothing(name: str) -> None:
    text = SAMPLES[name].decode()
    expected = imported(SAMPLES[name], MAPPED)
    assert [imported(text.encode(encoding), MAPPED) for encoding in ("utf-8-sig", "utf-16")] == [expected] * 2
    assert imported(text.replace("\n", "\r\n").encode(), MAPPED) == expected


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_zone_of_the_server_plays_no_part(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {name: imported(content, MAPPED) for name, content in SAMPLES.items()}
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        assert {name: imported(content, MAPPED) for name, content in SAMPLES.items()} == expected
    time.tzset()


@pytest.mark.parametrize("name", registry.FORMATS)
def test_a_file_that_ends_anywhere_is_read_so_far(name: str) -> None:
    """Cut at each fifth of it: what was before the cut is read, and the rest is said to be missing."""
    content = SAMPLES[name]
    for part in range(1, 5):
        cut = content[: len(content) * part // 5]
        assert all(is_row(row) for row in outcome(cut))


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(registry.FORMATS), place=st.integers(0, 5_000), junk=st.binary(min_size=1, max_size=4))
def test_wrong_bytes_anywhere_cost_rows_and_nothing_else(name: str, place: int, junk: bytes) -> None:
    content = bytearray(SAMPLES[name])
    at = place % len(content)
    content[at : at + len(junk)] = junk
    assert all(is_row(row) for row in outcome(bytes(content)))


def outcome(content: bytes) -> Iterator[Row]:
    try:
        yield from imported(content, MAPPED)
    except ImportRefused:
        return


def is_row(row: Row) -> bool:
    if isinstance(row, Skipped):
        return row.reason in REASONS
    if isinstance(row, Play):
        return row.at.tzinfo is UTC and str(row).encode() is not None
    return bool(row.key and row.record_id)


@pytest.mark.parametrize("name", registry.FORMATS)
def test_importing_twice_gives_the_same_keys(name: str) -> None:
    keys = [[row.key for row in imported(SAMPLES[name], MAPPED) if not isinstance(row, Skipped)] for _ in range(2)]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(keys[0])


@pytest.mark.parametrize(
    "other", [b"hello", b"[]", b"{}", b"[1, 2]", b"a,b\n1,2\n", b"<html></html>", b"%PDF-1.4", b"\0\1"]
)
def test_other_files_are_of_no_format(other: bytes) -> None:
    assert format_of(other) is None


def test_an_upload_of_nothing_that_is_known_is_refused_in_a_word() -> None:
    page = b"<!DOCTYPE html><html><body>Log in</body></html>"
    assert registry.refusal(entries_of(page)).code == "html"
    assert registry.refusal(entries_of(zipped({}))).code == "no_files"
    assert registry.refusal(entries_of(zipped({"a.txt": b"x", "b.txt": b"y"}))).code == "not_recognized"


def test_the_wrong_package_is_explained_with_the_way_to_the_right_one() -> None:
    history, library, extended = (
        recognized(SAMPLES[name]) for name in ("spotify_account_history", "spotify_account_library", "spotify_extended")
    )
    (advised,) = advice([history, library])
    assert (advised.code, advised.guide) == ("wrong_package", GUIDES["spotify"])
    assert any("Extended streaming history" in step for step in advised.guide.steps)
    assert advice([history, extended]) == ()
    page = '<html><div class="outer-cell"><a href="https://www.youtube.com/watch?v=abcdefghijk">x</a></div></html>'
    assert [advised.code for advised in advice([recognized(page)])] == ["html_history"]


def test_last_years_plays_are_left_to_the_extended_history() -> None:
    better = {name: recognized(content).superseded_by for name, content in SAMPLES.items()}
    assert {name: by for name, by in better.items() if by} == {
        "spotify_account_history": {"spotify_extended"},
        "apple_daily_tracks": {"apple_play_activity"},
    }


def test_whose_export_it_is_can_be_told_before_anything_is_stored() -> None:
    files = [json_text([ROW | OLD]).encode(), *(SAMPLES[name] for name in registry.FORMATS)]
    accounts = {(recognized(file).service, recognized(file).accounts(io.BytesIO(file))) for file in files}
    assert {(service, *names) for service, names in accounts if names} == {
        ("spotify", "SECRET-name"),
        ("spotify", "nora"),
        ("lastfm", "nora"),
    }


def test_rows_are_values_that_say_no_more_than_their_file() -> None:
    every = [row for content in SAMPLES.values() for row in imported(content, MAPPED)]
    assert {type(row) for row in every} >= {Play, SavedTrack, Playlist, Skipped}
    assert all(not isinstance(row, Play) or row.started_at or row.ended_at for row in every)
