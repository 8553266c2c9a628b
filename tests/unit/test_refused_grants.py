"""Refused grants are counted by user, for as long as it takes to tell an outage from revocations."""

from datetime import timedelta

import pytest

from blendify.access import refused_grants
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import state_table
from tests.unit.sync_steps import STARTED

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def note(user_id: str, at: timedelta = timedelta(), *, marked: bool = False, where: str = "default") -> set[str]:
    """As if the clock showed so much after the start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blendify.core.times.now", lambda: STARTED + at)
        return refused_grants.record("spotify", where, user_id, given_up=marked)


def marked(at: timedelta) -> set[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blendify.core.times.now", lambda: STARTED + at)
        return refused_grants.given_up("spotify", "default")


def test_each_user_counts_once() -> None:
    """Eight collectors of one listener that fail together are one listener."""
    for second in range(8):
        assert note("ua", timedelta(seconds=second)) == {"ua"}
    assert note("ub", timedelta(seconds=9)) == {"ua", "ub"}


def test_what_was_before_the_window_does_not_count() -> None:
    """Revocations that trickle in over a day are no outage."""
    note("ua")
    note("ub", refused_grants.WINDOW / 2)
    assert note("uc", refused_grants.WINDOW) == {"ua", "ub", "uc"}
    assert note("ud", refused_grants.WINDOW + timedelta(milliseconds=1)) == {"ub", "uc", "ud"}


def test_applications_count_apart() -> None:
    """An application that its provider has blocked says nothing about another one."""
    note("ua", where="other")
    assert note("ub") == {"ub"}


def test_who_was_given_up_is_known() -> None:
    """Only they have to be restored, and only within the window."""
    note("ua")
    note("ua", timedelta(seconds=1), marked=True)
    note("ub", timedelta(seconds=2))
    assert marked(timedelta(minutes=5)) == {"ua"}
    assert marked(refused_grants.WINDOW + timedelta(seconds=2)) == set()


def test_a_day_later_it_is_forgotten() -> None:
    """DynamoDB takes the notes away; nothing else ever does, as they are in a partition of their own."""
    note("ua")
    (item,) = state_table().query(keys.revoked("spotify", "default"))
    assert item["sk"] == f"{times.iso(STARTED)}#ua"
    assert item["expires_at"] == int((STARTED + timedelta(days=1)).timestamp())
