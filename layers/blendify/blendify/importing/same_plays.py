"""
Which imported and which polled plays are one.

Rule     A polled play tells a moment that may be the start or the end of the play. It is the same as an imported one
         of the same track when it lies near one of that play's moments: its end, its start, or its end less its length
Pairs    One to one, the nearest first: a song on repeat gives plays closer than the windows are wide. Where that leaves
         both an imported and a polled play over, others of the run change partners, so that as many as possible have
         one. Nothing is dropped for being near: a play without a partner is a play of its own
Windows  An assumption until it is checked: `differences` has what the first real imports say of it
"""

from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Edge = Literal["start", "unknown"]
Near = Literal["end", "start", "length"]

WINDOW = timedelta(seconds=90)
"""Around each moment, where it is not known which of them a polled play tells."""
SHORTEST_WINDOW = timedelta(seconds=30)
"""Around the start, for a service that tells the start: this or half the track, whichever is more."""
OF_A_MINUTE = timedelta(seconds=60)
"""How much wider windows are for plays whose time is known to the minute."""
BOUNDS = (-600, -300, -120, -90, -60, -30, -10, -5, -2, 0, 2, 5, 10, 30, 60, 90, 120, 300, 600)
"""Seconds. A difference belongs to the greatest bound that is not above it."""


@dataclass(frozen=True)
class ImportedPlay:
    """What the rule needs of an imported play. Times are aware; a play without any has no partner."""

    key: str
    tracks: Collection[str]
    """What names the track: uri, ISRC, normal title with first artist. Two plays that share one are of one track."""
    started_at: datetime | None
    ended_at: datetime | None
    length: timedelta | None = None
    """Of the track."""
    by_minute: bool = False


@dataclass(frozen=True)
class PolledPlay:
    """What the rule needs of a polled play."""

    key: str
    tracks: Collection[str]
    at: datetime
    edge: Edge = "unknown"
    """`start` for services that are told of plays as they begin."""


@dataclass(frozen=True)
class Pair:
    """Two plays that are one."""

    imported: str
    polled: str
    near: Near
    difference: timedelta
    """From that moment of the imported play to the polled one; negative when it is earlier."""


def pairs(imported: Sequence[ImportedPlay], polled: Sequence[PolledPlay]) -> list[Pair]:
    """
    The pairs, nearest first; of equally near ones by their keys, so the order of the plays does not matter.

    Keys of imported plays differ from each other, and so do those of polled plays.
    """
    by_polled: dict[str, dict[str, Pair]] = {}
    polled_of: dict[str, str] = {}
    imported_of: dict[str, str] = {}
    for pair in sorted(_candidates(imported, polled), key=_rank):
        by_polled.setdefault(pair.polled, {})[pair.imported] = pair
        if pair.imported not in polled_of and pair.polled not in imported_of:
            polled_of[pair.imported], imported_of[pair.polled] = pair.polled, pair.imported
    for key in sorted(by_polled.keys() - imported_of):
        for chain_polled, chain_imported in _chain(key, by_polled, polled_of):
            polled_of[chain_imported], imported_of[chain_polled] = chain_polled, chain_imported
    return sorted((by_polled[key][partner] for key, partner in imported_of.items()), key=_rank)


def _chain(
    left_over: str, by_polled: Mapping[str, Mapping[str, Pair]], polled_of: Mapping[str, str]
) -> Sequence[tuple[str, str]]:
    """The shortest chain of new partners by which a polled play gets one and nobody loses theirs; empty for none."""
    came_from: dict[str, str] = {}
    taken_from: dict[str, str] = {}
    queue = deque([left_over])
    while queue:
        polled = queue.popleft()
        for imported in by_polled[polled]:
            if imported in came_from:
                continue
            came_from[imported] = polled
            if imported in polled_of:
                taken_from[polled_of[imported]] = imported
                queue.append(polled_of[imported])
                continue
            chain = [(polled, imported)]
            while chain[-1][0] != left_over:
                before = taken_from[chain[-1][0]]
                chain.append((came_from[before], before))
            return chain
    return ()


def pair_of(imported: ImportedPlay, polled: PolledPlay) -> Pair | None:
    """The two as a pair, if they can be one play; which moment is nearest."""
    if not set(imported.tracks) & set(polled.tracks):
        return None
    near = [
        Pair(imported.key, polled.key, name, polled.at - moment)
        for name, moment, window in _moments(imported, polled.edge)
        if abs(polled.at - moment) <= window
    ]
    return min(near, key=_rank, default=None)


def differences(matches: Iterable[Pair]) -> Mapping[Near, Mapping[int, int]]:
    """How many pairs differ by how much: per moment, and per bound of `BOUNDS` in seconds."""
    counted: dict[Near, Counter[int]] = {"end": Counter(), "start": Counter(), "length": Counter()}
    for pair in matches:
        place = bisect_right(BOUNDS, pair.difference.total_seconds())
        counted[pair.near][BOUNDS[max(place - 1, 0)]] += 1
    return {near: dict(sorted(counter.items())) for near, counter in counted.items()}


def _candidates(imported: Sequence[ImportedPlay], polled: Sequence[PolledPlay]) -> Iterator[Pair]:
    for imported_play, polled_play in _within(polled, imported, None):
        pair = pair_of(imported_play, polled_play)
        if pair:
            yield pair


def _within(
    polled: Sequence[PolledPlay], imported: Sequence[ImportedPlay], window: timedelta | None
) -> Iterator[tuple[ImportedPlay, PolledPlay]]:
    """The plays of one track that lie within the window, or within the widest that the play has, of each other."""
    by_track: dict[str, list[PolledPlay]] = {}
    for play in sorted(polled, key=lambda play: play.at):
        for track in play.tracks:
            by_track.setdefault(track, []).append(play)
    for imported_play in imported:
        moments = [(moment, width) for edge in _EDGES for _, moment, width in _moments(imported_play, edge)]
        if not moments:
            continue
        earliest = min(moment - (window or width) for moment, width in moments)
        latest = max(moment + (window or width) for moment, width in moments)
        once = set[str]()
        for track in imported_play.tracks:
            plays = by_track.get(track, [])
            first = bisect_left(plays, earliest, key=lambda play: play.at)
            for polled_play in plays[first : bisect_right(plays, latest, key=lambda play: play.at)]:
                if polled_play.key not in once:
                    once.add(polled_play.key)
                    yield imported_play, polled_play


_EDGES: tuple[Edge, ...] = ("start", "unknown")


def _moments(play: ImportedPlay, edge: Edge) -> Iterator[tuple[Near, datetime, timedelta]]:
    """The moments of a play near which a polled one can be, and how near."""
    wider = OF_A_MINUTE if play.by_minute else timedelta(0)
    start, end = play.started_at, play.ended_at
    if start is None and end is not None and play.length:
        start = end - play.length
    if edge == "start":
        if start is not None:
            yield "start", start, max(SHORTEST_WINDOW, (play.length or timedelta(0)) / 2) + wider
        return
    if end is not None:
        yield "end", end, WINDOW + wider
    if play.started_at is not None:
        yield "start", play.started_at, WINDOW + wider
    if play.length and end is not None:
        yield "length", end - play.length, WINDOW + wider
    elif play.length and play.started_at is not None:
        yield "length", play.started_at + play.length, WINDOW + wider


def _rank(pair: Pair) -> tuple[timedelta, str, str, str]:
    return abs(pair.difference), pair.imported, pair.polled, pair.near
