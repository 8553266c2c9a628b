"""The router of who is like the listener: the page and JSON."""

from dataclasses import asdict
from typing import Any

from blendify.likeness.audiences import FEWEST_LISTENERS
from blendify.likeness.likeness import Likeness
from blendify.web import listener_pages, responses, views
from blendify.web.guards import reader, user_id
from blendify.web.parameters import given_once, query_parameters
from blendify.web.responses import ContentSources, Response
from blendify.web.router import Router, new_router
from blendify.web.sharing.left_out import left_out
from blendify.web.similar import affinity
from blendify.web.similar.people import FEATURE, Person, people

router = new_router()
affinity.add_to(router)


@router.get("/me/similar", middlewares=[reader])
def similar() -> Response[str]:
    """Friends, and strangers who show themselves, with scores and reasons; and why there are none."""
    given_once(query_parameters(router), ())
    shown = people(user_id())
    return responses.json_response(
        200,
        {
            "friends": [{**_person(each), "blend_ids": list(each.blend_ids)} for each in shown.friends],
            "no_friends": shown.no_friends,
            "strangers": [_person(each) for each in shown.strangers],
            "no_strangers": shown.no_strangers,
            "left_out": [asdict(each) for each in left_out(user_id(), FEATURE)],
        },
    )


@router.get("/similar")
def page() -> Response[str]:
    """The same as a page; 303 to the start page without a session."""
    return listener_pages.of_a_listener(router, _page)


def _page(router: Router, user: str) -> Response[str]:
    shown = people(user)
    return listener_pages.page(
        router,
        "together",
        "similar",
        sources=ContentSources(images=views.image_hosts()),
        people=shown,
        fewest=FEWEST_LISTENERS,
        left_out=left_out(user, FEATURE),
    )


def _person(person: Person) -> dict[str, Any]:
    likeness = _likeness(person.likeness) if person.likeness else None
    return {"name": person.name, "likeness": likeness, "reasons": list(person.reasons), "missing": person.missing}


def _likeness(likeness: Likeness) -> dict[str, Any]:
    return {
        "percent": likeness.percent,
        "words": likeness.words,
        "shared_artists": likeness.shared,
        "artists": [{**each._asdict(), "share": round(each.share, 4)} for each in likeness.artists],
        "songs": [each._asdict() for each in likeness.songs],
    }
