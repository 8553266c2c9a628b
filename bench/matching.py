"""
How well likeness and recommendations do on planted listeners, by the product's own formulas.

Nothing is fitted: the listeners judge formulas whose constants are written in the code.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from math import log2
from random import Random
from statistics import fmean, median

from bench.figures import Figure, at_least
from bench.planted import SHARES, Listener, Planted, population
from blendify.affinity.profile import Profile
from blendify.blends.playlist import playlist
from blendify.blends.worth import Taste
from blendify.fleet.sums import Sums
from blendify.likeness.likeness import compare
from blendify.likeness.near_artists import Near
from blendify.likeness.weights import likeness, weights
from blendify.recommending.shelves import off_the_beaten_track
from blendify.recommending.suggestions import OWN_ARTISTS, Neighbour, Suggestion, suggestions

LISTENERS, SEED = 2_000, 1
PAIRS, PERCENTS, SELVES = 3_000, 500, 200
JUDGED, HIDDEN = 400, 0.2
"""So many listeners have so much of their artists hidden: what is suggested to them should be among that."""
FIRST, BLENDS = 10, 60

Pair = tuple[int, int]


def figures() -> Iterator[Figure]:
    """Of likeness first, then of recommendations."""
    planted = population(LISTENERS, SEED)
    scores = Scores(planted)
    yield from scores.figures()
    yield from Suggested(planted).figures()
    yield from blended(planted, scores)


class Scores:
    """What likeness says of friends, of strangers, of those who share a scene, and of oneself."""

    def __init__(self, planted: Planted) -> None:
        self._planted = planted
        self.profiles = [listener.profile() for listener in planted.listeners]
        self._sums = Sums(dict(enumerate(self.profiles)))
        self._audience = self._sums.audience
        self._near: dict[str, dict[str, float]] = {}
        self._weights = [weights(profile, self._audience) for profile in self.profiles]

    def figures(self) -> Iterator[Figure]:
        """Areas under the curve, friends among the nearest, percentages."""
        strangers, scene = self._planted.strangers(PAIRS, SEED), self._planted.of_one_scene(PAIRS, SEED)
        of_strangers, of_scene = sorted(self.values(strangers)), sorted(self.values(scene))
        of_all = f"{LISTENERS:,} planted listeners"
        yield Figure(f"{of_all}: percentage of strangers, median and nine of ten", _spread(self.percents(strangers)))
        yield Figure(f"{of_all}: of listeners of one scene", _spread(self.percents(scene)))
        for share in SHARES:
            friends = self._planted.friends(share)
            values = self.values(friends)
            name = f"friends who share {share:.0%} of their plays"
            against = [area(values, of_strangers), area(values, of_scene)]
            yield at_least(f"{name}: AUC against strangers", against[0], 0.99, f"{against[0]:.4f}", "at least 0.99")
            yield at_least(f"{name}: AUC against one scene", against[1], 0.88, f"{against[1]:.4f}", "at least 0.88")
            yield Figure(f"{name}: a friend is among the ten nearest", f"{self.among_nearest(friends):.0%}")
            yield Figure(f"{name}: percentage, median and nine of ten", _spread(self.percents(friends)))
        itself = self.oneself()
        yield Figure("oneself, other months: percentage, median and nine of ten", _spread(itself))
        known = fmean(self.by_log_and_lists())
        yield at_least(
            "oneself, log against top lists, likes and follows", known, 85, f"{known:.1f} %", "at least 85 %"
        )

    def near_to(self, numbers: Sequence[int]) -> dict[str, dict[str, float]]:
        """For each artist of these listeners: the nearness of other artists, by key."""
        keys = {artist.key for number in numbers for artist in self.profiles[number].artists[:OWN_ARTISTS]}
        near = {}
        for key in keys:
            if key not in self._near:
                self._near[key] = {each.key: each.nearness for each in self._sums.near(key)}
            near[key] = self._near[key]
        return near

    def values(self, pairs: Sequence[Pair]) -> list[float]:
        """The likeness of each pair."""
        return [likeness(self._weights[number], self._weights[other]) for number, other in pairs]

    def percents(self, pairs: Sequence[Pair]) -> list[int]:
        """The percentage of each pair; 0 where too little is shared."""
        chosen = pairs[:PERCENTS]
        return [self._percent(self.profiles[number], self.profiles[other]) for number, other in chosen]

    def among_nearest(self, pairs: Sequence[Pair]) -> float:
        """The share of pairs of whom one is among the ten nearest of the other."""
        return fmean(
            other in [each.number for each in self._sums.neighbours(number)[:FIRST]] for number, other in pairs[:SELVES]
        )

    def oneself(self) -> list[int]:
        """The percentages of listeners' even months with their odd ones."""
        halves = ([listener.profile(log=True, lists=False, month=month) for month in (0, 1)] for listener in self._few)
        return [self._percent(even, odd) for even, odd in halves]

    def by_log_and_lists(self) -> list[int]:
        """The percentages of what a log tells of a listener with what top lists, likes and follows do."""
        return [
            self._percent(listener.profile(log=True, lists=False), listener.profile(log=False))
            for listener in self._few
        ]

    @cached_property
    def _few(self) -> list[Listener]:
        return self._planted.listeners[:SELVES]

    def _percent(self, profile: Profile, other: Profile) -> int:
        alike = compare(profile, other, self._audience)
        return alike.percent if alike else 0


