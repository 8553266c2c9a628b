"""What is known of a listener, as far as a purpose may use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from blendify.affinity.library import LibraryNow, Ownership, library_now
from blendify.insights.buckets import First, MonthOfLibrary, MonthOfPlays, TopList


@dataclass(frozen=True)
class Evidence:
    """Everything that a profile is made of, in any order."""

    today: str
    """The listener's day."""
    plays: Sequence[MonthOfPlays] = ()
    lists: Sequence[TopList] = ()
    """The current ones."""
    library: Sequence[MonthOfLibrary] = ()
    artists: Sequence[First] = ()
    """All artists that are known of, where nothing is left out: their names and pictures."""
    codes: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Code → provider and record id of the records that carry it."""
    ownership: Ownership = field(default_factory=lambda: Ownership({}, {}))
    private: frozenset[str] = frozenset()
    """Keys of artists that are left out: nothing of them is in the weights, and no weight depends on them."""

    @cached_property
    def now(self) -> LibraryNow:
        """The library as it is."""
        return library_now(self.library, self.ownership, self.today)
