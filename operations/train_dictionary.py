"""
Make a preset dictionary for stored answers from sample records: what many samples share, the most frequent last.

    python -m operations.train_dictionary spotify layers/blendify/blendify/history/dictionaries/<name>.bin
    python -m operations.train_dictionary soundcloud,youtube_music layers/…

A dictionary in use is never replaced: a better one gets a new file and a new number in `blendify.history.raw_answers`.
The method is that of zstd's COVER: it takes pieces of the samples greedily, by how often their 8-byte words occur in
the samples and are not yet in the dictionary.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from operator import itemgetter
from pathlib import Path
from typing import Any

import requests

from blendify.history import raw_answers
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.music import words
from local.simulators.spotify import Regime, Spotify

SIZE = 32_000
"""Bytes; zlib refers back 32 KB at most."""
WORD, PIECE = 8, 48
RARE = 0.03
"""A word that fewer than this part of the samples have is left out: it is of an id or a name."""
LISTENERS = ("ada", "ben", "cleo")
SIZES = {
    "playlists": 20,
    "playlist_entries": 120,
    "long_playlist": 40,
    "saved_tracks": 60,
    "saved_albums": 30,
    "top_tracks": 30,
    "top_artists": 30,
    "followed_artists": 40,
    "plays": 20,
    "liked_playlists": 10,
}


def samples(services: Iterable[str]) -> Iterator[bytes]:
    """Records as they would be stored, of several simulated listeners of these services, and in every regime of one."""
    for name in services:
        service = import_module(f"local.simulators.{name}").SERVICE
        sizes = {size: SIZES[size] for size in service.options_type.sizes() if size in SIZES}
        regimes = [{"regime": regime} for regime in Regime] if service is Spotify else [{}]
        for regime in regimes:
            yield from _served(service, service.options_type(**sizes, **regime))


def _served(service: Any, options: Any) -> Iterator[bytes]:
    with running(create_app(service, options)) as address:
        for listener in LISTENERS:
            truth = requests.get(f"{address}/_simulator/truth/{listener}", timeout=60).json()["data"]
            yield from (raw_answers.shortened(raw_answers.text(record)) for record in _leaves(truth))


def _leaves(truth: object) -> Iterator[object]:
    """The records in the truth's lists, which mappings may hold by name."""
    if isinstance(truth, list):
        yield from truth
    elif isinstance(truth, dict):
        for value in truth.values():
            yield from _leaves(value)


def train(texts: list[bytes], size: int = SIZE) -> bytes:
    """At most `size` bytes. The pieces that serve most samples come last, where references to them are shortest."""
    frequency: Counter[bytes] = Counter()
    for text in texts:
        frequency.update({text[at : at + WORD] for at in range(len(text) - WORD + 1)})
    frequency = Counter({word: count for word, count in frequency.items() if count > len(texts) * RARE})
    candidates = texts[:: max(1, len(texts) // 100)]
    chosen: list[bytes] = []
    filled = 0
    while filled < size:
        best = max((_best_piece(text, frequency) for text in candidates), key=itemgetter(0))
        score, piece = best
        if score <= 0:
            break
        chosen.append(piece)
        filled += len(piece)
        for at in range(len(piece) - WORD + 1):
            frequency.pop(piece[at : at + WORD], None)
    return b"".join(reversed(chosen))[-size:]


def _best_piece(text: bytes, frequency: Counter[bytes]) -> tuple[int, bytes]:
    """Score and text of the piece with the most frequent words. It goes on as long as its next word is frequent."""
    worth = [frequency.get(text[at : at + WORD], 0) for at in range(len(text) - WORD + 1)]
    best = (0, b"")
    running_sum = sum(worth[:PIECE])
    for start in range(max(1, len(worth) - PIECE)):
        if running_sum > best[0]:
            end = start + PIECE
            while end < len(worth) and worth[end]:
                end += 1
            best = (running_sum, text[start : min(end, len(worth)) + WORD - 1])
        if start + PIECE < len(worth):
            running_sum += worth[start + PIECE] - worth[start]
    return best


if __name__ == "__main__":
    services, target = sys.argv[1].split(","), Path(sys.argv[2])
    if target.exists() and target.stat().st_size:
        sys.exit(f"{target} exists: a dictionary that may be in use is never replaced. Give a new name.")
    # Until 2022 Spotify's answers had the codes in the order of the alphabet.
    alphabet = raw_answers.text(sorted(words.MARKETS)) if "spotify" in services else b""
    target.write_bytes(alphabet + train(list(samples(services)), SIZE - len(alphabet)))
    print(f"{target}: {target.stat().st_size} bytes")