class Suggested:
    """What is suggested to listeners of whose artists a fifth is hidden."""

    def __init__(self, planted: Planted) -> None:
        random = Random(SEED)  # noqa: S311 -- the same artists each time
        self.hidden: dict[int, frozenset[str]] = {}
        profiles: dict[int, Profile] = {}
        for listener in planted.listeners:
            profile = replace(listener.profile(), known=frozenset())
            if listener.number < JUDGED:
                keys = sorted(artist.key for artist in profile.artists)
                self.hidden[listener.number] = frozenset(random.sample(keys, int(len(keys) * HIDDEN)))
                profile = _without(profile, self.hidden[listener.number])
            profiles[listener.number] = profile
        self.profiles, self.sums = profiles, Sums(profiles)

    def figures(self) -> Iterator[Figure]:
        """Against popularity; how many different artists; and for how many listeners there is something."""
        suggested = {number: self.suggested(number) for number in self.hidden}
        few = {number: self.off_track(number) for number in self.hidden}
        popular = {number: self.popular(number) for number in self.hidden}
        best, common = self.precision(suggested), self.precision(popular)
        name = f"recommendations, a hidden fifth of {len(self.hidden)} listeners' artists"
        yield at_least(
            f"{name}: precision@10 ÷ popularity's", best / common, 1.5, f"{best / common:.2f}", "at least 1.5"
        )
        yield Figure(f"{name}: precision@10 / nDCG@10 / recall@100", self._three(suggested))
        yield Figure(f"{name}: the same of popularity", self._three(popular))
        yield Figure(f"{name}: precision@10, off the beaten track", f"{self.precision(few):.3f}")
        yield Figure(f"{name}: different artists among the first ten", self._different(suggested))
        yield Figure(f"{name}: the same of popularity", self._different(popular))
        covered = fmean(len(keys) >= FIRST for keys in suggested.values())
        yield at_least(f"{name}: listeners with ten or more", covered, 0.95, f"{covered:.1%}")

    def suggested(self, number: int) -> list[str]:
        """The keys of what is suggested, the best first."""
        return [each.key for each in self._suggestions(number)]

    def off_track(self, number: int) -> list[str]:
        """The same of the shelf off the beaten track."""
        audience = self.sums.audience
        shelf = off_the_beaten_track(self._suggestions(number), audience.of, audience.listeners)
        return [each.key for each in shelf]

    def popular(self, number: int) -> list[str]:
        """The artists that most listeners have and this one does not."""
        own = self.profiles[number].artist
        return [key for key in self._by_audience if key not in own][:100]

    def precision(self, lists: dict[int, list[str]]) -> float:
        """The share of the first ten that was hidden."""
        return fmean(sum(key in self.hidden[number] for key in keys[:FIRST]) / FIRST for number, keys in lists.items())

    def _suggestions(self, number: int) -> list[Suggestion]:
        profile = self.profiles[number]
        alike = [Neighbour(self.profiles[each.number], each.likeness) for each in self.sums.neighbours(number)]
        return suggestions(profile, alike, self._near, ())

    @cached_property
    def _near(self) -> dict[str, list[Near]]:
        return {key: self.sums.near(key) for key in self.sums.audience.of}

    @cached_property
    def _by_audience(self) -> list[str]:
        of = self.sums.audience.of
        return sorted(of, key=lambda key: (-of[key], key))

    def _three(self, lists: dict[int, list[str]]) -> str:
        gains = fmean(_gain(keys[:FIRST], self.hidden[number]) for number, keys in lists.items())
        recall = fmean(
            len(set(keys[:100]) & self.hidden[number]) / len(self.hidden[number]) for number, keys in lists.items()
        )
        return f"{self.precision(lists):.3f} / {gains:.3f} / {recall:.3f}"

    @staticmethod
    def _different(lists: dict[int, list[str]]) -> str:
        return f"{len({key for keys in lists.values() for key in keys[:FIRST]}):,}"


def blended(planted: Planted, scores: Scores) -> Iterator[Figure]:
    """How fair blends are: what they are worth to the least satisfied, and against the most satisfied."""
    groups: dict[str, Sequence[Sequence[int]]] = {
        "two friends": planted.friends()[:BLENDS],
        "two strangers": planted.strangers(BLENDS, SEED),
        "five friends": [group.members for group in planted.groups if len(group.members) == 5][:BLENDS],
    }
    near = scores.near_to
    for name, members in groups.items():
        worths, ratios, shared = [], [], []
        for group in members:
            tastes = [Taste(f"m{number}", scores.profiles[number], near(group)) for number in group]
            blend = playlist(tastes, "2026-11-28")
            of_each = [share.worth for share in blend.shares]
            worths.append(min(of_each))
            ratios.append(min(of_each) / max(of_each))
            shared.append(sum(entry.chosen.by is None for entry in blend.entries))
        figure = f"{fmean(worths):.2f} / {fmean(ratios):.2f} / {fmean(shared):.0f}"
        yield at_least(
            f"blend of {name}: worth to the least satisfied / least ÷ most / shared songs of 50",
            fmean(ratios),
            0.8,
            figure,
            "least ÷ most at least 0.8",
        )


def area(above: Sequence[float], below: Sequence[float]) -> float:
    """The chance that one of `above` is larger than one of `below`, which are sorted; a tie counts half."""
    return fmean((bisect_left(below, value) + bisect_right(below, value)) / 2 / len(below) for value in above)


def _gain(keys: Sequence[str], hidden: frozenset[str]) -> float:
    """The normalised discounted cumulative gain: 1 when all were hidden, less when the first were not."""
    gains = [1 / log2(place + 1) for place in range(1, len(keys) + 1)]
    return sum(gain for gain, key in zip(gains, keys, strict=True) if key in hidden) / (sum(gains) or 1)


def _without(profile: Profile, hidden: frozenset[str]) -> Profile:
    return replace(profile, artists=tuple(artist for artist in profile.artists if artist.key not in hidden))


def _spread(percents: Sequence[int]) -> str:
    return f"{median(percents):.0f} % / {sorted(percents)[int(len(percents) * 0.9)]} %"
