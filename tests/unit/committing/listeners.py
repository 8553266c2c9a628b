"""Listeners whose lists change between two syncs and while they are read, and how providers tell of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from blendify.providers.change_checks import newest_first
from blendify.providers.endpoint import Endpoint, ListKind, LogOrder, LogWindow, Record
from blendify.providers.paging import Offset, Paging

LIST = "list"


@cache
def moment(number: int) -> str:
    """The n-th moment of a story."""
    return f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"


@dataclass(frozen=True)
class Thing:
    """One entry of a listener's list, as it is."""

    name: str | None
    """None for an entry that the provider has emptied."""
    added_at: str | None = None
    state: int = 0
    """Another one when something about it has changed."""

    @property
    def answer(self) -> dict[str, Any] | None:
        """As the provider tells it."""
        if self.name is None:
            return None
        return {"id": self.name, "state": self.state, **({"at": self.added_at} if self.added_at else {})}


@dataclass(frozen=True)
class Sort:
    """One kind of list, as a provider tells it and as the oracle knows it."""

    kind: ListKind
    data_type: str
    dated: bool = False
    """Whether the moment of an entry is told."""
    doubles: bool = False
    """Whether one record may stand in it several times."""
    nulls: bool = False
    remembered: int | None = None
    """So many plays the provider tells of at most, all of them at once; None for all of them, page after page."""
    newest_first: bool = False
    """Whether the list is sorted by the moments of its entries."""
    once_each: bool = False
    """Whether it holds each record once, at its latest play."""

    def endpoint(self, paging: Paging | None = None) -> Endpoint:
        """The row of a provider's table for this list."""
        order = LogOrder.MOVE_TO_FRONT if self.once_each else LogOrder.DATED
        return Endpoint(
            "/",
            paging or Offset(3),
            lambda body: body,
            lambda answer, position: self.record(answer, position.index),
            (),
            list_kind=self.kind,
            change_check=newest_first if self.newest_first else None,
            log_window=LogWindow(self.remembered, order) if self.log else None,
        )

    @property
    def log(self) -> bool:
        return self.kind is ListKind.LOG

    @property
    def ordered(self) -> bool:
        return self.kind in (ListKind.RANKED, ListKind.ARRANGED)

    def record(self, answer: Any, position: int) -> Record:
        """What a provider's table makes of an answer, with the answer."""
        return replace(self._record(answer, position), answer=answer)

    def _record(self, answer: Any, position: int) -> Record:
        name, at = (answer["id"], answer.get("at")) if answer else (None, None)
        fields: dict[str, Any] = {"record_id": name, "kind": None if name else "null"}
        if self.once_each:
            fields["kind"] = "album"
        if answer:
            fields["track_name"] = f"{name} {answer['state']}"
        state = (answer["state"],) if answer else ()
        match self.kind:
            case ListKind.ARRANGED:
                fields |= {"playlist_id": LIST, "position": position, "added_at": at}
                return Record(f"{LIST}#{position:06}#{name or 'null'}", fields, state)
            case ListKind.RANKED:
                fields |= {"time_range": LIST, "rank": position + 1}
                return Record(f"{LIST}#{position + 1:04}#{name or 'null'}", fields, (position + 1, *state))
            case ListKind.LOG:
                fields["played_at"] = at
            case ListKind.SET:
                fields["added_at"] = at
        if name is None:
            return Record(f"null#{position:06}", {**fields, "position": position})
        return Record(f"{at}#{name}" if at else str(name), fields, () if self.log else state)


SORTS: dict[str, Sort] = {
    "likes": Sort(ListKind.SET, "saved_tracks", newest_first=True, dated=True, nulls=True),
    "follows": Sort(ListKind.SET, "followed_artists", nulls=True),
    "top list": Sort(ListKind.RANKED, "top_tracks"),
    "playlist": Sort(ListKind.ARRANGED, "playlist_tracks", doubles=True, nulls=True),
    "dated playlist": Sort(ListKind.ARRANGED, "playlist_tracks", dated=True, doubles=True),
    "plays": Sort(ListKind.LOG, "recently_played", dated=True, remembered=8),
    "scrobbles": Sort(ListKind.LOG, "recently_played", dated=True),
    "undated plays": Sort(ListKind.LOG, "recently_played", remembered=8),
    "what was played from": Sort(ListKind.LOG, "recently_played", once_each=True, remembered=8),
}


@dataclass
class Listener:
    """The list, newest or first entry in front; `clock` counts what the listener does."""

    sort: Sort
    chance: random.Random
    things: list[Thing] = field(default_factory=list)
    clock: int = 0
    added: int = 0
    settled: bool = False
    """Whether no more entries are null. One that is null later is taken for the one that stood between its neighbours,
    as it cannot be told from one that was taken away while a null came."""

    def do(self) -> None:
        """Something that listeners do."""
        self.clock += 1
        if self.sort.log:
            return self._play()
        size = len(self.things)
        act = self.chance.random()
        if size == 0 or act < 0.35:
            return self._add(self._place(size + 1))
        if act < 0.6:
            del self.things[self.chance.randrange(size)]
        elif act < 0.75:
            place = self.chance.randrange(size)
            self.things[place] = replace(self.things[place], state=self.things[place].state + 1)
        elif act < 0.95 and self.sort.ordered:
            thing = self.things[place := self.chance.randrange(size)]
            if thing.name is not None:
                self.things.insert(self.chance.randrange(size), self.things.pop(place))
        elif act < 0.97:
            self.things.clear()
        return None

    def _play(self) -> None:
        if self.sort.once_each:
            name = self.chance.choice("abcdefghij")
            self.things = [thing for thing in self.things if thing.name != name]
            self.things.insert(0, Thing(name))
        else:
            self._add(0)

    def _place(self, size: int) -> int:
        return 0 if self.sort.newest_first else self.chance.randrange(size)

    def _add(self, place: int) -> None:
        name: str | None = self._name()
        if self.sort.nulls and not self.settled and self.chance.random() < 0.1:
            self.things.insert(place, Thing(None))
            return
        self.things.insert(place, Thing(name, moment(self.clock) if self.sort.dated else None))

    def _name(self) -> str:
        if self.sort.doubles:
            return self.chance.choice("abcd")
        self.added += 1
        held = {thing.name for thing in self.things}
        free = [name for name in "abcdefghij" if name not in held]
        return self.chance.choice(free) if free and not self.sort.log else f"n{self.added}"

    def answers(self) -> list[Any]:
        """The whole list, as the provider tells it."""
        return [thing.answer for thing in self.things[: self.sort.remembered]]


def pages(answers: Sequence[Any], size: int) -> list[tuple[int, list[Any]]]:
    """The list in pages, each with the position of its first entry; one of an empty list."""
    return [(start, list(answers[start : start + size])) for start in range(0, max(1, len(answers)), size)]
