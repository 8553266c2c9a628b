"""
Three friends and two strangers on five services, for the demo: who is like whom, a blend, and what one may like.

Their accounts are small, so that they are read in seconds. Friends are planted: two fifths of what each likes is from
what they have in common, by the same names at each service; strangers share nothing but chance.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from rich.console import Console
from rich.table import Table

from local.stack import Stack
from operations.browser import Browser, WalkFailed

LIKES, COMMON = 32, 20
"""Songs that each likes of their own, and those that friends like together."""
_FIRST_COMMON, _STEP = 1_009, 7_919
"""Numbers of the recordings that friends have in common: far apart, so that each is by another artist."""
_LIKED_AT = 1_769_893_633
"""When they liked the first of these, in seconds since 1970: the same when the demo is run again."""
LONGEST_SECONDS = 120
PATIENCE = 10
"""Seconds that strangers are waited for: behind two years of plays their turn to be counted comes late."""
FINAL = ("succeeded", "partial", "failed")
OPEN = {"compare_with_people_i_name": True, "count_me_anonymously": True, "show_me_to_strangers": True}


@dataclass(frozen=True)
class Person:
    """A simulated listener with an account at one service."""

    name: str
    provider: str
    sizes: Mapping[str, int]
    """Of their library."""
    is_friend: bool = False


_LIKES = {"saved_tracks": LIKES, "playlists": 0, "followed_artists": 0}
_NO_ALBUMS = {"saved_albums": 0, "plays": 10}
_FEW = {"saved_tracks": 24, "playlists": 0, "followed_artists": 0, "saved_albums": 0, "plays": 5}
"""Artists' names are invented of few words, so that strangers who know much would seem alike by chance."""
_SCROBBLES = {"scrobbles": 30, "loved_tracks": 14, "top_tracks": 8, "top_artists": 8}
FRIENDS = (
    # Not at Apple Music, whose accounts have no id: who logs in there once more is somebody new.
    Person("mira", "youtube_music", _LIKES, is_friend=True),
    Person("jonas", "apple_music", {**_LIKES, **_NO_ALBUMS, "top_tracks": 0}, is_friend=True),
    Person("lea", "soundcloud", {**_LIKES, **_NO_ALBUMS, "liked_playlists": 0}, is_friend=True),
)
STRANGERS = (
    Person("vera", "lastfm", _SCROBBLES),
    Person("otto", "spotify", {**_FEW, "top_tracks": 5, "top_artists": 5}),
)


@dataclass(frozen=True)
class Together:
    """What became of them."""

    blend: Any
    """As `GET /me/blends/{blend_id}` tells it to the first friend."""
    strangers: Any
    """The blend of that friend with the strangers, likewise."""
    recommendations: Any
    seconds: float


def meet(stack: Stack, quiet: Event) -> Together:
    """
    Connect one after another while they are read, have the friends make a blend, and one with the strangers.

    quiet   when it is set, calls to the chosen provider are no longer counted for the demo's listener
    """
    began = time.monotonic()
    chosen = stack.simulator.provider.name
    browsers = {}
    for person in sorted((*FRIENDS, *STRANGERS), key=lambda person: person.provider == chosen):
        if person.provider == chosen:
            quiet.wait()
        browsers[person.name] = _connected(stack, person)
    for name, browser in browsers.items():
        _wait_until_read(browser, name)
    first = browsers[FRIENDS[0].name]
    earlier: Any = first.read("/me/blends")["items"]
    for blend in earlier:
        # Of a demo before this one.
        first.send(f"/me/blends/{blend['blend_id']}", method="DELETE")
    blend_id = _blended("Friday night", [browsers[each.name] for each in FRIENDS])
    other_id = _blended("", [first, *(browsers[each.name] for each in STRANGERS)])
    blend, strangers = _known(first, blend_id, LONGEST_SECONDS), _known(first, other_id, PATIENCE)
    return Together(blend, strangers, first.read("/me/recommendations"), time.monotonic() - began)


