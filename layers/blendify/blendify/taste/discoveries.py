"""What a listener discovered, and whether it stayed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from blendify.insights.buckets import First, Known, MonthOfLibrary, MonthOfPlays, TopList
from blendify.taste import listening
from blendify.taste.days import later

CENSORED_DAYS = 60
"""In the first weeks everything is new to us, and so nothing is called a discovery."""
STAY_DAYS = 90
STAY_PLAYS = 5
LEAST_WEIGHT = 3
"""Plays that make a discovery of an artist who is neither liked nor ranked: anybody hears a song once."""


class Fate(StrEnum):
    """What became of a discovery."""

    STAYED = "stayed"
    """Five plays, a rank or an addition to the library, more than 90 days later."""
    WENT = "went"
    EARLY = "early"
    """The 90 days are not over, or have only just passed."""


@dataclass(frozen=True)
class Discovery:
    """An artist who was new."""

    key: str
    name: str
    image: str | None
    day: str
    source: str
    """The data type that knows it first."""
    fate: Fate
    plays: float
    """Weight of all plays since."""


@dataclass(frozen=True)
class MonthOfDiscoveries:
    """The discoveries of a month; those that stayed come first, then by plays."""

    month: str
    discoveries: tuple[Discovery, ...]


@dataclass(frozen=True)
class Signs:
    """What says that an artist stayed."""

    plays: Sequence[MonthOfPlays]
    lists: Sequence[TopList]
    library: Sequence[MonthOfLibrary]


def censored_days(known: Known) -> list[tuple[str, str]]:
    """
    First and last day of the times in which everything is new to us.

    These are the first 60 days of all that is known, and of a connection whose plays are not known from long before it.
    """
    dated = [day for day in (known.plays_since, known.rankings_since, known.library_since) if day]
    starts = {min(dated)} if dated else set()
    if known.plays_since:
        starts.add(known.plays_since)
    connected = known.connected_on
    if connected and not (known.plays_since and known.plays_since <= later(connected, -CENSORED_DAYS)):
        starts.add(connected)
    return sorted((start, later(start, CENSORED_DAYS - 1)) for start in starts)


def is_censored(first: First, known: Known, windows: Sequence[tuple[str, str]]) -> bool:
    """Whether the first sign of an artist or song says nothing about when it was really new."""
    if any(start <= first.day <= end for start, end in windows):
        return True
    # Lists begin full: whoever stands in the first of them was there before.
    since = known.rankings_since
    return bool(since and first.source.startswith("top_") and first.day < later(since, CENSORED_DAYS))


def discoveries(firsts: Sequence[First], known: Known, signs: Signs, today: str) -> list[MonthOfDiscoveries]:
    """Artists by the month in which they were new, the newest month first."""
    windows = censored_days(known)
    new = {
        first.key: first
        for first in firsts
        if first.is_artist and first.day <= today and not is_censored(first, known, windows)
    }
    weights, after = _weights(signs.plays, new)
    ranked = _last_days_of_lists(signs.lists, new)
    added, last_added = _additions(signs.library, new)
    pictures = _pictures(signs, {key for key, first in new.items() if not first.image})
    months: defaultdict[str, list[Discovery]] = defaultdict(list)
    for key, first in new.items():
        if weights[key] < LEAST_WEIGHT and key not in ranked and key not in added:
            continue
        stay = later(first.day, STAY_DAYS)
        stayed = after[key] >= STAY_PLAYS or ranked.get(key, "") > stay or last_added.get(key, "") > stay
        fate = Fate.STAYED if stayed else Fate.EARLY if later(stay, 30) >= today else Fate.WENT
        discovery = Discovery(
            key, first.name, first.image or pictures.get(key), first.day, first.source, fate, weights[key]
        )
        months[first.day[:7]].append(discovery)
    return [
        MonthOfDiscoveries(month, tuple(sorted(months[month], key=_order))) for month in sorted(months, reverse=True)
    ]


def _pictures(signs: Signs, artists: set[str]) -> dict[str, str]:
    """Of artists without a picture that of a top list, or else a cover of theirs that was added or played."""
    covers: dict[str, str] = {}
    for month in signs.plays:
        for song in month.songs.values():
            for artist in song.artists[:1]:
                if artist.key in artists and (image := artist.image or song.cover):
                    covers[artist.key] = image
    for library in signs.library:
        covers |= {
            key: change.image
            for change in library.added
            for key in change.artist_keys[:1]
            if change.image and key in artists
        }
    for snapshot in signs.lists:
        if snapshot.what == "artists":
            covers |= {entry.key: entry.image for entry in snapshot.entries if entry.image and entry.key in artists}
    return covers


def _order(discovery: Discovery) -> tuple[bool, float, str]:
    return discovery.fate is not Fate.STAYED, -discovery.plays, discovery.name


def _weights(plays: Sequence[MonthOfPlays], new: dict[str, First]) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Weight of each artist's plays, and of those more than 90 days after the first; whole months are enough here."""
    weights: defaultdict[str, float] = defaultdict(float)
    after: defaultdict[str, float] = defaultdict(float)
    ends = {key: later(first.day, STAY_DAYS)[:7] for key, first in new.items()}
    for month, by_artist in listening.monthly_weights(plays).items():
        for key in by_artist.keys() & new.keys():
            weights[key] += by_artist[key]
            if month > ends[key]:
                after[key] += by_artist[key]
    return weights, after


def _last_days_of_lists(lists: Iterable[TopList], new: dict[str, First]) -> dict[str, str]:
    """The last day on which each artist was in a list of artists."""
    days: dict[str, str] = {}
    for snapshot in lists:
        if snapshot.what == "artists":
            for entry in snapshot.entries:
                if entry.key in new:
                    days[entry.key] = max(days.get(entry.key, ""), snapshot.day)
    return days


def _additions(library: Iterable[MonthOfLibrary], new: dict[str, First]) -> tuple[set[str], dict[str, str]]:
    """The artists of whom something was ever added, and the day of the last addition that was not removed since."""
    removed = {(change.data_type, change.record_id): change.day for month in library for change in month.removed}
    added: set[str] = set()
    last: dict[str, str] = {}
    for month in library:
        for change in month.added:
            for key in new.keys() & set(change.artist_keys[:1]):
                added.add(key)
                if removed.get((change.data_type, change.record_id), "") < change.day:
                    last[key] = max(last.get(key, ""), change.day)
    return added, last
