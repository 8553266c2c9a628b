"""
Which records of different providers are the same recording or release: by the codes that they carry.

Nothing is merged: each stays the record that its provider tells of. What is known here are the records of library and
top lists; plays lead to them, and nothing leads to plays.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from blendify.insights import store

CODES = ("isrc", "mbid", "upc")
"""Named fields that are the same at every provider."""
PLACES = 64


def codes(fields: Mapping[str, Any]) -> Iterator[str]:
    """The codes of a record: `isrc#USHM80865849`."""
    return (f"{name}#{fields[name]}" for name in CODES if fields.get(name))


def place(code: str) -> str:
    """The bucket in which a code's records stand."""
    return f"{blake2b(code.encode(), digest_size=1).digest()[0] % PLACES:02}"


def with_links(user_id: str, records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The records, each with `same_as`: what is the same at other providers, as [{"provider", "record_id"}]."""
    wanted = {code for record in records for code in codes(record)}
    known = store.records_by_code(user_id, {code: place(code) for code in wanted}) if wanted else {}
    return [{**record, "same_as": _links(record, known)} for record in records]


def _links(record: Mapping[str, Any], known: Mapping[str, Sequence[tuple[str, str]]]) -> list[dict[str, str]]:
    same = {link for code in codes(record) for link in known.get(code, ()) if link[0] != record["provider"]}
    return [{"provider": provider, "record_id": record_id} for provider, record_id in sorted(same)]
