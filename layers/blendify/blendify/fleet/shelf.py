"""
Where the daily sums stand in the insights table.

Of all listeners    on shelves that belong to nobody: `fleet` has the latest run that ended, which one goes on and into
                    how many files it divides listeners, and the audiences; `fleet#near#…` what is near each artist,
                    `fleet#who#…` whose number a number is
Of one listener     on their first shelf, before the buckets that a rebuild empties: their number, and the numbers of
                    those who are like them

A listener's number is random. Whoever is near to somebody, or is in a file, is named by number alone: with the one
bucket that tells whose it is, all of that leads to nobody any more.
"""

from blendify.insights.table import Place

SHELF = "fleet"
RUN: Place = (SHELF, "run")
TURN: Place = (SHELF, "turn")
FILES: Place = (SHELF, "files")
AUDIENCE: Place = (SHELF, "audience")
NUMBERS = 2**62
"""Numbers are below this."""
PARTS = 64
"""Shelves over which numbers are spread: each takes a thousand writes a second."""
LETTERS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""What keys of artists begin with (RFC 4648, section 5), in the order of their codes."""


def near(artist_key: str) -> Place:
    """Who is near an artist."""
    return near_shelf(artist_key[0]), f"near#{artist_key}"


def near_shelf(letter: str) -> str:
    """The shelf of all artists whose key begins with this letter."""
    return f"{SHELF}#near#{letter}"


def who(number: int) -> Place:
    """Whose number it is."""
    return who_shelf(number % PARTS), f"who#{number:019}"


def who_shelf(part: int) -> str:
    """The shelf of a part of all numbers: those with this remainder."""
    return f"{SHELF}#who#{part:02}"


def counted(user_id: str) -> Place:
    """A listener's own number."""
    return user_id, "counted"


def alike(user_id: str) -> Place:
    """The numbers of those who are like a listener."""
    return user_id, "alike"
