"""`GET /me/recommendations` and the page `/discover`: what a listener may like, with the reasons; dismissing it."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from blendify.access.users import UserGone
from blendify.affinity.profile import SongWeight
from blendify.insights.buckets import Song
from blendify.providers import PROVIDERS
from blendify.recommending import dismissals, shown
from blendify.recommending.dismissals import MOST, TooManyDismissed
from blendify.recommending.forgotten import Forgotten
from blendify.recommending.offers import FriendShelf, Offers, Shelved, offers
from blendify.recommending.shelves import FromFriend
from blendify.web import listener_pages, responses, views
from blendify.web.guards import form_user, reader, same_origin, session_user, unauthorized, user_id
from blendify.web.json_body import json_object
from blendify.web.listener_pages import of_a_listener
from blendify.web.parameters import form_field
from blendify.web.reasons import reason
from blendify.web.responses import ContentSources, Response
from blendify.web.router import Router, new_router
from blendify.web.taste import words
from blendify.web.taste.visible import Visible

router = new_router()
_same_origin = same_origin("Nothing was changed.")

KEY = re.compile(r"[A-Za-z0-9_-]{12}")
"""What an artist's key looks like."""
MAX_ARTIST_CHARACTERS = 200
NO_SUCH = "An artist's key has 12 letters and digits, as in the answers of GET /me/recommendations."
TOO_MANY = f"You have dismissed {MOST:,} artists, the maximum. Take some back first."


@router.get("/me/recommendations", middlewares=[reader])
def recommendations() -> Response[str]:
    """Four shelves, the best first, each entry with its reason; and how many listeners are counted."""
    user = user_id()
    offered = _offers(user)
    return responses.json_response(
        200,
        {
            "close_to_you": [_suggestion(each) for each in offered.close],
            "off_the_beaten_track": [_suggestion(each) for each in offered.off_track],
            "from_friends": [_friend(each) for each in offered.friends],
            "forgotten_favourites": [_forgotten(each) for each in offered.forgotten],
            "listeners_counted": offered.listeners,
            "day": offered.day,
        },
    )


@router.get("/me/recommendations/dismissed", middlewares=[reader])
def list_dismissed() -> Response[str]:
    """The artists that are never suggested, the latest first."""
    items = [vars(each) for each in dismissals.dismissed(user_id())]
    return responses.json_response(200, {"items": items, "next_cursor": None})


@router.put("/me/recommendations/dismissed/<key>", middlewares=[_same_origin, session_user])
def dismiss(key: str) -> Response[str]:
    """
    204; the artist is not suggested any more.

    Body    {"name": the artist's name, as the listener should read it in the list}
    """
    name = _name_in(router.current_event.decoded_body)
    if name is None:
        text = 'The body must be JSON like {"name": "Ada"}: the name of the artist, for your list of dismissed ones.'
        return responses.error_response(router, 400, "bad_request", text)
    if not KEY.fullmatch(key):
        return responses.error_response(router, 400, "bad_request", NO_SUCH)
    try:
        dismissals.dismiss(user_id(), key, name)
    except UserGone:
        return unauthorized(router, session_only=True)
    except TooManyDismissed:
        return responses.error_response(router, 409, "too_many_dismissed", TOO_MANY)
    return responses.no_content()


@router.delete("/me/recommendations/dismissed/<key>", middlewares=[_same_origin, session_user])
def take_back(key: str) -> Response[str]:
    """204; the artist may be suggested again. 404 when they were not dismissed."""
    if not KEY.fullmatch(key) or not dismissals.take_back(user_id(), key):
        return responses.error_response(router, 404, "not_found", "You have not dismissed an artist with this key.")
    return responses.no_content()


@router.get("/discover")
def discover() -> Response[str]:
    """The page; what it suggests is counted once a day. 303 to the start page without a session."""
    return of_a_listener(router, _show)


