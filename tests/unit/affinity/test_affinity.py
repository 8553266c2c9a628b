"""The formula of affinity: its numbers, what it holds for all listeners, and what is left out."""

from dataclasses import replace
from itertools import pairwise
from math import isclose, log, sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.affinity import formula, weighing
from blendify.affinity.credits import credited
from blendify.affinity.evidence import Evidence
from blendify.affinity.library import Ownership
from blendify.affinity.profile import ARTISTS, SONGS, ArtistWeight, Profile, SongWeight
from blendify.core.same_names import artist_key
from tests.unit.affinity.tastes import TODAY, change, evidence, library, played, ranked, song, weights

OWN = Ownership({}, {"spotify": frozenset({"ada"})})


def made(known: Evidence) -> Profile:
    return weighing.profile("u1", known, ("spotify",))


def test_the_formula_by_hand() -> None:
    """Two artists, of whom one is played and ranked, and the other ranked alone: as on paper."""
    profile = made(
        evidence(
            plays=played((TODAY, "Ann/One", 3), ("2026-06-01", "Ann/Two", 4)),
            lists=[ranked(["Ben", "Ann"], "medium_term")],
        )
    )
    assert formula.play(180) == 0.5
    ann, ben = 0.8 / sqrt(2), 0.8
    length = sqrt(ann**2 + ben**2)
    raw = {"Ann": 1.0 + ann / length, "Ben": ben / length}
    whole = sqrt(sum(value**2 for value in raw.values()))
    assert weights(profile.artists) == pytest.approx({name: value / whole for name, value in raw.items()})
    [first, _] = profile.artists
    assert first.parts == pytest.approx({"plays": 1 / whole, "ranks": ann / length / whole})
    first_song, second_song = log(1 + 3), log(1 + 4 * 0.5)
    assert weights(profile.songs) == pytest.approx(
        {
            "One": first_song / sqrt(first_song**2 + second_song**2),
            "Two": second_song / sqrt(first_song**2 + second_song**2),
        }
    )


def test_each_source_counts_by_its_trust() -> None:
    """Five artists, each known by one source alone, stand in the order of what the sources tell."""
    profile = made(
        evidence(
            plays=played((TODAY, "Played/A", 5)),
            lists=[ranked(["Ranked"])],
            library=library(
                [
                    change("Liked/B"),
                    change("Listed/C", "playlist_tracks", playlist_id="p"),
                    change("Followed", "followed_artists"),
                ]
            ),
        )
    )
    parts = {each.name: each.parts for each in profile.artists}
    whole = sqrt(1 + 1 + 0.25 + 0.16 + 0.16)
    assert parts == {
        "Played": {"plays": pytest.approx(1 / whole)},
        "Ranked": {"ranks": pytest.approx(1 / whole)},
        "Liked": {"likes": pytest.approx(0.5 / whole)},
        "Listed": {"playlists": pytest.approx(0.4 / whole)},
        "Followed": {"follows": pytest.approx(0.4 / whole)},
    }


NAMES = st.sampled_from([f"Artist {number}/Song {song}" for number in range(8) for song in range(3)])
DAYS = st.sampled_from(["2024-02-29", "2026-05-01", "2026-11-01", TODAY])
PLAYS = st.lists(st.tuples(DAYS, NAMES, st.integers(1, 50)), max_size=12)


@st.composite
def listeners(draw: st.DrawFn) -> Evidence:
    liked = draw(st.lists(NAMES, max_size=6, unique=True))
    listed = draw(st.lists(NAMES, max_size=6, unique=True))
    lists = [
        ranked(draw(st.lists(NAMES, min_size=1, max_size=6, unique=True)), "long_term"),
        ranked([f"Artist {number}" for number in draw(st.lists(st.integers(0, 9), min_size=1, unique=True))]),
    ]
    changes = [change(name) for name in liked]
    changes += [change(name, "playlist_tracks", playlist_id="p", day=draw(DAYS)) for name in listed]
    changes += [
        change(f"Artist {number}", "followed_artists") for number in draw(st.sets(st.integers(0, 9), max_size=3))
    ]
    removed = [change(name, day="2026-10-01") for name in draw(st.lists(NAMES, max_size=3, unique=True))]
    return evidence(plays=played(*draw(PLAYS)), lists=lists, library=library(changes, removed), ownership=OWN)


@settings(max_examples=60, deadline=None)
@given(listeners())
def test_every_profile_has_length_one_and_parts_that_explain_it(known: Evidence) -> None:
    profile = made(known)
    parts: tuple[tuple[ArtistWeight | SongWeight, ...], ...] = (profile.artists, profile.songs)
    for part in parts:
        assert isclose(sum(each.weight**2 for each in part), 1.0)
        assert all(isclose(sum(each.parts.values()), each.weight) for each in part)
        assert all(before.weight >= after.weight > 0 for before, after in pairwise(part))
        assert set().union(*(each.parts for each in part)) <= {"plays", "ranks", "likes", "playlists", "follows"}


