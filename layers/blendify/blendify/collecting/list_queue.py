"""
The queue of lists: each is read once. One that fails waits behind all others, and holds none of them up.

A list that is set aside keeps its position, and is read on from there after a wait.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self
from zlib import crc32

from blendify.collecting.position import Position
from blendify.core import telemetry, times
from blendify.core.data_types import DataType
from blendify.core.errors import CollectError, MustWait
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.jobs.progress import PATIENCE_SECONDS
from blendify.providers.endpoint import Endpoint, ListRef

SECOND_LOOK_SECONDS = 20
"""Wait before a list with an implausible result is read again."""
MOST_TRIES = 1 + len(PATIENCE_SECONDS)
"""How often in a row a list may fail without a new page; the last time it is read leniently."""
REFUSALS_BELIEVED = 2
"""A list that has been refused so often, at two times of a sync, cannot be read."""
MOST_FAILING = 8
"""Lists in a row that fail, after which the provider is failing: the round ends."""

MOST_TROUBLES = 2_000
"""Lists of each kind that are remembered: the item stays far below 400 KB."""


@dataclass(frozen=True)
class Troubles:
    """
    Lists of a data type that failed or were refused to the end in one sync, so that the next one reads them last.

    A list that fails for good holds no other up then, and costs a call or two in each sync.
    """

    failing: frozenset[str] = frozenset()
    """The provider failed whenever it was asked."""
    closed: frozenset[str] = frozenset()
    """The provider refused to give them: not the listener's own, or gone."""

    @classmethod
    def load(cls, user_id: str, provider: str, data_type: DataType) -> Self:
        """Those of the latest sync."""
        item = state_table().get(keys.user(user_id), keys.troubles(provider, data_type)) or {}
        return cls(frozenset(item.get("failing", ())), frozenset(item.get("closed", ())))

    def save(self, user_id: str, provider: str, data_type: DataType) -> None:
        """Keep them for the next sync."""
        item = {kind: sorted(lists)[:MOST_TROUBLES] for kind, lists in vars(self).items()}
        state_table().put(keys.user(user_id), keys.troubles(provider, data_type), item)

    def last(self, lists: Sequence[ListRef], turn: str) -> list[ListRef]:
        """
        The lists with those in trouble behind all others.

        turn    any text: with another one, failing lists stand in another order, as not all of them may be asked for
        """

        def order(listed: ListRef) -> tuple[bool, bool, int]:
            failing = listed.list_id in self.failing
            place = crc32(f"{turn} {listed.list_id}".encode(errors="backslashreplace")) if failing else 0
            return failing, listed.list_id in self.closed, place

        return sorted(lists, key=order)


@dataclass
class ListQueue:
    """The lists of a data type in their order, and where one worker is in them."""

    endpoint: Endpoint
    next: Position
    """The position after everything that was read, staged or not."""
    lists: Sequence[ListRef] = ()
    before: Troubles = field(default_factory=Troubles)
    """Lists that failed or were refused in the sync before: for them the first failure counts."""
    failures: int = 0
    """Lists in a row that failed."""
    error: CollectError | None = None
    """Of the list that failed last."""

    @property
    def ends(self) -> int:
        """How many times a list is read, as far as that is known: each once, and those that were set aside again."""
        return len(self.lists) + len(self.next.aside)

    def listed(self, number: int) -> ListRef:
        """The list that is read at this place."""
        return self.lists[self.index(number)]

    def index(self, number: int) -> int:
        """The number of that list among all lists."""
        at = number - len(self.lists)
        return number if at < 0 else self.next.aside[at].number

    def endpoint_of(self, number: int) -> Endpoint:
        """The endpoint at which the list at this place is read."""
        return self.endpoint.for_list(self.listed(number).list_id)

    def lenient(self, number: int) -> bool:
        """Whether this is the last time that the list is read: then pages that fail are passed over."""
        at = number - len(self.lists)
        if at < 0:
            return self.lists[number].list_id in self.before.failing
        return self.next.aside[at].tries == MOST_TRIES - 1

    def group(self, end: int) -> range:
        """The lists from the next one on that are read together: at one endpoint, none of them for the last time."""
        start, endpoint = self.next.number, self.endpoint_of(self.next.number)
        numbers = range(start, min(end, len(self.lists)))
        apart = (number for number in numbers if self.lenient(number) or self.endpoint_of(number) is not endpoint)
        return range(start, max(start + 1, next(apart, numbers.stop)))

    @property
    def provider_fails(self) -> bool:
        """Whether so many lists have failed in a row that it is not for the lists."""
        return self.failures >= MOST_FAILING

    def page_came(self) -> None:
        """Forget what failed before it."""
        self.failures, self.next = 0, replace(self.next, tries=0, limited=0)

    def failed(self, error: CollectError, *, refused: bool) -> bool:
        """Note that the present list fails or is refused; answers whether that was the last time."""
        self.error, self.failures = error, self.failures + (not refused)
        before = self.before.closed if refused else self.before.failing
        most = REFUSALS_BELIEVED if refused else MOST_TRIES
        return self.listed(self.next.number).list_id in before or self.next.tries + 1 >= most

    def set_aside(self, at: Position, error: CollectError) -> None:
        """Read the present list on from this position when all others have been read."""
        number = self.next.number
        telemetry.logger.info("Set %s aside: %s", self.listed(number).list_id or "the list", error)
        listed = replace(at, number=self.index(number), aside=(), broken=(), closed=(), limited=0)
        self.error, self.next = error, replace(self.next.at(number + 1), aside=(*self.next.aside, listed))

    def give_up(self, number: int, error: CollectError, *, refused: bool) -> None:
        """Leave the list at this place to the next sync."""
        at, index = self.next, self.index(number)
        at = replace(at, closed=(*at.closed, index)) if refused else replace(at, broken=(*at.broken, index))
        self.next = at.at(number + 1)
        telemetry.logger.warning("Gave up %s: %s", self.listed(number).list_id or "the list", error)

    def wait(self) -> None:
        """Raises MustWait until the lists that were set aside may be read once more."""
        tries = [at.tries for at in self.next.aside[self.next.number - len(self.lists) :]]
        seconds = min(PATIENCE_SECONDS[count - 1] if count else SECOND_LOOK_SECONDS for count in tries)
        raise MustWait(str(self.error), times.now() + timedelta(seconds=seconds))

    def troubles(self, is_done: Callable[[str], bool]) -> Troubles:
        """
        Which lists failed or were refused, for the next sync. Of those that were not asked for is known what was known.

        is_done     whether a list was read whole, by its id
        """
        done = {listed.list_id for listed in self.lists if is_done(listed.list_id)}
        closed = {self.lists[index].list_id for index in self.next.closed}
        unread = (*self.next.broken, *(listed.number for listed in self.next.aside))
        failing = {self.lists[index].list_id for index in unread} - done - closed
        asked = done | failing | closed
        return Troubles((self.before.failing - asked) | failing, (self.before.closed - asked) | closed)
