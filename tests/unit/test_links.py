"""A song has a link to each service: its page where that is known, else a search for it."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.providers import NAMES, PROVIDERS

PAGES = {
    "spotify": ("2TpxZ7JUBn3uw46aR7qd6V", "https://open.spotify.com/track/2TpxZ7JUBn3uw46aR7qd6V"),
    "apple_music": ("1440857781", "https://music.apple.com/song/1440857781"),
    "lastfm": (
        "https://www.last.fm/music/Sigur+R%C3%B3s/_/Hopp%C3%ADpolla",
        "https://www.last.fm/music/Sigur+R%C3%B3s/_/Hopp%C3%ADpolla",
    ),
    "youtube_music": ("a-Bc_d12345", "https://music.youtube.com/watch?v=a-Bc_d12345"),
}
"""Record ids, and the pages of these songs."""


@pytest.mark.parametrize("name", NAMES)
@given(st.text(), st.text(), st.none() | st.text())
def test_every_address_is_the_providers_own(name: str, title: str, artist: str, record_id: str | None) -> None:
    """Over https, at one of its hosts, in ASCII, whatever foreign text stands in a title or an id."""
    links = PROVIDERS[name].links
    address = links.address(record_id, title, artist)
    parts = urlsplit(address)
    assert (parts.scheme, parts.hostname) == ("https", urlsplit(links.search).hostname)
    assert address.isascii()
    assert not {*"\"'<> \n"} & {*address}


@pytest.mark.parametrize("name", PAGES)
def test_a_known_song_has_its_page(name: str) -> None:
    """By the record id of that provider."""
    record_id, page = PAGES[name]
    assert PROVIDERS[name].links.address(record_id, "Hoppípolla", "Sigur Rós") == page


@pytest.mark.parametrize("name", NAMES)
def test_any_other_song_is_searched_for(name: str) -> None:
    """By title and artist: also one whose id has no page, such as a file of one's own."""
    for record_id in (None, "", "i.a1b2c3", "spotify:local:x", "https://example.org/music", "soundcloud:tracks:1"):
        parts = urlsplit(PROVIDERS[name].links.address(record_id, "A & B", "Someone/Else"))
        asked = [value for values in parse_qs(parts.query).values() for value in values]
        assert "A & B Someone/Else" in [*asked, unquote(parts.path.rpartition("/")[2])]


def test_which_providers_have_no_page_for_a_song() -> None:
    """All others have a row for it."""
    assert [name for name in NAMES if PROVIDERS[name].links.song is None] == ["soundcloud"]
