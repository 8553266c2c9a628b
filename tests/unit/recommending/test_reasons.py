"""Why, in one sentence."""

import pytest

from blendify.recommending.offers import Shelved
from blendify.recommending.suggestions import Because, Suggestion
from blendify.web.reasons import reason
from tests.unit.recommending.profiles import profile

ADA, BEN = profile("me", "ada", "ben").artists


@pytest.mark.parametrize(
    ("backers", "because", "audiences", "sentence"),
    [
        (5, (), {}, "5 of the listeners most like you care for Cleo."),
        (0, (Because(ADA, 9, 0.3),), {}, "Because you like Ada."),
        (
            0,
            (Because(ADA, 9, 0.3), Because(BEN, 4, 0.1)),
            {"ada": 14, "ben": 5},
            "Because you like Ada and Ben: 9 of the 14 listeners of Ada here also like Cleo.",
        ),
        (
            5,
            (Because(ADA, 9, 0.3),),
            {"ada": 14},
            "Because you like Ada: 9 of the 14 listeners of Ada here also like Cleo, and so do 5 of the listeners most "
            "like you.",
        ),
        (
            5,
            (Because(ADA, 9, 0.3),),
            {"ada": 9},
            "Because you like Ada: 5 of the listeners most like you care for Cleo.",
        ),
    ],
)
def test_the_reason_is_what_the_sum_is_made_of(
    backers: int, because: tuple[Because, ...], audiences: dict[str, int], sentence: str
) -> None:
    """Its largest terms, and how many people are behind them."""
    suggestion = Suggestion("cleo", "Cleo", None, 0.1, backers, because)
    assert reason(Shelved(suggestion, (), audiences)) == sentence
