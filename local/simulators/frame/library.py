"""What a listener has: lists that are made when first asked for, and then change in place."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar, NamedTuple

from local.simulators.frame.entries import NEVER, PLAIN, Act, Entries, Entry, Moment
from local.simulators.frame.responses import Json
from local.simulators.music.chance import Shuffle, mixed, number

Clock = Callable[[], float]
"""Seconds since 1970."""
Shown = Callable[[Entries], Sequence[Entry]]
"""What there is of a list for somebody."""
NEWEST = 1_769_893_633
"""The last moment of every generated library, 2026-01-31T21:07:13Z: fixed, so that a seed says all."""
NINE_YEARS = 9 * 365 * 86_400


class ImpossibleChangeError(Exception):
    """What was asked for cannot happen to this library."""


class Spot(NamedTuple):
    """Where an entry stands that is rendered, and for whom."""

    name: str
    """Of the list, where there are several of its kind."""
    position: int
    total: int
    view: Any
    """The service's own: how the caller wants entries shown."""


@dataclass(frozen=True, kw_only=True)
class ListKind:
    """One kind of list that every listener has, a row of a service's table."""

    names: Sequence[str] = ("",)
    """Of the lists, where there are several of this kind that are always the same."""
    size: str = ""
    """The option that says how many entries there are at first, where it is not called as the data type."""
    acts: frozenset[Act] = frozenset({Act.ADD, Act.REMOVE})
    choices: int = 0
    """The catalogue has so many things that can stand in the list."""
    deck: int = 0
    """Of how many choices the first entries are drawn, where not of all; a prime."""
    thing: Callable[[int], int] = int
    """The number of the thing that a choice leads to."""
    identity: Sequence[str] = ("id",)
    """The keys that lead to what identifies an entry, in what is shown of it."""
    same: tuple[int, ...] = (0,)
    """The kinds of entries of which the list has each thing once; empty where it may have one twice."""
    dated: Moment = Moment.NEVER
    new_last: bool = False
    """Whether what is added stands last unless a position is given."""
    most: int | None = None
    """So many entries are remembered; older ones are forgotten."""
    odd: Mapping[int, int] = field(default_factory=dict)
    """With oddities the kinds of drawn entries that are not plain, by place in every `round` of the list."""
    round: int = 200


