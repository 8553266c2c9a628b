"""
The profiles of listeners as they are asked for: stored, and made anew when what they were made of is another.

Stored  two buckets in the listener's shown shelf of the insights table: what they care for, and all artists that they
        know. So nobody pays who does not look, and an erasure or a rebuild takes them like all that is derived
"""

import zlib
from contextlib import suppress
from typing import Any

from blendify.access import users
from blendify.affinity import weighing
from blendify.affinity.evidence import Evidence
from blendify.affinity.libraries import library_of, ownership
from blendify.affinity.profile import ArtistWeight, Profile, SongWeight
from blendify.core import times
from blendify.core.settings import allowed_for
from blendify.insights import shelves, store, table
from blendify.insights.calendar import Calendar
from blendify.providers import NAMES
from blendify.sharing import consent

FORMULA = 1
"""Another formula makes other profiles."""
FEATURES = ("comparing", "blending", "views")
OWN_EYES = "views"
"""What only the listener sees: artists that they keep to themselves are in it."""


def profile(user_id: str, feature: str, *, keep: bool = True) -> Profile:
    """
    What a listener cares for, as far as a feature may know it. Without anything known it is an empty profile.

    feature     `comparing`, `blending` or `views`: the operator allows each for some providers. What others see
                (comparing, blending) is without the artists that the listener keeps to themselves
    keep        Whether one that was made is stored, by who may write
    """
    shelf = shelves.shelves(user_id).shown
    known = store.known(shelf)
    private = frozenset[str]() if feature == OWN_EYES else consent.consent(user_id).private_artists
    allowed = _allowed(feature)
    today = Calendar(known.time_zone).day(times.iso(times.now()))
    # Plays fade from day to day: of who does nothing any more, a profile is made anew once a month.
    made_of = [FORMULA, known.updated_at, sorted(allowed), sorted(private), today[: len("2026-11")]]
    names = [table.name(kind, _kept_as(feature)) for kind in ("profile", "profile_known")]
    stored = {}
    # Two who ask at a time may write at a time: what is in pieces then is as none.
    with suppress(zlib.error):
        stored = table.read_named(shelf, names)
    if all(name in stored and stored[name][0] == made_of for name in names):
        return _profile(user_id, stored[names[0]], stored[names[1]])
    evidence = _evidence(user_id, shelf, today, allowed, private)
    made = weighing.profile(user_id, evidence, _providers(evidence))
    # An erasure that began meanwhile waits longer than a request lives, and then deletes once more.
    if keep and known.updated_at is not None and users.exists(user_id):
        table.write(shelf, names[0], [made_of, *_rows(made)])
        table.write(shelf, names[1], [made_of, sorted(made.known)])
    return made


def stored(user_id: str, feature: str, private: frozenset[str]) -> Profile | None:
    """
    What was last made, however old, without all that the listener knows: for formulas over many listeners.

    private     The artists that the listener keeps to themselves now; a profile that knew others is left out
    """
    name = table.name("profile", _kept_as(feature))
    with suppress(zlib.error):
        rows = table.read_named(shelves.shelves(user_id).shown, [name]).get(name)
        if rows:
            formula, _, allowed, hidden, _ = rows[0]
            same = formula == FORMULA and set(allowed) == _allowed(feature) and set(hidden) == private
            if same:
                return _profile(user_id, rows, [None, []])
    return None


def _kept_as(feature: str) -> str:
    """The name under which a profile is stored: others see one profile where the operator allows the same for both."""
    same = feature == "blending" and _allowed(feature) == _allowed("comparing")
    return "comparing" if same else feature


def _allowed(feature: str) -> frozenset[str]:
    return allowed_for(feature) & frozenset(NAMES)


def _evidence(user_id: str, shelf: str, today: str, allowed: frozenset[str], private: frozenset[str]) -> Evidence:
    """Everything that these providers told of a listener, and their imports."""
    return Evidence(
        today=today,
        plays=store.plays(shelf, None, None, allowed),
        lists=[top for top in store.current_top_lists(user_id) if top.provider in allowed],
        library=library_of(shelf, allowed),
        # What is joined of all providers is of all of them.
        artists=store.firsts_of_artists(shelf) if allowed >= frozenset(NAMES) else (),
        codes=store.codes(user_id),
        ownership=ownership(user_id, shelf),
        private=private,
    )


def _providers(evidence: Evidence) -> tuple[str, ...]:
    names = {provider for month in evidence.plays for provider in month.providers}
    names |= {top.provider for top in evidence.lists if top.entries}
    names |= {change.provider for month in evidence.library for change in (*month.added, *month.removed)}
    return tuple(sorted(names))


def _rows(made: Profile) -> list[Any]:
    return [
        [list(each) for each in made.artists],
        [list(each) for each in made.songs],
        made.has_log,
        sorted(made.forbidden),
        list(made.providers),
    ]


def _profile(user_id: str, rows: list[Any], known: list[Any]) -> Profile:
    _, artists, songs, has_log, forbidden, providers = rows
    return Profile(
        user_id=user_id,
        artists=tuple(map(ArtistWeight._make, artists)),
        songs=tuple(SongWeight(key, title, tuple(keys), *more) for key, title, keys, *more in songs),
        has_log=has_log,
        forbidden=frozenset(forbidden),
        known=frozenset(known[1]),
        providers=tuple(providers),
    )
