"""What a listener does between two collections: each change edits one library in place."""

from collections.abc import Callable, Mapping
from typing import Any

from local.simulators.lastfm.catalogue import ODD_TRACKS
from local.simulators.lastfm.diary import Scrobble
from local.simulators.lastfm.library import PERIODS, TOPS, Library
from local.simulators.previous.answers import Json
from local.simulators.previous.changes import ImpossibleChangeError, changed

__all__ = ["MUTATIONS", "ImpossibleChangeError", "mutate"]

_PAUSE = 180
_DAY = 86_400


def scrobble(library: Library, count: int = 1, track: int | None = None) -> Json:
    """
    So many plays until now, three minutes apart as far as there is room since the newest one; tells the last.

    A track by its number in the catalogue, or each time another one.
    """
    plays = _count(count)
    newest = library.diary[0].when if len(library.diary) else 0
    now = max(newest, int(library.clock()))
    pause = min(_PAUSE, (now - newest) // plays)
    return _added(library, [now - pause * place for place in reversed(range(plays))], track)


def import_old(library: Library, count: int = 1, days: int = 365) -> Json:
    """So many plays of a device that was offline, dated five minutes apart until so many days ago; tells the last."""
    plays, before = _count(count), int(library.clock()) - _whole("days", days) * _DAY
    if before - 300 * plays < 0:
        raise ImpossibleChangeError("Nobody scrobbled before 1970.")
    return _added(library, [before - 300 * place for place in reversed(range(plays))], None)


def delete_scrobble(library: Library, position: int = 0) -> Json:
    """Take a play away, by its place from the newest on."""
    _in(len(library.diary), position)
    return _told(library, library.diary.pop(position))


def edit_scrobble(library: Library, position: int = 0, track: int | None = None) -> Json:
    """Correct what was played; the moment stays."""
    _in(len(library.diary), position)
    library.diary.put(position, _track(library, track))
    return _told(library, library.diary[position])


def now_playing(library: Library, on: bool = True, track: int | None = None) -> Json:
    """Begin to play a track, which is no scrobble yet, or stop."""
    library.playing = _track(library, track) if on else None
    return {} if library.playing is None else _named(library, library.playing)


def love(library: Library, track: int | None = None) -> Json:
    """It becomes the first of the loved ones."""
    held = {each.track for each in library.loved}
    chosen = _track(library, track)
    while chosen in held:
        if track is not None:
            raise ImpossibleChangeError("It is loved already.")
        chosen = library.fresh()
    newest = library.loved[0].when if library.loved else 0
    library.loved.insert(0, Scrobble(chosen, max(newest, int(library.clock()))))
    return _told(library, library.loved[0])


def unlove(library: Library, position: int = 0) -> Json:
    _in(len(library.loved), position)
    return _told(library, library.loved.pop(position))


def top_move(library: Library, kind: str, time_range: str, position: int, to: int) -> Json:
    """Another rank for one entry of a top list; those in between close up."""
    numbers = _top(library, kind, time_range)
    _in(len(numbers), position)
    _in(len(numbers), to)
    numbers.insert(to, numbers.pop(position))
    return {}


def top_change(library: Library, kind: str, time_range: str, position: int) -> Json:
    """Another entry at one rank of a top list."""
    numbers = _top(library, kind, time_range)
    _in(len(numbers), position)
    fresh = library.fresh() % TOPS[kind]
    while fresh in numbers:
        fresh = (fresh + 1) % TOPS[kind]
    numbers[position] = fresh
    return {}


MUTATIONS: Mapping[str, Callable[..., Json]] = {
    change.__name__: change
    for change in (
        scrobble,
        import_old,
        delete_scrobble,
        edit_scrobble,
        now_playing,
        love,
        unlove,
        top_move,
        top_change,
    )
}


def mutate(library: Library, action: str, /, **details: Any) -> Json:
    """Do one change by its name; ImpossibleChangeError says what is wrong with it."""
    return changed(library, MUTATIONS, action, details)


def _added(library: Library, moments: list[int], track: int | None) -> Json:
    scrobbles = [Scrobble(_track(library, track), when) for when in moments]
    for each in scrobbles:
        library.diary.add(each)
    return _told(library, scrobbles[-1])


def _told(library: Library, scrobble: Scrobble) -> Json:
    return {**_named(library, scrobble.track), "uts": str(scrobble.when)}


def _named(library: Library, number: int) -> dict[str, Json]:
    track = library.catalogue.track(number)
    return {"artist": library.catalogue.artist(track.artist)["name"], "name": track.name}


def _track(library: Library, asked: int | None) -> int:
    if asked is None:
        return library.fresh()
    if _whole("track", asked) >= ODD_TRACKS.stop:
        raise ImpossibleChangeError(f"The catalogue has the numbers from 0 to {ODD_TRACKS.stop - 1}.")
    return asked


def _top(library: Library, kind: str, time_range: str) -> list[int]:
    numbers = library.tops.get((kind, time_range))
    if numbers is None:
        raise ImpossibleChangeError(f"There are {' and '.join(TOPS)}, each for {', '.join(PERIODS)}.")
    return numbers


def _in(size: int, position: int) -> None:
    if not 0 <= position < size:
        raise ImpossibleChangeError(f"There is no place {position}.")


def _count(count: int) -> int:
    if _whole("count", count) == 0:
        raise ImpossibleChangeError("count is a whole number from 1 on.")
    return count


def _whole(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ImpossibleChangeError(f"{name} is a whole number from 0 on.")
    return value
