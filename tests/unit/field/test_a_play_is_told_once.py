"""K4: a play is an event. It is recorded and told once, whatever becomes of its track, its id or its date."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from blendify.collecting.recognition import KnownList, KnownPlays
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history.list_entries import Entry
from blendify.providers.endpoint import ListPosition, Record
from blendify.providers.lastfm import records as lastfm
from blendify.providers.record_identity import digest, identity
from blendify.providers.spotify import records as spotify
from tests.unit import music_api
from tests.unit.every_provider.subject import Subject

NOW = times.parse("2026-11-22T18:00:00Z")
RECENTLY_PLAYED = DataType.RECENTLY_PLAYED


def moment(minutes: float) -> str:
    """So many minutes before now."""
    return times.iso(NOW - timedelta(minutes=minutes))


def play(track: str | None, minutes: float | None) -> Record:
    """A play so many minutes ago; without an id it is null, without minutes it has no date."""
    played_at = None if minutes is None else moment(minutes)
    return Record("", {"record_id": track, "played_at": played_at})


def entries(records: list[Record]) -> list[Entry]:
    return [Entry(identity(record.fields), digest(record.compared), "key") for record in records]


def names(records: list[Record], known: list[Entry], now: datetime = NOW, *, first: bool = True) -> list[str]:
    """The identities under which a page is recorded."""
    return [identity(record.fields) for record in KnownPlays(known).recognized(records, now, first=first)]


PLAYS = [play("c", 3), play("b", 6), play("a", 9)]


@pytest.mark.parametrize(
    "today",
    [
        [play("c", 3), play("other id", 6), play("a", 9)],
        [play("c", 3), play(None, 6), play("a", 9)],
        [play("c", 3), play("b", None), play("a", 9)],
        [play("c", 3), play(None, None), play("a", 9)],
        [play("x", 3), play("y", 6), play("z", 9)],
        [play(None, None), play("b", None), play("a", None)],
    ],
    ids=["relinked", "null track", "no date", "null", "all renamed", "all damaged"],
)
def test_a_known_play_is_known_whatever_it_looks_like(today: list[Record]) -> None:
    """Its moment is enough, or its place between two others."""
    known = entries(PLAYS)
    recognized = KnownPlays(known).recognized(today, NOW)
    assert {identity(record.fields) for record in recognized if record.fields["record_id"]} <= {
        e.identity for e in known
    }
    assert len(recognized) == len(today)


def test_two_plays_of_one_moment_stay_two() -> None:
    """Where the known one is still there, another one is new."""
    assert names([play("c", 3), play("d", 3), *PLAYS[1:]], entries(PLAYS)) == [
        f"{moment(3)}#c",
        f"{moment(3)}#d",
        f"{moment(6)}#b",
        f"{moment(9)}#a",
    ]


def test_a_play_that_was_null_is_recorded_when_it_is_whole() -> None:
    """What was known of it tells nothing."""
    assert names([play("c", 3)], entries([play(None, 3)])) == [f"{moment(3)}#c"]


def test_a_play_without_a_date_gets_the_latest_that_its_neighbours_allow() -> None:
    """At the front it is the moment of the reading; and it is told where it must have been."""
    first, second, last = KnownPlays([]).recognized([play("n", None), play("c", 3), play("u", None)], NOW)
    assert first.fields["played_at"] == times.iso(NOW)
    assert first.fields["played_after"] == second.fields["played_at"] == moment(3)
    assert times.parse(last.fields["played_at"]) < times.parse(second.fields["played_at"])
    assert last.fields["played_after"] is None


def test_a_play_without_a_date_is_the_same_when_it_has_one() -> None:
    """Undated in three readings, then dated in three: one record."""
    known: list[Entry] = []
    for page in [[play("n", None), *PLAYS]] * 3 + [[play("n", 1), *PLAYS]] * 3:
        recognized = KnownPlays(known).recognized(page, NOW)
        known += [e for e in entries(recognized) if e.identity not in {each.identity for each in known}]
    assert len(known) == 4


def test_a_song_that_is_played_again_is_another_play() -> None:
    """Undated, then dated, while the next play of it is undated already."""
    known = entries(KnownPlays([]).recognized([play("n", None), *PLAYS], NOW))
    later = NOW + timedelta(minutes=4)
    page = [play("n", None), play("n", 1), *PLAYS]
    recognized = KnownPlays(known).recognized(page, later)
    new = [record for record in recognized if identity(record.fields) not in {e.identity for e in known}]
    assert [record.fields["played_at"] for record in new] == [times.iso(later)]


@pytest.mark.parametrize(
    "page",
    [
        [play("c", 3), play("c", 3), play("a", 9)],
        [play("c", 3), play("a", 9), play("a", 9)],
        [play("b", 6), play("b", 6), play("a", 9)],
        [play("c", 3), play("b", 6), play("b", 6), play("a", 9), play("z", 9)],
    ],
    ids=["behind its neighbour", "before its neighbour", "newest", "of its moment"],
)
def test_a_play_that_comes_twice_stands_in_place_of_a_known_one(page: list[Record]) -> None:
    """A page may list a play twice and hide another one by that."""
    known = entries([*PLAYS, play("d", 6), play("z", 9)])
    given = names(page, known)
    assert len(set(given)) == len(page)
    assert set(given) <= {entry.identity for entry in known}


def test_a_play_that_comes_twice_is_two_where_all_others_came() -> None:
    """It was scrobbled twice in a second. And what stands on the page before is not missing here."""
    for page, first in (([*PLAYS, PLAYS[2]], True), ([PLAYS[1], PLAYS[1], PLAYS[2]], False)):
        assert len(set(names(page, entries(PLAYS), first=first))) == len(page) - 1


@pytest.mark.parametrize("seed", range(200))
def test_random_logs_whose_fields_flicker(seed: int) -> None:
    """Plays come in front; each reading some are relinked, null or undated: each play is recorded once."""
    chance = random.Random(seed)  # noqa: S311
    log: list[tuple[str, float]] = []
    known: list[Entry] = []
    start = NOW - timedelta(days=1)
    for reading in range(6):
        for _ in range(chance.randint(0, 3)):
            log.insert(0, (f"t{len(log)}", len(log) * 4.0))
        page = []
        for track, minutes in log:
            when: str | None = times.iso(start + timedelta(minutes=minutes))
            record_id: str | None = track
            if f"{when}#{track}" in {e.identity for e in known}:
                fate = chance.random()
                record_id = f"{track}-{reading}" if fate < 0.15 else None if fate < 0.3 else track
                when = None if 0.3 < fate < 0.4 else when
            page.append(Record("", {"record_id": record_id, "played_at": when}))
        recognized = KnownPlays(known).recognized(page, NOW)
        known += [e for e in entries(recognized) if e.identity not in {each.identity for each in known}]
    assert len(known) == len(log)


def test_entries_of_other_lists_are_recognized_too() -> None:
    """Without their dates, with dates that they did not have, and null between the same neighbours."""

    def like(track: str | None, minutes: float | None) -> Record:
        return Record("", {"record_id": track, "added_at": None if minutes is None else moment(minutes)})

    known = [identity(like(track, minutes).fields) for track, minutes in (("c", 3), ("b", None), ("a", 9))]
    today = [like("c", None), like("b", 6), like(None, None)]
    assert [identity(record.fields) for record in KnownList(known).recognized(today)] == known
    # A null that was known stays one, and what stood beside it has left.
    with_null = [known[0], known[1], "null", known[2]]
    page = [like("c", 3), like(None, None), like("a", 9)]
    assert [identity(record.fields) for record in KnownList(with_null).recognized(page)] == [known[0], "null", known[2]]


def test_a_relinked_track_is_the_one_that_was_saved() -> None:
    """Spotify serves another track in its place, and names the first in `linked_from`."""
    served = {"id": "b", "name": "Song", "linked_from": {"id": "a", "type": "track"}}
    plain = {"id": "a", "name": "Song"}
    for make in (spotify.saved_track, spotify.play):
        first, second = (
            make({"track": track, "added_at": moment(1), "played_at": moment(1)}, ListPosition("", 0))
            for track in (plain, served)
        )
        assert identity(first.fields) == identity(second.fields)
        assert second.fields["track_id"] == "b"


def test_what_an_address_is_made_of_stands_in_for_it() -> None:
    """Last.fm's address of a track follows from the names."""
    whole = {
        "name": "Señorita",
        "url": "https://www.last.fm/music/A+%26+B/_/Se%C3%B1orita",
        "artist": {"#text": "A & B"},
    }
    place = ListPosition("", 0)
    assert lastfm.play({**whole, "url": None}, place).fields["record_id"] == whole["url"]


