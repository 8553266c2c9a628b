"""
Listeners whose likeness is planted, so that scores, blends and recommendations can be judged: the same for each seed.

Sixty scenes have 500 artists each, and a main stream has 2,000, from hits to niches. A listener knows one to six
scenes,  of artists of their own: they share the artists, not how much each hears of whom. Nobody is real.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, combinations
from random import Random

from blendify.affinity import formula
from blendify.affinity.profile import ARTISTS, SONGS, ArtistWeight, Profile, SongWeight

SCENES, SCENE_ARTISTS, MAIN_STREAM = 60, 500, 2_000
ARTIST_SONGS = 20
YEAR = 365
IN_GROUPS = 0.3
SHARES = (0.15, 0.30, 0.50)
POOL_ARTISTS = 40
SITTINGS = 6
"""On so many days at most does a listener play an artist: enough to tell months apart."""
RANGES = {"short_term": 28, "medium_term": 180, "long_term": YEAR}
RANKED = 50

Play = tuple[int, int, int]
"""Days ago, the song's number, plays."""


@dataclass
class Listener:
    """What a planted listener did."""

    number: int
    scenes: tuple[int, ...]
    plays: list[Play] = field(default_factory=list)
    liked: set[int] = field(default_factory=set)
    """Numbers of songs."""
    followed: set[int] = field(default_factory=set)
    """Numbers of artists."""

    @property
    def has_log(self) -> bool:
        """Half of the listeners have a log of plays. All have top lists, likes and follows."""
        return self.number % 2 == 0

    def artists(self) -> Counter[int]:
        """Plays by the artist's number."""
        return self.counted(artist_of)

    def songs(self) -> Counter[int]:
        """Plays by the song's number."""
        return self.counted(song_of)

    def counted(self, of: Callable[[int], int], within: int = YEAR) -> Counter[int]:
        """Plays of the latest days, by what `of` makes of a song's number."""
        counts: Counter[int] = Counter()
        for ago, song, plays in self.plays:
            if ago < within:
                counts[of(song)] += plays
        return counts

    def profile(self, *, log: bool | None = None, lists: bool = True, month: int | None = None) -> Profile:
        """
        What the product makes of it.

        log     Whether the log of plays is known; by default as `has_log` says
        lists   Whether top lists, likes and follows are
        month   0 or 1: of the log every other month alone
        """
        known = self.has_log if log is None else log
        weighed = {}
        for most, of in ((ARTISTS, artist_of), (SONGS, song_of)):
            sources = {"plays": self._plays(of, month)} if known else {}
            if lists:
                sources |= self._lists(of)
            named = {
                source: {_name(of, number): values[number] for number in sorted(values)}
                for source, values in sources.items()
            }
            weighed[of] = formula.weighed(named, most)
        artists = [ArtistWeight(key, key, None, sum(parts.values()), parts) for key, parts in weighed[artist_of]]
        songs = [_song(key, parts) for key, parts in weighed[song_of]]
        everyone = frozenset(_name(artist_of, artist) for artist in self.artists())
        return Profile(str(self.number), tuple(artists), tuple(songs), known, known=everyone)

    def _plays(self, of: Callable[[int], int], month: int | None) -> dict[int, float]:
        sums: defaultdict[int, float] = defaultdict(float)
        for ago, song, plays in self.plays:
            if month is None or ago // 30 % 2 == month:
                sums[of(song)] += plays * formula.play(ago)
        return {number: formula.damped(value) for number, value in sums.items()}

    def _lists(self, of: Callable[[int], int]) -> dict[str, dict[int, float]]:
        ranks: defaultdict[int, float] = defaultdict(float)
        for name, days in RANGES.items():
            ordered = sorted(self.counted(of, days).items(), key=lambda row: (-row[1], row[0]))
            for place, (number, _) in enumerate(ordered[:RANKED], start=1):
                ranks[number] += formula.rank(name, place)
        liked = Counter(map(of, self.liked))
        likes = {number: formula.damped(count) if of is artist_of else 1.0 for number, count in liked.items()}
        follows = dict.fromkeys(self.followed, 1.0) if of is artist_of else {}
        return {"ranks": dict(ranks), "likes": likes, "follows": follows}


@dataclass(frozen=True)
class Friends:
    """A group of friends, by their numbers."""

    members: tuple[int, ...]
    share: float
    """How much of what each plays is from the pool that they have in common."""


@dataclass(frozen=True)
class Planted:
    """All listeners, by number, and who are friends."""

    listeners: list[Listener]
    groups: list[Friends]

    def friends(self, share: float | None = None) -> list[tuple[int, int]]:
        """The pairs of friends, all or those of one share."""
        return [
            pair
            for group in self.groups
            if share is None or group.share == share
            for pair in combinations(group.members, 2)
        ]

    def strangers(self, count: int, seed: int) -> list[tuple[int, int]]:
        """Drawn pairs who are no friends."""
        friends = set(self.friends())
        return self._drawn(count, seed, lambda pair: pair not in friends)

    def of_one_scene(self, count: int, seed: int) -> list[tuple[int, int]]:
        """Drawn pairs who have a scene in common and are no friends."""
        friends = set(self.friends())
        scenes = [frozenset(each.scenes) for each in self.listeners]
        return self._drawn(count, seed, lambda pair: pair not in friends and bool(scenes[pair[0]] & scenes[pair[1]]))

    def _drawn(self, count: int, seed: int, wanted: Callable[[tuple[int, int]], bool]) -> list[tuple[int, int]]:
        random = Random(seed)  # noqa: S311 -- the same listeners each time
        pairs: list[tuple[int, int]] = []
        while len(pairs) < count:
            first, second = sorted(random.sample(range(len(self.listeners)), 2))
            if wanted((first, second)):
                pairs.append((first, second))
        return pairs


