"""The playlist of a day: made once, kept until tomorrow, and without whoever has left at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from blendify.affinity.profile import Profile
from blendify.blends import membership, parting, stored
from blendify.blends.membership import Blend
from blendify.blends.stored import Daily
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.sharing import consent
from tests.unit.blends.groups import Group, blend_of, songs

pytestmark = pytest.mark.usefixtures("aws_in_memory", "noon")


@pytest.fixture
def noon(stopped_clock: list[datetime]) -> None:
    """The tests have half a day before the next one, whenever they run."""
    stopped_clock[0] = stopped_clock[0].replace(hour=12)


def three() -> Group:
    group = Group()
    group.add("ada", [*songs("x", 30), *songs("a", 90)])
    group.add("ben", [*songs("x", 30), *songs("b", 90)])
    group.add("cleo", songs("c", 120))
    return group


def of_artist(day: Daily, prefix: str) -> list[str]:
    return [entry.chosen.song.key for entry in day.playlist.entries if entry.chosen.song.artist.startswith(prefix)]


def stored_items(blend: Blend) -> bool:
    return stored.read(blend.blend_id) is not None


def test_the_playlist_stays_for_a_day(stopped_clock: list[datetime]) -> None:
    """Whoever looks sees the same; on the next day two thirds of it are still there."""
    group = three()
    blend, _ = blend_of(group, "ada", "ben")
    first = group.today(blend)
    asked = len(group.asked)
    stopped_clock[0] += timedelta(hours=2)
    assert group.today(blend) == first
    assert len(group.asked) == asked
    stopped_clock[0] += timedelta(hours=11)
    second = group.today(blend)
    before = {entry.chosen.song.key for entry in first.playlist.entries}
    after = {entry.chosen.song.key for entry in second.playlist.entries}
    assert 3 * len(before & after) >= 2 * len(before) > 3
    assert before != after
    assert first.services == ("spotify",)


def test_who_leaves_is_gone_from_the_next_look_on() -> None:
    """No song of theirs is shown, and none is stored."""
    group = three()
    blend, _ = blend_of(group, "ada", "ben", "cleo")
    assert of_artist(group.today(blend), "c")
    parting.leave(group.ids["cleo"], blend.blend_id)
    assert not stored_items(blend)
    without = group.today(blend)
    assert not of_artist(without, "c")
    assert len(without.playlist.shares) == 2


def test_who_is_erased_is_gone_before_their_items_are() -> None:
    """An erasure deletes the profile first: from then on nothing of them is used."""
    group = three()
    blend, members = blend_of(group, "ada", "ben", "cleo")
    group.today(blend)
    state_table().delete(keys.user(group.ids["cleo"]), keys.profile())
    without = group.today(blend)
    assert not of_artist(without, "c")
    assert members["cleo"] not in [share.member_id for share in without.playlist.shares]


def test_who_looks_while_another_one_leaves_stores_nothing_of_them() -> None:
    """The membership is read once more when a playlist has been stored."""
    group = three()
    blend, _ = blend_of(group, "ada", "ben", "cleo")

    class Leaving(Group):
        def _profile(self, user_id: str, feature: str) -> Profile:
            parting.leave(group.ids["cleo"], blend.blend_id)
            return super()._profile(user_id, feature)

    Leaving(group.ids, group.tastes).today(blend)
    assert not stored_items(blend)


def test_who_joins_is_there_at_once() -> None:
    """Though the playlist of the day was made without them."""
    group = three()
    made = membership.make(group.ids["ada"])
    assert made
    blend, invitation = made
    assert membership.join(group.ids["ben"], invitation)
    group.today(blend)
    assert membership.join(group.ids["cleo"], invitation)
    assert of_artist(group.today(blend), "c")


def test_an_artist_who_is_kept_private_goes_at_once() -> None:
    """The rest of the day's playlist stays, in its order."""
    group = three()
    blend, _ = blend_of(group, "ada", "cleo")
    before = group.today(blend)
    key = "c0"
    assert of_artist(before, key)
    consent.change(group.ids["cleo"], {"private": {key: "Artist c0"}})
    of_cleo = group.tastes[group.ids["cleo"]]
    group.tastes[group.ids["cleo"]] = replace(
        of_cleo, songs=tuple(each for each in of_cleo.songs if each.artist_keys != (key,))
    )
    after = group.today(blend)
    there, shown = ([entry.chosen.song.key for entry in each.playlist.entries] for each in (before, after))
    stay = [each for each in there if each not in {"s-c0-0", "s-c0-1"}]
    assert shown[: len(stay)] == stay
    assert len(stay) == len(there) - 2
    assert not {"s-c0-0", "s-c0-1"} & set(shown)


