"""What the facts of one run make of a list: the fold by which the history is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blendify.history.reordering import arranged
from blendify.history.stored_facts import StoredFact
from blendify.providers.endpoint import ListKind
from blendify.providers.record_identity import identity


def list_of(fields: Mapping[str, Any], shape: ListKind) -> str:
    """The list that a fact belongs to."""
    name = {ListKind.ARRANGED: "playlist_id", ListKind.RANKED: "time_range"}.get(shape)
    return str(fields.get(name) or "") if name else ""


@dataclass
class ListState:
    """One list: `held` has the keys of its entries' newest facts by their identities, in the list's order."""

    held: dict[str, str]
    ranks: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, held: dict[str, str]) -> "ListState":
        """A list that holds all this, from the first rank on."""
        return cls(held, {name: rank for rank, name in enumerate(held, 1)})

    def apply(self, facts: Sequence[StoredFact], shape: ListKind) -> None:
        """What one run found of it."""
        gone = {name_of(one) for one in facts if one.removed}
        recorded = {name_of(one): one for one in facts if not one.removed and one.kind != "hole"}
        keys = self.held | {name: str(one.fetched_at) for name, one in recorded.items()}
        match shape:
            case ListKind.ARRANGED:
                places = {name: int(one.position) for name, one in recorded.items()}
                order = arranged(list(self.held), places, gone)
            case ListKind.RANKED:
                self.ranks |= {name: int(one.rank) for name, one in recorded.items()}
                order = sorted(
                    (name for name in keys if name not in gone or name in recorded), key=lambda one: self.ranks[one]
                )
            case _:
                order = [name for name in keys if name not in gone or name in recorded]
        self.held = {name: keys[name] for name in order}


def name_of(fact: StoredFact) -> str:
    """The identity of the entry that a fact tells of."""
    return identity(fact.attribute_values, int(fact.occurrence or 1))
