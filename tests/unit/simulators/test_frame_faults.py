"""Responses are spoiled exactly where and as asked; all others stay true. On Spotify's lists and cursors."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from local.simulators.frame.faults import Fault, FaultKind
from local.simulators.spotify import Spotify
from tests.unit.simulators.visitor import SpotifyAccount, SpotifyVisitor

ALBUMS, TRACKS = "GET /v1/me/albums", "GET /v1/me/tracks"
FOLLOWING, PLAYS = "GET /v1/me/following", "GET /v1/me/player/recently-played"


def edit(visitor: SpotifyVisitor, endpoint: str = TRACKS, **changes: Any) -> None:
    """Of one response."""
    visitor.fault(endpoint, kind="edit", edit=changes, times=1)


def followed(ana: SpotifyAccount) -> Iterator[Any]:
    """The pages of the followed artists, cursor by cursor."""
    after: dict[str, str] = {}
    while True:
        yield (page := ana.artists(**after))
        if page["next"] is None:
            return
        after = {"after": page["cursors"]["after"]}


def last_id(page: Any) -> str:
    return str(page["items"][-1]["id"])


def statuses(account: SpotifyAccount, times: int, path: str = "/me/tracks", **query: object) -> list[int]:
    return [account.get(path, **query).status_code for _ in range(times)]


def served(visitor: SpotifyVisitor) -> Any:
    return visitor.counters()["faults_served"]


def test_a_fault_has_a_beginning_and_an_end(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """So many calls pass before it, then so many are spoiled; without a number it lasts until it is cleared."""
    ben = spotify.log_in("ben")
    spotify.fault(TRACKS, status=503, skip=2, times=2, listener="ana")
    assert statuses(ben, 3) == [200] * 3
    assert statuses(ana, 5) == [200, 200, 503, 503, 200]
    assert served(spotify) == {"status": 2}
    spotify.fault(TRACKS, listener="ben")
    assert statuses(ben, 3) == [502] * 3
    spotify.control("DELETE", "/faults")
    assert statuses(ben, 1) == [200]


def test_skipped_calls_are_those_that_arrive(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """A call that an older fault spoils is one of those that a younger one lets pass."""
    spotify.fault(TRACKS, status=500, skip=1, times=1)
    spotify.fault(TRACKS, status=503, skip=3, times=1)
    assert statuses(ana, 5) == [200, 500, 200, 503, 200]


def test_a_fault_may_be_for_some_parameters(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """Of query or path."""
    identity = ana.read("/me/playlists")["items"][4]["id"]
    spotify.fault("GET /v1/playlists/{id}/items", status=500, only={"id": identity})
    spotify.fault(ALBUMS, status=500, only={"offset": 20})
    other = ana.read("/me/playlists")["items"][3]["id"]
    assert [ana.get(f"/playlists/{each}/items").status_code for each in (identity, other)] == [500, 200]
    assert [ana.get("/me/albums", offset=offset).status_code for offset in (0, 20)] == [200, 500]


def test_a_star_is_the_whole_api(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    spotify.fault("*", status=500, skip=1)
    paths = ("/me", "/me/tracks", "/me/following?type=artist", f"/playlists/{'0' * 22}/items", "/nothing/here")
    assert [ana.get(path).status_code for path in paths] == [200, 500, 500, 500, 500]
    assert spotify.refresh(ana.refresh).status_code == 200
    assert spotify.authorize().status_code == 200
    assert served(spotify) == {"status": 4}


def test_a_status_comes_with_the_body_that_was_asked_for(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """Or else with the service's own; a refresh that met a fault is counted like any other."""
    spotify.fault(ALBUMS, status=500, times=1)
    spotify.fault(ALBUMS, status=403, body="User not registered in the Developer Dashboard", times=1)
    quota = {"error": {"reason": "QUOTA_EXCEEDED"}}
    spotify.fault(ALBUMS, status=429, body=quota, headers={"Retry-After": "9"}, times=1)
    responses = [ana.get("/me/albums") for _ in range(3)]
    spotify.clock.now += 9
    responses.append(ana.get("/me/albums"))
    assert [each.status_code for each in responses] == [500, 403, 429, 200]
    assert responses[0].json()["error"]["status"] == 500
    assert responses[1].text == "User not registered in the Developer Dashboard"
    assert (responses[2].json(), responses[2].headers["retry-after"]) == (quota, "9")
    assert spotify.counters()["endpoints"][ALBUMS] == {"calls": 4, "500": 1, "403": 1, "429": 1, "200": 1}
    spotify.fault("POST /api/token", kind="html", times=1)
    assert [spotify.refresh(ana.refresh).status_code for _ in range(2)] == [502, 200]
    assert spotify.counters()["refreshes"] == 2


