"""Listeners who share a blend, with invented tastes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from blendify.access import users
from blendify.affinity.profile import Profile
from blendify.affinity.taken_out import Records
from blendify.blends import daily, membership
from blendify.blends.daily import Sources
from blendify.blends.membership import Blend
from blendify.blends.stored import Daily
from blendify.likeness.audiences import Audience
from blendify.sharing.consent import consents
from tests.unit.blends.tastes import profile


def songs(prefix: str, count: int, first: int = 0) -> list[tuple[str, str, float]]:
    """Two songs of each artist."""
    return [(str(n % 2), f"{prefix}{n // 2}", 1 / (n + 1)) for n in range(first, first + count)]


@dataclass
class Group:
    """Who is who: ids by name, and what each cares for."""

    ids: dict[str, str] = field(default_factory=dict)
    tastes: dict[str, Profile] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """User and feature, each time that somebody's taste was asked for."""

    def add(self, name: str, taste: list[tuple[str, str, float]]) -> str:
        """A listener who cares for these songs."""
        user_id = users.find_or_create_user("spotify", name)
        self.ids[name] = user_id
        self.tastes[user_id] = replace(profile(user_id, taste), providers=("spotify",))
        return user_id

    def sources(self) -> Sources:
        """What a playlist is made of."""
        return Sources(self._profile, lambda _: {}, Audience, self._taken_out)

    def today(self, blend: Blend) -> Daily:
        """The playlist as somebody sees it who looks now."""
        current = membership.find(blend.blend_id)
        assert current
        return daily.of(current, consents([each.user_id for each in current.members]), self.sources())

    def _taken_out(self, user_id: str, feature: str, since: str, songs: Records) -> frozenset[str]:
        assert (feature, bool(since)) == ("blending", True)
        return self.tastes[user_id].forbidden & songs.keys()

    def _profile(self, user_id: str, feature: str) -> Profile:
        self.asked.append((user_id, feature))
        return self.tastes[user_id]


def blend_of(group: Group, *names: str) -> tuple[Blend, Mapping[str, str]]:
    """A blend that the first one made and the others joined; with the id of each member by name."""
    made = membership.make(group.ids[names[0]], "Friday")
    assert made
    blend, invitation = made
    for name in names[1:]:
        joined = membership.join(group.ids[name], invitation)
        assert isinstance(joined, Blend)
        blend = joined
    members = {each.user_id: each.member_id for each in blend.members}
    return blend, {name: members[group.ids[name]] for name in names}
