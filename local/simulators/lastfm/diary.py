"""The scrobbles of one listener, in the order of their dates, 16 bytes each."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import starmap
from typing import NamedTuple


class Scrobble(NamedTuple):
    """One play: the number of its track, and when it began, in seconds since 1970."""

    track: int
    when: int


class Diary:
    """Kept oldest first, read newest first."""

    __slots__ = ("_times", "_tracks")

    def __init__(self, scrobbles: Iterable[Scrobble]) -> None:
        """`scrobbles` come oldest first."""
        self._tracks = array("q")
        self._times = array("q")
        for scrobble in scrobbles:
            self._tracks.append(scrobble.track)
            self._times.append(scrobble.when)

    def __len__(self) -> int:
        return len(self._times)

    def __getitem__(self, position: int) -> Scrobble:
        """By its place from the newest on; IndexError if there is none."""
        if not 0 <= position < len(self):
            raise IndexError(position)
        return Scrobble(self._tracks[-1 - position], self._times[-1 - position])

    def __iter__(self) -> Iterator[Scrobble]:
        """Newest first."""
        return starmap(Scrobble, zip(reversed(self._tracks), reversed(self._times), strict=True))

    def tracks(self) -> Iterable[int]:
        return self._tracks

    def window(self, begin: int, end: int) -> tuple[int, int]:
        """The places, from the newest on, of what is dated from `begin` to before `end`: first, and one past last."""
        oldest, newest = bisect_left(self._times, begin), bisect_left(self._times, end)
        return len(self) - max(newest, oldest), len(self) - oldest

    def cut(self, start: int, stop: int) -> list[Scrobble]:
        """From one place, counted from the newest on, to before another."""
        return [self[position] for position in range(start, min(stop, len(self)))]

    def add(self, scrobble: Scrobble) -> None:
        """Where its date puts it; among those of the same second it becomes the newest."""
        position = bisect_right(self._times, scrobble.when)
        self._tracks.insert(position, scrobble.track)
        self._times.insert(position, scrobble.when)

    def pop(self, position: int) -> Scrobble:
        """Take one out, by its place from the newest on; IndexError if there is none."""
        scrobble = self[position]
        del self._tracks[-1 - position], self._times[-1 - position]
        return scrobble

    def put(self, position: int, track: int) -> None:
        """Another track at the same moment."""
        self._tracks[-1 - position] = track
