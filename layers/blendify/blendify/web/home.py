"""GET /dashboard: the listener's music now, what changed since they were here, and how the collection stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blendify.access import connections, visits
from blendify.access.visits import ENDED, JOINED, LEFT, Word
from blendify.core import times
from blendify.core.data_types import DataType, Status
from blendify.core.settings import allowed_for
from blendify.importing import service_names
from blendify.importing.import_item import Import, State
from blendify.insights import store
from blendify.insights.buckets import TopList
from blendify.providers import PROVIDERS
from blendify.reading import changes, import_changes, questions
from blendify.reading.changes import Changes
from blendify.reading.question import Question
from blendify.web import listener_pages, views
from blendify.web.listener_pages import of_a_listener
from blendify.web.responses import ContentSources, Response
from blendify.web.router import Router, new_router
from blendify.web.standing import BUSY, standing
from blendify.webhooks import subscriptions

router = new_router()

TRACKS, ARTISTS, CHANGES = 10, 8, 8
"""Most of each on the page."""
SYNCS = 2
REFRESH = 5_000
"""Milliseconds until the page asks again, while the account is read."""
LIBRARY = (
    DataType.SAVED_TRACKS,
    DataType.SAVED_ALBUMS,
    DataType.FOLLOWED_ARTISTS,
    DataType.PLAYLISTS,
    DataType.PLAYLIST_TRACKS,
)
"""What a listener changes by hand. Ranks change every day, and plays are no change of anything."""
EMPTIED = "null"
"""The kind of an entry that its provider has emptied: there is nothing to show of it."""
RANGES = {"short_term": "the last four weeks", "medium_term": "the last six months", "long_term": "the last year"}
VERBS = {
    DataType.SAVED_TRACKS: ("Saved", "No longer saved"),
    DataType.SAVED_ALBUMS: ("Album saved", "Album no longer saved"),
    DataType.FOLLOWED_ARTISTS: ("Followed", "No longer followed"),
    DataType.PLAYLISTS: ("Playlist", "Playlist gone"),
    DataType.PLAYLIST_TRACKS: ("Added to a playlist", "Taken off a playlist"),
}
WORDS = {JOINED: "Somebody joined", LEFT: "Somebody left", ENDED: "It has ended"}
"""What others did to a blend of the listener's."""

Titles = Mapping[str, str]
"""Names of services, by provider; empty for a listener with one service alone."""


@dataclass(frozen=True)
class Thing:
    """A song, an artist, an album or a playlist: a cover with two lines."""

    name: str
    by: str | None
    image: str | None
    round: bool
    rank: int | None
    source: str | None = None
    """The service that it is from, where the listener has several."""


@dataclass(frozen=True)
class Changed:
    """What a listener did to their library."""

    thing: Thing
    removed: bool
    verb: str
    moment: str
    """When they did it, or when a sync found it (ISO 8601)."""
    recorded_at: str
    """When the collection has it from (ISO 8601)."""
    page: str | None = None
    """The address of a page that says more, from the root."""


@router.get("/dashboard")
def dashboard() -> Response[str]:
    """The listener's page, complete without script; 303 to the start page without a session."""
    return of_a_listener(router, _show)


def _show(router: Router, user: str) -> Response[str]:
    now = times.now()
    connected = [views.connection_view(connection) for connection in connections.connections(user)]
    newest = views.newest_syncs(user, SYNCS)
    since, words = visits.visit(user, _told_until(newest, times.iso(now)))
    shown = allowed_for("views")
    lists = [each for each in store.current_top_lists(user) if each.provider in shown]
    services = {each["provider"] for each in connected}
    titles = {name: PROVIDERS[name].title for name in services} if len(services) > 1 else {}
    tracks, period = _newest_top(lists, "tracks", TRACKS, titles) or _read_top(
        user, sorted(shown, key=lambda provider: (provider not in services, provider)), titles
    )
    artists, _ = _newest_top(lists, "artists", ARTISTS, titles) or ([], "")
    others = [*_imports(user), *map(_of_blend, words)]
    changed = _changed(user, since, titles, others)
    busy = not newest or newest[0]["status"] == Status.RUNNING or (newest[0]["status"] in BUSY and not tracks)
    return listener_pages.page(
        router,
        "home",
        "home",
        sources=ContentSources(images=views.image_hosts()),
        standing=standing(connected, newest, now),
        tracks=tracks,
        artists=artists,
        period=RANGES.get(period, ""),
        since=since,
        changed=changed,
        # Somebody who has been here before, and after whose visit nothing changed, sees the latest that did.
        latest=_changed(user, None, titles, others) if since and not changed else [],
        refresh=REFRESH if busy and connected else None,
        untold=[each.url for each in subscriptions.every(user, consistent=False) if each.disabled_at],
        offers=views.set_up() if not connected else [],
    )


