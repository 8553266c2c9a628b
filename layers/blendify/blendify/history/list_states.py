"""How the facts of one sync change a list: the fold by which the history is read."""

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
    """One list: `held` maps the identity of each entry to the key of its newest fact, in the list's order."""

    held: dict[str, str]
    ranks: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, held: dict[str, str]) -> "ListState":
        """A list with these entries, ranked from 1 on."""
        return cls(held, {name: rank for rank, name in enumerate(held, 1)})

    def apply(self, facts: Sequence[StoredFact], shape: ListKind) -> None:
        """Apply the facts that one sync appended about the list."""
        gone = {name_of(fact) for fact in facts if fact.removed}
        recorded = {name_of(fact): fact for fact in facts if not fact.removed and fact.kind != "hole"}
        keys = self.held | {name: str(fact.fetched_at) for name, fact in recorded.items()}
        match shape:
            case ListKind.ARRANGED:
                places = {name: int(fact.position) for name, fact in recorded.items()}
                order = arranged(list(self.held), places, gone)
            case ListKind.RANKED:
                self.ranks |= {name: int(fact.rank) for name, fact in recorded.items()}
                order = sorted(
                    (name for name in keys if name not in gone or name in recorded), key=lambda name: self.ranks[name]
                )
            case _:
                order = [name for name in keys if name not in gone or name in recorded]
        self.held = {name: keys[name] for name in order}


def name_of(fact: StoredFact) -> str:
    """The identity of the entry that a fact is about."""
    return identity(fact.attribute_values, int(fact.occurrence or 1))
