"""Keys of rows: the same row has the same key in every file and in every download."""

import unicodedata
from base64 import urlsafe_b64encode
from collections import OrderedDict
from hashlib import blake2b

WINDOW = 1_024
"""Different rows between which equal ones are told apart. Files are in the order of time, and equal rows near."""


class RowKeys:
    """The keys of the rows of one file of a format. Of equal rows each has a key of its own, by their order."""

    def __init__(self, format_name: str) -> None:
        self._name = format_name
        self._latest: OrderedDict[bytes, int] = OrderedDict()

    def key(self, *parts: object) -> str:
        """
        The key of the next row, of what makes it this row: no field that a later download may have corrected.

        Shape   `spotify_extended-` and 20 letters and digits
        """
        text = "\x1f".join("" if part is None else str(part) for part in parts).encode(errors="replace")
        row = blake2b(text, digest_size=15).digest()
        number = self._latest.pop(row, 0) + 1
        self._latest[row] = number
        if len(self._latest) > WINDOW:
            self._latest.popitem(last=False)
        if number > 1:
            row = blake2b(row + str(number).encode(), digest_size=15).digest()
        return f"{self._name}-{urlsafe_b64encode(row).decode()}"


def named_id(*names: str | None) -> str:
    """The record id of something that has only names: `name:` and 20 letters and digits."""
    text = "\x1f".join(normal(name) for name in names).encode(errors="replace")
    return f"name:{urlsafe_b64encode(blake2b(text, digest_size=15).digest()).decode()}"


def normal(name: str | None) -> str:
    """A name by which two spellings of capitals, widths and blanks are the same."""
    return " ".join(unicodedata.normalize("NFKC", name or "").casefold().split())
