"""What a library keeps of one kind, in the order in which the service lists it: by name."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Kept(NamedTuple):
    """One song, album or artist of a library, by its number in the catalogue."""

    number: int
    when: int
    """Since when it is there, in seconds since 1970."""
    with_other: bool = False
    """It came with something else: a song with its album, an album or an artist with a song."""


class Shelf:
    """Each thing once, in alphabetical order."""

    def __init__(self, name: Callable[[int], str], kept: Iterable[Kept]) -> None:
        self._name = name
        self._kept = {each.number: each for each in kept}
        self._order = sorted(map(self._place, self._kept))

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, number: int) -> bool:
        return number in self._kept

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept.values())

    def get(self, number: int) -> Kept | None:
        return self._kept.get(number)

    def cut(self, start: int, stop: int) -> list[int]:
        """The numbers of what stands from `start` to before `stop`, as far as it exists."""
        return [number for _, number in self._order[start:stop]]

    def add(self, kept: Kept) -> None:
        """Put something in its place, or let it be what it is from now on."""
        if kept.number not in self._kept:
            insort(self._order, self._place(kept.number))
        self._kept[kept.number] = kept

    def discard(self, number: int) -> None:
        if self._kept.pop(number, None) is not None:
            del self._order[bisect_left(self._order, self._place(number))]

    def _place(self, number: int) -> tuple[str, int]:
        return self._name(number).casefold(), number
