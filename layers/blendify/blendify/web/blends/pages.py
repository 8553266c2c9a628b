"""
`/together` and the pages of blends below it: whole without script, each for its members alone.

`POST` makes a blend, changes its invitation, leaves it or ends it, as a form of these pages asks.
"""

from collections.abc import Callable, Mapping

from blendify.access import connections
from blendify.access.users import UserGone
from blendify.blends import membership, parting
from blendify.blends.membership import MAX_TITLE_CHARACTERS, Blend
from blendify.providers import PROVIDERS
from blendify.web import listener_pages, request, responses, views
from blendify.web.blends import api, downloads, shown
from blendify.web.blends.shown import People
from blendify.web.guards import form_user, same_origin, user_id
from blendify.web.listener_pages import of_a_listener
from blendify.web.parameters import form_field, query_parameters
from blendify.web.responses import ContentSources, Response
from blendify.web.router import Router

router = api.router
"""The same Lambda serves JSON and pages."""

MOSAIC = 9
_same_origin = same_origin("Nothing was changed.")
Show = Callable[[Router, str, Blend], Response[str]]


@router.get("/together")
def together() -> Response[str]:
    """The way to blends, people like the listener, recommendations and sharing; 303 without a session."""
    return of_a_listener(router, _together)


@router.post("/together/blends", middlewares=[_same_origin, form_user])
def make() -> Response[str]:
    """200 with the invitation of the blend that was made, which is shown this once."""
    try:
        made = membership.make(user_id(), api.title_of(form_field(router, "title")))
    except UserGone:
        return responses.see_other(responses.relative_root(router))
    if made is None:
        return responses.message_page(router, 409, "No blend was made", api.TOO_MANY)
    return _invitation(router, *made)


@router.get("/together/blends/<blend_id>")
def show(blend_id: str) -> Response[str]:
    """One blend; 404 for whoever is not in it."""
    return of_a_listener(router, lambda router, user: _of_member(router, user, blend_id, _blend))


@router.get("/together/blends/<blend_id>/links.txt")
def links(blend_id: str) -> Response[str]:
    """The links of all songs to one service, a line each."""
    return of_a_listener(router, lambda router, user: _of_member(router, user, blend_id, _links))


@router.get("/together/blends/<blend_id>/songs.csv")
def table(blend_id: str) -> Response[str]:
    """The songs as a table."""
    return of_a_listener(router, lambda router, user: _of_member(router, user, blend_id, _table))


@router.post("/together/blends/<blend_id>", middlewares=[_same_origin, form_user])
def change(blend_id: str) -> Response[str]:
    """What the field `act` says: invite, withdraw, leave or end."""
    blend = api.find(user_id(), blend_id)
    act = _ACTS.get(form_field(router, "act"))
    if blend and act:
        return act(blend, user_id())
    return responses.see_other(f"{responses.relative_root(router)}together")


def _together(router: Router, user: str) -> Response[str]:
    blends = [People.of(blend, user) for blend in membership.every(user)]
    return listener_pages.page(router, "together", "blends/together", blends=blends, most=MAX_TITLE_CHARACTERS)


def _of_member(router: Router, user: str, blend_id: str, show: Show) -> Response[str]:
    blend = api.find(user, blend_id)
    if blend is None:
        text = "You are in no blend at this address. It may have ended, or you have left it."
        return responses.message_page(router, 404, "There is no such blend", text, more=("together", "Your blends"))
    return show(router, user, blend)


def _invitation(router: Router, blend: Blend, invitation: str) -> Response[str]:
    address = f"{request.own_address(router)}/blends/{invitation}"
    return listener_pages.page(router, "together", "blends/invited", blend=blend, address=address)


def _links(router: Router, user: str, blend: Blend) -> Response[str]:
    return downloads.links(People.of(blend, user), query_parameters(router).get("provider", []))


def _table(_router: Router, user: str, blend: Blend) -> Response[str]:
    return downloads.table(People.of(blend, user))


def _blend(router: Router, user: str, blend: Blend) -> Response[str]:
    people = People.of(blend, user)
    made = shown.today(people)
    songs = shown.songs(made, people)
    names = list(people.names)
    return listener_pages.page(
        router,
        "together",
        "blends/blend",
        sources=ContentSources(images=views.image_hosts()),
        people=people,
        colours={member_id: place for place, member_id in enumerate(names)},
        songs=songs,
        mosaic=list(dict.fromkeys(song.cover for song in songs if song.cover))[:MOSAIC],
        together=next((song for song in songs if song.key == made.playlist.together), None),
        shares=sorted(made.playlist.shares, key=lambda share: names.index(share.member_id)),
        unheard=[people.names[share.member_id] for share in made.playlist.shares if not share.songs],
        scores=shown.scores(made, people),
        made=made,
        services=[PROVIDERS[name].title for name in made.services],
        own=_own_first({each.provider for each in connections.connections(user)}),
        titles={name: provider.title for name, provider in PROVIDERS.items()},
    )


def _own_first(connected: set[str]) -> list[str]:
    """All services, the listener's own first."""
    return sorted(PROVIDERS, key=lambda name: name not in connected)


def _invite(blend: Blend, user: str) -> Response[str]:
    invitation = membership.invite(blend) if blend.made_by == user else None
    return _invitation(router, blend, invitation) if invitation else _back(blend)


def _withdraw(blend: Blend, user: str) -> Response[str]:
    if blend.made_by == user:
        membership.withdraw(blend)
    return _back(blend)


def _end(blend: Blend, user: str) -> Response[str]:
    if blend.made_by != user:
        return _back(blend)
    parting.end(blend.blend_id, user)
    return responses.see_other(f"{responses.relative_root(router)}together")


def _leave(blend: Blend, user: str) -> Response[str]:
    parting.leave(user, blend.blend_id)
    return responses.see_other(f"{responses.relative_root(router)}together")


def _back(blend: Blend) -> Response[str]:
    return responses.see_other(f"{responses.relative_root(router)}together/blends/{blend.blend_id}")


_ACTS: Mapping[str, Callable[[Blend, str], Response[str]]] = {
    "invite": _invite,
    "withdraw": _withdraw,
    "end": _end,
    "leave": _leave,
}
"""By the field `act` of a form."""
