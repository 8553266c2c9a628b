"""The page `/sharing` and its forms: what others may know, in plain words."""

from blendify.access.users import UserGone
from blendify.likeness.audiences import FEWEST_LISTENERS
from blendify.sharing import consent
from blendify.sharing.consent import MAX_NAME_CHARACTERS, MOST_PRIVATE, Changes, TooManyPrivate
from blendify.web import listener_pages, responses
from blendify.web.guards import form_user, same_origin, user_id
from blendify.web.parameters import form_field, form_fields, query_parameters
from blendify.web.responses import Response
from blendify.web.router import Router
from blendify.web.sharing import own_artists
from blendify.web.sharing.api import MAX_SEARCH_CHARACTERS, name_problem
from blendify.web.sharing.left_out import left_out

UNCHANGED = "Nothing was changed"


def add_to(router: Router) -> None:
    """The routes of the page."""

    @router.get("/sharing")
    def sharing() -> Response[str]:
        """The switches, and the artists that are kept private; 303 to the start page without a session."""
        return listener_pages.of_a_listener(router, _page)

    @router.post("/sharing", middlewares=[same_origin(f"{UNCHANGED}."), form_user])
    def change() -> Response[str]:
        """303 back to the page; 400 for what cannot be, with the reason."""
        act, user = form_field(router, "act"), user_id()
        try:
            problem = _switches(router, user) if act == "switches" else _artists(router, user, act)
        except UserGone:
            return responses.see_other(responses.relative_root(router))
        if problem:
            more = "sharing", "Back to what others may know"
            return responses.message_page(router, 400, UNCHANGED, problem, more=more)
        return responses.see_other(f"{responses.relative_root(router)}sharing")


def _page(router: Router, user: str) -> Response[str]:
    given = query_parameters(router).get("artist", [""])
    searched = given[0].strip()[:MAX_SEARCH_CHARACTERS]
    chosen = consent.consent(user)
    matches = [each for each in own_artists.search(user, searched) if each[0] not in chosen.private_artists]
    return listener_pages.page(
        router,
        "together",
        "sharing",
        chosen=chosen,
        shown_name=consent.shown_name(user, chosen),
        private=sorted(chosen.private_names.items(), key=lambda each: each[1].casefold()),
        searched=searched,
        matches=matches,
        left_out=left_out(user),
        fewest=FEWEST_LISTENERS,
        most_characters=MAX_NAME_CHARACTERS,
    )


def _switches(router: Router, user: str) -> str | None:
    """
    Keep the switches and the name that differ from those that the form was drawn with; returns why not.

    So a page that was left open turns nothing on again that was turned off elsewhere.
    """
    fields, before = form_fields(router), form_field(router, "before").split()
    name = form_field(router, "name").strip()
    changes: Changes = {}
    for switch in ("compare", "count", "show"):
        if (switch in fields) != (switch in before):
            changes[switch] = switch in fields
    if name != form_field(router, "name_before"):
        if name and (problem := name_problem(name)):
            return f"Your {problem}."
        changes["name"] = name or None
    consent.change(user, changes)
    return None


def _artists(router: Router, user: str, act: str) -> str | None:
    """Keep an artist private (`keep`), or no longer (`reveal`); returns why not."""
    key = form_field(router, "artist")
    if act == "reveal":
        consent.change(user, {"reveal": [key]})
        return None
    if act != "keep":
        return "This form is not of this page."
    name = own_artists.names(user).get(key)
    if name is None:
        return "This artist is none of yours. Search for one by a part of the name."
    try:
        consent.change(user, {"keep": {key: name}})
    except TooManyPrivate:
        return f"You already keep {MOST_PRIVATE} artists to yourself, the maximum."
    return None