class Library:
    """
    One listener's lists: all follows from the seed and the name, until an act changes something.

    A service's subclass has for each data type of `LISTS` a method `show_…`, and may have the others:

    show_…(entry, spot)           one entry as the service writes it
    first_…(name)                 the entries of the list of a name at first, where they are not `drawn`; `Entries` are
                                  taken as they are
    names_…()                     the names of the lists of this kind, where they change
    readable_…(name, view)        whether a view of the service lets the list of a name be read, where it may not
    place_…(entry)                the key of a list that the service keeps in order: positions are no choice then
    create_…(name, **details)     the new entries of `add`, where the frame does not draw them from the catalogue
    rename_…(entry, title)        gives the thing behind an entry another name, where that is an act
    """

    LISTS: ClassVar[Mapping[str, ListKind]]
    """By data type."""
    whole_view: ClassVar[Any] = None
    """The view in which an entry is shown to learn what identifies it."""

    def __init__(self, name: str, options: Any, catalogue: Any, clock: Clock) -> None:
        self.name = name
        self.options = options
        self.catalogue = catalogue
        self.clock = clock
        self.start = number(options.seed, "listener", self.key(name))
        """What all of this listener's chances come from."""
        self._lists: dict[tuple[str, str], Entries] = {}

    @staticmethod
    def key(name: str) -> str:
        """What tells listeners apart."""
        return name

    def changed(self, data_type: str, name: str, act: Act, entry: Entry) -> None:
        """What else happens because an act was done; nothing, unless the service says otherwise."""

    def method(self, verb: str, data_type: str) -> Callable[..., Any] | None:
        """One of the service's methods, if there is one."""
        method: Callable[..., Any] | None = getattr(self, f"{verb}_{data_type}", None)
        return method

    def names(self, data_type: str) -> Sequence[str]:
        """The names of the lists of this kind; a single one has none."""
        names = self.method("names", data_type)
        return names() if names else self.LISTS[data_type].names

    def entries(self, data_type: str, name: str = "") -> Entries:
        """One list; `name` is one of the kind's, or of a list that is not shown any more but still there."""
        place = (data_type, name)
        if place not in self._lists:
            own = self.method("first", data_type)
            first = own(name) if own else self.drawn(data_type, name)
            self._lists[place] = entries = first if isinstance(first, Entries) else Entries(first)
            if (key := self.method("place", data_type)) is not None:
                entries.sort(key=key)
        return self._lists[place]

    def hold(self, data_type: str, entries: Iterable[Entry], name: str = "") -> None:
        """Let a list hold these entries from now on."""
        self._lists[data_type, name] = entries if isinstance(entries, Entries) else Entries(entries)

    def forget(self, data_type: str, name: str) -> None:
        self._lists.pop((data_type, name), None)

    def deck(self, size: int, *names: object) -> Shuffle:
        """The listener's own choice of so many things."""
        return Shuffle(size, self.start, *names)

    def choice(self, data_type: str, name: str = "") -> Shuffle:
        """What the list of a name begins with; the same at all services that choose from the same things."""
        kind = self.LISTS[data_type]
        return self.deck(kind.deck or kind.choices, data_type, name)

    def drawn(self, data_type: str, name: str = "") -> Iterator[Entry]:
        """
        As many things as the options say. Where they have moments these are newest first, spread over nine years, and
        now and then two are in the same second.
        """
        kind, chosen = self.LISTS[data_type], self.choice(data_type, name)
        odd = kind.odd if self.options.oddities else {}
        size = getattr(self.options, kind.size or data_type)
        gap = max(NINE_YEARS // max(size, 1), 1)
        for place in range(size):
            dated = place - (place % 40 == 39)
            when = NEVER if kind.dated is Moment.NEVER else NEWEST - gap * dated - mixed(self.start, dated) % gap
            yield Entry(odd.get(place % kind.round, PLAIN), kind.thing(chosen[place]), when)

    def chosen(self, item: int | None, choices: int, taken: Callable[[int], bool], seed: int) -> int:
        """
        The choice that is asked for, or a drawn one that is not taken.

        Raises  ImpossibleChangeError unless there is such a choice
        """
        if item is None:
            draws = (number("fresh", seed, draw) % choices for draw in count())
            return next(choice for choice in draws if not taken(choice))
        if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < choices:
            raise ImpossibleChangeError(f"The catalogue has the numbers from 0 to {choices - 1}.")
        return item

    def identity(self, data_type: str, name: str, entry: Entry) -> Json:
        """What identifies an entry of the list of a name; None if nothing does."""
        shown = getattr(self, f"show_{data_type}")(entry, Spot(name, 0, 1, self.whole_view))
        for key in self.LISTS[data_type].identity:
            shown = None if shown is None else shown[key]
        return shown

    def rows(self, data_type: str, name: str, view: Any, shown: Shown | None = None) -> "Rows":
        """One list as a caller sees it; `shown` takes out of it what there is for that caller."""
        entries = self.entries(data_type, name)
        return Rows(self, data_type, name, shown(entries) if shown else entries, view)


@dataclass(frozen=True, slots=True)
class Rows:
    """A list that is rendered only where it is cut."""

    library: Any
    data_type: str
    name: str
    entries: Sequence[Entry]
    view: Any

    def __len__(self) -> int:
        return len(self.entries)

    def cut(self, start: int, stop: int) -> list[Json]:
        """From the first position to before the second; shorter at the end of the list."""
        total, show = len(self), getattr(self.library, f"show_{self.data_type}")
        return [
            show(self.entries[place], Spot(self.name, place, total, self.view))
            for place in range(max(0, start), min(stop, total))
        ]


def everything(library: Library, view: Callable[[str, str], Any], *data_types: str) -> dict[str, Json]:
    """
    All lists as they would be served now, by data type, and by name where there are several; None if it is unreadable.

    view          tells for a data type and a name how entries are shown
    data_types    only these; without any, all
    """
    data: dict[str, Json] = {}
    for data_type in data_types or library.LISTS:
        lists: dict[str, Json] = {}
        readable = library.method("readable", data_type)
        for name in library.names(data_type):
            shown = view(data_type, name)
            rows = library.rows(data_type, name, shown) if readable is None or readable(name, shown) else None
            lists[name] = None if rows is None else rows.cut(0, len(rows))
        data[data_type] = lists[""] if list(lists) == [""] else lists
    return data