def artist_of(song: int) -> int:
    """The number of the artist of a song."""
    return song // ARTIST_SONGS


def song_of(song: int) -> int:
    """The song itself."""
    return song


def _name(of: Callable[[int], int], number: int) -> str:
    return f"artist-{number}" if of is artist_of else f"song-{number}"


def _song(key: str, parts: Mapping[str, float]) -> SongWeight:
    artist = _name(artist_of, artist_of(int(key.removeprefix("song-"))))
    return SongWeight(key, key, (artist,), artist, None, None, 200_000, {}, sum(parts.values()), parts)


def population(count: int, seed: int = 1) -> Planted:
    """So many listeners."""
    random = Random(seed)  # noqa: S311 -- the same listeners each time
    groups = list(_groups(count, random))
    pools = _pools(groups, random)
    return Planted([_listener(number, pools.get(number), random) for number in range(count)], groups)


def _groups(count: int, random: Random) -> Iterator[Friends]:
    numbers = random.sample(range(count), int(count * IN_GROUPS))
    place = 0
    while len(numbers) - place >= 2:
        size = min(random.randint(2, 5), len(numbers) - place)
        yield Friends(tuple(sorted(numbers[place : place + size])), random.choice(SHARES))
        place += size


def _pools(groups: Sequence[Friends], random: Random) -> Mapping[int, tuple[float, list[int]]]:
    """By listener in a group: the share of plays that comes from the group's pool, and the artists of the pool."""
    pools: dict[int, tuple[float, list[int]]] = {}
    for group in groups:
        scenes = random.sample(range(SCENES), 2)
        artists = {scene * SCENE_ARTISTS + _drawn(random, _FLAT) for scene in scenes for _ in range(POOL_ARTISTS // 2)}
        pools |= {number: (group.share, sorted(artists)) for number in group.members}
    return pools


def _listener(number: int, pool: tuple[float, list[int]] | None, random: Random) -> Listener:
    scenes = tuple(random.sample(range(SCENES), random.randint(1, 6)))
    listener = Listener(number, scenes)
    total = max(300, min(15_000, int(random.lognormvariate(8, 0.7))))
    share, together = pool or (0.0, [])
    own = _repertoire(scenes, 60 + total // 20, random)
    _play(listener, own, total * (1 - share), random)
    _play(listener, together, total * share, random)
    for song, plays in listener.songs().items():
        if random.random() < min(0.5, plays / 40):
            listener.liked.add(song)
    for artist, plays in listener.artists().items():
        if random.random() < min(0.5, plays / 200):
            listener.followed.add(artist)
    return listener


def _repertoire(scenes: Sequence[int], size: int, random: Random) -> list[int]:
    """The artists whom a listener knows: some of the main stream, most of their scenes."""
    weights = list(accumulate(random.expovariate(1) for _ in scenes))
    main = random.uniform(0.1, 0.4)
    artists = set()
    for _ in range(size):
        if random.random() < main:
            artists.add(SCENES * SCENE_ARTISTS + _drawn(random, _MAIN))
        else:
            [scene] = random.choices(scenes, cum_weights=weights)
            artists.add(scene * SCENE_ARTISTS + _drawn(random, _STEEP))
    return sorted(artists)


def _play(listener: Listener, artists: Sequence[int], total: float, random: Random) -> None:
    """Spread the plays over the artists, unevenly, and over the year: half of the artists are of a season alone."""
    weights = [random.expovariate(1) for _ in artists]
    for artist, weight in zip(artists, weights, strict=True):
        plays = round(total * weight / sum(weights))
        if not plays:
            continue
        first, last = (0, YEAR - 1) if random.random() < 0.5 else _season(random)
        sittings = min(plays, SITTINGS)
        for sitting in range(sittings):
            song = artist * ARTIST_SONGS + _drawn(random, _SONGS)
            count = plays // sittings + (sitting < plays % sittings)
            listener.plays.append((random.randint(first, last), song, count))


def _season(random: Random) -> tuple[int, int]:
    first = random.randint(0, YEAR // 2)
    return first, first + random.randint(30, YEAR // 2)


def _zipf(size: int, exponent: float) -> list[float]:
    return list(accumulate((place + 1) ** -exponent for place in range(size)))


def _drawn(random: Random, weights: Sequence[float]) -> int:
    [place] = random.choices(range(len(weights)), cum_weights=weights)
    return int(place)


_STEEP, _FLAT = _zipf(SCENE_ARTISTS, 0.8), _zipf(SCENE_ARTISTS, 0.4)
_MAIN, _SONGS = _zipf(MAIN_STREAM, 0.9), _zipf(ARTIST_SONGS, 1.0)
