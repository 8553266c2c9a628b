"""Apple's privacy export: plays put together from stretches, the library, playlists with names from other files."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.formats import registry
from blendify.importing.formats.format import Options
from blendify.importing.formats.rows import FollowedArtist, Play, Playlist, Row, SavedAlbum, SavedTrack, Skipped
from tests.unit.importing.uploads import entries_of, imported, json_text, plays, reasons, rows_of, zipped

START = datetime(2024, 2, 11, 8, 1, 12, 110_000, tzinfo=UTC)
END = START + timedelta(milliseconds=201_543)
STRETCH = {
    "Album Name": "Tidal Notes",
    "Apple Id Number": "SECRET",
    "Client IP Address": "SECRET",
    "Device Identifier": "SECRET",
    "Event Type": "PLAY_END",
    "Event Start Timestamp": "2024-02-11T08:01:12.110Z",
    "Event End Timestamp": "2024-02-11T08:04:33.653Z",
    "Play Duration Milliseconds": "201543",
    "Media Duration In Milliseconds": "201543",
    "Start Position In Milliseconds": "0",
    "End Position In Milliseconds": "201543",
    "End Reason Type": "NATURAL_END_OF_TRACK",
    "Song Name": "Glass Harbour",
    "Offline": "false",
    "UTC Offset In Seconds": "3600",
}
DAILY = {
    "Country": "SECRET",
    "Track Identifier": "1440833098",
    "Media type": "AUDIO",
    "Date Played": "20240211",
    "Hours": "8, 9",
    "Play Duration Milliseconds": "403086",
    "End Reason Type": "NATURAL_END_OF_TRACK",
    "Source Type": "IPHONE",
    "Play Count": "2",
    "Skip Count": "0",
    "Track Description": "The Invented Four - Glass Harbour",
}
TRACK: dict[str, Any] = {
    "Track Identifier": 123,
    "Title": "Glass Harbour",
    "Artist": "The Invented Four",
    "Album": "Tidal Notes",
    "Track Duration": 201_543,
    "Date Added To Library": "2019-05-01T10:00:00Z",
    "Apple Music Track Identifier": 1_440_833_098,
    "Purchased Track Identifier": 0,
}
PLAYLIST = {
    "Container Type": "PLAYLIST",
    "Container Identifier": 77,
    "Title": "Rain",
    "Playlist Item Identifiers": [123, 999],
    "Added Date": "2020-01-01T00:00:00Z",
}


def table(*rows: Mapping[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_all(upload: bytes) -> list[Row]:
    """As an import reads an upload: names first, then the files that nothing tells better."""
    recognized = [(entry, format_) for entry in entries_of(upload) if (format_ := registry.recognize(entry))]
    options = Options(names=registry.names_in(recognized))
    names = {format_.name for _, format_ in recognized}
    return [row for entry, each in recognized if not each.superseded_by & names for row in rows_of(entry, options)]


def test_a_stretch_is_a_play_with_both_its_ends() -> None:
    (play,) = plays(table(STRETCH))
    assert (play.track_name, play.album_name, play.started_at, play.ended_at) == (
        "Glass Harbour",
        "Tidal Notes",
        START,
        END,
    )
    assert (play.ms_played, play.duration_ms, play.service) == (201_543, 201_543, "apple_music")
    assert play.flags == {"reason_end": "NATURAL_END_OF_TRACK", "finished": True, "offline": False}
    assert "SECRET" not in str(play)


def test_columns_are_known_by_name_in_any_order_and_of_any_year() -> None:
    old = {"Artist Name": "The Invented Four", **dict(reversed(STRETCH.items()))}
    old["Content Name"] = old.pop("Song Name")
    (play,) = plays(table(old))
    assert (play.track_name, play.artist_name) == ("Glass Harbour", "The Invented Four")
    assert play.key == plays(table(STRETCH))[0].key
    short = {"Track Description": "Glass Harbour", "Artist Name": "The Invented Four"}
    columns = ("Event Start Timestamp", "Play Duration Milliseconds", "End Reason Type")
    (play,) = plays(table(short | {name: STRETCH[name] for name in columns}))
    assert (play.track_name, play.started_at, play.ms_played) == ("Glass Harbour", START, 201_543)


def stretches(
    *seconds: tuple[int, int], reason: str = "PLAYBACK_MANUALLY_PAUSED", pause: int = 60
) -> list[dict[str, str]]:
    """Rows of one song from one position to another, with pauses between."""
    rows, at = [], START
    for begin, end in seconds:
        until = at + timedelta(seconds=end - begin)
        times = {
            name: f"{moment:%Y-%m-%dT%H:%M:%S}.110Z"
            for name, moment in (("Event Start Timestamp", at), ("Event End Timestamp", until))
        }
        places = {"Start Position In Milliseconds": str(begin * 1000), "End Position In Milliseconds": str(end * 1000)}
        rows.append(
            STRETCH
            | times
            | places
            | {"Play Duration Milliseconds": str((end - begin) * 1000), "End Reason Type": reason}
        )
        at = until + timedelta(seconds=pause)
    return rows


@pytest.mark.parametrize("order", [1, -1])
def test_a_song_with_pauses_is_one_play(order: int) -> None:
    (play,) = plays(table(*stretches((0, 60), (60, 100), (100, 201))[::order]))
    assert (play.started_at, play.ended_at) == (START, START + timedelta(seconds=201 + 120))
    assert (play.ms_played, play.flags["parts"], len(play.answer["parts"])) == (201_000, 3, 3)


@pytest.mark.parametrize(
    "rows",
    [
        stretches((0, 60), (0, 60)),
        stretches((0, 60), (90, 201)),
        stretches((0, 60), (60, 201), pause=3_600),
        stretches((0, 201), (201, 202), reason="NATURAL_END_OF_TRACK"),
        [stretches((0, 60))[0], *[row | {"Song Name": "Other"} for row in stretches((0, 60), (60, 201))[1:]]],
    ],
    ids=["begun again", "jumped", "much later", "was at its end", "another song"],
)
def test_what_does_not_go_on_is_another_play(rows: list[dict[str, str]]) -> None:
    assert len(plays(table(*rows))) == 2


def test_times_and_durations_that_cannot_be_are_left_out() -> None:
    rows = [
        STRETCH | {"Event Start Timestamp": ""},
        STRETCH | {"Event End Timestamp": ""},
        STRETCH | {"Play Duration Milliseconds": "-201235"},
        STRETCH | {"Play Duration Milliseconds": "999999999999"},
        STRETCH | {"Event End Timestamp": "", "Play Duration Milliseconds": "-1"},
    ]
    spans = [
        (play.started_at, play.ended_at, play.ms_played, play.flags.get("estimated")) for play in plays(table(*rows))
    ]
    assert spans == [
        (START, END, 201_543, True),
        (START, None, 201_543, None),
        (START, END, 201_543, None),
        (START, END, 201_543, None),
        (START, None, None, None),
    ]


def test_rows_that_are_no_plays_are_counted() -> None:
    rows = [
        STRETCH | {"Event Type": "PLAY_START"},
        STRETCH | {"Event Type": "LYRIC_DISPLAY"},
        STRETCH | {"Song Name": ""},
        STRETCH | {"Event Start Timestamp": "", "Event End Timestamp": ""},
        STRETCH | {"Event Start Timestamp": "1970-01-01T00:00:00Z"},
    ]
    assert reasons(table(*rows)) == ["no_play", "no_play", "empty", "time_missing", "time_unlikely"]


def test_daily_tracks_are_known_to_the_hour_or_the_day() -> None:
    first, second = plays(
        table(DAILY, DAILY | {"Hours": "", "Play Count": "0", "Skip Count": "1", "Track Description": "Harbour"})
    )
    assert (first.record_id, first.artist_name, first.track_name) == (
        "1440833098",
        "The Invented Four",
        "Glass Harbour",
    )
    assert (first.started_at, first.precision, first.flags["plays"]) == (
        datetime(2024, 2, 11, 8, tzinfo=UTC),
        "hour",
        2,
    )
    assert (second.started_at, second.precision, second.artist_name) == (datetime(2024, 2, 11, tzinfo=UTC), "day", None)
    assert second.flags["skipped"] is True
    assert "SECRET" not in str(first)


def test_a_whole_export_gives_each_play_once_with_names_of_its_other_files() -> None:
    """Zips in zips, as they come; the daily tracks only lend their artists where the activity is there."""
    inner = zipped(
        {
            "Apple Music Play Activity.csv": table(
                STRETCH, STRETCH | {"Song Name": "Daily Only"}, STRETCH | {"Song Name": "X"}
            ),
            "Apple Music - Play History Daily Tracks.csv": table(DAILY | {"Track Description": "Ana - Daily Only"}),
            "Apple Music Library Tracks.json.zip": zipped({"Apple Music Library Tracks.json": json_text([TRACK])}),
            "Apple Music Library Playlists.json": json_text([PLAYLIST, PLAYLIST | {"Container Type": "FOLDER"}]),
            "Account Details.csv": "Name,Email,Address\nSECRET,SECRET,SECRET\n",
        }
    )
    rows = read_all(zipped({"Apple_Media_Services.zip": zipped({"Apple Music Activity.zip": inner})}))
    assert [(row.track_name, row.artist_name) for row in rows if isinstance(row, Play)] == [
        ("Glass Harbour", "The Invented Four"),
        ("Daily Only", "Ana"),
        ("X", None),
    ]
    (saved,) = [row for row in rows if isinstance(row, SavedTrack)]
    assert (saved.record_id, saved.added_at) == ("1440833098", datetime(2019, 5, 1, 10, tzinfo=UTC))
    (rain,) = [row for row in rows if isinstance(row, Playlist)]
    assert [(entry.record_id, entry.track_name, entry.artist_name) for entry in rain.entries] == [
        ("1440833098", "Glass Harbour", "The Invented Four"),
        ("999", None, None),
    ]
    assert [row.reason for row in rows if isinstance(row, Skipped)] == ["not_kept"]
    assert "SECRET" not in str(rows)


def test_a_title_of_two_artists_gets_neither() -> None:
    other = TRACK | {"Artist": "Other", "Album": "Other Album"}
    activity = table(STRETCH, STRETCH | {"Album Name": "Unknown"})
    rows = read_all(zipped({"a.csv": activity, "b.json": json_text([TRACK, other])}))
    assert [row.artist_name for row in rows if isinstance(row, Play)] == ["The Invented Four", None]


def test_library_albums_artists_and_favourites_are_saved() -> None:
    def only(upload: str) -> Sequence[Row]:
        return imported(upload)

    (album,) = only(json_text([{"Album ID": "l.abc", "Title": "Notes", "Date Created": "2020-01-01T00:00:00Z"}]))
    (artist,) = only(json_text([{"Artist Identifier": "r.abc", "Name": "The Four"}]))
    assert isinstance(album, SavedAlbum)
    assert isinstance(artist, FollowedArtist)
    assert (album.album_name, artist.artist_name) == ("Notes", "The Four")
    favourite = {
        "Item Description": "The Four - Harbour",
        "Item Reference": "99",
        "Last Modified Date": "2024-01-01T00:00:00Z",
    }
    rows = imported(table(*[favourite | {"Type": kind} for kind in ("SONG", "ALBUM", "ARTIST", "STATION")]))
    assert [type(row) for row in rows] == [SavedTrack, SavedAlbum, FollowedArtist, Skipped]
    like = {"Item Description": "The Four - Harbour", "Preference": "LOVE", "Created": "2018-01-01T00:00:00Z"}
    loved, disliked = imported(table(like, like | {"Preference": "DISLIKE"}))
    assert isinstance(loved, SavedTrack)
    assert (loved.artist_name, disliked) == ("The Four", Skipped("not_kept"))


@settings(max_examples=60, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(list(STRETCH)), st.text(max_size=12), max_size=4), twice=st.booleans())
def test_whatever_a_cell_holds_the_row_is_a_play_or_skipped(changes: dict[str, str], twice: bool) -> None:
    rows = imported(table(STRETCH, STRETCH | changes, *[STRETCH | changes] * twice, STRETCH))
    assert isinstance(rows[-1], Play | Skipped)
    imported(table(DAILY, DAILY | {name: text for name, text in changes.items() if name in DAILY}))


JUNK = (
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3)
)


@settings(max_examples=60, deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*TRACK, *PLAYLIST]), JUNK, max_size=4))
def test_any_library_is_read(changes: dict[str, Any]) -> None:
    track, playlist = ({key: value for key, value in changes.items() if key in row} for row in (TRACK, PLAYLIST))
    assert isinstance(imported(json.dumps([TRACK, TRACK | track]))[0], SavedTrack)
    assert isinstance(imported(json.dumps([PLAYLIST, PLAYLIST | playlist]))[0], Playlist)
