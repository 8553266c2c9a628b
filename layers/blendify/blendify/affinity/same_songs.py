"""Songs that are one although two services name them differently: their records carry the same code."""

from collections.abc import Iterable, Mapping

CODES = ("isrc#", "mbid#")
"""The codes of recordings; others are of albums."""


def joined(songs: Iterable[tuple[str, str, str]], codes: Mapping[str, Iterable[tuple[str, str]]]) -> dict[str, str]:
    """
    Song's key → the key by which it is known from here on, for those songs that get another one: the smallest of all
    that are one song. The order of what is given makes no difference.

    songs   (provider, record id, key) of what library and top lists hold
    codes   code → (provider, record id) of the records that carry it
    """
    by_record: dict[tuple[str, str], set[str]] = {}
    for provider, record_id, key in songs:
        by_record.setdefault((provider, record_id), set()).add(key)
    leads: dict[str, str] = {}

    def first(key: str) -> str:
        while key in leads:
            key = leads[key]
        return key

    for code, records in codes.items():
        if code.startswith(CODES):
            firsts = {first(key) for record in records for key in by_record.get(record, ())}
            for other in sorted(firsts)[1:]:
                leads[other] = min(firsts)
    return {key: first(key) for key in leads}