def test_a_song_that_somebody_takes_out_goes_at_once(stopped_clock: list[datetime]) -> None:
    """The others stay in their order, no profile is made for it, and the playlist of the day stays stored as it was."""
    group = three()
    blend, _ = blend_of(group, "ada", "cleo")
    before = group.today(blend)
    keys = [entry.chosen.song.key for entry in before.playlist.entries]
    ada, asked = group.ids["ada"], len(group.asked)
    stopped_clock[0] += timedelta(hours=2)
    group.tastes[ada] = replace(group.tastes[ada], forbidden=frozenset({keys[3], "s-unknown"}))
    after = group.today(blend)
    assert [entry.chosen.song.key for entry in after.playlist.entries] == keys[:3] + keys[4:]
    assert len(group.asked) == asked
    assert stored.read(blend.blend_id) == before
    stopped_clock[0] += timedelta(hours=11)
    assert keys[3] not in [entry.chosen.song.key for entry in group.today(blend).playlist.entries]


def test_a_member_of_whom_nothing_was_known_is_looked_at_again(stopped_clock: list[datetime]) -> None:
    """As after a first sync, whose insights come minutes later."""
    group = three()
    group.add("dora", [])
    blend, _ = blend_of(group, "ada", "dora")
    assert not of_artist(group.today(blend), "d")
    group.tastes[group.ids["dora"]] = replace(group.tastes[group.ids["cleo"]], user_id=group.ids["dora"])
    assert of_artist(group.today(blend), "c")
    stopped_clock[0] += timedelta(hours=2)
    asked = len(group.asked)
    group.today(blend)
    assert len(group.asked) == asked


def test_who_is_new_is_looked_at_until_all_is_known() -> None:
    """A first sync is counted over minutes: a blend of its first part would be one-sided for a day."""
    group = three()
    group.add("dora", songs("d", 60))
    blend, members = blend_of(group, "ada", "dora")
    first = group.today(blend)
    group.tastes[group.ids["dora"]] = replace(
        group.tastes[group.ids["ada"]], user_id=group.ids["dora"], forbidden=frozenset()
    )
    second = group.today(blend)
    assert first.playlist.together is None
    assert second.playlist.together
    assert len(second.playlist.entries) == len(first.playlist.entries)
    assert [share.songs for share in second.playlist.shares] == [len(second.playlist.entries)] * len(members)


def test_scores_are_of_those_who_both_agreed() -> None:
    """And of nobody else, from the moment on at which they do or no longer do."""
    group = three()
    blend, members = blend_of(group, "ada", "ben", "cleo")
    assert group.today(blend).scores == ()
    consent.change(group.ids["ada"], {"compare": True})
    assert group.today(blend).scores == ()
    consent.change(group.ids["ben"], {"compare": True})
    (score,) = group.today(blend).scores
    assert {score.member, score.other} == {members["ada"], members["ben"]}
    assert 0 < score.percent <= 100
    assert score.artists
    consent.change(group.ids["ada"], {"compare": False})
    assert group.today(blend).scores == ()


def test_a_blend_that_ended_leaves_nothing() -> None:
    """Only who made it can end it; everybody can leave all of theirs."""
    group = three()
    blend, _ = blend_of(group, "ada", "ben")
    group.today(blend)
    assert parting.end(blend.blend_id, group.ids["ben"]) is None
    assert parting.end(blend.blend_id, group.ids["ada"])
    assert not stored_items(blend)
    assert membership.find(blend.blend_id) is None
    first, _ = blend_of(group, "ada", "ben")
    second, _ = blend_of(group, "cleo", "ben", "ada")
    group.today(second)
    assert parting.leave_all(group.ids["ada"]) == 2
    assert membership.every(group.ids["ada"]) == []
    assert membership.find(first.blend_id) is None
    assert not stored_items(second)
    assert not of_artist(group.today(second), "a")
