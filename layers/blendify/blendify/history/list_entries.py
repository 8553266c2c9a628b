"""
Entries of a list, packed for the state table: which record, in which state, and the key of its newest fact.

Long lists are cut where the entries' own names say so, not by number: what comes or goes changes the chunk that it is
in and no other.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from sys import intern

SMALLEST = 16
"""Entries of a chunk of a short list, on average: a change rewrites about 1 KB."""
LARGER = ((256, 1), (4_096, 4))
"""Up to so many entries chunks are so many times as large; those of longer lists 32 times: some 20 KB."""
LONGEST = 4
"""No chunk has more than so many times the average."""
LARGEST_BYTES = 300_000
"""Of a chunk before it is packed, unless one entry alone is larger; DynamoDB takes 400 KB."""


@dataclass(frozen=True, slots=True, init=False)
class Entry:
    """One record as the history has it last; long lists have 60,000 of them in memory, 0.3 KB each."""

    identity: str
    digest: str
    _prefix: str
    _named: bool

    def __init__(self, identity: str, digest: str, key: str) -> None:
        # A key mostly ends with the identity, and what stands before it is the same for all that one sync recorded.
        named = key.endswith(identity)
        values = (identity, digest, intern(key[: -len(identity)]) if named else key, named)
        for name, value in zip(self.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    @property
    def key(self) -> str:
        """Sort key of the fact that says so."""
        return self._prefix + self.identity if self._named else self._prefix


def pack(entries: Iterable[Entry]) -> bytes:
    """Zlib (RFC 1950) of a JSON list of [identity, digest, key]."""
    rows = [(entry.identity, entry.digest, entry.key) for entry in entries]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 6)


def unpack(packed: bytes) -> list[Entry]:
    """The entries in their order."""
    return [Entry(*row) for row in json.loads(zlib.decompress(packed))]


def average(count: int) -> int:
    """How many entries a chunk has on average, in a list of so many."""
    return SMALLEST * next((times for most, times in LARGER if count <= most), 32)


def chunks(entries: Sequence[Entry]) -> Iterator[tuple[str, bytes, int]]:
    """The list in pieces, each with its length and the hash of what it holds: equal pieces have equal hashes."""
    start = size = 0
    about = average(len(entries))
    for end, entry in enumerate(entries, start=1):
        size += _size(entry)
        following = _size(entries[end]) if end < len(entries) else 0
        last = end == len(entries) or end - start >= LONGEST * about or size + following > LARGEST_BYTES
        if last or zlib.crc32(entry.identity.encode(errors="backslashreplace")) % about == 0:
            packed = pack(entries[start:end])
            yield sha256(packed).hexdigest()[:16], packed, end - start
            start, size = end, 0


def _size(entry: Entry) -> int:
    """Bytes of an entry as JSON, at most."""
    text = len(entry.identity) + len(entry.key)
    # Characters that JSON escapes take 6 bytes, and those beyond U+FFFF twice as many.
    return len(entry.digest) + 12 + (text if entry.key.isascii() and entry.identity.isascii() else 12 * text)
