"""A row that tells the minute gives way to the same play told to the second."""

from datetime import UTC, datetime, timedelta

from blendify.importing.same_rows import EndedRow, superseded

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def row(key: str, second: int, milliseconds: int, precision: str = "second", song: str = "a") -> EndedRow:
    return EndedRow(key, "service", song, NOON + timedelta(seconds=second), precision, milliseconds)


def test_each_exact_row_replaces_one() -> None:
    """Same song, same minute, same length but for a second; another length, song or minute is another play."""
    exact = [row("e1", 42, 200_000), row("e2", 12, 10_000), row("e3", 60, 10_000)]
    rough = [
        row("r1", 0, 200_000, "minute"),
        row("r2", 0, 10_500, "minute"),
        row("r3", 0, 10_600, "minute"),
        row("r4", 0, 10_000, "minute", song="b"),
        row("r5", 60, 12_000, "minute"),
    ]
    assert superseded([*rough, *exact]) == {"r1": "e1", "r2": "e2"}


def test_minutes_alone_are_all_there_is() -> None:
    """Without a better file nothing is superseded."""
    assert superseded([row("r1", 0, 1, "minute"), row("r2", 0, 1, "minute")]) == {}
