"""The demo's file of ten years: it overlaps what was polled; what must be counted of it is what readers read."""

import io
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blendify.importing.archives import entries
from blendify.importing.counting import CountingRule, counts
from blendify.importing.formats import registry
from blendify.importing.formats.format import Options
from blendify.importing.formats.rows import Play
from operations.bring_years import differences
from operations.ten_years import Archive, plays

NOW = datetime(2026, 11, 28, 18, tzinfo=UTC)
POLLED = datetime(2026, 1, 31, 20, 17, 5, 123_000, tzinfo=UTC)


def _song(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:022}",
        "name": f"Song {number}",
        "artists": [{"name": f"Artist {number % 40}"}],
        "album": {"name": f"Album {number % 90}"},
        "duration_ms": 180_000 + number,
    }


DAYS = 500

TRUTH: dict[str, Any] = {
    "saved_tracks": [{"track": _song(number)} for number in range(300)] + [{"track": None}],
    "recently_played": [
        {"track": _song(number), "played_at": (POLLED - timedelta(minutes=4 * number)).isoformat()}
        for number in range(5)
    ],
}


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive.of(TRUTH, NOW, DAYS)


def test_the_past_ends_yesterday_and_has_what_was_polled() -> None:
    """In the order of time; on a day with polled plays there are no others."""
    made = list(plays(TRUTH, NOW, DAYS))
    ends = [play.ended_at for play in made]
    assert ends == sorted(ends)
    assert NOW - ends[0] > timedelta(days=DAYS - 10)
    assert timedelta() < NOW - ends[-1] < timedelta(days=10)
    of_day = [end for end in ends if end.date() == POLLED.date()]
    assert of_day == [(POLLED - timedelta(minutes=4 * number)).replace(microsecond=0) for number in (4, 3, 2, 1, 0)]


def test_what_must_be_counted_is_what_readers_read(archive: Archive) -> None:
    """Month by month, by the rule that holds unless a listener chooses another."""
    read: Counter[str] = Counter()
    rows = 0
    for entry in entries(io.BytesIO(archive.content)):
        format_ = registry.recognize(entry)
        if format_ is not None:
            assert format_.name == "spotify_extended"
            with entry.open() as stream:
                for row in format_.read(stream, Options(latest=NOW)):
                    assert isinstance(row, Play)
                    rows += 1
                    read[f"{row.at:%Y-%m}"] += counts(CountingRule(), row.flags, row.ms_played)
    assert (rows, +read) == (archive.rows, Counter(archive.counted))
    assert archive.polled_months == {"2026-01"}
    assert zipfile.ZipFile(io.BytesIO(archive.content)).testzip() is None


def test_a_difference_is_named(archive: Archive) -> None:
    """Too few plays, and too many in a month of which no sync can know more."""
    small = replace(archive, counted={"2019-05": 3, "2026-01": 5}, polled_months=frozenset({"2026-01"}))
    assert differences(small, {"2019-05": {"plays": 3}, "2026-01": {"plays": 9}}) == []
    wrong = differences(small, {"2019-05": {"plays": 4}, "2026-01": {"plays": 4}})
    assert [line[:7] for line in wrong] == ["2019-05", "2026-01"]
    assert len(differences(small, {})) == 2
