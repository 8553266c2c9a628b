"""The `fields` parameter of playlists: which keys of an answer are wanted."""

from collections.abc import Iterator

from local.simulators.previous.spotify.regimes import Json

Wish = dict[str, "Wish | None"]
"""Wanted keys, with what is wanted of the objects below them; None is everything."""


def selected(value: Json, fields: str) -> Json:
    """
    The part of an answer that an expression such as `snapshot_id,items(total)` names.

    A wrong name gives a smaller object and no error, and so does an expression that cannot be read. Names to
    be left out, written with an exclamation mark, are not understood here.
    """
    return _part(value, _wish(iter(fields)))


def _wish(text: Iterator[str]) -> Wish:
    wish: Wish = {}
    place, name = wish, ""
    for letter in text:
        if letter == "(":
            place[name], name = _wish(text), ""
        elif letter in ",).":
            if name:
                deeper: Wish | None = {} if letter == "." else None
                place[name] = deeper
                place = wish if deeper is None else deeper
            name = ""
            if letter == ")":
                break
            if letter == ",":
                place = wish
        else:
            name += letter
    if name:
        place[name] = None
    return wish


def _part(value: Json, wish: Wish | None) -> Json:
    if wish is None:
        return value
    if isinstance(value, list):
        return [_part(each, wish) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _part(each, wish[key]) for key, each in value.items() if key in wish}
