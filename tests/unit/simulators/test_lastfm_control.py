"""The control endpoints count, disturb and limit exactly what they say, as those of every simulator do."""

import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from local.simulators.lastfm.__main__ import options_from
from tests.unit.simulators.lastfm_visitor import KEY, Fan, LastfmVisitor

RECENT, LOVED = "GET /2.0/?method=user.getRecentTracks", "GET /2.0/?method=user.getLovedTracks"


def test_every_call_is_counted_once(lastfm: LastfmVisitor) -> None:
    """
    By its method, whatever the case; with its error, also where the status is 200.
    """
    ana = lastfm.log_in()
    ana.recent()
    lastfm.read("USER.GETRECENTTRACKS", user="ana")
    lastfm.ask("user.getRecentTracks", user="ana", limit=0)
    lastfm.signed("user.getInfo", sk="never issued")
    lastfm.signed("user.getInfo", sk=ana.key)
    lastfm.ask("user.dance")
    lastfm.session.post(f"{lastfm.base}/2.0/", data={"method": "user.getInfo", "api_key": KEY, "format": "json"})

    assert lastfm.counters() == {
        "endpoints": {
            "GET /2.0/?method=auth.getSession": {"calls": 1, "200": 1},
            "GET /2.0/?method=unknown": {"calls": 1, "400 error 3": 1},
            "GET /2.0/?method=user.getInfo": {"calls": 2, "200 error 9": 1, "200": 1},
            RECENT: {"calls": 3, "200": 2, "400 error 6": 1},
            "GET /api/auth/": {"calls": 1, "200": 1},
            "POST /2.0/?method=user.getInfo": {"calls": 1, "400 error 6": 1},
            "POST /api/auth/decision": {"calls": 1, "303": 1},
        },
        "listeners": {"ana": 5},
        "refreshes": 0,
        "calls_during_ban": 0,
        "calls_in_flight_at_ban": 0,
        "faults_served": {},
        "without_user_agent": 0,
    }


def test_who_does_not_say_who_calls_is_counted(fan: Fan) -> None:
    where = urlsplit(fan.visitor.base)
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    connection.request("GET", f"/2.0/?method=user.getInfo&user=ana&api_key={KEY}&format=json")
    status = connection.getresponse().status
    connection.close()

    assert (status, fan.visitor.counters()["without_user_agent"]) == (200, 1)
    fan.visitor.control("POST", "/counters/reset")
    assert fan.visitor.counters()["without_user_agent"] == 0


def test_a_status_can_be_forced(fan: Fan) -> None:
    visitor = fan.visitor
    for wish in ({"status": 500}, {"status": 503}, {"status": 200, "body": {"error": 16, "message": "Later"}}):
        visitor.fault(RECENT, times=1, **wish)

    answers = [visitor.ask("user.getRecentTracks", user="ana") for _ in range(4)]

    assert [(each.status_code, each.json().get("error")) for each in answers] == [
        (500, 8),
        (503, 11),
        (200, 16),
        (200, None),
    ]
    assert visitor.counters()["faults_served"] == {"status": 3}


def test_a_star_is_the_whole_api(fan: Fan) -> None:
    """
    The page that asks the listener is no part of it.
    """
    fan.visitor.fault("*", status=500, listener="ana")
    fan.visitor.log_in("ben")

    assert fan.visitor.refused("user.getLovedTracks", user="ana") == (8, 500)
    assert fan.visitor.authorize().status_code == 200


def test_answers_can_be_broken(fan: Fan) -> None:
    visitor = fan.visitor
    for kind in ("truncate", "html", "empty", "reset"):
        visitor.fault(LOVED, kind=kind, times=1)

    cut, page, empty = (visitor.ask("user.getLovedTracks", user="ana") for _ in range(3))

    with pytest.raises(requests.JSONDecodeError):
        cut.json()
    assert (page.status_code, empty.status_code, empty.content) == (502, 200, b"")
    with pytest.raises(requests.ConnectionError):
        visitor.ask("user.getLovedTracks", user="ana")


def test_pages_can_lie(fan: Fan) -> None:
    visitor, true = fan.visitor, fan.loved()
    for edit in ({"total_off": -3}, {"total": 7}, {"next": False}, {"keep": 3, "null": [0, 900]}, {"keep": 0}):
        visitor.fault(LOVED, kind="edit", edit=edit, times=1)

    lied = [fan.loved() for _ in range(5)]

    assert [page["@attr"]["total"] for page in lied] == ["147", "7", "150", "150", "150"]
    assert [page["@attr"]["totalPages"] for page in lied] == ["3", "3", "1", "3", "3"]
    assert [page["track"] for page in lied] == [true["track"]] * 3 + [[None, *true["track"][1:3]], []]
    assert fan.loved() == true
    visitor.fault(LOVED, kind="edit", edit={"next": True}, times=1)
    assert fan.loved(page=2) == fan.loved(page=2)
    assert fan.loved(page=3)["@attr"]["totalPages"] == "4"
    assert fan.loved(page=4)["track"] == []
    visitor.fault(LOVED, kind="edit", edit={"total": 9}, times=1)
    assert isinstance(fan.loved(limit=1)["track"], dict)


