"""A song is the same however services spell it, and never the same as its live, acoustic or remixed sister."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.same_names import artist_key, normal, plain, song_key

titles = st.one_of(st.text(max_size=30), st.text(alphabet="aé ßÅ²'\"&()[]-–.,!か\u3099 ", max_size=30))


@given(titles)
def test_the_normal_form_is_its_own(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert plain(plain(text)) == plain(text)


@given(titles)
def test_nothing_with_a_name_is_without_a_normal_form(text: str) -> None:
    assert normal(text) or not text.strip() or not plain(text)
    assert len(song_key(text, text)) == len(artist_key(text)) == 12


@pytest.mark.parametrize(
    "spelling",
    [
        "Déjà Vu & You",
        "deja vu and you",
        "DEJA VU AND YOU (Remastered)",
        "Déjà Vu & You - Remastered 2011",
        "Déjà Vu & You - 2011 Remaster",
        "Déjà Vu & You (feat. Somebody)",
        "Déjà Vu & You [feat. Somebody & Others] (Deluxe Edition)",
        "Déjà Vu & You - Radio Edit",
        "Déjà Vu & You (with Somebody)",
        "Déjà Vu & You (From “The Film”)",
        "Déjà  Vu &  You (Bonus Track)",
        "De\u0301ja\u0300 Vu & You - Mono Version",
    ],
)
def test_spellings_and_editions_are_one_song(spelling: str) -> None:
    assert normal(spelling) == "deja vu and you"


@pytest.mark.parametrize(
    "remark",
    [
        "Live",
        "Live at Wembley",
        "Acoustic",
        "Ben Remix",
        "Demo",
        "Instrumental",
        "Karaoke",
        "Sped Up",
        "feat. Ben - Remix",
    ],
)
def test_another_song_is_kept_apart_in_brackets_and_behind_a_dash(remark: str) -> None:
    studio = {song_key(title, "Ada") for title in ("Blue", "Blue (Remastered 2011)", "Blue [Deluxe]")}
    other = {song_key(title, "Ada") for title in (f"Blue ({remark})", f"Blue [{remark}]", f"Blue - {remark}")}
    assert len(studio) == 1
    assert not studio & other


def test_a_title_that_is_all_remark_stays() -> None:
    assert normal("(Remastered)") == "remastered"
    assert normal("1999") == "1999"
    assert normal("!!!") == "!!!"
    assert normal("Live") == "live"


def test_one_title_of_two_artists_is_two_songs() -> None:
    assert song_key("Hello", "Ada") != song_key("Hello", "Ben")
    assert song_key("Hello", "Ada") != artist_key("Hello")
    assert artist_key("Beyoncé") == artist_key("BEYONCE")


def test_marks_of_later_scripts_make_other_letters() -> None:
    assert plain("が") != plain("か")
