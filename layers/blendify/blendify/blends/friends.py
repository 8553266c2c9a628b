"""The people with whom a listener shares a blend."""

from dataclasses import dataclass

from blendify.blends import membership
from blendify.sharing.consent import consents, shown_name


@dataclass(frozen=True)
class Friend:
    """Somebody with whom a listener shares a blend."""

    user_id: str
    name: str
    blend_ids: tuple[str, ...]


def friends_of(user_id: str) -> list[Friend]:
    """The people with whom a listener shares a blend, by name: accepting an invitation names the others."""
    shared: dict[str, list[str]] = {}
    for blend in membership.every(user_id):
        for member in blend.members:
            if member.user_id != user_id:
                shared.setdefault(member.user_id, []).append(blend.blend_id)
    agreed = consents(list(shared))
    people = [Friend(other, shown_name(other, each), tuple(shared[other])) for other, each in agreed.items()]
    return sorted(people, key=lambda each: (each.name.casefold(), each.user_id))
