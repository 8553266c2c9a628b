"""Names that are written from right to left do not turn the words around them."""

import re

import pytest

from blendify.likeness.likeness import Likeness, SharedArtist
from blendify.likeness.reasons import reasons
from blendify.sharing.legible import isolated
from blendify.web import pages
from local.paths import ROOT

HEBREW, ARABIC = "\u05d0\u05d1\u05d0", "\u0641\u064a\u0631\u0648\u0632"
BEGIN, END = "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sigur Rós", "Sigur Rós"),
        ("椎名林檎 3!", "椎名林檎 3!"),
        ("", ""),
        (HEBREW, f"{BEGIN}{HEBREW}{END}"),
        (f"{ARABIC} (live)", f"{BEGIN}{ARABIC} (live){END}"),
        # What turns the words behind it, or ends what keeps it apart.
        ("A\u202edA", f"{BEGIN}AdA{END}"),
        ("A\u2069 B", f"{BEGIN}A B{END}"),
    ],
)
def test_a_name_stands_apart_only_where_it_turns_something(name: str, shown: str) -> None:
    assert isolated(name) == shown


def test_sentences_about_likeness_keep_their_order() -> None:
    """Two such names in a row would else change places, and take a number with them."""
    artists = tuple(SharedArtist(name, name, None, 0.5, 3) for name in (HEBREW, ARABIC))
    likeness = Likeness(0.5, 50, "", 3, artists, ())
    first, second = reasons(likeness, 40)
    assert first == f"You both love {BEGIN}{HEBREW}{END}, which only 3 people here have."
    assert second == f"You both love {BEGIN}{ARABIC}{END}, which only 3 people here have."
    (both,) = reasons(likeness, 4)
    assert both == f"You both love {BEGIN}{HEBREW}{END} and {BEGIN}{ARABIC}{END}."


def test_what_a_form_sends_back_is_as_it_was() -> None:
    """Marks are for eyes alone: in a field they would come back as a part of the name."""
    templates = sorted((ROOT / "layers/blendify/blendify/web/pages").rglob("*.html"))
    fields = [field for each in templates for field in re.findall(r'value="\{\{.*?\}\}', each.read_text())]
    assert fields
    assert not [field for field in fields if "isolated" in field]
    assert "isolated" in pages._environment().filters
