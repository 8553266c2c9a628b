"""
Entries of a list, packed for the accounts table: which record, in which state, and the key of its newest fact.

Long lists are cut where the entries' own names say so, not by number: what comes or goes changes the chunk that it is
in and no other.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from sys import intern

ABOUT = 512
"""Entries of a chunk on average: some 20 KB."""
MOST = 4 * ABOUT


@dataclass(frozen=True, slots=True, init=False)
class Entry:
    """One record as the history has it last; long lists have 60,000 of them in memory, 0.3 KB each."""

    identity: str
    digest: str
    _prefix: str
    _named: bool

    def __init__(self, identity: str, digest: str, key: str) -> None:
        # A key mostly ends with the identity, and what stands before it is the same for all that one run recorded.
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
    rows = [(one.identity, one.digest, one.key) for one in entries]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 6)


def unpack(packed: bytes) -> list[Entry]:
    """The entries in their order."""
    return [Entry(*row) for row in json.loads(zlib.decompress(packed))]


def chunks(entries: Sequence[Entry]) -> Iterator[tuple[str, bytes, int]]:
    """The list in pieces, each with its length and a name made from what it holds: equal pieces have equal names."""
    start = 0
    for end, one in enumerate(entries, start=1):
        last = end == len(entries) or end - start >= MOST
        if last or zlib.crc32(one.identity.encode(errors="backslashreplace")) % ABOUT == 0:
            packed = pack(entries[start:end])
            yield sha256(packed).hexdigest()[:16], packed, end - start
            start = end
