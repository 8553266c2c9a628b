"""Google Takeout: what was watched, in any language; playlists, likes, library and subscriptions as tables."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.formats.format import Options
from blendify.importing.formats.rows import FollowedArtist, Play, Playlist, SavedTrack, Skipped
from tests.unit.importing.uploads import File, imported, json_text, plays, reasons, recognized, rows_of, zipped

AT = datetime(2025, 8, 30, 21, 14, 55, 120_000, tzinfo=UTC)
SONG: dict[str, Any] = {
    "header": "YouTube Music",
    "title": "Watched Glass Harbour",
    "titleUrl": "https://music.youtube.com/watch?v=-bCdEfGhIj0",
    "subtitles": [{"name": "The Four - Topic", "url": "https://www.youtube.com/channel/UCx"}],
    "time": "2025-08-30T21:14:55.120Z",
    "products": ["YouTube"],
    "locationInfos": [{"name": "SECRET"}],
    "description": "SECRET",
}
CLIP = SONG | {
    "header": "YouTube",
    "titleUrl": "https://www.youtube.com/watch?v=xbCdEfGhIj0",
    "subtitles": [{"name": "Ana"}],
}
TITLES = ["Glass Harbour", "Rain", "Små Ghosts", "Night", "夜 Train", "All of it"]


def in_language(phrase: str) -> str:
    """A history whose titles have a phrase of some language around them."""
    return json_text(
        [SONG | {"title": phrase.format(title), "time": f"2025-08-30T21:1{n}:00Z"} for n, title in enumerate(TITLES)]
    )


def test_a_song_is_known_by_its_video_and_its_start() -> None:
    (play,) = plays(json_text([SONG]))
    assert (play.record_id, play.track_name, play.artist_name, play.kind) == (
        "-bCdEfGhIj0",
        "Glass Harbour",
        "The Four",
        None,
    )
    assert (play.started_at, play.ended_at, play.ms_played, play.service) == (AT, None, None, "youtube_music")
    assert "SECRET" not in str(play)


@pytest.mark.parametrize(
    "phrase",
    [
        "Watched {}",
        "Vous avez regardé {}",
        "{} を視聴しました",
        "{} angesehen",
        "Watched\u00a0{}",
        "Bekeken: {}",
        "Du har sett på {} nu",
    ],
)
def test_every_language_gives_the_same_plays(phrase: str) -> None:
    assert [play.track_name for play in plays(in_language(phrase))] == TITLES
    assert [play.key for play in plays(in_language(phrase))] == [play.key for play in plays(in_language("{}"))]


def test_a_title_alone_is_not_taken_for_a_phrase() -> None:
    assert [play.track_name for play in plays(json_text([SONG | {"title": "Xyz: Glass Harbour"}] * 9))] == [
        "Xyz: Glass Harbour"
    ] * 9


def test_what_is_not_known_to_be_music_is_kept_as_watched() -> None:
    topic = CLIP | {"subtitles": [{"name": "Release - Topic"}]}
    watched = plays(json_text([CLIP, topic, CLIP | {"header": "YouTube Music"}]))
    assert [(play.kind, play.artist_name) for play in watched] == [("watched", "Ana"), (None, None), (None, "Ana")]


def test_advertisements_searches_and_posts_are_counted() -> None:
    ad = SONG | {"details": [{"name": "From Google Ads"}]}
    search = SONG | {"title": "Searched for SECRET", "titleUrl": "https://www.youtube.com/results?search_query=SECRET"}
    post = SONG | {"title": "Viewed a post", "titleUrl": "https://www.youtube.com/post/x"}
    gone = {"header": "YouTube", "title": "Watched a video that has been removed", "time": SONG["time"]}
    text = json_text([SONG, ad, search, post, SONG | {"time": None}, SONG | {"time": "gestern"}])
    assert reasons(text) == ["advertisement", "no_play", "no_play", "time_missing", "time_unreadable"]
    assert [play.track_name for play in plays(json_text([SONG, gone]))] == [
        "Glass Harbour",
        "a video that has been removed",
    ]


def test_what_is_followed_by_another_at_once_was_skipped() -> None:
    times = ["21:20:00", "21:16:20", "21:16:00", "21:15:59", "21:12:00", "21:13:00"]
    played = plays(json_text([SONG | {"time": f"2025-08-30T{time}Z"} for time in times]))
    assert [play.flags.get("skipped") for play in played] == [None, None, True, True, None, None]


def test_a_removed_video_keeps_its_id() -> None:
    address = "https://www.youtube.com/watch?v=xbCdEfGhIj0"
    (play,) = plays(
        json_text([{"header": "YouTube", "title": f"Watched {address}", "titleUrl": address, "time": SONG["time"]}])
    )
    assert (play.record_id, play.track_name) == ("xbCdEfGhIj0", None)


def test_history_and_activity_of_one_play_have_one_key() -> None:
    files = {
        "history/watch-history.json": json_text([SONG]),
        "My Activity/YouTube/MyActivity.json": json_text([SONG | {"header": "YouTube"}]),
    }
    assert len({play.key for play in plays(zipped(files))}) == 1


def test_the_oldest_shape_is_told_by_its_name() -> None:
    old = {
        "snippet": {
            "publishedAt": "2015-01-02T03:04:05.000Z",
            "title": "Harbour",
            "resourceId": {"videoId": "abcdefghijk"},
        }
    }
    (play,) = rows_of(File("YouTube/history/watch-history.json", json_text([old]).encode()))
    (like,) = rows_of(File("YouTube/playlists/likes.json", json_text([old]).encode()))
    assert isinstance(play, Play)
    assert isinstance(like, SavedTrack)
    assert (play.record_id, play.started_at, like.record_id, like.added_at) == (
        *("abcdefghijk", datetime(2015, 1, 2, 3, 4, 5, tzinfo=UTC)),
        *("abcdefghijk", datetime(2015, 1, 2, 3, 4, 5, tzinfo=UTC)),
    )


def page(*times: str, product: str = "YouTube Music") -> str:
    """The page for people, with its long style sheet."""
    blocks = "".join(
        f'<div class="outer-cell mdl-cell"><div class="header-cell"><p class="mdl-typography--title">{product}<br></p>'
        '</div><div class="content-cell mdl-cell mdl-typography--body-1">Watched\u00a0'
        '<a href="https://music.youtube.com/watch?v=-bCdEfGhIj0">Glass &amp; Harbour</a><br>'
        f'<a href="https://www.youtube.com/channel/UCx">The Four - Topic</a><br>{written}<br></div>'
        '<div class="content-cell mdl-cell mdl-typography--caption"><b>Products:</b></div></div>'
        for written in times
    )
    return f"<html><head><style>{'x' * 200_000}</style></head><body>{blocks}</body></html>"


def test_the_page_for_people_is_read_as_far_as_its_times_can_be() -> None:
    times = [
        "Aug 30, 2025, 11:14:55\u202fPM CEST",
        "30 Aug 2025, 23:14:55 CEST",
        "30.08.2025, 23:14:55 MESZ",
        "30 Aug 2025, 21:14:55 UTC",
        "Aug 30, 2025, 6:14:55 PM GMT-03:00",
        "30/08/25 23:14",
    ]
    assert recognized(page(*times)).asks_zone
    played = plays(page(*times), Options(zone="Europe/Vienna"))
    assert [play.started_at for play in played] == [AT.replace(microsecond=0)] * 5
    assert {(play.record_id, play.track_name, play.artist_name) for play in played} == {
        ("-bCdEfGhIj0", "Glass & Harbour", "The Four")
    }
    assert reasons(page(*times)) == ["time_unreadable"]


def test_another_page_is_no_history() -> None:
    assert imported("<html><body>Please log in to youtube.com</body></html>") == []


def test_playlists_have_the_name_of_their_file_or_their_own() -> None:
    head = "Video ID,Playlist Video Creation Timestamp\n"
    new = f"{head}-bCdEfGhIj0,2024-05-01T12:00:00+00:00\nxbCdEfGhIj0,2024-05-02T12:00:00+02:00\n"
    head = "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
    old = (
        f"{head}PLx,UCx,2021-01-01 00:00:00 UTC,2021-02-01 00:00:00 UTC,Rain/Fog,,Private\n\n"
        "Video Id,Time Added\n-bCdEfGhIj0,2021-05-01 12:00:00 UTC\n"
    )
    first, second, third = imported(
        zipped({"playlists/Rain-videos.csv": new, "Rain.csv": old, "x/ID vidéo.csv": "\ufeff" + new.replace(",", ";")})
    )
    assert isinstance(first, Playlist)
    assert isinstance(second, Playlist)
    assert isinstance(third, Playlist)
    assert (first.playlist_name, second.playlist_name, third.playlist_name) == ("Rain", "Rain/Fog", "ID vidéo")
    assert [(entry.record_id, entry.added_at) for entry in first.entries] == [
        ("-bCdEfGhIj0", datetime(2024, 5, 1, 12, tzinfo=UTC)),
        ("xbCdEfGhIj0", datetime(2024, 5, 2, 10, tzinfo=UTC)),
    ]
    assert (len(second.entries), second.modified_at) == (1, datetime(2021, 2, 1, tzinfo=UTC))
    assert third.entries == first.entries


def test_likes_library_and_subscriptions_are_saved() -> None:
    likes = "Video ID,Playlist Video Creation Timestamp\n-bCdEfGhIj0,2024-05-01T12:00:00+00:00\n"
    songs = "Video ID,Song Title,Album Title,Artist Name 1,Artist Name 2\n-bCdEfGhIj0,Harbour,Notes,The Four,Ana\n"
    older = "Song-URL,Songtitel,Albumtitel,Namen der Künstler\nhttps://music.youtube.com/watch?v=xbCdEfGhIj0,Rain,Notes,Ana\n"
    channels = f"Kanal-ID,Kanal-URL,Kanaltitel\nUC{22 * 'a'},x,The Four - Topic\nUC{22 * 'b'},x,News\n"
    files = {"Liked videos.csv": likes, "music library songs.csv": songs, "musik.csv": older, "Abos/Abos.csv": channels}
    rows = imported(zipped(files))
    tracks = [(row.record_id, row.track_name, row.artist_name) for row in rows if isinstance(row, SavedTrack)]
    assert tracks == [
        ("-bCdEfGhIj0", None, None),
        ("-bCdEfGhIj0", "Harbour", "The Four, Ana"),
        ("xbCdEfGhIj0", "Rain", "Ana"),
    ]
    assert [(row.artist_name, row.kind) for row in rows if isinstance(row, FollowedArtist)] == [
        ("The Four", None),
        ("News", "channel"),
    ]


JUNK = (
    st.none()
    | st.integers()
    | st.text(max_size=8)
    | st.lists(st.none() | st.just({"name": 1}), max_size=2)
    | st.just({"x": 1})
)


@settings(max_examples=60, deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*SONG, "details", "snippet"]), JUNK, max_size=4))
def test_whatever_a_field_holds_the_row_is_a_play_or_skipped(changes: dict[str, Any]) -> None:
    first, second = imported(json.dumps([SONG, SONG | changes]))
    assert isinstance(first, Play)
    assert isinstance(second, Play | Skipped)


@settings(max_examples=60, deadline=None)
@given(written=st.text(max_size=40), address=st.text(max_size=20))
def test_whatever_a_page_says_its_blocks_are_plays_or_skipped(written: str, address: str) -> None:
    text = page("30 Aug 2025, 23:14:55 CEST", "SLOT").replace("x" * 200_000, "").replace("SLOT", written)
    rows = imported(text.replace("UCx", address))
    assert isinstance(rows[0], Play | Skipped)
