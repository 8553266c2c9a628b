"""What a listener does between two collections: five acts over lists."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.simulators.frame.entries import NEVER, PLAIN, Act, Entries, Entry, Moment
from local.simulators.frame.library import ImpossibleChangeError, Library, ListKind
from local.simulators.frame.responses import Json


def change(library: Library, act: str, data_type: str, name: str = "", **details: Any) -> Json:
    """
    Do one act to the list of a data type, and of a name where there are several.

    add      position, and what the list's `create_…` takes; without that `item`, a number of the catalogue, and `ago`,
             how many seconds ago it was: what comes in late stands between older entries
    remove   position (0), or the `id` of an entry
    move     position or id, and `to`, where the entry stands afterwards
    replace  position or id, and `item`
    rename   position or id, and `title`

    Answers  {"id": what identifies the entry}, of several entries the last
    Raises   ImpossibleChangeError
    """
    kind = library.LISTS.get(data_type)
    if kind is None:
        raise ImpossibleChangeError(f"There is no list {data_type!r}; there are {', '.join(library.LISTS)}.")
    if act not in kind.acts:
        raise ImpossibleChangeError(f"What can happen to {data_type} is {', '.join(sorted(kind.acts))}; not {act!r}.")
    if name not in library.names(data_type):
        raise ImpossibleChangeError(f"{data_type} has no list {name!r}.")
    changed = ChangedList(library, data_type, name, kind, library.entries(data_type, name))
    try:
        entry = getattr(changed, act)(**details)
    except TypeError as error:
        raise ImpossibleChangeError(f"{act}: {error}.") from error
    if act != Act.ADD:
        library.changed(data_type, name, Act(act), entry)
    return {"id": changed.identity(entry)}


@dataclass(frozen=True, slots=True)
class ChangedList:
    """One list that an act is done to; each act answers the entry that it was about."""

    library: Library
    data_type: str
    name: str
    kind: ListKind
    entries: Entries

    def add(self, position: int | None = None, **details: Any) -> Entry:
        if position is not None and not 0 <= position <= len(self.entries):
            raise ImpossibleChangeError(f"There is no place {position}.")
        create = self.library.method("create", self.data_type)
        entry: Entry | None = None
        for entry in create(self.name, **details) if create else self.drawn(**details):
            self.insert(entry, position)
            self.library.changed(self.data_type, self.name, Act.ADD, entry)
        if entry is None:
            raise ImpossibleChangeError("There is nothing to add.")
        while self.kind.most is not None and len(self.entries) > self.kind.most:
            self.entries.pop(len(self.entries) - 1)
        return entry

    def remove(self, **where: Any) -> Entry:
        return self.entries.pop(self.place(**where))

    def move(self, to: int, **where: Any) -> Entry:
        place, to = self.place(**where), self.check(to)
        self.entries.insert(to, entry := self.entries.pop(place))
        return entry

    def replace(self, item: int | None = None, **where: Any) -> Entry:
        """The moment stays."""
        place = self.place(**where)
        self.entries[place] = entry = Entry(PLAIN, self.choice(item), self.entries[place].when)
        return entry

    def rename(self, title: str, **where: Any) -> Entry:
        """In a list that is kept in order the entry gets another place."""
        entry = self.entries.pop(place := self.place(**where))
        getattr(self.library, f"rename_{self.data_type}")(entry, title)
        self.insert(entry, place)
        return entry

    def insert(self, entry: Entry, position: int | None) -> None:
        """Where the list's order puts it, or where it is asked for, or where new entries stand."""
        if (key := self.library.method("place", self.data_type)) is not None:
            # Among entries with equal keys the new one comes first.
            position = bisect_left(self.entries, key(entry), key=key)
        elif position is None:
            position = len(self.entries) if self.kind.new_last else self.newest(entry.when)
        self.entries.insert(position, entry)

    def newest(self, when: int) -> int:
        """The first place in front of which all entries are newer."""
        if self.kind.dated is Moment.NEVER:
            return 0
        return next((place for place, each in enumerate(self.entries) if each.when <= when), len(self.entries))

    def drawn(self, item: int | None = None, ago: int = 0) -> Iterator[Entry]:
        """
        The thing that was asked for, or one that is not in the list yet, dated with the present, or so many seconds
        before it.
        """
        now = self.now()
        if ago and now == NEVER:
            raise ImpossibleChangeError(f"{self.data_type} has no moments.")
        yield Entry(PLAIN, self.choice(item), now - ago * (1_000 if self.kind.dated is Moment.MILLISECONDS else 1))

    def choice(self, item: int | None) -> int:
        """The number of the thing that is asked for, or of one that is not in the list yet."""
        kind = self.kind

        def taken(choice: int) -> bool:
            return self.entries.find(kind.thing(choice), *kind.same) is not None

        chosen = self.library.chosen(item, kind.choices, taken, len(self.entries))
        if item is not None and kind.same and taken(chosen):
            raise ImpossibleChangeError("It is in the list already.")
        return kind.thing(chosen)

    def now(self) -> int:
        """The present, and not before the first entry of a list that begins with the newest."""
        first = self.entries[0].when if len(self.entries) else 0
        match self.kind.dated:
            case Moment.SECONDS:
                return max(first, int(self.library.clock()))
            case Moment.MILLISECONDS:
                return max(first + 1, int(self.library.clock() * 1000))
            case _:
                return NEVER

    def place(self, position: int | None = None, id: str | None = None) -> int:  # noqa: A002
        """Where the entry stands that is meant: the first one, unless anything is said."""
        if id is None:
            return self.check(0 if position is None else position)
        for place, entry in enumerate(self.entries):
            if self.identity(entry) == id:
                return place
        raise ImpossibleChangeError(f"{self.data_type} has no entry {id!r}.")

    def identity(self, entry: Entry) -> Json:
        return self.library.identity(self.data_type, self.name, entry)

    def check(self, place: int) -> int:
        if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(self.entries):
            raise ImpossibleChangeError(f"There is no place {place}.")
        return place
