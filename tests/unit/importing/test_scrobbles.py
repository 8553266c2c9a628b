"""Last.fm, ListenBrainz, logs of players, and servers that listeners run: plays that begin at a moment."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.formats import registry
from blendify.importing.formats.format import Options
from blendify.importing.formats.rows import Play, SavedTrack, Skipped
from blendify.importing.imported_facts import Importer
from tests.unit.importing.uploads import File, imported, json_text, plays, reasons, recognized, zipped

AT, SECONDS = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), 1_700_000_000
TABLE = "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
LINE = f'"{SECONDS}","14 Nov 2023, 22:13","The Four","","Notes","","Glass ""Harbour""\nat night","mb-1"\n'
API: dict[str, Any] = {
    "artist": {"#text": "The Four", "mbid": ""},
    "name": "Harbour",
    "album": {"#text": "Notes", "mbid": ""},
    "mbid": "mb-1",
    "url": "https://www.last.fm/music/The+Four/_/Harbour",
    "image": [{"size": "small", "#text": "https://example.org/x.png"}],
    "date": {"uts": str(SECONDS), "#text": "14 Nov 2023, 22:13"},
}
PLAYING = {key: value for key, value in API.items() if key != "date"} | {"@attr": {"nowplaying": "true"}}
LISTEN: dict[str, Any] = {
    "listened_at": SECONDS,
    "inserted_at": SECONDS + 301.52,
    "user_name": "SECRET",
    "track_metadata": {
        "track_name": "Harbour",
        "artist_name": "The Four",
        "release_name": "Notes",
        "recording_msid": "ms-1",
        "mbid_mapping": {"recording_mbid": "mb-1"},
        "additional_info": {
            "duration_ms": 201_543,
            "isrc": "at-ab1-24-00001",
            "submission_client": "SECRET",
            "ip": "SECRET",
        },
    },
}
MALOJA = {
    "time": SECONDS,
    "track": {"artists": ["The Four", "Ana"], "title": "Harbour", "album": {"albumtitle": "Notes"}, "length": 201},
    "duration": 200,
    "origin": "client:SECRET",
}
NAMES = [{"alias": "other", "is_primary": False}, {"alias": "Harbour", "source": "x", "is_primary": True}]
KOITO = {
    "listened_at": "2023-11-14T22:13:20Z",
    "client": "SECRET",
    "track": {"mbid": "mb-1", "duration": 201, "aliases": NAMES},
    "album": {"aliases": [{"alias": "Notes", "is_primary": True}]},
    "artists": [{"aliases": [{"alias": "The Four", "is_primary": True}]}],
}
PANO = {
    "timeMs": SECONDS * 1000,
    "track": "Harbour",
    "artist": "The Four",
    "album": "Notes",
    "durationMs": 201_000,
    "mediaPlayerName": "SECRET",
}


def in_lines(*rows: Any) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


UPLOADS = {
    "table": (TABLE + LINE.replace('Glass ""Harbour""\nat night', "Harbour"), "lastfm"),
    "pages in a list": (json_text([{"track": [API], "@attr": {"user": "SECRET"}}]), "lastfm"),
    "pages in two lists": (json_text([[{"track": [API], "@attr": {"user": "SECRET"}}]]), "lastfm"),
    "a page": (json_text({"recenttracks": {"track": [API], "@attr": {"user": "SECRET"}}}), "lastfm"),
    "pages in lines": (in_lines({"recenttracks": {"track": [API]}}), "lastfm"),
    "tracks": (json_text([API]), "lastfm"),
    "tracks in lines": (in_lines(API), "lastfm"),
    "listens in lines": (in_lines(LISTEN), "listenbrainz"),
    "listens in a list": (json_text([LISTEN]), "listenbrainz"),
    "maloja": (json_text({"maloja": {"export_time": 1}, "scrobbles": [MALOJA]}), "maloja"),
    "maloja's API": (json_text({"status": "ok", "list": [MALOJA | {"duration": None}]}), "maloja"),
    "koito": (json_text({"version": "1", "user": "SECRET", "listens": [KOITO]}), "koito"),
    "pano": (in_lines(PANO), "pano_scrobbler"),
    "log": (
        f"#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/SECRET\nThe Four\tNotes\tHarbour\t1\t201\tL\t{SECONDS}\tmb-1\n",
        "scrobbler_log",
    ),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_every_shape_gives_the_play_and_nothing_of_the_listener(name: str) -> None:
    upload, service = UPLOADS[name]
    (play,) = plays(upload)
    assert (play.track_name, (play.artist_name or "")[:8], play.album_name) == ("Harbour", "The Four", "Notes")
    assert (play.started_at, play.ended_at, play.precision) == (AT, None, "second")
    assert (play.service, play.scrobble) == (service, True)
    assert "SECRET" not in str(play)
    assert plays(zipped({"a": upload, "b": upload})) == [play, play]


def test_what_the_formats_know_beside_the_names_is_kept() -> None:
    by_name = {name: plays(upload)[0] for name, (upload, _) in UPLOADS.items()}
    assert {play.record_id for name, play in by_name.items() if play.service == "lastfm"} == {API["url"]}
    assert {play.key for name, play in by_name.items() if play.service == "lastfm"} == {by_name["table"].key}
    assert (by_name["listens in lines"].isrc, by_name["listens in lines"].duration_ms) == ("ATAB12400001", 201_543)
    assert (by_name["maloja"].artist_name, by_name["maloja"].ms_played, by_name["maloja"].duration_ms) == (
        "The Four, Ana",
        200_000,
        201_000,
    )
    assert {by_name[name].mbid for name in ("table", "tracks", "koito", "log", "listens in lines")} == {"mb-1"}
    assert by_name["log"].ms_played == 201_000


def test_several_artists_are_told_one_by_one_where_the_file_does() -> None:
    """So such a play is the same as one that a provider tells of, whose first artist is one."""
    koito = KOITO | {"artists": [*KOITO["artists"], {"aliases": [{"alias": "Ana", "is_primary": True}]}]}
    metadata = LISTEN["track_metadata"] | {
        "artist_name": "The Four feat. Ana",
        "additional_info": {"artist_names": ["The Four", "Ana", 7]},
    }
    for upload in (
        UPLOADS["maloja"][0],
        json_text({"listens": [koito]}),
        in_lines(LISTEN | {"track_metadata": metadata}),
    ):
        (play,) = plays(upload)
        assert play.artists == ("The Four", "Ana")
        (fact,) = Importer("user", "import", "2026-11-28T00:00:00.000Z").facts(play, "1")
        assert [artist["name"] for artist in fact.fields["artists"]] == ["The Four", "Ana"]
        assert fact.fields["artist_name"] == play.artist_name
    assert plays(UPLOADS["log"][0])[0].artists == ()


def test_a_log_that_has_lost_its_head_is_known_by_its_rows() -> None:
    """All of them: a table with tabs that has other rows is none."""
    line = f"The Four\tNotes\tHarbour\t1\t201\tL\t{SECONDS}\t\n"
    assert recognized(line * 400).asks_zone
    assert len(plays(line * 400)) == 400
    for other in (line + "note\n", line.replace("\tL\t", "\tX\t"), "\n"):
        assert registry.recognize(File("log", other.encode())) is None


def test_what_a_player_writes_where_a_file_names_nobody_is_no_name() -> None:
    (play,) = plays(f"#AUDIOSCROBBLER/1.1\n<Untagged>\t<Unknown>\tSong.mp3\t0\t180\tL\t{SECONDS}\t\n")
    assert (play.artist_name, play.album_name, play.track_name) == (None, None, "Song.mp3")


def test_titles_may_have_lines_quotes_and_semicolons() -> None:
    assert [play.track_name for play in plays(TABLE + LINE + LINE)] == ['Glass "Harbour"\nat night'] * 2
    assert plays((TABLE + LINE).replace('","', '";"').replace(",", ";", 7)) != []


def test_a_table_to_the_minute_has_no_line_of_columns() -> None:
    text = 'The Four,Notes,Harbour,14 Nov 2023 22:13\nThe Four,Notes,Now,\n"A, B",Notes,Old,01 Jan 1970 00:00\n'
    (play,) = plays(text)
    assert (play.started_at, play.precision) == (AT.replace(second=0), "minute")
    assert reasons(text) == ["now_playing", "time_unlikely"]


def test_what_is_playing_now_has_no_time_yet() -> None:
    assert reasons(json_text([{"track": [PLAYING, API]}])) == ["now_playing"]


def test_loved_tracks_are_saved_ones() -> None:
    (loved,) = imported(json_text({"lovedtracks": {"track": [API]}}))
    assert isinstance(loved, SavedTrack)
    assert (loved.track_name, loved.artist_name, loved.added_at) == ("Harbour", "The Four", AT)
    feedback = [{"recording_msid": "a", "recording_mbid": "b", "score": score, "created": SECONDS} for score in (1, -1)]
    saved, skipped = imported(in_lines(*feedback))
    assert isinstance(saved, SavedTrack)
    assert (saved.mbid, saved.added_at, skipped) == ("b", AT, Skipped("not_kept"))


def test_a_whole_export_of_listenbrainz_is_its_listens_and_what_is_loved() -> None:
    feedback = {"recording_msid": "a", "recording_mbid": None, "score": 1, "created": SECONDS}
    upload = zipped(
        {
            "user.json": json_text({"user_id": 1, "username": "SECRET"}),
            "listens/2023/11.jsonl": in_lines(LISTEN),
            "listens/2024/1.jsonl": in_lines(LISTEN | {"listened_at": SECONDS + 9_000_000}),
            "feedback.jsonl": in_lines(feedback),
            "pinned_recording.jsonl": in_lines({"pinned_until": 1, "recording_msid": "x", "blurb_content": "SECRET"}),
        }
    )
    rows = imported(upload)
    assert [type(row) for row in rows] == [Play, Play, SavedTrack]
    assert "SECRET" not in str(rows)


def test_a_moment_that_was_read_from_another_service_may_be_the_end() -> None:
    more = LISTEN["track_metadata"] | {"additional_info": {"music_service": "spotify.com"}}
    assert [play.scrobble for play in plays(json_text([LISTEN, LISTEN | {"track_metadata": more}]))] == [True, False]


def test_a_players_clock_without_a_zone_is_of_the_zone_that_the_listener_says() -> None:
    head = "#AUDIOSCROBBLER/1.0\n#TZ/UNKNOWN\n"
    log = f"{head}The Four\t<Untagged>\tHarbour\t\t201\tS\t{SECONDS}\nx\ty\tz\t1\t2\tL\t1234\n"
    assert (recognized(log).asks_zone, recognized(log.replace("UNKNOWN", "UTC")).asks_zone) == (True, False)
    (play,) = plays(log, Options(zone="Europe/Vienna"))
    assert play.started_at == AT.replace(hour=21)
    assert (play.album_name, play.flags, play.ms_played, play.duration_ms) == (None, {"skipped": True}, None, 201_000)
    assert reasons(log + "cut\toff") == ["time_unlikely", "unreadable"]


@pytest.mark.parametrize("ends", [False, True])
def test_times_of_a_log_may_be_starts_or_ends_which_their_distances_tell(ends: bool) -> None:
    lengths, at, lines = [201, 180, 332, 90], SECONDS, []
    for number, length in enumerate(lengths):
        lines.append(f"#1 Dads\tNotes\tSong {number}\t1\t{length}\tL\t{at + length * ends}\t\n")
        at += length + 1
    played = plays(
        "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#ARTIST\t#ALBUM\t#TITLE\t#N\t#LENGTH\t#RATING\t#TIMESTAMP\t#ID\n"
        + "".join(lines)
    )
    assert played[0].started_at == AT
    assert [bool(play.ended_at) for play in played] == [ends] * 4
    assert [play.started_at for play in played] == [AT + timedelta(seconds=offset) for offset in (0, 202, 383, 716)]
    assert {(play.artist_name, play.scrobble) for play in played} == {("#1 Dads", not ends)}


def test_letters_of_older_encodings_are_read() -> None:
    log = f"#AUDIOSCROBBLER/1.1\n#TZ/UTC\nMotörhead\tÅlbum\tÉtude\t1\t201\tL\t{SECONDS}\n"
    assert [plays(log.encode(encoding))[0].artist_name for encoding in ("utf-8", "latin-1", "utf-16")] == [
        "Motörhead"
    ] * 3


JUNK = (
    st.none()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.lists(st.integers(), max_size=2)
    | st.just({"a": 1})
)
KEYS = st.sampled_from(
    ["artist", "album", "name", "date", "listened_at", "track_metadata", "time", "track", "artists", "album", "timeMs"]
)


@settings(max_examples=60, deadline=None)
@given(changes=st.dictionaries(KEYS, JUNK, max_size=3))
def test_whatever_a_field_holds_the_row_is_a_play_or_skipped(changes: dict[str, Any]) -> None:
    for upload in (
        json.dumps([{"track": [API, API | changes]}]),
        json.dumps([LISTEN, LISTEN | changes]),
        json.dumps(
            [LISTEN, LISTEN | {"track_metadata": LISTEN["track_metadata"] | changes | {"additional_info": changes}}]
        ),
        json.dumps({"scrobbles": [MALOJA, MALOJA | changes]}),
        json.dumps({"listens": [KOITO, KOITO | changes, KOITO | {"track": changes}]}),
        json.dumps([PANO, PANO | {key: value for key, value in changes.items() if key in PANO}]),
    ):
        first, *rest = imported(upload)
        assert isinstance(first, Play)
        assert all(isinstance(row, Play | Skipped) for row in rest)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=100), head=st.sampled_from([TABLE, "#AUDIOSCROBBLER/1.1\n", "a,b,c,14 Nov 2023 22:13\n"]))
def test_any_text_below_a_head_is_read(text: str, head: str) -> None:
    imported(head + text)
