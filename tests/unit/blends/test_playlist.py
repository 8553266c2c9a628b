"""What a blend promises, for two to ten members with any taste."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import planted
from blendify.blends.choice import LENGTH, MOST_AHEAD, SHARED_PART, Pool, choosable
from blendify.blends.playlist import REMEMBERED_DAYS, Playlist, playlist, without
from blendify.blends.walk import IN_A_ROW
from blendify.blends.worth import BEST, PER_ARTIST, Link, Taste, best_songs
from blendify.taste.days import later
from tests.unit.blends.tastes import drawn, profile, taste
from tests.unit.blends.test_walk import longest_row

DAY = "2026-11-28"
quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


anybody = st.tuples(
    st.integers(0, 10**9), st.integers(2, 10), st.sampled_from([2, 12, 60, 400]), st.sampled_from([1, 20, 150])
)
"""What `drawn` takes."""


def pool_of(tastes: Sequence[Taste], before: Playlist | None = None) -> Pool:
    return Pool(tuple(tastes), frozenset(before.blended if before else ()))


def keys_of(blend: Playlist) -> list[str]:
    return [entry.chosen.song.key for entry in blend.entries]


def check_promises(blend: Playlist, tastes: Sequence[Taste]) -> None:
    """What holds on each day."""
    pool, chosen = pool_of(tastes), [entry.chosen for entry in blend.entries]
    keys = keys_of(blend)
    assert len(keys) == len(set(keys)) <= LENGTH
    forbidden = {key for each in tastes for key in each.profile.forbidden}
    assert not forbidden & set(keys)
    assert max(Counter(each.song.artist for each in chosen).values(), default=0) <= PER_ARTIST
    for entry in blend.entries:
        knowing = {each.member_id for each in tastes if entry.chosen.song.key in each.profile.song}
        assert set(entry.chosen.song.whose) == knowing
        assert entry.chosen.by in knowing if entry.chosen.by else len(knowing) > 1
        assert not knowing & entry.links.keys()
    turns = Counter(each.by for each in chosen if each.by)
    left = [each.member_id for each in tastes if choosable(pool, chosen, each.member_id)]
    for member, other in combinations(left, 2):
        assert abs(turns[member] - turns[other]) <= MOST_AHEAD + 1
    # It is shorter only when nobody has anything left.
    assert len(keys) == LENGTH or not left
    assert sum(share.part for share in blend.shares) == pytest.approx(1 if keys else 0)


def check_order(blend: Playlist) -> None:
    chosen = [entry.chosen for entry in blend.entries]
    several = [each for each in chosen if each.by is None]
    if several:
        assert chosen[0].song.key == blend.together
    turns = Counter(each.by for each in chosen if each.by)
    most = max(turns.values(), default=0)
    if most <= IN_A_ROW * (len(chosen) - most + (not several)):
        assert longest_row(chosen) <= IN_A_ROW


@quick
@given(anybody)
def test_every_blend_keeps_its_promises(members: tuple[int, int, int, int]) -> None:
    """Nothing forbidden, two songs an artist, fair turns, each song is somebody's; in an order that is nobody's."""
    tastes = drawn(*members)
    blend = playlist(tastes, DAY)
    check_promises(blend, tastes)
    check_order(blend)


@quick
@given(anybody)
def test_what_several_know_comes_first(members: tuple[int, int, int, int]) -> None:
    """The shared part is 40 % of the length, or all there is with two songs an artist: what most members know."""
    tastes = drawn(*members)
    blend = playlist(tastes, DAY)
    chosen = [entry.chosen.song for entry in blend.entries if entry.chosen.by is None]
    of_artist, there = Counter[str](), []
    for each in pool_of(tastes).shared:
        if of_artist[each.artist] < PER_ARTIST:
            of_artist[each.artist] += 1
            there.append(each.key)
    assert {each.key for each in chosen} == set(there[: int(SHARED_PART * LENGTH)])


@quick
@given(anybody, st.randoms(use_true_random=False))
def test_the_same_tastes_give_the_same_blend(members: tuple[int, int, int, int], random: Random) -> None:
    """In whichever order the members come."""
    tastes = drawn(*members)
    other = list(tastes)
    random.shuffle(other)
    assert playlist(tastes, DAY) == playlist(other, DAY)


@quick
@given(anybody, st.integers(0, 10**9))
def test_from_day_to_day_two_thirds_stay(members: tuple[int, int, int, int], seed: int) -> None:
    """Also over a week in which somebody removes songs; and what left comes back only where nothing else is left."""
    random, tastes = Random(seed), drawn(*members)  # noqa: S311 -- the same each time
    blend = playlist(tastes, DAY)
    for number in range(1, 5):
        day = later(DAY, number)
        following = playlist(tastes, day, blend)
        check_promises(following, tastes)
        check_order(following)
        before, after = set(keys_of(blend)), set(keys_of(following))
        assert 3 * len(before & after) >= 2 * len(before)
        again = [
            entry.chosen
            for entry in following.entries
            if entry.chosen.since == day and entry.chosen.song.key in blend.blended
        ]
        fresh = [song for song in pool_of(tastes).songs.values() if song.key not in blend.blended]
        for each in again:
            of_artist = Counter(entry.chosen.song.artist for entry in following.entries)
            possible = [song for song in fresh if song.key not in after and of_artist[song.artist] < PER_ARTIST]
            wanted = [song for song in possible if (each.by in song.whose if each.by else len(song.whose) > 1)]
            assert not wanted
        blend = following
    gone = frozenset(random.sample(keys_of(blend), min(9, len(blend.entries))))
    tastes[0] = replace(tastes[0], profile=replace(tastes[0].profile, forbidden=gone))
    check_promises(playlist(tastes, later(DAY, 9), blend), tastes)


def test_a_blend_does_not_grow_when_tastes_meet() -> None:
    """Two worlds that suddenly have much in common: what they share comes in as what was there goes."""
    worlds = [taste(f"m{m}", [(str(n % 2), f"a{m}-{n // 2}", 1 / (n + 1)) for n in range(90)]) for m in range(2)]
    blend = playlist(worlds, DAY)
    known = [(song.key.rpartition("-")[2], song.artist_keys[0], song.weight) for song in worlds[0].profile.songs]
    own = [(song.key.rpartition("-")[2], song.artist_keys[0], song.weight) for song in worlds[1].profile.songs]
    met = [worlds[0], taste("m1", [*own, *known])]
    following = playlist(met, later(DAY, 1), blend)
    check_promises(following, met)
    assert len(following.entries) == LENGTH
    assert following.together


def test_on_the_same_day_everything_stays() -> None:
    """When it is made once more on one day, as somebody has removed a song, only that one is replaced."""
    tastes = drawn(4, 3, 60, 150)
    blend = playlist(tastes, DAY)
    assert playlist(tastes, DAY, blend) == blend
    there = keys_of(blend)
    gone = there.pop(7)
    tastes[0] = replace(tastes[0], profile=replace(tastes[0].profile, forbidden=frozenset({gone})))
    again = keys_of(playlist(tastes, DAY, blend))
    assert again[:-1] == there, "what stays keeps its order, and what is new comes at the end"
    assert again[-1] != gone


@quick
@given(anybody, st.integers(0, 49))
def test_songs_are_left_out_without_a_trace(members: tuple[int, int, int, int], place: int) -> None:
    """The others keep their order, shares are of what is there, and the playlist that was made stays as it was."""
    blend = playlist(drawn(*members), DAY)
    keys = keys_of(blend)
    gone = set(keys[place : place + 2]) | {"unknown"}
    less = without(blend, gone)
    assert keys_of(less) == [key for key in keys if key not in gone]
    assert less.entries == tuple(entry for entry in blend.entries if entry.chosen.song.key not in gone)
    assert sum(share.part for share in less.shares) == pytest.approx(1 if less.entries else 0)
    for share in less.shares:
        assert share.songs == sum(share.member_id in entry.chosen.song.whose for entry in less.entries)
    assert less.together not in gone
    assert keys_of(without(blend, {"unknown"})) == keys


def test_a_blend_that_is_long_moves_on() -> None:
    """With enough songs a third of it is new each day, for as long as is remembered."""
    tastes = [
        taste(f"m{member}", [(str(song % 3), f"a{member}-{song // 3}", 1 / (song + 1)) for song in range(900)])
        for member in range(2)
    ]
    blend = playlist(tastes, DAY)
    for number in range(1, 8):
        following = playlist(tastes, later(DAY, number), blend)
        new = set(keys_of(following)) - set(keys_of(blend))
        assert len(new) == LENGTH // 3
        assert not new & blend.blended.keys()
        blend = following
    later_on = playlist(tastes, later(DAY, 8 + REMEMBERED_DAYS), blend)
    assert later_on.blended.keys() == set(keys_of(later_on))


def test_nobody_with_songs_is_left_out() -> None:
    """A member with one song has it there; one with none does no harm, and is told so by a share of nothing."""
    much = taste("m0", [(str(n % 4), f"a{n}", 1 / (n + 1)) for n in range(120)])
    blend = playlist([much, taste("m1", [("x", "b", 1.0)]), taste("m2", [])], DAY)
    assert "s-b-x" in keys_of(blend)
    assert len(blend.entries) == LENGTH
    assert [share.songs for share in blend.shares] == [LENGTH - 1, 1, 0]
    assert playlist([taste("m0", []), taste("m1", [])], DAY).entries == ()


def test_who_loves_the_same_hears_the_same() -> None:
    """Everything is everybody's, and worth the same to all."""
    songs = [(str(n % 3), f"a{n // 3}", 1 / (n + 1)) for n in range(150)]
    blend = playlist([taste(f"m{member}", songs) for member in range(3)], DAY)
    assert all(len(entry.chosen.song.whose) == 3 for entry in blend.entries)
    assert len({round(share.worth, 9) for share in blend.shares}) == 1
    assert blend.entries[0].chosen.song.key == blend.together == "s-a0-0"