def show(met: Together, stack: Stack, console: Console) -> list[str]:
    """Print scores, blend and recommendations; returns what is otherwise than it was planted."""
    console.print("\n  Three friends and two strangers, on five services:")
    if not all(share["songs"] for share in met.blend["shares"]):
        # In a stack that was there before, two years of another listener may still be counted.
        console.print(
            f"  What a friend cares for is not counted yet: {stack.api_url}/together shows it in some minutes"
        )
        return []
    scores = {
        name: score["percent"]
        for blend in (met.blend, met.strangers)
        for score in blend["scores"]
        for name in _others(blend, score["members"])
    }
    for blend in (met.blend, met.strangers):
        for score in blend["scores"]:
            names = " and ".join(_names(blend)[each] for each in score["members"])
            console.print(f"  Alike         {names}: {score['percent']} %, {score['words']}")
    for stranger in STRANGERS:
        if stranger.name not in scores:
            console.print(f"  Alike         {FRIENDS[0].name} and {stranger.name}: no score, too little is shared")
    _print_songs(met.blend, console)
    for friend in met.recommendations["from_friends"][:2]:
        artists = ", ".join(each["artist"]["name"] for each in friend["artists"][:3])
        console.print(f"  Discover      {FRIENDS[0].name} may like, from {friend['name']}: {artists}")
    login = f"{stack.api_url}/auth/{FRIENDS[0].provider}/login"
    console.print(f"  As {FRIENDS[0].name}        {login}  (then these pages are theirs)")
    console.print(f"  Blend         {stack.api_url}/together/blends/{met.blend['blend_id']}")
    console.print(f"  Strangers     {stack.api_url}/together/blends/{met.strangers['blend_id']}")
    console.print(f"  Discover      {stack.api_url}/discover, {stack.api_url}/similar")
    console.print(f"  {met.seconds:.0f} s from their logins to the blend")
    friends = [scores[each.name] for each in FRIENDS[1:] if each.name in scores]
    strangers = [scores[each.name] for each in STRANGERS if each.name in scores]
    wrong = [] if len(friends) == len(FRIENDS) - 1 else ["a friend has no score"]
    if friends and min(friends) <= max(strangers, default=0):
        wrong.append("a stranger is more like them than a friend")
    return wrong if met.blend["together"] else [*wrong, "the friends' blend has no song that brings them together"]


def _print_songs(blend: Any, console: Console) -> None:
    names = _names(blend)
    table = Table("song", "by", "whose", "why", title=f"{blend['title']}: 6 of {len(blend['songs'])} songs")
    for song in blend["songs"][:6]:
        table.add_row(song["title"], song["artist_line"], ", ".join(names[each] for each in song["whose"]), song["why"])
    console.print(table)
    shares = ", ".join(f"{names[each['member_id']]} {100 * each['part']:.0f} %" for each in blend["shares"])
    console.print(f"  Shares        {shares}")


def _names(blend: Any) -> dict[str, str]:
    return {each["member_id"]: each["name"] for each in blend["members"]}


def _others(blend: Any, members: Sequence[str]) -> list[str]:
    """The name of who is compared with the viewer; nobody for a pair of others."""
    you = next(each["member_id"] for each in blend["members"] if each["you"])
    return [_names(blend)[each] for each in members if each != you] if you in members else []


def _connected(stack: Stack, person: Person) -> Browser:
    """The person's browser, after their login."""
    simulator = next(each for each in stack.simulators if each.provider.name == person.provider)
    simulator.control("POST", f"listeners/{person.name}", {"sizes": dict(person.sizes)})
    if person.is_friend:
        ago = int(time.time()) - _LIKED_AT
        likes = [
            {"act": "add", "list": "saved_tracks", "item": _FIRST_COMMON + _STEP * number, "ago": ago - 60 * number}
            for number in range(COMMON)
        ]
        simulator.control("POST", f"listeners/{person.name}/mutations", likes)
    browser = Browser(stack.api_url)
    browser.connect(person.provider, person.name)
    browser.send("/me/sharing", {**OPEN, "name": person.name}, method="PUT")
    return browser


def _wait_until_read(browser: Browser, name: str) -> None:
    give_up = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < give_up:
        sync: Any = browser.read("/me")["latest_sync"]
        if sync and sync["status"] in FINAL:
            return
        time.sleep(1)
    raise WalkFailed(f"the sync of {name} did not end within {LONGEST_SECONDS} s")


def _blended(title: str, browsers: Sequence[Browser]) -> str:
    """The id of a blend that the first one makes and the others join, by its invitation's page."""
    _, made, _ = browsers[0].send("/me/blends", {"title": title})
    for browser in browsers[1:]:
        browser.accept(made["invitation_url"])
    return str(made["blend_id"])


def _known(browser: Browser, blend_id: str, seconds: float) -> Any:
    """The blend, once something is known of each member, which comes some seconds after a sync; or after this time."""
    give_up = time.monotonic() + seconds
    while True:
        blend: Any = browser.read(f"/me/blends/{blend_id}")
        if all(share["songs"] for share in blend["shares"]) or time.monotonic() > give_up:
            return blend
        time.sleep(2)
