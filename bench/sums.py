"""
The sums over all listeners: what a run reads and writes, what it costs, and whom its bound leaves out.

Listeners are drawn, two hundred artists each, of scenes with hits and niches. Bytes and units are counted from the
product's own files and buckets for some of them, and multiplied. What is no count is an assumption, and named.
"""

import gzip
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from random import Random
from resource import RUSAGE_SELF, getrusage

from bench import prices
from bench.figures import Figure, at_least, at_most
from blendify.affinity.profile import ArtistWeight, Profile
from blendify.core.same_names import artist_key
from blendify.fleet import files, profile_rows, results, statements
from blendify.fleet.sums import Sums
from blendify.insights import packing
from blendify.likeness.weights import likeness

SCENES, SCENE_ARTISTS, MAIN_STREAM, OWN = 60, 500, 2_000, 200
PROFILE_BYTES = 48_000
"""Assumed: of a stored profile, with its songs and with all artists that the listener knows."""
PROFILE_SECONDS = 0.02
"""Assumed: to read a stored profile, over the network and out of its packing."""
ARTISTS = {1_000: 24_000, 100_000: 60_000, 1_000_000: 300_000}
"""Assumed: artists with an audience of three, by the number of listeners."""
SCANNED = {
    "listeners": ("u",),
    "audience": ("artist",),
    "neighbours": ("u", "artist", "millionths"),
    "near": ("u", "place", "artist", "name", "image", "millionths"),
}
"""The columns that each statement reads."""
DAYS = 30.4


def figures() -> list[Figure]:
    """Time and memory of one Lambda, recall of the bound, bytes of files, and cost."""
    return [*_in_one(), *_recall(), *_costs()]


def drawn(count: int, seed: int = 1) -> dict[int, Profile]:
    """Counted profiles of listeners who know one to six scenes, by number."""
    random = Random(seed)  # noqa: S311 -- drawn listeners
    named: dict[int, tuple[str, str, str]] = {}
    profiles = {}
    for place in range(count):
        scenes = random.sample(range(SCENES), random.randint(1, 6))
        artists: dict[int, float] = {}
        while len(artists) < OWN:
            in_scene = MAIN_STREAM + random.choice(scenes) * SCENE_ARTISTS + int(SCENE_ARTISTS * random.random() ** 2)
            artist = int(MAIN_STREAM * random.random() ** 3) if random.random() < 0.3 else in_scene
            artists.setdefault(artist, random.paretovariate(1.2))
        length = sqrt(sum(weight * weight for weight in artists.values()))
        for artist in artists.keys() - named.keys():
            key = artist_key(f"Artist {artist}")
            named[artist] = key, f"The Artists of {artist}", f"https://i.scdn.co/image/ab6761610000e5eb{key}{key}"
        weighed = [ArtistWeight(*named[artist], weight / length, {}) for artist, weight in artists.items()]
        profiles[random.randrange(2**62)] = profile_rows.counted(Profile(str(place), tuple(weighed)))
    return profiles


def _in_one() -> Iterator[Figure]:
    """Processor time and memory of the sums in one process; neighbours and near artists of a part, multiplied."""
    for count in (1_000, 2_000, 3_000):
        sums = Sums(drawn(count))
        began = time.process_time()
        first, *some = list(sums.profiles)[:101]
        key, *keys = sorted(sums.audience.of)
        # What all need is made by the first.
        sums.neighbours(first)
        sums.near(key)
        once = time.process_time() - began
        began = time.process_time()
        for number in some:
            sums.neighbours(number)
        of_listeners = (time.process_time() - began) * count / len(some)
        began = time.process_time()
        for key in keys[:500]:
            sums.near(key)
        of_artists = (time.process_time() - began) * len(keys) / 500
        memory = getrusage(RUSAGE_SELF).ru_maxrss / 1024
        today = f"{once + of_listeners + of_artists:.0f} s, of {len(keys):,} artists; {memory:.0f} MB"
        yield Figure(f"sums of {count:,} listeners in one Lambda: processor time, peak memory", today)


