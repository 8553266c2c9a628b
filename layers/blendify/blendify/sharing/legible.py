"""Names and titles that people give and others read."""

from unicodedata import bidirectional

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that nobody sees."""
MARKS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""What turns the direction of the letters behind it, or ends that (Unicode's bidirectional classes)."""
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"}) | MARKS


def legible(text: str) -> str:
    """
    The text in one line, of what can be seen; empty when nothing can.

    Marks that turn the direction of writing would turn the words around a name as well
    """
    return " ".join("".join(map(_shown, text)).split())


def isolated(name: str) -> str:
    """
    The name for a sentence: written from right to left, it does not turn the words around it.

    Such a name stands between marks that nobody sees (Unicode's first strong isolate, and its end), others do not
    """
    if not any(bidirectional(letter) in RIGHT_TO_LEFT for letter in name):
        return name
    return f"\u2068{''.join(letter for letter in name if bidirectional(letter) not in MARKS)}\u2069"


def _shown(letter: str) -> str:
    if letter.isspace() or letter in BLANK:
        return " "
    return letter if letter.isprintable() else ""
