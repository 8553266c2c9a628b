"""SoundCloud's pages. Nothing in them tells the length of the list."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import count, get
from blendify.providers.paging import Page
from blendify.providers.soundcloud.paging import cursor_of
from blendify.providers.soundcloud.records import is_album


def page(body: Any) -> Page:
    """
    One page.

    Shape   {"collection": [...], "next_href": str}; the last page has no `next_href`
    Raises  UnexpectedShape without `collection`
    """
    entries = get(body, "collection")
    if not isinstance(entries, list):
        raise UnexpectedShape("SoundCloud's response is not a page: it has no `collection`")
    cursor = cursor_of(body)
    return Page(entries, total=None, more=cursor is not None, cursor=cursor)


def plays(body: Any) -> Page:
    """
    The recently played tracks: one answer, which may be a list without a page around it.

    Raises  UnexpectedShape when it is neither
    """
    return (
        Page(body, total=None, more=False) if isinstance(body, list) else replace(page(body), cursor=None, more=False)
    )


def albums(body: Any) -> Page:
    """The albums of a page of liked playlists, and entries that are no objects: nobody knows what they are."""
    whole = page(body)
    return replace(whole, entries=[each for each in whole.entries if not isinstance(each, Mapping) or is_album(each)])


def playlists(body: Any) -> Page:
    """The playlists of a page of liked ones that are no albums, and entries that are no objects."""
    whole = page(body)
    return replace(whole, entries=[each for each in whole.entries if not is_album(each)])


def likes(body: Any) -> int | None:
    """
    How many tracks the listener likes, by their profile. Some are counted that no page shows.

    Shape   {"likes_count": int, "followings_count": int, …}
    """
    return count(body, "likes_count")


def followings(body: Any) -> int | None:
    """How many users the listener follows, by their profile."""
    return count(body, "followings_count")