def undated(newest: Any) -> Callable[[Any], Any]:
    """A page on which this scrobble has no date, and no mark that it is playing now."""

    def rewrite(body: Any) -> Any:
        for entry in body["recenttracks"]["track"]:
            if entry.get("date") == newest["date"]:
                del entry["date"]
        return body

    return rewrite


@pytest.mark.parametrize("provider", ["lastfm"])
def test_an_undated_scrobble_is_visible_once(subject: Subject) -> None:
    """D4: at once in the API, and no second record when it has its date."""
    newest = subject.lists(RECENTLY_PLAYED)[""][0]
    subject.fault(RECENTLY_PLAYED, rewrite=undated(newest))
    assert subject.run(RECENTLY_PLAYED)[1] == "succeeded"
    wanted = subject.size(RECENTLY_PLAYED)
    plays = music_api.everything(music_api.browser_of(subject.user_id), RECENTLY_PLAYED)
    assert len(plays) == wanted
    assert [play["record_id"] for play in plays].count(newest["url"]) >= 1
    assert subject.run(RECENTLY_PLAYED, days=1)[1] == "succeeded"
    subject.traffic.faults.clear()
    assert subject.run(RECENTLY_PLAYED, days=1, mode="full")[1] == "succeeded"
    assert len(music_api.everything(music_api.browser_of(subject.user_id), RECENTLY_PLAYED)) == wanted
