"""
The provider's answer for one record, packed small and kept lossless.

Format      1 byte: number of the preset dictionary; then zlib (RFC 1950) of the compact JSON in UTF-8
Repeats     a word of 22 letters and digits between `/`, `:` or `"` and `/` or `"` is an id; one that is the same as the
            id before it is a single byte, 0x01, which JSON never contains. Some providers name an id four times:
            a saved album's item is a seventh smaller
Beside      an item's other text attributes (names, ids, addresses) are in its answer as well: they continue the
            dictionary, so that nothing is stored twice
Dictionary  what answers have in common: key names, market codes, address prefixes. A dictionary is part of the
            archive: never changed, only followed by a newer one; a test holds its hash.
Equality    equal as JSON: key order, nulls, unpaired surrogates and every number that a double can hold are kept
"""

import json
import re
import zlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

FIRST = 2
"""The dictionary of whatever has none of its own."""
_FILES = {2: "answers-2.bin", 3: "answers-3.bin"}
"""
A provider's table says which is its own. Number 1 had market codes in the order of answers until 2022; no deployed
stack ever stored an answer with it.
"""
_SAME = b"\x01"
_ID = re.compile(rb"""[/:"](?:[0-9A-Za-z]{22}(?=["/])|\x01)""")
"""An id with the mark before it: looking for marks takes a third of the time that looking for letters takes."""


@cache
def dictionary(number: int) -> bytes:
    """The preset dictionary with that number; KeyError when the archive knows none."""
    return resources.files("blendify.history").joinpath("dictionaries", _FILES[number]).read_bytes()


def _primer(number: int, beside: Iterable[str]) -> bytes:
    """What compression may refer to: the dictionary, then the texts, sorted, each on a line."""
    return dictionary(number) + "\n".join(sorted(beside)).encode()


def text(answer: Any) -> bytes:
    """
    Compact JSON. An unpaired surrogate, which UTF-8 cannot carry, stays the escape that it arrived as.

    Raises  ValueError for a number that JSON cannot carry (infinity, not-a-number)
    """
    try:
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(answer, separators=(",", ":"), allow_nan=False).encode()


def shortened(plain: bytes) -> bytes:
    """The JSON text with a byte for each id that repeats the one before it."""
    before = b""

    def once(match: re.Match[bytes]) -> bytes:
        nonlocal before
        mark, word = match[0][:1], match[0][1:]
        if word == before:
            return mark + _SAME
        before = word
        return match[0]

    return _ID.sub(once, plain)


def restored(short: bytes) -> bytes:
    """The inverse of `shortened`."""
    before = b""

    def again(match: re.Match[bytes]) -> bytes:
        nonlocal before
        mark, word = match[0][:1], match[0][1:]
        if word != _SAME:
            before = word
        return mark + before

    return _ID.sub(again, short)


def pack(plain: bytes, beside: Iterable[str], number: int = FIRST) -> bytes:
    """The JSON text as it is stored next to the texts `beside` it, which it does not repeat; by this dictionary."""
    squeezer = zlib.compressobj(level=9, zdict=_primer(number, beside))
    return bytes([number]) + squeezer.compress(shortened(plain)) + squeezer.flush()


def unpack(packed: bytes, beside: Iterable[str]) -> Any:
    """
    The answer as it came.

    Raises  zlib.error when bytes were changed, here or in `beside` (the format carries checksums of both), ValueError
            when some are missing
    """
    if not packed:
        raise ValueError("the stored answer is cut short: it is empty")
    inflater = zlib.decompressobj(zdict=_primer(packed[0], beside))
    plain = inflater.decompress(packed[1:]) + inflater.flush()
    if not inflater.eof:
        raise ValueError("the stored answer is cut short")
    return json.loads(restored(plain))