def _recall() -> Iterator[Figure]:
    """How many of the true ten nearest are found, where all pairs of a listener can be computed."""
    for count in (1_000, 10_000):
        sums = Sums(drawn(count))
        asked = list(sums.profiles)[:: count // 20][:20]
        hits = 0
        for number in asked:
            own = sums._weights[number]
            exact = sorted((-likeness(own, other), each) for each, other in sums._weights.items() if each != number)[
                :10
            ]
            hits += len({each for _, each in exact} & {each.number for each in sums.neighbours(number)[:10]})
        share = hits / (10 * len(asked))
        what = f"sums of {count:,} listeners: of the true ten nearest"
        yield at_least(what, share, 1.0 if count <= 5_000 else 0.9, f"{share:.1%}")


@dataclass(frozen=True)
class Counted:
    """What was counted of a part of all listeners."""

    columns: Mapping[str, float]
    """Packed bytes of a listener in a file, by column."""
    alike: int
    """Bytes of a listener's neighbours."""
    near: float
    """Bytes of an artist's near ones."""


def _counted() -> Counted:
    sums = Sums(drawn(4_000))
    part = dict(list(sums.profiles.items())[: files.LISTENERS_A_FILE])
    columns = {
        name: len(gzip.compress(column.plain(), 6)) / len(part) for name, column in profile_rows.columns(part).items()
    }
    alike = packing.pack([list(each) for each in sums.neighbours(next(iter(part)))])
    near = [packing.pack(results.of_near(sums.near(key))) for key in sorted(sums.audience.of)[:50]]
    return Counted(columns, len(alike[0]), sum(len(each[0]) for each in near) / len(near))


def _costs() -> Iterator[Figure]:
    counted = _counted()
    size = sum(counted.columns.values())
    by_column = ", ".join(f"{name} {bytes_:.0f}" for name, bytes_ in counted.columns.items())
    yield at_most("sums: bytes of a listener in a file of profiles", size, 4_000, f"{size:,.0f} ({by_column})")
    units = f"{_units(counted.alike, 1024)} for a listener's neighbours, {_units(counted.near, 1024)} for an artist's"
    yield Figure("sums: write units of results, when all have changed", units)
    for count, artists in ARTISTS.items():
        ways = ("lambda", "athena") if count == 1_000 else ("athena",)
        for by in ways:
            parts = _dollars(count, artists, counted, by=by)
            today = ", ".join(f"{name} {dollars:.4f}" for name, dollars in parts.items())
            total = sum(parts.values())
            month = f"${total:.4f} a run, {100 * DAYS * total / count:.3f} cents a listener and month ({today})"
            yield Figure(f"sums of {count:,} listeners by {by}: cost", month)


def _dollars(count: int, artists: int, counted: Counted, *, by: str) -> dict[str, float]:
    """US dollars of a run by service."""
    # Before the worker writes a file it reads the item of each number in it once more.
    others = 5 if by == "athena" else 4
    of_listener = _units(PROFILE_BYTES, 4096) + others + _units(counted.alike, 4096)
    reads = count * of_listener + artists * _units(counted.near, 4096)
    writes = count * _units(counted.alike, 1024) + artists * _units(counted.near, 1024)
    seconds = count * PROFILE_SECONDS
    parts = {"DynamoDB": reads * prices.READ_UNIT + writes * prices.WRITE_UNIT}
    if by == "lambda":
        # Of `_in_one`, for a thousand.
        return {**parts, "Lambda": 3 * (seconds + 10) * prices.LAMBDA_GB_SECOND}
    runs = {
        "listeners": 1,
        "audience": 1,
        "neighbours": statements.batches_of(count),
        "near": len(statements.letters_of(artists)),
    }
    scanned = sum(
        times * max(prices.ATHENA_LEAST, count * sum(counted.columns[name] for name in SCANNED[statement]))
        for statement, times in runs.items()
    )
    parts["Athena"] = scanned * prices.ATHENA_BYTE
    written = len(files.Part.all("2026-11-28-00c0ffee", count))
    # A footer, and each column that is read, of each file.
    gets = sum(times * written * (1 + len(SCANNED[statement])) for statement, times in runs.items())
    # All marks are listed before each query, a thousand at a time.
    lists = sum(runs.values()) * _units(written, 1_000)
    parts["S3"] = (2 * written + lists) * prices.S3_PUT + gets * prices.S3_GET
    rows = count * 50 + artists * 50
    parts["Lambda"] = (seconds + rows / 1_000 * 0.3) * prices.LAMBDA_GB_SECOND
    parts["Step Functions"] = 10 * sum(runs.values()) * prices.TRANSITION
    return parts


def _units(size: float, unit: int) -> int:
    return ceil(size / unit)
