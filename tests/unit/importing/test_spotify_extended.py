"""Spotify's extended streaming history: every generation of it, each row with its flags, nothing of the listener."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing import archives
from blendify.importing.formats import registry
from blendify.importing.formats.format import Options
from blendify.importing.formats.rows import Play, Skipped
from operations.spotify_export import ExportedPlay, write
from tests.unit.importing.uploads import entries_of, imported, json_text, plays, reasons, recognized, zipped

NULLS = (
    *("episode_name", "episode_show_name", "spotify_episode_uri", "audiobook_title", "audiobook_uri"),
    *("audiobook_chapter_uri", "audiobook_chapter_title"),
)
ROW: dict[str, Any] = {
    "ts": "2025-03-04T19:12:07Z",
    "platform": "Android OS 9 API 28 (vendor, SECRET-model)",
    "ms_played": 201_543,
    "conn_country": "XK",
    "ip_addr": "203.0.113.9",
    "master_metadata_track_name": "Glass Harbour",
    "master_metadata_album_artist_name": "The Invented Four",
    "master_metadata_album_album_name": "Tidal Notes",
    "spotify_track_uri": "spotify:track:0aBcDeFgHiJkLmNoPqRsTu",
    **dict.fromkeys(NULLS),
    "reason_start": "clickrow",
    "reason_end": "trackdone",
    "shuffle": False,
    "skipped": None,
    "offline": False,
    "offline_timestamp": None,
    "incognito_mode": True,
}
ENDED = datetime(2025, 3, 4, 19, 12, 7, tzinfo=UTC)
OLD = {"username": "SECRET-name", "ip_addr_decrypted": "203.0.113.9", "user_agent_decrypted": "SECRET%20agent"}


def play_of(**changes: Any) -> Play:
    return plays(json_text([ROW | changes]))[0]


def test_a_row_is_a_play_with_its_flags() -> None:
    play = play_of()
    assert (play.record_id, play.track_name, play.artist_name, play.album_name, play.kind) == (
        *("0aBcDeFgHiJkLmNoPqRsTu", "Glass Harbour", "The Invented Four", "Tidal Notes"),
        None,
    )
    assert (play.ended_at, play.started_at) == (ENDED, ENDED - timedelta(milliseconds=201_543))
    assert (play.ms_played, play.precision, play.service) == (201_543, "second", "spotify")
    assert play.flags == {
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "incognito": True,
        "offline": False,
        "finished": True,
        "estimated": True,
        "platform": "android",
    }


def test_nothing_personal_is_in_a_row_or_its_key() -> None:
    text = str(imported(json_text([ROW | OLD])))
    assert "Glass Harbour" in text
    assert not [word for word in ("SECRET", "203.0.113.9", "XK", "vendor", "ip_addr") if word in text]


@pytest.mark.parametrize(
    ("name", "changes", "generation"),
    [
        ("endsong_0.json", OLD, "endsong, to 2022"),
        ("endvideo.json", OLD, "endvideo, to 2022"),
        ("Streaming_History_Audio_2023_12.json", dict.fromkeys(NULLS[3:], ...), "from 2023"),
        ("Streaming_History_Audio_2014-2015_0.json", {}, "from 2024, with audiobooks"),
        ("Streaming_History_Video_2018-2025.json", {}, "from 2023, videos"),
        ("my file (1).json", {}, "from 2024, with audiobooks"),
    ],
)
def test_every_generation_is_recognised_and_gives_the_same_play(
    name: str, changes: dict[str, Any], generation: str
) -> None:
    row = {key: value for key, value in (ROW | changes).items() if value is not ...}
    assert recognized(json_text([row]), f"MyData/{name}").generation == generation
    play = plays(zipped({name: json_text([row])}))[0]
    video = "video" in name.lower()
    assert (play.key, play.started_at, play.kind, play.flags.get("video")) == (
        *(play_of().key, play_of().started_at),
        *(("video", True) if video else (None, None)),
    )


def test_the_account_is_known_where_the_rows_name_it() -> None:
    format_ = recognized(json_text([ROW | OLD]))
    assert format_.accounts(io.BytesIO(json_text([ROW | OLD, ROW | OLD | {"username": "b"}]).encode())) == {
        "SECRET-name",
        "b",
    }
    assert format_.accounts(io.BytesIO(json_text([ROW]).encode())) == frozenset()


START = int((ENDED - timedelta(seconds=205)).timestamp())


@pytest.mark.parametrize(
    ("offline", "before_end", "estimated"),
    [
        (START, 205, None),
        (START * 1000, 205, None),
        (None, 201.543, True),
        (0, 201.543, True),
        (START + 60, 201.543, True),
        (START - 90_000, 201.543, True),
        (int(ENDED.timestamp()) + 5, 201.543, True),
        (-(10**18), 201.543, True),
    ],
)
def test_the_start_is_the_records_own_where_it_can_be(
    offline: int | None, before_end: float, estimated: bool | None
) -> None:
    play = play_of(offline_timestamp=offline)
    assert play.started_at is not None
    assert (ENDED - play.started_at, play.flags.get("estimated")) == (timedelta(seconds=before_end), estimated)


def test_episodes_chapters_and_local_files_are_not_tracks() -> None:
    no_track = dict.fromkeys([key for key in ROW if "master" in key or key == "spotify_track_uri"])
    episode = {
        "episode_name": "On Rain",
        "episode_show_name": "Weather",
        "spotify_episode_uri": f"spotify:episode:{22 * 'e'}",
    }
    chapter = {
        "audiobook_title": "A Book",
        "audiobook_chapter_title": "One",
        "audiobook_chapter_uri": "spotify:chapter:x",
    }
    local = {"spotify_track_uri": "spotify:local:The+Four:Notes:Harbour:201"}
    played = [play_of(**no_track | episode), play_of(**no_track | chapter), play_of(**local)]
    assert [(play.kind, play.track_name, play.album_name, play.record_id) for play in played] == [
        ("episode", "On Rain", "Weather", 22 * "e"),
        ("chapter", "One", "A Book", "spotify:chapter:x"),
        ("local", "Glass Harbour", "Tidal Notes", "spotify:local:The+Four:Notes:Harbour:201"),
    ]


def test_a_row_without_an_id_is_known_by_its_names() -> None:
    first, second = (
        play_of(spotify_track_uri=None),
        play_of(spotify_track_uri=None, master_metadata_track_name="glass  HARBOUR"),
    )
    assert first.record_id == second.record_id
    assert first.key == second.key != play_of().key


def test_rows_that_cannot_be_plays_are_counted_with_a_reason() -> None:
    nameless = dict.fromkeys(["master_metadata_track_name", "spotify_track_uri"])
    rows = [ROW | {"ts": None}, ROW | {"ts": "soon"}, ROW | {"ts": "1970-01-01T00:00:00Z"}, ROW | nameless, 7, ROW]
    assert reasons(json_text(rows)) == ["time_missing", "time_unreadable", "time_unlikely", "empty", "unreadable"]
    assert len(plays(json_text(rows))) == 1


def test_a_time_after_the_import_is_wrong() -> None:
    later = Options(latest=ENDED - timedelta(days=2))
    assert reasons(json_text([ROW]), later) == ["time_unlikely"]
    assert plays(json_text([ROW]), Options(latest=ENDED))


def test_equal_rows_of_a_file_are_several_plays_and_the_same_row_of_two_files_is_one() -> None:
    other = ROW | {"ts": "2025-03-04T20:00:00Z"}
    one_file = [play.key for play in plays(json_text([ROW, other, ROW]))]
    assert len(set(one_file)) == 3
    archive = zipped({"endsong_0.json": json_text([ROW, other]), "endsong_1.json": json_text([other, ROW])})
    assert len({play.key for play in plays(archive)}) == 2
    assert {play.key for play in plays(json_text([other, ROW, ROW]))} == set(one_file)


def test_what_a_later_download_corrects_is_not_in_the_key() -> None:
    changed = {"reason_end": "none", "reason_start": "", "skipped": True, "platform": "ios", "offline_timestamp": START}
    assert play_of(**changed).key == play_of().key
    assert play_of(ms_played=201_544).key != play_of().key


def test_halves_of_characters_can_be_stored() -> None:
    text = json.dumps([ROW | {"master_metadata_track_name": "Gl\ud83dass\0 Harbour"}])
    play = plays(text)[0]
    assert play.track_name == "Gl\ufffdass Harbour"
    assert str(play.answer).encode()


def test_the_beginning_of_a_cut_file_is_read() -> None:
    text = json_text([ROW] * 40)
    rows = imported(text[: len(text) // 2])
    assert len(rows) == 21
    assert rows[-1] == Skipped("cut_off")


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.integers(), max_size=2)
)


@settings(max_examples=60, deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*ROW, "new_field"]), VALUES | st.sampled_from(list(ROW.values()))))
def test_whatever_a_field_holds_the_row_is_a_play_or_skipped(changes: dict[str, Any]) -> None:
    rows = imported(json.dumps([ROW, ROW | changes]))
    assert [type(row) for row in rows] in ([Play, Play], [Play, Skipped])
    assert next(row.at.tzinfo for row in rows if isinstance(row, Play)) is UTC


def exported(count: int) -> Iterator[ExportedPlay]:
    for number in range(count):
        ended = ENDED + timedelta(minutes=4 * number)
        names = f"Glass Harbour {number}", f"The Invented {number % 900}", f"Tidal Notes {number % 3000}"
        yield ExportedPlay(ended, 180_000 + number % 9_000, f"{number:022}", *names)


def test_memory_does_not_grow_with_the_number_of_plays() -> None:
    peaks = []
    for count in (1_100, 4_000):
        file = io.BytesIO()
        assert write(file, exported(count), largest=400_000) == count
        tracemalloc.start()
        read = 0
        for entry in archives.entries(file):
            format_ = registry.recognize(entry)
            assert format_ is not None
            with entry.open() as stream:
                read += sum(isinstance(row, Play) for row in format_.read(stream, Options()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert read == count
    assert peaks[1] < 1.3 * peaks[0] < 4_000_000


def test_an_export_that_is_made_is_read_as_the_plays_that_it_was_made_of() -> None:
    file = io.BytesIO()
    write(file, exported(500), largest=100_000)
    upload = file.getvalue()
    assert len(entries_of(upload)) > 3
    rows = [
        (play.ended_at, play.ms_played, play.record_id, play.track_name, play.artist_name, play.album_name)
        for play in plays(upload)
    ]
    assert rows == [
        (made.ended_at, made.ms_played, made.track_id, made.track_name, made.artist_name, made.album_name)
        for made in exported(500)
    ]
