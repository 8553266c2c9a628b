"""Why something is suggested, as a sentence: the formula's own largest terms in words."""

from blendify.recommending.offers import Shelved
from blendify.recommending.suggestions import BACKERS


def reason(shelved: Shelved) -> str:
    """`Because you like Ada and Ben: 9 of the 14 listeners of Ada here also like Cleo.` and the like."""
    suggestion = shelved.suggestion
    alike = f"{suggestion.backers} of the listeners most like you"
    if not suggestion.because:
        return f"{alike} care for {suggestion.name}."
    first = suggestion.because[0]
    listeners = shelved.audiences.get(first.artist.key, 0)
    numbers = ""
    # The rest of the listeners would otherwise be one or two people of whom something is told.
    if first.both >= BACKERS and listeners - first.both >= BACKERS:
        numbers = f": {first.both} of the {listeners} listeners of {first.artist.name} here also like {suggestion.name}"
        if suggestion.backers >= BACKERS:
            numbers += f", and so do {alike}"
    elif suggestion.backers >= BACKERS:
        numbers = f": {alike} care for {suggestion.name}"
    return f"Because you like {' and '.join(because.artist.name for because in suggestion.because)}{numbers}."
