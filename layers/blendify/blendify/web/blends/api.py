"""`/me/blends…`: the blends of a listener as JSON. Accepting an invitation is a page's business, see `invitations`."""

from blendify.access.users import UserGone
from blendify.blends import membership, parting
from blendify.blends.membership import MAX_TITLE_CHARACTERS, MOST_BLENDS, Blend
from blendify.sharing.legible import legible
from blendify.web import guards, request, responses
from blendify.web.blends import shown
from blendify.web.blends.shown import People
from blendify.web.guards import reader, same_origin, session_user, user_id
from blendify.web.json_body import json_object
from blendify.web.responses import Response
from blendify.web.router import Router, new_router

router = new_router()

MAX_ID_CHARACTERS = 64
"""Ids of blends have 16 characters; the table's keys cannot be arbitrarily long."""
TOO_MANY = f"You are in {MOST_BLENDS} blends, the most there can be. Leave one first."
_same_origin = same_origin("Nothing was changed.")


@router.post("/me/blends", middlewares=[_same_origin, session_user])
def make() -> Response[str]:
    """201 with the blend and the address of its invitation, which is never shown again."""
    title = _title_in(router.current_event.decoded_body)
    if title is None:
        text = f'The body must be JSON like {{"title": "Friday"}}, with at most {MAX_TITLE_CHARACTERS} characters.'
        return responses.error_response(router, 400, "bad_request", text)
    try:
        made = membership.make(user_id(), title)
    except UserGone:
        return guards.unauthorized(router)
    if made is None:
        return responses.error_response(router, 409, "too_many_blends", TOO_MANY)
    blend, invitation = made
    address = f"{request.own_address(router)}/blends/{invitation}"
    summary = shown.summary(People.of(blend, user_id()))
    return responses.json_response(201, {**summary, "invitation_url": address})


@router.get("/me/blends", middlewares=[reader])
def every() -> Response[str]:
    """The listener's blends, oldest first."""
    items = [shown.summary(People.of(blend, user_id())) for blend in membership.every(user_id())]
    return responses.json_response(200, {"items": items, "next_cursor": None})


@router.get("/me/blends/<blend_id>", middlewares=[reader])
def show(blend_id: str) -> Response[str]:
    """One blend with today's playlist; 404 when the listener is not in it."""
    blend = find(user_id(), blend_id)
    if blend is None:
        return _none(router)
    people = People.of(blend, user_id())
    return responses.json_response(200, shown.whole(people, shown.today(people)))


@router.delete("/me/blends/<blend_id>", middlewares=[_same_origin, session_user])
def leave(blend_id: str) -> Response[str]:
    """204: the blend has ended for all if the listener can end it, else the listener has left it."""
    blend = find(user_id(), blend_id)
    if blend is None:
        return _none(router)
    if blend.made_by == user_id():
        parting.end(blend.blend_id, user_id())
    else:
        parting.leave(user_id(), blend.blend_id)
    return responses.no_content()


@router.post("/me/blends/<blend_id>/invitation", middlewares=[_same_origin, session_user])
def invite(blend_id: str) -> Response[str]:
    """201 with the address of a new invitation, in place of the one before; 409 when the blend is full."""
    blend = find(user_id(), blend_id)
    if blend is None or blend.made_by != user_id():
        return _none(router)
    invitation = membership.invite(blend)
    if invitation is None:
        return responses.error_response(router, 409, "blend_full", "Nobody more can join this blend.")
    address = f"{request.own_address(router)}/blends/{invitation}"
    return responses.json_response(201, {"blend_id": blend_id, "invitation_url": address})


@router.delete("/me/blends/<blend_id>/invitation", middlewares=[_same_origin, session_user])
def withdraw(blend_id: str) -> Response[str]:
    """204; from now on the invitation leads nowhere."""
    blend = find(user_id(), blend_id)
    if blend is None or blend.made_by != user_id():
        return _none(router)
    membership.withdraw(blend)
    return responses.no_content()


def find(user: str, blend_id: str) -> Blend | None:
    """The blend; None when there is none, or when the user is not in it."""
    return membership.of_member(user, blend_id) if len(blend_id) <= MAX_ID_CHARACTERS else None


def _none(router: Router) -> Response[str]:
    return responses.error_response(router, 404, "not_found", "You are in no blend with this id.")


def _title_in(body: str | None) -> str | None:
    """The title in the body, empty without one; None when the body is not JSON of that shape."""
    if not body:
        return ""
    given = json_object(body)
    if given is None or set(given) - {"title"}:
        return None
    title = given.get("title") or ""
    return title_of(title) if isinstance(title, str) and len(title.strip()) <= MAX_TITLE_CHARACTERS else None


def title_of(text: str) -> str:
    """A title as it is stored."""
    return legible(text)[:MAX_TITLE_CHARACTERS].rstrip()
