"""
Bodies whose fields or bytes are not what the service means: values in other forms, fields that come and go, damage.

A service names its fields by their paths, in `FIELDS`. New kinds go here.
"""

import gzip
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from local.simulators.frame.responses import Json

Paths = tuple[tuple[str, ...], ...]
"""Ends of the paths of fields: the keys from an object down to the field; lists have none."""

_UNCHANGED, _GONE = object(), object()
_HUGE = int("9" * 4_000)
_CONTROL = re.compile(rb'\\(["\\/]|[bfnrt]|u00[01][0-9a-f]|u)')
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Which fields of a service's answers can be edited, and what else is true of them."""

    groups: Mapping[str, Paths]
    """
    By what an edit calls them.

    pictures   addresses of pictures
    codes      such as ISRC
    names      that the provider itself may correct, so no names of playlists
    genres     those of an artist or an album
    dates      when the listener added an entry
    durations  of recordings
    optional   what may be null
    ids        those of a profile that the provider need not show
    """
    numbers: Paths = ()
    """Where numbers are written as text; without any, every whole number of a body is written as one."""


@dataclass(frozen=True, slots=True)
class BodyEdit:
    """One body that is to be changed; `day` is the present one, since 1970."""

    fields: Fields
    day: int

    def edited(self, body: Json, edits: Mapping[str, Json]) -> Json:
        """A changed copy of a body. Shared objects are not changed."""
        some = edits.get("some", 1)
        for group, how in edits.get("fields", {}).items():
            body = self._walked(body, self.fields.groups.get(group, ()), VALUES[how], some)
        if (form := edits.get("numbers")) is not None:
            body = self._numbers(body, NUMBERS[form])
        return body

    def _walked(self, body: Json, paths: Paths, change: Callable[[Json, int], Json], some: int) -> Json:
        count = 0

        def changed(path: tuple[str, ...], value: Json) -> Json:
            nonlocal count
            if not any(path[-len(end) :] == end for end in paths):
                return _UNCHANGED
            count += 1
            return _UNCHANGED if count % some else change(value, self.day)

        return _walk(body, (), changed)

    def _numbers(self, body: Json, form: Callable[[Json], Json]) -> Json:
        ends = self.fields.numbers

        def changed(path: tuple[str, ...], value: Json) -> Json:
            if ends:
                known = isinstance(value, str) and value.isdecimal() and any(path[-len(end) :] == end for end in ends)
            else:
                known = isinstance(value, int) and not isinstance(value, bool)
            return form(value) if known else _UNCHANGED

        return _walk(body, (), changed)


def _walk(value: Json, path: tuple[str, ...], change: Callable[[tuple[str, ...], Json], Json]) -> Json:
    changed = change(path, value)
    if changed is not _UNCHANGED:
        return changed
    if isinstance(value, dict):
        members = {key: _walk(member, (*path, key), change) for key, member in value.items()}
        return {key: member for key, member in members.items() if member is not _GONE}
    if isinstance(value, list):
        return [_walk(member, path, change) for member in value]
    return value


def _other(value: Json, day: int) -> Json:
    """Another value of the same type, each day another one."""
    if isinstance(value, str):
        return value.replace("://", f"://day-{day}.") if "://" in value else f"{value} ({day})"
    if isinstance(value, list):
        return [*reversed(value), f"Genre of day {day}"]
    return value


VALUES: Mapping[str, Callable[[Json, int], Json]] = {
    "changed": _other,
    "absent": lambda *_: _GONE,
    "null": lambda *_: None,
    "empty": lambda value, _: type(value)(),
    "huge": lambda value, _: str(_HUGE) if isinstance(value, str) else _HUGE,
}
"""What becomes of a field."""

NUMBERS: Mapping[str, Callable[[Json], Json]] = {"float": float, "number": int, "text": str}
"""How whole numbers are written."""

BODY_EDITS = ("fields", "some", "numbers")
"""
fields   by group of `Fields` what becomes of them: changed, absent, null, empty or huge
some     only every so many of these fields is meant
numbers  every whole number is written as float (2345.0), text ("2345"), or number where the service writes text
"""


def _raw_controls(body: bytes) -> bytes:
    """Control characters stand in strings as they are, and not as escapes."""

    def raw(match: re.Match[bytes]) -> bytes:
        escape = match.group(1)
        if escape.startswith(b"u00"):
            return bytes([int(escape[1:], 16)])
        return _SHORT.get(escape, match.group())

    spelt = _CONTROL.sub(raw, body)
    return spelt.replace(b"{", b'{"_note":"a\x01\tb",', 1) if spelt.startswith(b'{"') else spelt


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
