"""Names for tracks, albums, artists and playlists, in several scripts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

_WORDS: Mapping[str, Sequence[str]] = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))

OPENINGS, NOUNS, TAILS = _WORDS["openings"], _WORDS["nouns"], _WORDS["tails"]
FIRST_NAMES, LAST_NAMES = _WORDS["first_names"], _WORDS["last_names"]
GENRES, MOODS, MARKETS = _WORDS["genres"], _WORDS["moods"], _WORDS["markets"]

ODD_NAMES = tuple(_WORDS["odd_names"])
"""Names that exist in real libraries and break careless software; one holds a lone surrogate."""


def pick(words: Sequence[str], chance: int) -> str:
    return words[chance % len(words)]


def title(chance: int) -> str:
    return f"{pick(OPENINGS, chance)} {pick(NOUNS, chance >> 10)}{pick(TAILS, chance >> 20)}"


def person(chance: int) -> str:
    return f"{pick(FIRST_NAMES, chance)} {pick(LAST_NAMES, chance >> 10)}"