def test_a_page_can_come_twice(fan: Fan) -> None:
    true = [fan.recent(page=page) for page in (1, 2)]
    fan.visitor.fault(RECENT, kind="repeat", times=1)

    assert fan.recent() == true[0]
    assert fan.visitor.refused("user.getRecentTracks", user="ana", page=0) == (6, 400)
    assert fan.recent(page=2) == {"track": true[0]["track"], "@attr": true[1]["@attr"]}
    assert fan.recent(page=2) == true[1]


@pytest.mark.parametrize(("errors", "status"), [("mixed", 200), ("ok", 200), ("status", 429)])
def test_five_calls_a_second_are_enough(start_lastfm: Callable[..., LastfmVisitor], errors: str, status: int) -> None:
    """
    Over all listeners and methods; nobody is told when to come again, and refused calls do not count.
    """
    visitor = start_lastfm(rate=5, errors=errors)
    ana, ben = visitor.log_in(), visitor.log_in("ben")
    visitor.clock.now += 1
    for fan in (ana, ben, ana, ben, ana):
        fan.loved(limit=1)
    refused = visitor.ask("user.getInfo", user="ben")

    assert (refused.status_code, refused.json()["error"]) == (status, 29)
    assert "retry-after" not in refused.headers
    visitor.clock.now += 0.9
    assert visitor.refused("user.getInfo", user="ana") == (29, status)
    counters = visitor.counters()
    assert counters["endpoints"]["GET /2.0/?method=user.getInfo"] == {"calls": 2, f"{status} error 29": 2}
    assert (counters["calls_in_flight_at_ban"], counters["calls_during_ban"]) == (0, 1)
    visitor.clock.now += 0.1
    assert visitor.read("user.getInfo", user="ana")["user"]["name"] == "ana"


def test_without_a_rate_nobody_is_refused(fan: Fan) -> None:
    for _ in range(20):
        fan.loved(limit=1)

    fan.visitor.control("POST", "/rate-limit", {"calls": 1, "seconds": 30, "retry_after": None})
    fan.loved()
    assert fan.visitor.refused("user.getInfo", user="ana") == (29, 200)
    fan.visitor.control("POST", "/rate-limit", {"calls": None})
    assert fan.loved()["@attr"]["user"] == "ana"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/faults", {"endpoint": "GET /2.0/?method=user.dance"}, 400),
        ("/faults", {"endpoint": "GET /2.0/"}, 400),
        ("/faults", {"endpoint": "POST /api/auth/decision", "kind": "repeat"}, 400),
        ("/listeners/ana", {"shoe size": 43}, 400),
        ("/listeners/ana", {"hidden": "yes"}, 400),
        ("/listeners/ana", {"sizes": {"shoes": 43}}, 400),
        ("/listeners/not a name", {}, 404),
        ("/listeners/ana/mutations", {"action": "dance"}, 400),
        ("/listeners/ana/mutations", {"action": "unlove", "position": 150}, 400),
    ],
)
def test_impossible_wishes_are_refused(lastfm: LastfmVisitor, path: str, body: Any, status: int) -> None:
    response = lastfm.session.post(f"{lastfm.base}/_simulator{path}", json=body)

    assert response.status_code == status
    assert response.json()["error"]


def test_the_simulator_says_that_it_is_there(lastfm: LastfmVisitor) -> None:
    assert lastfm.control("GET", "/health") == {"status": "ok", "errors": "mixed"}


def test_the_command_line_reaches_every_option() -> None:
    options, port = options_from(
        [
            *(
                "--port=8499",
                "--seed=7",
                "--errors=status",
                "--lone=always",
                "--empty=text",
                "--rate=5",
                "--latency-ms=5",
            ),
            *("--flight-seconds=0.5", "--token-seconds=60", "--client-id=me", "--client-secret=hush"),
            *("--redirect-uri=http://127.0.0.1:1/a", "--redirect-uri=https://b.example/c", "--no-oddities"),
            *("--default-listener=ana", "--grants=somewhere", "--scrobbles=200000", "--loved-tracks=4"),
        ]
    )

    assert port == 8499
    assert (options.seed, options.errors, options.lone, options.empty, options.rate, options.latency_ms) == (
        7,
        "status",
        "always",
        "text",
        5,
        5,
    )
    assert (options.flight_seconds, options.token_seconds, options.oddities) == (0.5, 60, False)
    assert (options.client_id, options.client_secret, options.default_listener) == ("me", "hush", "ana")
    assert options.redirect_uris == ("http://127.0.0.1:1/a", "https://b.example/c")
    assert (options.grants, options.scrobbles, options.loved_tracks) == (Path("somewhere"), 200_000, 4)


def test_the_command_line_refuses_what_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options_from(["--top-artists", "501"])

    assert "top_artists: there are only 500" in capsys.readouterr().err
