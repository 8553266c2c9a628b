"""`GET|PUT /me/sharing`: three switches, the name that others see, and the artists that nobody sees."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from blendify.access.users import UserGone
from blendify.sharing import consent
from blendify.sharing.consent import MAX_NAME_CHARACTERS, MOST_PRIVATE, Changes, TooManyPrivate
from blendify.sharing.legible import legible
from blendify.web import responses
from blendify.web.guards import reader, same_origin, session_user, unauthorized, user_id
from blendify.web.json_body import json_object
from blendify.web.parameters import given_once, query_parameters
from blendify.web.responses import Response
from blendify.web.router import Router
from blendify.web.sharing import own_artists
from blendify.web.sharing.left_out import left_out

SWITCHES: Mapping[str, str] = {
    "compare_with_people_i_name": "compare",
    "count_me_anonymously": "count",
    "show_me_to_strangers": "show",
}
"""Field of the API → the switch of a consent."""
ONE_BY_ONE: Mapping[str, str] = {"add_private_artists": "keep", "remove_private_artists": "reveal"}
"""Field of the API → what changes of the private list, whatever else of it changes at the time."""
FIELDS = (*SWITCHES, "name", "private_artists", *ONE_BY_ONE)
MAX_BODY_CHARACTERS = 131_072
MAX_SEARCH_CHARACTERS = 100
TOO_MANY = f"You can keep {MOST_PRIVATE} artists to yourself at most."
LOOK_UP = "Look up the keys of your artists with GET /me/sharing/artists?name=…"


class Refused(ValueError):
    """A body that cannot be taken; says why."""


class UnknownArtist(Refused):
    """An artist who is none of the listener's."""


def add_to(router: Router) -> None:
    """The routes of the API."""

    @router.get("/me/sharing", middlewares=[reader])
    def sharing() -> Response[str]:
        """What the listener lets others know, and which services are left out by the operator's decision."""
        return responses.json_response(200, _view(user_id()))

    @router.put("/me/sharing", middlewares=[same_origin("Nothing was changed."), session_user])
    def change() -> Response[str]:
        """200 with all of it. What the body leaves out stays as it is."""
        user = user_id()
        try:
            consent.change(user, _changes(user, router.current_event.decoded_body))
        except TooManyPrivate:
            return responses.error_response(router, 400, "bad_request", TOO_MANY)
        except UnknownArtist as unknown:
            return responses.error_response(router, 400, "unknown_artist", str(unknown))
        except Refused as refused:
            return responses.error_response(router, 400, "bad_request", str(refused))
        except UserGone:
            return unauthorized(router, session_only=True)
        return responses.json_response(200, _view(user))

    @router.get("/me/sharing/artists", middlewares=[reader])
    def artists() -> Response[str]:
        """The listener's own artists whose names hold a text: at most 20."""
        name = given_once(query_parameters(router), ("name",)).get("name", "")[:MAX_SEARCH_CHARACTERS]
        items = [{"key": key, "name": title} for key, title in own_artists.search(user_id(), name)]
        return responses.json_response(200, {"items": items, "next_cursor": None})


def name_problem(name: str) -> str | None:
    """Why nobody can be called so; None for a name."""
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable() or not legible(name):
        return f"name must have 1 to {MAX_NAME_CHARACTERS} printable characters"
    return None


def _view(user: str) -> dict[str, Any]:
    chosen = consent.consent(user)
    return {
        **{field: getattr(chosen, switch) for field, switch in SWITCHES.items()},
        "name": chosen.name,
        "private_artists": [
            {"key": key, "name": name}
            for key, name in sorted(chosen.private_names.items(), key=lambda each: (each[1], each[0]))
        ],
        "left_out": [asdict(each) for each in left_out(user)],
    }


def _changes(user: str, body: str | None) -> Changes:
    """
    What a body changes.

    Raises  Refused
    """
    given = _json(body)
    if unknown := sorted(set(given) - set(FIELDS)):
        shown = f"`{unknown[0]}`" if unknown[0].isidentifier() and len(unknown[0]) <= 40 else "One of the fields"
        raise Refused(f"{shown} cannot be set. The fields are: {', '.join(FIELDS)}.")
    changes: Changes = {}
    for field, switch in SWITCHES.items():
        if field in given:
            if not isinstance(given[field], bool):
                raise Refused(f"{field} must be true or false.")
            changes[switch] = given[field]  # type: ignore[literal-required]
    if "name" in given:
        changes["name"] = _name(given["name"])
    if "private_artists" in given and set(ONE_BY_ONE) & set(given):
        raise Refused(f"private_artists is the whole list: it cannot be given with {' or '.join(ONE_BY_ONE)}.")
    if "private_artists" in given:
        changes["private"] = _named(user, "private_artists", given)
    if "add_private_artists" in given:
        changes["keep"] = _named(user, "add_private_artists", given)
    if "remove_private_artists" in given:
        changes["reveal"] = _keys("remove_private_artists", given)
    return changes


def _json(body: str | None) -> dict[str, Any]:
    text = f'The body must be JSON like {{"count_me_anonymously": true}}, with one or more of: {", ".join(FIELDS)}.'
    given = json_object(body, MAX_BODY_CHARACTERS)
    if not given:
        raise Refused(text)
    return given


def _name(given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str):
        raise Refused("name must be a text, or null for the name at the service that you connected first.")
    if problem := name_problem(given.strip()):
        raise Refused(f"{problem}.")
    return given.strip()


def _keys(field: str, given: Mapping[str, object]) -> list[str]:
    """The keys in a list of artists, each as the API shows it or given by its key alone."""
    listed = given[field]
    if not isinstance(listed, list) or len(listed) > MOST_PRIVATE:
        raise Refused(f"{field} must be a list of at most {MOST_PRIVATE} artists.")
    keys = [
        each["key"] if isinstance(each, dict) and {"key"} <= set(each) <= {"key", "name"} else each for each in listed
    ]
    if not all(isinstance(key, str) for key in keys):
        raise Refused(f'Each of {field} must be the key of an artist, or {{"key": …, "name": …}}.')
    return keys


def _named(user: str, field: str, given: Mapping[str, object]) -> dict[str, str]:
    """The artists in a list by key, with their names. Those of before stay, although nothing else of them is known."""
    keys, before = _keys(field, given), consent.consent(user).private_names
    known = {**own_artists.names(user), **before} if set(keys) - set(before) else before
    if unknown := [key for key in keys if key not in known]:
        places = ", ".join(str(keys.index(key) + 1) for key in unknown[:10])
        raise UnknownArtist(f"{field} has artists who are none of yours, at: {places}. {LOOK_UP}")
    return {key: known[key] for key in keys}