def test_two_worlds_stand_side_by_side() -> None:
    """With nothing in common no song brings them together, and they take turns."""
    tastes = [taste(f"m{m}", [(str(n % 2), f"a{m}-{n // 2}", 1 / (n + 1)) for n in range(90)]) for m in range(2)]
    blend = playlist(tastes, DAY)
    assert blend.together is None
    assert Counter(entry.chosen.by for entry in blend.entries) == {"m0": 25, "m1": 25}


def test_worth_is_by_song_then_by_artist_then_by_what_is_near() -> None:
    """1 is the mean of one's own best songs; an artist gives half, one near to it a quarter, times what songs have."""
    member = taste("m0", [("1", "a", 2.0), ("2", "a", 1.0), ("1", "b", 3.0)], near={"c": {"b": 0.5, "z": 1.0}})
    weights = member.profile.song
    mean = sum(each.weight for each in weights.values()) / 3
    artists = member.profile.artist
    part = (weights["s-a-1"].weight / artists["a"].weight + weights["s-a-2"].weight / artists["a"].weight) / 3
    part += weights["s-b-1"].weight / artists["b"].weight / 3
    assert member.worth("s-a-1", "a") == pytest.approx(weights["s-a-1"].weight / mean)
    assert member.worth("s-a-9", "a") == pytest.approx(0.5 * artists["a"].weight * part / mean)
    assert member.worth("s-c-1", "c") == pytest.approx(0.25 * artists["b"].weight * 0.5 * part / mean)
    assert member.worth("s-d-1", "d") == 0
    assert (member.link("a"), member.link("c"), member.link("d")) == (
        Link("Artist a", same=True),
        Link("Artist b", same=False),
        None,
    )


