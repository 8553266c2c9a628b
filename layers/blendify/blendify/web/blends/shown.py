"""A blend as its members see it: names and member ids, and never the id of a user."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from blendify.affinity import profiles
from blendify.affinity.taken_out import taken_out
from blendify.blends import daily
from blendify.blends.daily import Sources
from blendify.blends.membership import MOST_MEMBERS, Blend
from blendify.blends.playlist import Entry, Share
from blendify.blends.stored import Daily, Score
from blendify.core import times
from blendify.fleet import results
from blendify.providers import PROVIDERS
from blendify.sharing.consent import Consent, consents, shown_name
from blendify.sharing.legible import isolated
from blendify.web.blends import reasons
from blendify.web.taste.words import listed

UNTITLED = 3
"""Names that stand for a blend without a title."""


@dataclass(frozen=True)
class People:
    """A blend with the names of its members, as one of them sees it."""

    blend: Blend
    me: str
    """The viewer's member id; empty for somebody who is not in it."""
    agreed: Mapping[str, Consent]
    """What the members agreed to, by user id: who has left is not in it."""

    @classmethod
    def of(cls, blend: Blend, user_id: str) -> "People":
        """The members as this user sees them."""
        own = blend.member(user_id)
        return cls(blend, own.member_id if own else "", consents([each.user_id for each in blend.members]))

    @cached_property
    def names(self) -> dict[str, str]:
        """By member id, in the order in which they joined."""
        present = [each for each in self.blend.members if each.user_id in self.agreed]
        return {each.member_id: shown_name(each.user_id, self.agreed[each.user_id]) for each in present}

    @property
    def title(self) -> str:
        """What the blend is called: by its members, where nobody has named it."""
        if self.blend.title:
            return self.blend.title
        names = [isolated(name) for name in self.names.values()]
        if len(names) <= 1:
            return "A new blend"
        return listed(names if len(names) <= UNTITLED else [*names[:2], f"{len(names) - 2} more"])

    @property
    def host(self) -> str:
        """The name of who invites."""
        member = self.blend.member(self.blend.made_by)
        return self.names.get(member.member_id, "Somebody") if member else "Somebody"

    @property
    def is_mine(self) -> bool:
        """Whether the viewer invites, and can end it."""
        member = self.blend.member(self.blend.made_by)
        return member is not None and member.member_id == self.me

    @property
    def is_full(self) -> bool:
        """Whether nobody more can join."""
        return len(self.blend.members) >= MOST_MEMBERS

    @property
    def invited_until(self) -> str | None:
        """Until when the present invitation can be accepted; None without one."""
        return self.blend.invited_until if self.blend.is_open(times.now()) else None

    @property
    def compares(self) -> bool:
        """Whether the viewer has agreed to be compared."""
        own = next((each for each in self.blend.members if each.member_id == self.me), None)
        return own is not None and own.user_id in self.agreed and self.agreed[own.user_id].compare


@dataclass(frozen=True)
class ShownSong:
    """A song of a blend."""

    key: str
    title: str
    artist_line: str
    album: str | None
    cover: str | None
    milliseconds: int | None
    whose: tuple[str, ...]
    """Member ids."""
    by: str | None
    why: str
    since: str
    links: Mapping[str, str]
    """An address for each service, by its name."""


def sources() -> Sources:
    """Where tastes and what is known of all listeners come from."""
    return Sources(profiles.profile, results.near, results.audience, taken_out)


def today(people: People) -> Daily:
    """Today's playlist, which is made now if nobody has looked yet."""
    return daily.of(people.blend, people.agreed, sources())


def songs(made: Daily, people: People) -> list[ShownSong]:
    """The songs in their order."""
    return [_song(entry, people) for entry in made.playlist.entries]


def scores(made: Daily, people: People) -> list[Score]:
    """How alike the viewer is with others: a score is told to the two whose it is, and to nobody else in the blend."""
    return [each for each in made.scores if people.me in (each.member, each.other)]


def _song(entry: Entry, people: People) -> ShownSong:
    song = entry.chosen.song
    links = {
        name: provider.links.address(song.records.get(name), song.title, song.artist_line)
        for name, provider in PROVIDERS.items()
    }
    return ShownSong(
        song.key,
        song.title,
        song.artist_line,
        song.album,
        song.cover,
        song.milliseconds,
        song.whose,
        entry.chosen.by,
        reasons.why(entry, people.names, people.me),
        entry.chosen.since,
        links,
    )


def summary(people: People) -> dict[str, Any]:
    """A blend in a list, as JSON."""
    joined = {each.member_id: each.joined_at for each in people.blend.members}
    return {
        "blend_id": people.blend.blend_id,
        "title": people.title,
        "created_at": people.blend.created_at,
        "mine": people.is_mine,
        "invited_until": people.invited_until,
        "members": [
            {"member_id": member_id, "name": name, "you": member_id == people.me, "joined_at": joined[member_id]}
            for member_id, name in people.names.items()
        ],
    }


def whole(people: People, made: Daily) -> dict[str, Any]:
    """A blend with its playlist, as JSON."""
    return {
        **summary(people),
        "day": made.playlist.day,
        "made_at": made.made_at,
        "services": list(made.services),
        "together": made.playlist.together,
        "shares": [_share(share) for share in made.playlist.shares],
        "scores": [
            {
                "members": [score.member, score.other],
                "percent": score.percent,
                "words": score.words,
                "artists": list(score.artists),
            }
            for score in scores(made, people)
        ],
        "songs": [{**asdict(song), "whose": list(song.whose)} for song in songs(made, people)],
    }


def _share(share: Share) -> dict[str, Any]:
    return {**asdict(share), "part": round(share.part, 4), "worth": round(share.worth, 3)}
