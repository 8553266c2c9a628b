"""What a listener dismissed is remembered; what was shown three times rests."""

from collections.abc import Iterable

import pytest

from blendify.access import users
from blendify.access.users import UserGone
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.recommending import dismissals, shown
from blendify.recommending.dismissals import TooManyDismissed
from blendify.taste.days import later

TODAY = "2026-11-28"


@pytest.fixture
def user_id(aws_in_memory: None) -> str:
    state_table().put(keys.user("u1"), keys.profile(), {})
    assert users.exists("u1")
    return "u1"


def names(user_id: str) -> list[str]:
    return [each.name for each in dismissals.dismissed(user_id)]


def test_a_dismissed_artist_stays_so_until_it_is_taken_back(user_id: str) -> None:
    """A second time changes nothing; what was not dismissed cannot be taken back."""
    dismissals.dismiss(user_id, "a", "Ada")
    dismissals.dismiss(user_id, "a", "Another name")
    dismissals.dismiss(user_id, "b", "Ben")
    assert sorted(names(user_id)) == ["Ada", "Ben"]
    assert dismissals.take_back(user_id, "a")
    assert not dismissals.take_back(user_id, "a")
    assert names(user_id) == ["Ben"]


def test_there_is_an_end_to_it(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are read with every page, so some must be taken back first."""
    monkeypatch.setattr(dismissals, "MOST", 1)
    dismissals.dismiss(user_id, "a", "Ada")
    with pytest.raises(TooManyDismissed):
        dismissals.dismiss(user_id, "b", "Ben")
    assert names(user_id) == ["Ada"]


def test_nothing_is_kept_of_who_has_left(user_id: str) -> None:
    """It would outlive the erasure."""
    state_table().delete(keys.user(user_id), keys.profile())
    with pytest.raises(UserGone):
        dismissals.dismiss(user_id, "a", "Ada")
    shown.note(user_id, TODAY, ["a"])
    assert names(user_id) == []
    assert shown.counts(user_id) == {}


def on_days(user_id: str, days: Iterable[int]) -> None:
    for number in days:
        shown.note(user_id, later(TODAY, number), ["a"])


def is_resting(user_id: str, days_later: int) -> bool:
    return "a" in shown.resting(shown.counts(user_id), later(TODAY, days_later))


def test_three_days_and_then_thirty_of_rest(user_id: str) -> None:
    """Not on the third day itself, whose page stays as it is; and again after thirty days."""
    on_days(user_id, [0, 0, 4])
    assert not is_resting(user_id, 5)
    on_days(user_id, [5])
    assert [is_resting(user_id, days) for days in (5, 6, 34, 35)] == [False, True, True, False]
    on_days(user_id, [35])
    assert shown.counts(user_id) == {"a": (1, later(TODAY, 35))}


def test_counts_do_not_grow_for_ever(user_id: str) -> None:
    """Who was not shown for thirty days is forgotten with the next page."""
    on_days(user_id, [0])
    shown.note(user_id, later(TODAY, 30), ["b"])
    assert set(shown.counts(user_id)) == {"b"}