@router.post("/discover", middlewares=[_same_origin, form_user])
def by_form() -> Response[str]:
    """Dismisses an artist, or takes that back, and leads back to the page."""
    key, name = form_field(router, "artist"), form_field(router, "name")[:MAX_ARTIST_CHARACTERS]
    root = responses.relative_root(router)
    if KEY.fullmatch(key):
        if form_field(router, "act") == "take_back":
            dismissals.take_back(user_id(), key)
        else:
            try:
                dismissals.dismiss(user_id(), key, name or "An artist")
            except UserGone:
                return responses.see_other(root)
            except TooManyDismissed:
                return responses.message_page(router, 409, "Nothing was dismissed", TOO_MANY)
    return responses.see_other(f"{root}discover")


def _show(router: Router, user: str) -> Response[str]:
    offered = _offers(user)
    shown.note(user, offered.day, offered.artists)
    return listener_pages.page(
        router,
        "together",
        "discover",
        sources=ContentSources(images=views.image_hosts()),
        offers=offered,
        reason=reason,
        find=partial(_links, offered.providers),
        missing=_missing(offered),
        dismissed=dismissals.dismissed(user),
        words=words,
    )


def _offers(user: str) -> Offers:
    visible = Visible.of(user)
    return offers(user, visible.plays(), visible.today)


def _links(providers: Iterable[str], name: str) -> list[tuple[str, str]]:
    """Title and address of a search for the artist at each of the listener's services."""
    return [
        (PROVIDERS[each].title, PROVIDERS[each].links.address(None, name, ""))
        for each in providers
        if each in PROVIDERS
    ]


def _missing(offered: Offers) -> str | None:
    """What a listener can do, or wait for, to see more; None where there is everything."""
    if not offered.own_artists:
        return "Nothing is known of your taste yet. What you may like follows from what you hear, like and follow."
    if not offered.listeners:
        return (
            "Suggestions from what others hear need at least twenty listeners here who agreed to be counted "
            "anonymously. Until then you see what your friends love, and what you loved yourself."
        )
    if not offered.is_counted:
        return "You are not counted yourself, so you see what your own artists lead to. Who is counted sees more."
    return None


def _suggestion(shelved: Shelved) -> dict[str, Any]:
    each = shelved.suggestion
    return {
        "artist": {"key": each.key, "name": each.name, "image": each.image},
        "reason": reason(shelved),
        "because_of": [
            {"key": because.artist.key, "name": because.artist.name, "listeners_of_both": because.both}
            for because in each.because
        ],
        "listeners_like_you": each.backers,
        "songs": [_song(song) for song in shelved.songs],
    }


def _friend(shelf: FriendShelf) -> dict[str, Any]:
    return {"name": shelf.name, "percent": shelf.percent, "artists": [_of_friend(each) for each in shelf.artists]}


def _of_friend(each: FromFriend) -> dict[str, Any]:
    artist = {"key": each.artist.key, "name": each.artist.name, "image": each.artist.image}
    return {"artist": artist, "songs": [_song(song) for song in each.songs]}


def _forgotten(row: Forgotten) -> dict[str, Any]:
    return {
        "song": _own_song(row.song),
        "plays": row.plays,
        "last_played_on": row.last_day,
        "silent_days": row.silent_days,
    }


def _song(song: SongWeight) -> dict[str, Any]:
    return {
        "key": song.key,
        "title": song.title,
        "artist_line": song.artist_line,
        "cover": song.cover,
        "records": dict(song.records),
    }


def _own_song(song: Song) -> dict[str, Any]:
    return {"key": song.key, "title": song.title, "artist_line": song.artist_line, "cover": song.cover}


def _name_in(body: str | None) -> str | None:
    """The name in the body; None when it is not JSON of that shape."""
    given = json_object(body)
    name = given["name"] if given is not None and set(given) == {"name"} else None
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MAX_ARTIST_CHARACTERS or not name.isprintable():
        return None
    return name.strip()