@settings(max_examples=60, deadline=None)
@given(listeners(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_known_makes_no_difference(known: Evidence, random: Random) -> None:
    """To the last bit: a stored profile is equal to one that is made again."""
    months = []
    for month in known.library:
        added, removed = list(month.added), list(month.removed)
        random.shuffle(added)
        random.shuffle(removed)
        months.append(replace(month, added=tuple(added), removed=tuple(removed)))
    plays = [replace(month, by_day=dict(reversed([*month.by_day.items()]))) for month in reversed(known.plays)]
    random.shuffle(months)
    assert made(replace(known, plays=plays, lists=[*reversed(known.lists)], library=months)) == made(known)


def test_a_heavy_and_a_light_listener_with_one_taste_are_alike() -> None:
    """Thirty times the plays change the weights of twenty artists by little: the cosine stays above 0.98."""
    light = {f"A{number}/S": 1 + number for number in range(20)}
    profiles = [
        made(evidence(plays=played(*((TODAY, name, count * times) for name, count in light.items()))))
        for times in (1, 30)
    ]
    lighter, heavier = (weights(profile.artists) for profile in profiles)
    assert sum(lighter[name] * heavier[name] for name in lighter) > 0.98


def test_a_source_without_anything_drops_out() -> None:
    """Somebody who likes and follows nothing has the full length too."""
    profile = made(evidence(lists=[ranked(["Ann", "Ben"])]))
    assert weights(profile.artists) == pytest.approx({"Ann": sqrt(2 / 3), "Ben": sqrt(1 / 3)})
    assert made(evidence()) == Profile("u1", providers=("spotify",))


def test_an_unfollowed_artist_loses_the_follow() -> None:
    both = [change("Ann", "followed_artists"), change("Ben", "followed_artists")]
    gone = [change("Ben", "followed_artists", day="2026-03-01")]
    assert list(weights(made(evidence(library=library(both, gone))).artists)) == ["Ann"]
    assert "Ben" not in weights(made(evidence(library=library(both, gone))).artists)
    assert artist_key("Ben") in made(evidence(library=library(both, gone))).known


def test_entries_of_others_and_of_their_playlists_do_not_count() -> None:
    entries = [
        change("Mine/A", "playlist_tracks", playlist_id="mine", added_by="ada"),
        change("Unsigned/A", "playlist_tracks", playlist_id="mine"),
        change("Guest/A", "playlist_tracks", playlist_id="mine", added_by="ben"),
        change("Followed/A", "playlist_tracks", playlist_id="theirs", added_by="ben"),
        change("Library/A", "playlist_tracks", playlist_id="nobody's"),
    ]
    owners = {("spotify", "mine"): "ada", ("spotify", "theirs"): "ben"}
    known = evidence(library=library(entries), ownership=Ownership(owners, OWN.own))
    assert set(weights(made(known).artists)) == {"Mine", "Unsigned", "Library"}


def test_a_song_taken_out_is_forbidden_for_a_year_unless_it_came_back() -> None:
    names = ["Ann/Old", "Ann/Gone", "Ann/Back", "Ann/Listed", "Ann/Moved", "Ann/Deleted"]
    added = [change(name, day="2020-01-01") for name in names[:3]]
    added += [change(name, "playlist_tracks", playlist_id="p") for name in names[3:5]]
    added += [
        change("Ann/Back", day="2026-11-01"),
        change("Ann/Moved", "playlist_tracks", playlist_id="q", day="2026-11-02"),
        change("d", "playlists"),
    ]
    added += [change("Ann/Deleted", "playlist_tracks", playlist_id="d")]
    removed = [
        change("Ann/Old", day="2025-11-01"),
        change("Ann/Gone", day="2025-12-01"),
        change("Ann/Back", day="2026-10-01"),
        change("Ann/Listed", "playlist_tracks", playlist_id="p", day="2026-11-02"),
        change("Ann/Moved", "playlist_tracks", playlist_id="p", day="2026-11-02"),
        change("d", "playlists", day="2026-11-03"),
        change("Ann/Deleted", "playlist_tracks", playlist_id="d", day="2026-11-03"),
    ]
    profile = made(evidence(library=library(added, removed), ownership=OWN))
    assert profile.forbidden == {song("Ann/Gone").key, song("Ann/Listed").key}
    assert set(weights(profile.songs)) == {"Back", "Moved"}


def test_a_private_artist_is_in_nothing_and_changes_no_other_weight() -> None:
    """Not as a guest either, nor by a line of names in a top list."""
    rest, lists = [(TODAY, "Ann/A", 3), (TODAY, "Ben/B", 1)], [ranked(["Ann/A", "Cleo/C"])]
    private = [(TODAY, "Secret/S", 90), (TODAY, "Ann+Secret/D", 20)]
    without = made(evidence(plays=played(*rest), lists=lists))
    profile = made(
        evidence(
            plays=played(*rest, *private),
            lists=lists,
            library=library([change("Secret/T"), change("Secret", "followed_artists")]),
            private=frozenset({artist_key("Secret")}),
        )
    )
    assert (profile.artists, profile.songs) == (without.artists, without.songs)
    assert artist_key("Secret") in profile.known
    listed = evidence(lists=[ranked(["Ann+Secret/D", "Ben/B"])], private=frozenset({artist_key("Secret")}))
    assert set(weights(made(listed).songs)) == {"B"}


@pytest.mark.parametrize("private", ["Kino", "Кино"])
def test_a_song_is_private_by_whichever_of_its_names(private: str) -> None:
    """Services write it in their ways, and one code joins them; nor does its cover stand for the other artist."""
    song_ids = ("Kino/Gruppa Krovi", "Кино/Группа крови")
    changes = [
        change(name, provider=provider)._replace(image="https://images/cover")
        for name, provider in zip(song_ids, ("spotify", "apple_music"), strict=True)
    ]
    known = evidence(
        plays=played((TODAY, "Ann/A", 1)),
        library=library(changes),
        lists=[ranked([*song_ids, "Kino+Кино/Duet"]), ranked(["Kino", "Кино"])],
        codes={"isrc#RU1": [("spotify", f"id {song_ids[0]}"), ("apple_music", f"id {song_ids[1]}")]},
        private=frozenset({artist_key(private)}),
    )
    profile = made(known)
    assert set(weights(profile.songs)) == {"A"}
    assert [(set(each.parts), each.image) for each in profile.artists if each.name != "Ann"] == [({"ranks"}, None)]


def test_a_list_that_names_a_private_guest_hides_the_song() -> None:
    """Although most of the log of plays does not name the guest."""
    some, [more] = played((TODAY, "Ann+Secret/E", 1)), played(("2026-10-01", "Ann/E", 2))
    # What says most of a song need not name its guest.
    more = replace(more, songs={key: each._replace(cover="https://images/e") for key, each in more.songs.items()})
    known = evidence(
        plays=[*played((TODAY, "Ann/D", 5), (TODAY, "Ben/B", 1)), *some, more],
        lists=[ranked(["Ann+Secret/D"])],
        private=frozenset({artist_key("Secret")}),
    )
    assert set(weights(made(known).songs)) == {"B"}


def test_songs_with_one_code_are_one_song() -> None:
    """A name in two alphabets at two services; a play under either name counts for it."""
    known = evidence(
        plays=played((TODAY, "Kino/Gruppa Krovi", 4)),
        library=library([change("Kino/Gruppa Krovi"), change("Кино/Группа крови", provider="apple_music")]),
        codes={"isrc#RU1": [("spotify", "id Kino/Gruppa Krovi"), ("apple_music", "id Кино/Группа крови")], "upc#1": []},
    )
    [joined] = made(known).songs
    assert joined.key == min(song("Kino/Gruppa Krovi").key, song("Кино/Группа крови").key)
    assert set(joined.parts) == {"plays", "likes"}
    assert joined.records == {"spotify": "id Kino/Gruppa Krovi", "apple_music": "id Кино/Группа крови"}
    assert len(made(replace(known, codes={})).songs) == 2


def test_a_log_is_many_plays_on_many_days() -> None:
    days = [f"2026-10-{day:02}" for day in range(1, 21)]
    assert made(evidence(plays=played(*((day, "Ann/A", 10) for day in days)))).has_log
    assert not made(evidence(plays=played(*((day, "Ann/A", 10) for day in days[1:])))).has_log
    assert not made(evidence(plays=played(*((day, "Ann/A", 9) for day in days)))).has_log


def test_the_strongest_are_kept() -> None:
    many = made(evidence(plays=played(*((TODAY, f"A{number}/S", 1 + number) for number in range(1_100)))))
    assert (len(many.artists), len(many.songs)) == (ARTISTS, SONGS)
    assert many.artists[0].name == "A1099"


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("Ann/A", [], ["Ann"]),
        ("Tyler, The Gardener/A", [], ["Tyler, The Gardener"]),
        ("Ann+Tyler, The Gardener+Ben/A", ["Tyler, The Gardener"], ["Ann", "Tyler, The Gardener", "Ben"]),
    ],
)
def test_a_line_of_artists_is_split_by_what_is_known(name: str, known: list[str], expected: list[str]) -> None:
    heard = song(name)
    keys = credited(heard.key, heard.title, heard.artist_line, {artist_key(each) for each in known})
    assert keys == tuple(map(artist_key, expected))
