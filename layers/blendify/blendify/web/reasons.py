"""Why something is suggested, as a sentence: the formula's own largest terms in words."""

from blendify.recommending.offers import Shelved
from blendify.recommending.suggestions import BACKERS
from blendify.sharing.legible import isolated


def reason(shelved: Shelved) -> str:
    """`Because you like Ada and Ben: 9 of the 14 listeners of Ada here also like Cleo.` and the like."""
    suggestion = shelved.suggestion
    name = isolated(suggestion.name)
    alike = f"{suggestion.backers} of the listeners most like you"
    if not suggestion.because:
        return f"{alike} care for {name}."
    first = suggestion.because[0]
    listeners = shelved.audiences.get(first.artist.key, 0)
    numbers = ""
    # The rest of the listeners would otherwise be one or two people of whom something is told.
    if first.both >= BACKERS and listeners - first.both >= BACKERS:
        numbers = f": {first.both} of the {listeners} listeners of {isolated(first.artist.name)} here also like {name}"
        if suggestion.backers >= BACKERS:
            numbers += f", and so do {alike}"
    elif suggestion.backers >= BACKERS:
        numbers = f": {alike} care for {name}"
    liked = " and ".join(isolated(because.artist.name) for because in suggestion.because)
    return f"Because you like {liked}{numbers}."
