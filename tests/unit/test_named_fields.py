"""Named fields that are written the same way for all providers."""

from typing import Any

import pytest

from blendify.providers.named_fields import MOST_ARTISTS, artists, genres, isrc, upc


@pytest.mark.parametrize("spelling", ["USHM80865849", "ushm80865849", "US-HM8-08-65849", " us-hm8-08-65849 "])
def test_isrc_has_one_spelling(spelling: str) -> None:
    """Upper case without hyphens: Spotify has sent lower case, printed codes have hyphens."""
    assert isrc(spelling) == "USHM80865849"


@pytest.mark.parametrize("spelling", ["602478149894", "0602478149894", "00602478149894"])
def test_upc_has_no_leading_zeros(spelling: str) -> None:
    """Spotify has sent the same kind of code with 12, 13 and 14 digits."""
    assert upc(spelling) == "602478149894"


@pytest.mark.parametrize("code", [None, "", " ", "0000"])
def test_missing_codes_are_null(code: str | None) -> None:
    """A code of zeros is none."""
    assert upc(code) is None
    assert isrc(code if code != "0000" else "-") is None


def test_artists() -> None:
    """A list of id and name, in the provider's order; at most fifty; null where there are none."""
    assert artists([("1", "A"), (None, "B")]) == [{"id": "1", "name": "A"}, {"id": None, "name": "B"}]
    assert artists([]) is None
    assert len(artists([("1", "A")] * 99) or []) == MOST_ARTISTS == 50


def test_genres() -> None:
    """Names joined by commas; null where there are none."""
    assert genres({"genres": ["neo soul", None, "r&b"]}, "genres") == "neo soul, r&b"
    bodies: list[Any] = [{}, {"genres": None}, {"genres": []}, {"genres": [None]}, {"genres": "pop"}, None]
    assert [genres(body, "genres") for body in bodies] == [None] * len(bodies)
