"""What counts as a play is a rule for reading, which the listener can change."""

from typing import Any

import pytest

from blendify.importing.counting import CountingRule, counts


@pytest.mark.parametrize(
    ("flags", "ms_played", "duration_ms", "expected"),
    [
        ({}, 30_000, None, True),
        ({}, 29_999, None, False),
        ({"skipped": True}, 30_000, None, True),
        ({"finished": True}, 12_000, None, True),
        ({}, 12_000, 12_000, True),
        ({}, 12_000, 12_001, False),
        ({}, 0, 0, False),
        ({}, None, None, True),
        ({"skipped": True}, None, None, False),
        ({"incognito": True}, 200_000, None, True),
    ],
)
def test_the_default_is_thirty_seconds_or_to_the_end(
    flags: dict[str, Any], ms_played: int | None, duration_ms: int | None, expected: bool
) -> None:
    assert counts(CountingRule(), flags, ms_played, duration_ms) is expected


def test_the_rule_can_be_changed() -> None:
    assert counts(CountingRule(least_ms=1), {}, 1)
    assert not counts(CountingRule(least_ms=240_000), {}, 200_000)
    assert not counts(CountingRule(finished=False), {"finished": True}, 12_000)
    assert not counts(CountingRule(incognito=False), {"incognito": True}, 200_000)
