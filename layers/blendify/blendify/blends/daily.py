"""
The playlist of a blend today: made when somebody first looks at it, kept until tomorrow.

Anew    at once when somebody joined or left, when a member keeps an artist to themselves, agrees to be compared or no
        longer does, when the operator turns a provider on or off, and when more is known of a member of whom little
        was; else on the next day of UTC. What was made with somebody who has left is shown to nobody
Less    A song that a member has taken out of their library since is left out when somebody looks; what is stored stays
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from itertools import combinations

from blendify.affinity.profile import Profile
from blendify.affinity.taken_out import Records
from blendify.blends import membership, shelf, stored
from blendify.blends.membership import Blend, Member
from blendify.blends.playlist import playlist, without
from blendify.blends.stored import Daily, Score
from blendify.blends.worth import Near, Taste
from blendify.core import times
from blendify.core.settings import allowed_for
from blendify.likeness import near_artists
from blendify.likeness.audiences import Audience
from blendify.likeness.likeness import compare
from blendify.sharing.consent import Consent

LITTLE = 50
"""Songs of a member: with fewer they are asked for again with each look, as after a first sync."""
SETTLING = timedelta(hours=1)
"""So long somebody is new, of whom more may become known every minute."""
MUCH_MORE = 1.2
NEAR_TO = 60
"""Artists of a member whose near artists are read."""


@dataclass(frozen=True)
class Sources:
    """Where tastes and what is known of all listeners come from."""

    profile: Callable[[str, str], Profile]
    """By the user's id and a feature."""
    near: Callable[[Iterable[str]], Mapping[str, Sequence[near_artists.Near]]]
    audience: Callable[[], Audience]
    taken_out: Callable[[str, str, str, Records], frozenset[str]]
    """By the user's id, a feature and a moment: which of these songs they have taken out of their library since."""


def of(blend: Blend, agreed: Mapping[str, Consent], sources: Sources) -> Daily:
    """
    Today's playlist.

    agreed  what the members agreed to, by user id; whoever is not in it has left
    """
    now = times.now()
    day, members = times.iso(now)[:10], [each for each in blend.members if each.user_id in agreed]
    people, basis = _people(blend, members), _basis(members, agreed)
    before = stored.read(blend.blend_id)
    if before and (before.people != people or _grown(before, members, sources)):
        before = None
    if before and before.basis == basis and before.playlist.day == day:
        return _without_removed(before, members, sources)
    tastes = _tastes(members, sources)
    daily = Daily(
        playlist(tastes, day, before.playlist if before else None),
        times.iso(now),
        people,
        basis,
        tuple(sorted({provider for taste in tastes for provider in taste.profile.providers})),
        {taste.member_id: len(taste.profile.songs) for taste in tastes},
        _scores(members, agreed, sources),
    )
    stored.write(blend.blend_id, daily)
    current = membership.find(blend.blend_id)
    if current is None or current.version != blend.version:
        # Somebody left meanwhile: what leaving deleted may have been written once more.
        shelf.forget(blend.blend_id)
    return daily


def _without_removed(made: Daily, members: Sequence[Member], sources: Sources) -> Daily:
    """Without what a member has taken out since it was made. Nobody is told whose doing that is."""
    records = {entry.chosen.song.key: entry.chosen.song.records for entry in made.playlist.entries}
    gone = frozenset[str]().union(
        *(sources.taken_out(each.user_id, "blending", made.made_at, records) for each in members)
    )
    return replace(made, playlist=without(made.playlist, gone)) if gone else made


def _people(blend: Blend, members: Sequence[Member]) -> str:
    return _digest(" ".join([str(blend.version), *sorted(each.member_id for each in members)]))


def _basis(members: Sequence[Member], agreed: Mapping[str, Consent]) -> str:
    """What decides over the content of a playlist, beside the members and what they listen to."""
    chosen = [(each.member_id, agreed[each.user_id]) for each in sorted(members, key=lambda each: each.member_id)]
    private = [(name, consent.compare, sorted(consent.private_artists)) for name, consent in chosen]
    return _digest(repr((private, sorted(allowed_for("blending")), sorted(allowed_for("comparing")))))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _grown(before: Daily, members: Sequence[Member], sources: Sources) -> bool:
    """Whether of a member who is new, or of whom little was known, much more is known now."""
    new = times.now() - SETTLING
    unsettled = {
        each: before.songs.get(each.member_id, 0)
        for each in members
        if before.songs.get(each.member_id, 0) < LITTLE or times.parse(each.joined_at) > new
    }
    return any(len(_blended(each, sources).songs) > MUCH_MORE * songs for each, songs in unsettled.items())


def _blended(member: Member, sources: Sources) -> Profile:
    return sources.profile(member.user_id, "blending")


def _tastes(members: Sequence[Member], sources: Sources) -> list[Taste]:
    profiles = {each.member_id: _blended(each, sources) for each in members}
    artists = {artist.key for profile in profiles.values() for artist in profile.artists[:NEAR_TO]}
    near: Near = {
        artist: {each.key: each.nearness for each in of_artist}
        for artist, of_artist in sources.near(sorted(artists)).items()
    }
    return [Taste(member_id, profile, near) for member_id, profile in profiles.items()]


def _scores(members: Sequence[Member], agreed: Mapping[str, Consent], sources: Sources) -> tuple[Score, ...]:
    compared = [each for each in members if agreed[each.user_id].compare]
    if len(compared) < membership.LEAST_MEMBERS:
        return ()
    audience = sources.audience()
    profiles = {each.member_id: sources.profile(each.user_id, "comparing") for each in compared}
    scores = []
    for member, other in combinations(sorted(profiles), 2):
        if alike := compare(profiles[member], profiles[other], audience):
            artists = tuple(artist.name for artist in alike.artists)
            scores.append(Score(member, other, alike.percent, alike.words, artists))
    return tuple(scores)