def test_who_knows_artists_alone_has_a_worth() -> None:
    """Somebody who only follows artists is not worthless: songs by these are as good as a playlist for them."""
    fan = Taste("m0", profile("u", [], fans_of=["a", "b"]), {})
    assert fan.worth("s-a-1", "a") == pytest.approx(1.0)


def test_the_best_of_oneself_has_two_songs_an_artist() -> None:
    """So one artist does not make everything else seem worthless."""
    songs = [(str(n), "a", 100.0 - n) for n in range(9)] + [("1", f"b{n}", 1.0) for n in range(70)]
    best = best_songs(profile("u", songs))
    assert len(best) == BEST
    assert best[:3] == ["s-a-0", "s-a-1", "s-b0-1"]


def of_listener(listener: planted.Listener) -> Taste:
    plays = listener.songs()
    songs = [(str(key), f"a{planted.artist_of(key)}", float(count)) for key, count in plays.items()]
    best = sorted(songs, key=lambda each: (-each[2], each[0]))[:400]
    return taste(f"m{listener.number:04}", best)


def test_a_blend_of_five_friends_is_worth_much_the_same_to_all() -> None:
    """The least satisfied of planted groups has four fifths of what the most satisfied has."""
    population = planted.population(160, seed=5)
    groups = [group for group in population.groups if len(group.members) == 5]
    assert groups
    ratios = []
    for group in groups:
        worths = [
            share.worth
            for share in playlist([of_listener(population.listeners[each]) for each in group.members], DAY).shares
        ]
        ratios.append(min(worths) / max(worths))
    assert sum(ratios) / len(ratios) >= 0.8
