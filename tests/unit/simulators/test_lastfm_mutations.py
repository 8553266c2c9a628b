"""What a listener does shows in the next answer, and nowhere else."""

from itertools import pairwise
from typing import Any

import pytest

from local.simulators.lastfm.mutations import ImpossibleChangeError, mutate
from tests.unit.simulators.lastfm_visitor import Fan

DAY = 86_400


def key(row: Any) -> tuple[str, str, str]:
    return row["artist"].get("#text") or row["artist"]["name"], row["name"], row["date"]["uts"]


def changed(done: Any) -> tuple[str, str, str]:
    return done["artist"], done["name"], done["uts"]


def scrobbles(fan: Fan) -> list[Any]:
    rows: list[Any] = fan.truth()["recently_played"]
    return rows


def test_scrobbles_come_first(fan: Fan) -> None:
    before = scrobbles(fan)
    done = fan.change("scrobble", count=3)
    after = scrobbles(fan)

    assert after[3:] == before
    assert key(after[0]) == changed(done)
    assert done["uts"] == str(int(fan.visitor.clock.now))
    times = [int(row["date"]["uts"]) for row in after[:4]]
    assert [first - second for first, second in pairwise(times)][:2] == [180, 180]
    assert len({key(row)[:2] for row in after[:3]}) == 3


def test_there_is_always_room_for_more_scrobbles(fan: Fan) -> None:
    """
    Never in the future, nor before those that are there already.
    """
    now = int(fan.visitor.clock.now)
    fan.change("scrobble")
    fan.visitor.clock.now += 10
    fan.change("scrobble", count=50)
    rows = scrobbles(fan)[:51]

    assert {now <= int(row["date"]["uts"]) <= now + 10 for row in rows} == {True}
    assert len({key(row) for row in rows}) == 51


def test_old_plays_arrive_late(fan: Fan) -> None:
    before = scrobbles(fan)
    done = fan.change("import_old", count=5, days=400)
    after = scrobbles(fan)
    new = [row for row in after if row not in before]

    assert [row for row in after if row in before] == before
    assert after[: len(before) // 20] == before[: len(before) // 20]
    assert len(new) == 5
    assert key(new[0]) == changed(done)
    assert done["uts"] == str(int(fan.visitor.clock.now) - 400 * DAY)


def test_scrobbles_are_taken_away_and_corrected(fan: Fan) -> None:
    before = scrobbles(fan)
    deleted = fan.change("delete_scrobble", position=10)
    edited = fan.change("edit_scrobble", position=20, track=99)
    after = scrobbles(fan)

    assert changed(deleted) == key(before[10])
    assert after[:20] == before[:10] + before[11:21]
    assert after[21:] == before[22:]
    assert key(after[20]) == changed(edited) != key(before[21])
    assert after[20]["date"] == before[21]["date"]
    assert fan.recent()["@attr"]["total"] == "2999"


def test_hearts_come_and_go(fan: Fan) -> None:
    before = fan.truth()["saved_tracks"]
    loved = fan.change("love", track=7)
    assert key(fan.loved()["track"][0]) == changed(loved)
    assert fan.truth()["saved_tracks"][1:] == before
    with pytest.raises(AssertionError, match="loved already"):
        fan.change("love", track=7)
    assert changed(fan.change("unlove")) == changed(loved)
    assert fan.truth()["saved_tracks"] == before
    assert changed(fan.change("unlove", position=4)) == key(before[4])
    assert fan.truth()["saved_tracks"] == before[:4] + before[5:]
    fan.change("love", track=7)
    assert fan.loved()["@attr"]["total"] == "150"


@pytest.mark.parametrize("kind", ["tracks", "artists"])
def test_ranks_change_hands(fan: Fan, kind: str) -> None:
    """
    Ranks and the plays that go with them stay; other periods are left alone.
    """

    def names() -> dict[str, list[str]]:
        tops = fan.truth()[f"top_{kind}"]
        return {period: [row["name"] for row in rows] for period, rows in tops.items()}

    before = names()
    fan.change("top_move", kind=kind, time_range="1month", position=10, to=2)
    moved = names()
    fan.change("top_change", kind=kind, time_range="1month", position=0)
    after = names()
    old = before.pop("1month")

    assert moved.pop("1month") == [*old[:2], old[10], *old[2:10], *old[11:]]
    new = after.pop("1month")
    assert new[0] not in old
    assert new[1:] == [old[1], old[10], *old[2:10], *old[11:]]
    assert before == moved == after
    rows = fan.truth()[f"top_{kind}"]["1month"]
    assert [row["@attr"]["rank"] for row in rows] == [str(rank) for rank in range(1, 51)]


def test_one_listeners_changes_are_nobody_elses(fan: Fan) -> None:
    ben = fan.visitor.log_in("ben")
    before = ben.truth()
    for action in ("scrobble", "love", "now_playing", "delete_scrobble"):
        fan.change(action)

    assert ben.truth() == before
    assert len(ben.recent()["track"]) == 50


@pytest.mark.parametrize(
    ("action", "details"),
    [
        ("dance", {}),
        ("scrobble", {"loudly": True}),
        ("scrobble", {"count": 0}),
        ("scrobble", {"count": "3"}),
        ("scrobble", {"track": -1}),
        ("scrobble", {"track": 10**6}),
        ("import_old", {"days": 10**6}),
        ("delete_scrobble", {"position": 3_000}),
        ("edit_scrobble", {"position": -1}),
        ("unlove", {"position": 150}),
        ("top_move", {"kind": "albums", "time_range": "7day", "position": 0, "to": 1}),
        ("top_move", {"kind": "tracks", "time_range": "7day", "position": 0, "to": 50}),
        ("top_change", {"kind": "tracks", "time_range": "2day", "position": 0}),
    ],
)
def test_impossible_changes_change_nothing(fan: Fan, action: str, details: dict[str, Any]) -> None:
    before = fan.truth()
    with pytest.raises(ImpossibleChangeError, match=r"."):
        mutate(fan.visitor.inside.listeners["ana"].library, action, **details)

    assert fan.truth() == before
