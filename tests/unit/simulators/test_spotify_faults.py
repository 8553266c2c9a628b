"""Answers are spoiled exactly where and as wished; all others stay true."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests

from local.simulators.spotify.mutations import mutate
from local.simulators.spotify.traffic import Fault, FaultKind
from tests.unit.simulators.visitor import Listening, Visitor

TRACKS = "GET /v1/me/tracks"
FOLLOWING = "GET /v1/me/following"
PLAYS = "GET /v1/me/player/recently-played"


def fault(visitor: Visitor, endpoint: str = TRACKS, **wish: Any) -> None:
    visitor.control("POST", "/faults", {"endpoint": endpoint, **wish})


def edit(visitor: Visitor, endpoint: str = TRACKS, **changes: Any) -> None:
    """Of one answer."""
    fault(visitor, endpoint, kind="edit", edit=changes, times=1)


def tracks(ana: Listening, **query: object) -> Any:
    return ana.read("/me/tracks", **{"limit": 50, **query})


def artists(ana: Listening, **query: object) -> Any:
    return ana.read("/me/following", **{"type": "artist", "limit": 50, **query})["artists"]


def plays(ana: Listening, **query: object) -> Any:
    return ana.read("/me/player/recently-played", **{"limit": 20, **query})


def followed(ana: Listening) -> Iterator[Any]:
    """The pages of the followed artists, cursor by cursor."""
    after: dict[str, str] = {}
    while True:
        page = artists(ana, **after)
        yield page
        if page["next"] is None:
            return
        after = {"after": page["cursors"]["after"]}


def ids(page: Any) -> list[str]:
    return [artist["id"] for artist in page["items"]]


def served(visitor: Visitor) -> Any:
    return visitor.counters()["faults_served"]


def test_some_calls_pass_before_a_fault(visitor: Visitor, ana: Listening) -> None:
    ben = visitor.log_in("ben")
    fault(visitor, status=503, skip=2, times=2, listener="ana")

    assert [ben.get("/me/tracks").status_code for _ in range(3)] == [200] * 3
    assert [ana.get("/me/tracks").status_code for _ in range(5)] == [200, 200, 503, 503, 200]
    assert served(visitor) == {"status": 2}


def test_skipped_calls_are_those_that_arrive(visitor: Visitor, ana: Listening) -> None:
    """
    A call that an older fault spoils is one of those that a younger one lets pass.
    """
    fault(visitor, status=500, skip=1, times=1)
    fault(visitor, status=503, skip=3, times=1)

    assert [ana.get("/me/tracks").status_code for _ in range(5)] == [200, 500, 200, 503, 200]


def test_a_star_is_the_whole_web_api(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, "*", status=500, skip=1)

    paths = ("/me", "/me/tracks", "/me/following?type=artist", f"/playlists/{'0' * 22}/items", "/nothing/here")
    assert [ana.get(path).status_code for path in paths] == [200, 500, 500, 500, 500]
    assert visitor.refresh(ana.refresh).status_code == 200
    assert visitor.authorize().status_code == 200
    assert served(visitor) == {"status": 4}


def test_what_was_spoiled_is_told_by_kind(visitor: Visitor, ana: Listening) -> None:
    for kind in ("html", "empty", "truncate", "reset", "status", "html"):
        fault(visitor, kind=kind, times=1)
    for _ in range(7):
        with suppress(requests.ConnectionError):
            ana.get("/me/tracks")

    assert served(visitor) == {"html": 2, "empty": 1, "truncate": 1, "reset": 1, "status": 1}
    visitor.control("POST", "/counters/reset")
    assert served(visitor) == {}


def test_an_answer_can_stay_away(visitor: Visitor, ana: Listening) -> None:
    """
    Meanwhile others are answered; in the end the connection is torn.
    """
    fault(visitor, kind="stall", seconds=0.3, times=1)
    begun = time.monotonic()

    with pytest.raises(requests.ConnectionError):
        ana.get("/me/tracks")
    assert 0.3 <= time.monotonic() - begun < 5
    assert ana.get("/me/tracks").status_code == 200
    assert visitor.counters()["endpoints"][TRACKS] == {"calls": 2, "stall": 1, "200": 1}


def test_nobody_has_to_wait_for_a_stalled_answer(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, kind="stall", times=1)

    with pytest.raises(requests.ReadTimeout):
        visitor.session.get(f"{visitor.base}/v1/me/tracks", timeout=0.2)
    assert ana.get("/me/tracks").status_code == 200
    assert Fault(TRACKS, FaultKind.STALL).seconds == 60


def test_a_total_can_be_wrong(visitor: Visitor, ana: Listening) -> None:
    true = tracks(ana)
    edit(visitor, total=7)
    edit(visitor, total_off=-3)
    edit(visitor, FOLLOWING, total_off=40)

    assert tracks(ana) == {**true, "total": 7}
    assert tracks(ana) == {**true, "total": 1_497}
    assert tracks(ana) == true
    assert artists(ana)["total"] == 160
    assert artists(ana)["total"] == 120


@pytest.mark.parametrize(("endpoint", "read"), [(TRACKS, tracks), (FOLLOWING, artists), (PLAYS, plays)])
def test_entries_can_be_missing(visitor: Visitor, ana: Listening, endpoint: str, read: Callable[..., Any]) -> None:
    """
    Some are null, and the end is cut off; everything around them is as it was.
    """
    true = read(ana)
    edit(visitor, endpoint, keep=3, null=[0, 2, 4, 1_000])
    edit(visitor, endpoint, keep=0)

    assert read(ana) == {**true, "items": [None, true["items"][1], None]}
    assert read(ana) == {**true, "items": []}
    assert read(ana) == true
    assert served(visitor) == {"edit": 2}


def test_a_next_page_can_be_kept_secret(visitor: Visitor, ana: Listening) -> None:
    for endpoint in (TRACKS, FOLLOWING, PLAYS):
        edit(visitor, endpoint, next=False)

    assert (tracks(ana)["next"], tracks(ana)["next"] is None) == (None, False)
    cut = artists(ana)
    assert (cut["next"], cut["cursors"], len(cut["items"])) == (None, {"after": None}, 50)
    cut = plays(ana)
    assert (cut["next"], cut["cursors"], len(cut["items"])) == (None, None, 20)


def test_a_next_page_can_be_promised_in_vain(visitor: Visitor, ana: Listening) -> None:
    """
    What is promised can be asked for, and is empty.
    """
    for endpoint in (TRACKS, FOLLOWING, PLAYS):
        edit(visitor, endpoint, next=True)
    oldest = plays(ana, limit=50)["cursors"]["before"]
    pages = list(followed(ana))

    last = tracks(ana, offset=1_450)
    assert last["next"] == f"{visitor.base}/v1/me/tracks?offset=1500&limit=50"
    assert ana.read(last["next"])["items"] == []
    assert pages[2]["cursors"] == {"after": ids(pages[2])[-1]}
    assert [len(page["items"]) for page in pages] == [50, 50, 20, 0]
    beyond = plays(ana, before=oldest)
    assert beyond["items"] == ana.read(beyond["next"])["items"] == []


def test_where_a_page_is_promised_already_nothing_is_spoiled(visitor: Visitor, ana: Listening) -> None:
    """
    A fault waits for the answer that it can change.
    """
    edit(visitor, next=True)

    assert tracks(ana)["next"] == f"{visitor.base}/v1/me/tracks?offset=50&limit=50"
    assert served(visitor) == {}
    assert tracks(ana, offset=1_450)["next"] is not None
    assert tracks(ana, offset=1_450)["next"] is None


def test_only_pages_are_edited(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, "*", kind="edit", edit={"keep": 1}, times=1)

    assert ana.get("/me").status_code == 200
    assert ana.get("/me/tracks", limit=0).status_code == 400
    assert visitor.session.get(f"{visitor.base}/v1/me/tracks").status_code == 401
    assert ana.get("/nothing/here").status_code == 404
    assert served(visitor) == {}
    assert len(tracks(ana)["items"]) == 1


def test_strange_names_survive_an_edit(visitor: Visitor, ana: Listening) -> None:
    true = ana.get("/me/playlists", limit=50).content
    fault(visitor, "GET /v1/me/playlists", kind="edit", edit={"total_off": 1})

    assert ana.get("/me/playlists", limit=50).content == true.replace(b'"total":60}', b'"total":61}')


def test_a_page_can_come_twice(visitor: Visitor, ana: Listening) -> None:
    """
    The entries are those of the page before, in the envelope of the page that was asked for.
    """
    true = list(ana.pages("/me/tracks"))
    fault(visitor, kind="repeat", times=1)

    pages = list(ana.pages("/me/tracks"))

    assert pages[0] == true[0]
    assert pages[1] == {**true[1], "items": true[0]["items"]}
    assert pages[2:] == true[2:]
    assert served(visitor) == {"repeat": 1}


def test_a_page_of_a_playlist_can_come_twice(visitor: Visitor, ana: Listening) -> None:
    longest = max(ana.everything("/me/playlists"), key=lambda each: each["items"]["total"])["id"]
    query = {"limit": 30, "offset": 60, "additional_types": "track,episode"}
    true = ana.read(f"/playlists/{longest}/items", **query)
    before = ana.read(f"/playlists/{longest}/items", **{**query, "offset": 30})
    fault(visitor, "GET /v1/playlists/{id}/items", kind="repeat", skip=1)

    assert ana.read(f"/playlists/{longest}/items", **query) == true
    assert ana.read(f"/playlists/{longest}/items", **query) == {**true, "items": before["items"]}


def test_a_cursor_can_come_twice(visitor: Visitor, ana: Listening) -> None:
    true = list(followed(ana))
    fault(visitor, FOLLOWING, kind="repeat", skip=1, times=2)

    pages = [artists(ana), artists(ana, after=ids(true[0])[-1]), artists(ana, after=ids(true[1])[-1])]

    assert pages == [true[0], true[0], {**true[1], "href": pages[2]["href"]}]
    assert pages[1]["cursors"] == pages[0]["cursors"]
    assert list(followed(ana)) == true


def test_plays_can_come_twice(visitor: Visitor, ana: Listening) -> None:
    first = plays(ana)
    second = plays(ana, before=first["cursors"]["before"])
    fault(visitor, PLAYS, kind="repeat")

    assert plays(ana) == first
    assert plays(ana, before=first["cursors"]["before"]) == first
    assert plays(ana, before=second["cursors"]["before"]) == {**second, "href": second["href"]}
    assert plays(ana, after=first["cursors"]["after"])["items"] == []
    assert served(visitor) == {"repeat": 2}


def test_what_has_no_page_before_is_not_repeated(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, "*", kind="repeat")
    paths = ("/me", "/me/tracks?limit=50", "/me/following?type=artist", "/me/player/recently-played", "/me/playlists")

    assert [ana.get(path).status_code for path in paths] == [200] * 5
    assert artists(ana, after="0" * 22)["items"] == []
    assert ana.get("/me/tracks", offset="x").status_code == 400
    assert served(visitor) == {}


def test_a_library_can_change_at_an_exact_moment(visitor: Visitor, ana: Listening) -> None:
    """
    Whoever listens to the calls acts before they are answered; the accounts host is no part of it.
    """
    calls: list[tuple[str, int]] = []

    def heard(endpoint: str, number: int) -> None:
        calls.append((endpoint, number))
        if number == 3:
            mutate(visitor.inside.listeners["ana"].library, "unlike")

    visitor.inside.traffic.on_call = heard
    visitor.refresh(ana.refresh)
    totals = [tracks(ana, offset=offset)["total"] for offset in (0, 50, 100, 150)]
    visitor.control("POST", "/counters/reset")
    ana.get("/me")

    assert totals == [1_500, 1_500, 1_499, 1_499]
    assert calls == [*((TRACKS, number) for number in (1, 2, 3, 4)), ("GET /v1/me", 1)]


def test_also_refused_calls_are_heard(visitor: Visitor, ana: Listening) -> None:
    calls: list[int] = []
    visitor.inside.traffic.on_call = lambda _, number: calls.append(number)
    visitor.control("POST", "/rate-limit", {"calls": 1, "seconds": 30})
    fault(visitor, "*", status=500)

    assert [ana.get("/me").status_code for _ in range(3)] == [500, 429, 429]
    assert calls == [1, 2, 3]


@pytest.mark.parametrize(
    "wish",
    [
        {"endpoint": "/v1/me/tracks"},
        {"kind": "fire"},
        {"kind": FaultKind.EDIT},
        {"kind": FaultKind.EDIT, "edit": {"keep": True}},
        {"skip": -1},
        {"seconds": float("nan")},
    ],
)
def test_a_fault_makes_sense(wish: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Fault(**{"endpoint": TRACKS, **wish})