def test_a_response_can_be_broken(start: Callable[..., SpotifyVisitor]) -> None:
    spotify = start(Spotify, on_socket=True)
    ana = spotify.log_in()
    for kind in ("truncate", "html", "empty", "reset"):
        spotify.fault(ALBUMS, kind=kind, times=1)
    cut, page, empty = (ana.get("/me/albums") for _ in range(3))
    assert (cut.status_code, len(cut.content) > 1_000) == (200, True)
    with pytest.raises(requests.JSONDecodeError):
        cut.json()
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert (empty.status_code, empty.content) == (200, b"")
    with pytest.raises(requests.ConnectionError):
        ana.get("/me/albums")
    assert ana.get("/me/albums").status_code == 200
    assert served(spotify) == {"truncate": 1, "html": 1, "empty": 1, "reset": 1}
    assert spotify.counters()["endpoints"][ALBUMS]["reset"] == 1
    spotify.control("POST", "/counters/reset")
    assert served(spotify) == {}


def test_a_response_can_stay_away(start: Callable[..., SpotifyVisitor]) -> None:
    """In the end the connection is torn; a caller that hangs up earlier does not keep anybody waiting."""
    spotify = start(Spotify, on_socket=True)
    ana = spotify.log_in()
    spotify.fault(TRACKS, kind="stall", seconds=0.2, times=1)
    spotify.fault(TRACKS, kind="stall", times=1)
    begun = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        ana.get("/me/tracks")
    assert 0.2 <= time.monotonic() - begun < 30
    with pytest.raises(requests.ReadTimeout):
        spotify.session.get(f"{spotify.base}/v1/me/tracks", timeout=1)
    assert statuses(ana, 1) == [200]
    assert spotify.counters()["endpoints"][TRACKS] == {"calls": 3, "stall": 2, "200": 1}
    assert Fault(TRACKS, FaultKind.STALL).seconds == 60


