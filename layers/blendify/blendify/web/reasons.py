"""Why something is suggested, as a sentence: the formula's own largest terms in words."""

from blendify.recommending.offers import Shelved
from blendify.recommending.suggestions import BACKERS


def reason(shelved: Shelved) -> str:
    """`Because you play Ada and Ben: 9 of the 14 listeners of Ada here also play her.` and the like."""
    told = shelved.suggestion
    if not told.because:
        return f"{told.backers} of the listeners most like you care for {told.name}."
    names = " and ".join(because.artist.name for because in told.because)
    first = told.because[0]
    listeners = shelved.audiences.get(first.artist.key, 0)
    sentence = f"Because you like {names}"
    if listeners > first.both >= BACKERS:
        sentence += f": {first.both} of the {listeners} listeners of {first.artist.name} here also like {told.name}"
    if told.backers >= BACKERS:
        sentence += f"{';' if listeners > first.both else ':'} so do {told.backers} of the listeners most like you"
    return sentence + "."
