"""
JSON as providers really write it. What strict readers refuse is read all the same, as far as it can have a meaning.

Read      byte order marks, blanks and NULs around the text, raw control characters in strings, bytes that are not
          UTF-8 (as unpaired surrogates, U+DC80 to U+DCFF), NaN, infinities and numbers too large for a double (as null)
Cut       what is nested deeper than `DEEPEST` is emptied: nothing that is music stands there, and code that follows
          the nesting would fail on it
Refused   everything else, and what takes many times its size in memory
"""

import json
from array import array
from itertools import accumulate
from math import isfinite
from typing import Any

DEEPEST = 100
"""Levels of lists and objects. Real answers have fewer than 20."""
MOST_BRACKETS = 400_000
"""Of lists and objects, two each. A page of 2 MB has about 40,000; `[{},{},…]` of 8 MB would take 200 MB."""
_BRACKETS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_OTHERS = bytes(set(range(256)) - set(b"[{]}"))
_AROUND = "\ufeff\0 \t\r\n"


class NotJson(ValueError):
    """The text is no JSON, or too much of it."""


def parsed(text: bytes | str) -> Any:
    """
    The value.

    Raises  NotJson
    """
    steps = array(
        "b", (text if isinstance(text, bytes) else text.encode(errors="replace")).translate(_BRACKETS, _OTHERS)
    )
    if len(steps) > MOST_BRACKETS:
        raise NotJson(f"more than {MOST_BRACKETS // 2} lists and objects")
    try:
        value = json.loads(
            (_decoded(text) if isinstance(text, bytes) else text).strip(_AROUND),
            strict=False,
            parse_constant=lambda _: None,
            parse_float=_finite,
        )
    except (ValueError, RecursionError):
        raise NotJson("no JSON") from None
    if max(accumulate(steps), default=0) > DEEPEST:
        _empty_below(value)
    return value


def _decoded(body: bytes) -> str:
    encoding = json.detect_encoding(body)
    for errors in ("surrogatepass", "surrogateescape", "replace"):
        try:
            return body.decode(encoding, errors)
        except UnicodeDecodeError:
            pass
    raise NotJson("no text")


def _finite(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


def _empty_below(value: Any) -> None:
    """Empty the lists and objects at the deepest level; brackets in texts may have been counted as levels."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    for outer in level:
        outer.clear()