def test_a_true_body_can_be_rewritten_in_process(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """Refusals stay as they are."""
    spotify.service.traffic.faults.append(Fault(TRACKS, FaultKind.REWRITE, rewrite=lambda body: [body["total"]]))
    assert ana.tracks() == [1_500]
    assert ana.refused("/me/tracks", limit=0) == (400, "Invalid limit")


def test_a_total_can_be_wrong(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    true = ana.tracks()
    edit(spotify, total=7)
    edit(spotify, total_off=-3)
    edit(spotify, FOLLOWING, total_off=40)
    edit(spotify, PLAYS, total=3)
    assert [ana.tracks() for _ in range(3)] == [{**true, "total": 7}, {**true, "total": 1_497}, true]
    assert [ana.artists()["total"] for _ in range(2)] == [160, 120]
    assert [ana.plays().get("total") for _ in range(2)] == [3, None]


@pytest.mark.parametrize(("endpoint", "read"), [(TRACKS, "tracks"), (FOLLOWING, "artists"), (PLAYS, "plays")])
def test_entries_can_be_missing(spotify: SpotifyVisitor, ana: SpotifyAccount, endpoint: str, read: str) -> None:
    """Some are null, and the end is cut off; everything around them is as it was."""
    page: Callable[[], Any] = getattr(ana, read)
    true = page()
    edit(spotify, endpoint, keep=3, null=[0, 2, 4, 1_000])
    edit(spotify, endpoint, keep=0)
    assert page() == {**true, "items": [None, true["items"][1], None]}
    assert page() == {**true, "items": []}
    assert page() == true
    assert served(spotify) == {"edit": 2}


def test_a_next_page_can_be_hidden(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    for endpoint in (TRACKS, FOLLOWING, PLAYS):
        edit(spotify, endpoint, next=False)
    assert (ana.tracks()["next"], ana.tracks()["next"] is None) == (None, False)
    cut = ana.artists()
    assert (cut["next"], cut["cursors"], len(cut["items"])) == (None, {"after": None}, 50)
    cut = ana.plays()
    assert (cut["next"], cut["cursors"], len(cut["items"])) == (None, None, 20)


def test_a_next_page_can_be_promised_in_vain(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """It can be asked for, and is empty."""
    for endpoint in (TRACKS, FOLLOWING, PLAYS):
        edit(spotify, endpoint, next=True)
    oldest = ana.plays(limit=50)["cursors"]["before"]
    pages, last = list(followed(ana)), ana.tracks(offset=1_450)
    assert last["next"] == f"{spotify.base}/v1/me/tracks?offset=1500&limit=50"
    assert ana.read(last["next"])["items"] == []
    assert pages[2]["cursors"] == {"after": last_id(pages[2])}
    assert [len(page["items"]) for page in pages] == [50, 50, 20, 0]
    beyond = ana.plays(before=oldest)
    assert beyond["items"] == ana.read(beyond["next"])["items"] == []


def test_a_fault_waits_for_a_response_that_it_can_change(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """Not for one where a next page is promised already, nor for one that is no page."""
    edit(spotify, next=True)
    assert ana.tracks()["next"] == f"{spotify.base}/v1/me/tracks?offset=50&limit=50"
    assert served(spotify) == {}
    assert [ana.tracks(offset=1_450)["next"] is None for _ in range(2)] == [False, True]
    edit(spotify, "*", keep=1)
    assert [ana.get(path).status_code for path in ("/me", "/me/tracks?limit=0", "/nothing")] == [200, 400, 404]
    assert spotify.session.get(f"{spotify.base}/v1/me/tracks").status_code == 401
    assert served(spotify) == {"edit": 1}
    assert len(ana.tracks()["items"]) == 1


def test_strange_names_survive_an_edit(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    true = ana.get("/me/playlists", limit=50).content
    spotify.fault("GET /v1/me/playlists", kind="edit", edit={"total_off": 1})
    assert ana.get("/me/playlists", limit=50).content == true.replace(b'"total":60}', b'"total":61}')


def test_a_page_can_come_twice(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """By offset the entries are those of the page before, in the envelope of the page that was asked for."""
    true = list(ana.pages("/me/tracks"))
    spotify.fault(TRACKS, edit={"repeat": True}, times=1)
    pages = list(ana.pages("/me/tracks"))
    assert pages == [true[0], {**true[1], "items": true[0]["items"]}, *true[2:]]
    assert served(spotify) == {"edit": 1}


def test_a_cursor_can_come_twice(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """By cursor it is the page before as it was, so that it leads to where the call came from."""
    true = list(followed(ana))
    spotify.fault(FOLLOWING, edit={"repeat": True}, skip=1, times=2)
    pages = [ana.artists(), ana.artists(after=last_id(true[0])), ana.artists(after=last_id(true[1]))]
    assert [page["items"] for page in pages] == [true[0]["items"], true[0]["items"], true[1]["items"]]
    assert pages[1]["cursors"] == pages[0]["cursors"]
    assert list(followed(ana)) == true
    plays = ana.plays()
    spotify.fault(PLAYS, edit={"repeat": True}, times=1)
    assert ana.plays() == plays
    again = ana.plays(before=plays["cursors"]["before"])
    assert (again["items"], again["cursors"]) == (plays["items"], plays["cursors"])


def test_what_has_no_page_before_is_not_repeated(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    spotify.fault("*", edit={"repeat": True})
    paths = ("/me", "/me/tracks?limit=50", "/me/following?type=artist", "/me/player/recently-played", "/me/playlists")
    assert [ana.get(path).status_code for path in paths] == [200] * 5
    assert ana.get("/me/tracks", offset="x").status_code == 400
    assert served(spotify) == {}


def test_a_library_can_change_at_an_exact_moment(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """`on_call` is called before a call is answered, also for refused ones, and not for the accounts host."""
    calls: list[tuple[str, int]] = []

    def listen(endpoint: str, number: int) -> None:
        calls.append((endpoint, number))
        if number == 3:
            ana.change("remove", "saved_tracks")

    spotify.service.traffic.on_call = listen
    spotify.refresh(ana.refresh)
    totals = [ana.tracks(offset=offset)["total"] for offset in (0, 50, 100, 150)]
    spotify.control("POST", "/counters/reset")
    spotify.control("POST", "/rate-limit", {"calls": 1, "seconds": 30})
    assert statuses(ana, 2, "/me") == [200, 429]
    assert totals == [1_500, 1_500, 1_499, 1_499]
    assert calls == [*((TRACKS, number) for number in (1, 2, 3, 4)), ("GET /v1/me", 1), ("GET /v1/me", 2)]


@pytest.mark.parametrize("wrong", [{"kind": "fire"}, {"kind": FaultKind.EDIT}, {"skip": -1}, {"seconds": float("nan")}])
def test_a_fault_makes_sense(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Fault(**{"endpoint": TRACKS, **wrong})