def _told_until(newest: Sequence[Mapping[str, Any]], now: str) -> str:
    """Up to when the page tells everything: what a running sync records has the moment at which that sync began."""
    return min([sync["started_at"] for sync in newest if sync["status"] in BUSY], default=now)


def _newest_top(lists: Sequence[TopList], what: str, most: int, titles: Titles) -> tuple[list[Thing], str] | None:
    """The top of the list over the shortest time, as things to show, and its time range; None without any list."""
    order = list(RANGES)
    of_kind = [each for each in lists if each.what == what and each.entries]
    if not of_kind:
        return None
    chosen = min(of_kind, key=lambda each: order.index(each.time_range) if each.time_range in order else len(order))
    entries = chosen.entries[:most]
    round_cover, source = what == "artists", titles.get(chosen.provider)
    things = [Thing(each.name, each.artist_line, each.image, round_cover, each.rank, source) for each in entries]
    return things, chosen.time_range


def _read_top(user: str, providers: Sequence[str], titles: Titles) -> tuple[list[Thing], str]:
    """
    The same of songs from the history, for the minutes after the first sync in which insights know nothing yet.

    providers   the first that has any is shown; a history outlives its connection
    """
    for provider in providers:
        endpoint = PROVIDERS[provider].endpoints.get(DataType.TOP_TRACKS)
        for name in [name for name in RANGES if endpoint and name in endpoint.lists][:1]:
            asked = Question(DataType.TOP_TRACKS, provider, time_range=name, limit=TRACKS)
            if items := questions.current(user, asked).items:
                return [_thing(DataType.TOP_TRACKS, item, titles) for item in items if item["kind"] != EMPTIED], name
    return [], ""


def _changed(user: str, since: str | None, titles: Titles, others: Sequence[Changed]) -> list[Changed]:
    asked = Changes(LIBRARY, since or "0", limit=CHANGES, page_size=4, imports=False)
    items, _ = changes.changes(user, asked)
    recorded = [
        Changed(
            thing=_thing(DataType(item["data_type"]), item, titles),
            removed=item["removed"],
            verb=VERBS[item["data_type"]][item["removed"]],
            moment=item["fetched_at"] if item["removed"] else item.get("added_at") or item["fetched_at"],
            recorded_at=item["fetched_at"],
        )
        for item in items
        if item["kind"] != EMPTIED
    ]
    recorded += [each for each in others if each.recorded_at >= (since or "0")]
    return sorted(recorded, key=lambda each: each.recorded_at, reverse=True)[:CHANGES]


def _imports(user: str) -> list[Changed]:
    by_id = {each.import_.import_id: each.import_ for each in import_changes.of_user(user, tuple(DataType))}
    return [_imported(each) for each in by_id.values()]


def _of_blend(word: Word) -> Changed:
    """What became of a blend, without names: those are on its page."""
    thing = Thing("A blend of yours", None, None, round=False, rank=None)
    ended = word.kind == ENDED
    page = "together" if ended else f"together/blends/{word.blend_id}"
    return Changed(thing, removed=ended, verb=WORDS[word.kind], moment=word.at, recorded_at=word.at, page=page)


def _words(data_type: DataType, count: int) -> str:
    words = data_type.noun if data_type is DataType.RECENTLY_PLAYED else data_type.words
    return words.removesuffix("s") if count == 1 else words


def _imported(import_: Import) -> Changed:
    """An import, in one line whatever it brought."""
    counts = [
        f"{records:,} {_words(DataType(name), records)}"
        for name, records in sorted(import_.report.by_data_type.items())
    ]
    services = {named["service"] for named in import_.report.recognised}
    name = ", ".join(sorted(map(service_names.title, services)))
    removed, moment = import_.state is State.TAKEN_BACK, import_.told_at or ""
    return Changed(
        thing=Thing(name or "An import", ", ".join(counts) or None, None, round=False, rank=None),
        removed=removed,
        verb="Import taken back" if removed else "Imported from a file",
        moment=moment,
        recorded_at=moment,
        page=f"imports/{import_.import_id}",
    )


def _thing(data_type: DataType, item: Mapping[str, Any], titles: Titles) -> Thing:
    if data_type in (DataType.TOP_ARTISTS, DataType.FOLLOWED_ARTISTS):
        name, by, image = item["artist_name"], None, item["artist_image_url"]
    elif data_type is DataType.PLAYLISTS:
        name, by, image = item["playlist_name"], item["owner_name"], item["playlist_image_url"]
    elif data_type is DataType.SAVED_ALBUMS:
        name, by, image = item["album_name"], item["artist_name"], item["album_art_url"]
    else:
        name, by, image = item["track_name"], item["artist_name"], item["album_art_url"]
    round_cover = data_type in (DataType.TOP_ARTISTS, DataType.FOLLOWED_ARTISTS)
    source = titles.get(item["provider"])
    return Thing(name or "Without a name", by, image, round_cover, item.get("rank"), source)
