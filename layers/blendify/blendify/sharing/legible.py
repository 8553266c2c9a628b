"""Names and titles that one listener gives and others read."""

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that nobody sees."""


def legible(text: str) -> str:
    """
    The text in one line, of what can be seen; empty when nothing can.

    Marks that turn the direction of writing would turn the words around a name as well
    """
    return " ".join("".join(map(_shown, text)).split())


def _shown(letter: str) -> str:
    if letter.isspace() or letter in BLANK:
        return " "
    return letter if letter.isprintable() else ""
