"""What is recorded of a list's order leads from any order to any other, and is the least that does."""

from hypothesis import given
from hypothesis import strategies as st

from blendify.history.reordering import arranged, moved

NAMES = st.lists(st.integers(0, 30).map(str), unique=True, max_size=20)


@given(NAMES, NAMES, st.sets(st.integers(0, 30).map(str)))
def test_what_is_recorded_leads_from_any_order_to_any_other(
    before: list[str], now: list[str], changed: set[str]
) -> None:
    """New entries, changed ones and the moved ones at their places, without those that are gone: the list as it is."""
    recorded = {name for name in now if name not in before} | (changed & set(now))
    turned = moved(before, now, recorded)
    places = {name: now.index(name) for name in [*recorded, *turned]}
    assert arranged(before, places, set(before) - set(now)) == now


@given(NAMES, st.integers(0, 19), st.integers(0, 19))
def test_one_entry_that_moves_is_one_record(before: list[str], start: int, end: int) -> None:
    """However long the list is and however far it went."""
    if not before:
        return
    now = list(before)
    now.insert(end % len(before), now.pop(start % len(before)))
    assert len(moved(before, now, ())) == int(now != before)


def test_a_list_that_stays_as_it_is_has_nothing_to_record() -> None:
    """Nor does one from which something left, or to which something came."""
    before = list("abcdef")
    assert moved(before, before, ()) == []
    assert moved(before, list("abdf"), ()) == []
    assert moved(before, list("xabcyydef"), {"x", "y"}) == []


def test_a_list_that_was_read_in_part_keeps_the_rest() -> None:
    """Entries beyond the end of what is known come last, in the order of their places."""
    assert arranged(list("abc"), {"y": 90, "x": 1, "z": 80}) == ["a", "x", "b", "c", "z", "y"]
