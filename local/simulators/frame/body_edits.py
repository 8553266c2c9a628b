"""
Bodies whose fields or bytes are not what the service means: values in other forms, fields that come and go, damage.

New kinds go here.
"""

import gzip
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count

from local.simulators.frame.responses import Json

_UNCHANGED, _GONE = object(), object()
_HUGE = int("9" * 4_000)
_ESCAPE = re.compile(rb'\\(["\\/bfnrt]|u00[01][0-9a-f]|u)')
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def edited_body(
    body: Json, edits: Mapping[str, Json], fields: Mapping[str, Sequence[str]], numbers: Sequence[str], day: int
) -> Json:
    """
    A changed copy of a body, which may have shared objects.

    fields, numbers  as in `OwnTroubles`
    day              the present one, since 1970: each has other values
    """
    some = edits.get("some", 1)
    for group, how in edits.get("fields", {}).items():
        ends, places = tuple(f".{path}" for path in fields.get(group, ())), count(1)
        body = _walk(
            body,
            "",
            lambda path, value: (
                VALUES[how](value, day) if path.endswith(ends) and next(places) % some == 0 else _UNCHANGED  # noqa: B023
            ),
        )
    if (form := edits.get("numbers")) is not None:
        ends = tuple(f".{path}" for path in numbers)
        body = _walk(body, "", lambda path, value: NUMBERS[form](value) if _number(path, value, ends) else _UNCHANGED)
    return body


def _number(path: str, value: Json, ends: tuple[str, ...]) -> bool:
    if ends:
        return isinstance(value, str) and value.isdecimal() and path.endswith(ends)
    return isinstance(value, int) and not isinstance(value, bool)


def _walk(value: Json, path: str, change: Callable[[str, Json], Json]) -> Json:
    changed = change(path, value)
    if changed is not _UNCHANGED:
        return changed
    if isinstance(value, dict):
        members = {key: _walk(member, f"{path}.{key}", change) for key, member in value.items()}
        return {key: member for key, member in members.items() if member is not _GONE}
    # Places in a list are no part of a path.
    return [_walk(member, path, change) for member in value] if isinstance(value, list) else value


def _other(value: Json, day: int) -> Json:
    """Another value of the same type, each day another one."""
    if isinstance(value, str):
        return value.replace("://", f"://day-{day}.") if "://" in value else f"{value} ({day})"
    return [*reversed(value), f"Genre of day {day}"] if isinstance(value, list) else value


VALUES: Mapping[str, Callable[[Json, int], Json]] = {
    "changed": _other,
    "absent": lambda *_: _GONE,
    "null": lambda *_: None,
    "empty": lambda value, _: type(value)(),
    "huge": lambda value, _: value if value is None else type(value)(_HUGE),
}
"""What becomes of a field."""

NUMBERS: Mapping[str, Callable[[Json], Json]] = {"float": float, "number": int, "text": str}
"""How whole numbers are written."""

BODY_EDITS = ("fields", "some", "numbers")
"""
fields   by group what becomes of them: changed, absent, null, empty or huge
some     only every so many of these fields is meant
numbers  every whole number is written as float (2345.0), text ("2345"), or number where the service writes text
"""


def _raw_controls(body: bytes) -> bytes:
    """Control characters stand in strings as they are, and not as escapes."""

    def raw(match: re.Match[bytes]) -> bytes:
        escape = match.group(1)
        return bytes([int(escape[1:], 16)]) if escape.startswith(b"u00") else _SHORT.get(escape, match.group())

    return _ESCAPE.sub(raw, body).replace(b'{"', b'{"_note":"a\x01\tb","', 1)


def _cut_gzip(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return packed[: len(packed) // 2]


BYTES: Mapping[str, Callable[[bytes], bytes]] = {
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "blank": lambda _: b" \r\n ",
    "null": lambda _: b"null",
    "text": lambda _: b'"ok"',
    "controls": _raw_controls,
    "gzip": gzip.compress,
    "cut gzip": _cut_gzip,
}
"""What becomes of the bytes of a body."""

BYTE_EDITS = ("bytes", "padding")
"""
bytes    bom, blank, null, text, controls (raw control characters in strings), gzip, cut gzip
padding  so many bytes of small objects, in a field that nobody knows
"""


def edited_bytes(body: bytes, edits: Mapping[str, Json]) -> tuple[bytes, dict[str, str]]:
    """The bytes to send, and the headers that go with them."""
    if size := edits.get("padding", 0):
        body = body.replace(b"{", b'{"_padding":[' + b"{}," * (size // 3) + b"{}],", 1)
    form = edits.get("bytes")
    headers = {"content-encoding": "gzip"} if form in {"gzip", "cut gzip"} else {}
    return (BYTES[form](body) if form else body), headers


def check(edits: Mapping[str, Json], page_edits: Iterable[str]) -> None:
    """Raise ValueError for an edit that there is not."""
    known = {*page_edits, *BODY_EDITS, *BYTE_EDITS}
    if unknown := edits.keys() - known:
        raise ValueError(f"An edit has {', '.join(sorted(known))}, and not {', '.join(sorted(unknown))}.")
    for name, values in (("numbers", NUMBERS), ("bytes", BYTES)):
        if edits.get(name) not in {None, *values}:
            raise ValueError(f"{name} is one of {', '.join(values)}.")
    if wrong := set(edits.get("fields", {}).values()) - set(VALUES):
        raise ValueError(f"A field can be {', '.join(VALUES)}; not {', '.join(map(str, wrong))}.")
