"""
The provider's answer for one record, packed small and kept lossless.

Format      1 byte: number of the preset dictionary; then zlib (RFC 1950) of the compact JSON in UTF-8
Dictionary  what answers have in common: key names, market codes, address prefixes. A record packs to about a third
            of what zlib reaches alone. A dictionary is part of the archive: never changed, only followed by a newer
            one; a test holds its hash.
Equality    equal as JSON: key order, nulls, unpaired surrogates and every number that a double can hold are kept
"""

import json
import zlib
from functools import cache
from importlib import resources
from typing import Any

NEWEST = 1
_FILES = {1: "spotify-2026-11.bin"}


@cache
def dictionary(number: int) -> bytes:
    """The preset dictionary with that number; KeyError when the archive knows none."""
    return resources.files("blendify").joinpath("dictionaries", _FILES[number]).read_bytes()


@cache
def _primed(number: int) -> "zlib._Compress":
    return zlib.compressobj(level=9, zdict=dictionary(number))


def text(answer: Any) -> bytes:
    """
    Compact JSON. An unpaired surrogate, which UTF-8 cannot carry, stays the escape that it arrived as.

    Raises  ValueError for a number that JSON cannot carry (infinity, not-a-number)
    """
    try:
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(answer, separators=(",", ":"), allow_nan=False).encode()


def pack(plain: bytes) -> bytes:
    """The JSON text as it is stored."""
    squeezer = _primed(NEWEST).copy()
    return bytes([NEWEST]) + squeezer.compress(plain) + squeezer.flush()


def unpack(packed: bytes) -> Any:
    """
    The answer as it came.

    Raises  zlib.error when bytes were changed (the format carries a checksum), ValueError when some are missing
    """
    inflater = zlib.decompressobj(zdict=dictionary(packed[0]))
    plain = inflater.decompress(packed[1:]) + inflater.flush()
    if not inflater.eof:
        raise ValueError("the stored answer is cut short")
    return json.loads(plain)
