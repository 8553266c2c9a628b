"""The control endpoints count, disturb and change exactly what they say."""

from pathlib import Path
from typing import Any

import pytest
import requests

from local.simulators.spotify.__main__ import options_from
from tests.unit.simulators.visitor import Listening, Visitor

ALBUMS = "GET /v1/me/albums"


def fault(visitor: Visitor, **wish: Any) -> None:
    visitor.control("POST", "/faults", {"endpoint": ALBUMS, **wish})


def counts(visitor: Visitor, endpoint: str = ALBUMS) -> Any:
    return visitor.counters()["endpoints"][endpoint]


def test_every_call_is_counted_once(visitor: Visitor, ana: Listening) -> None:
    ben = visitor.log_in("ben")
    visitor.control("POST", "/counters/reset")
    playlist = ana.read("/me/playlists")["items"][0]["id"]
    ana.get(f"/playlists/{playlist}/items")
    ana.get(f"/playlists/{'0' * 22}/items")
    ben.get("/me/tracks", limit=0)
    ben.get("/nothing/here")
    ben.ask("DELETE", "/me/tracks")
    visitor.refresh(ben.refresh)
    visitor.refresh("AQinvented")
    visitor.session.get(f"{visitor.base}/v1/me")

    assert visitor.counters() == {
        "endpoints": {
            "DELETE /v1/me/tracks": {"calls": 1, "405": 1},
            "GET /v1/me": {"calls": 1, "401": 1},
            "GET /v1/me/playlists": {"calls": 1, "200": 1},
            "GET /v1/me/tracks": {"calls": 1, "400": 1},
            "GET /v1/playlists/{id}/items": {"calls": 2, "200": 1, "404": 1},
            "GET /v1/unknown": {"calls": 1, "404": 1},
            "POST /api/token": {"calls": 2, "200": 1, "400": 1},
        },
        "listeners": {"ana": 3, "ben": 4},
        "refreshes": 2,
        "calls_during_ban": 0,
        "calls_in_flight_at_ban": 0,
        "faults_served": {},
    }


def test_a_status_can_be_forced(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, status=500, times=1)
    fault(visitor, status=403, body="User not registered in the Developer Dashboard", times=1)
    fault(
        visitor,
        status=429,
        body={"error": {"reason": "QUOTA_EXCEEDED"}},
        headers={"Retry-After": "9"},
        times=1,
    )

    answers = [ana.get("/me/albums") for _ in range(3)]
    visitor.clock.now += 9
    answers.append(ana.get("/me/albums"))

    assert [each.status_code for each in answers] == [500, 403, 429, 200]
    assert answers[0].json()["error"]["status"] == 500
    assert answers[1].text == "User not registered in the Developer Dashboard"
    assert answers[2].json() == {"error": {"reason": "QUOTA_EXCEEDED"}}
    assert answers[2].headers["retry-after"] == "9"
    assert counts(visitor) == {"calls": 4, "500": 1, "403": 1, "429": 1, "200": 1}


def test_a_body_can_be_spoiled(visitor: Visitor, ana: Listening) -> None:
    for kind in ("truncate", "html", "empty"):
        fault(visitor, kind=kind, times=1)

    cut, page, empty = (ana.get("/me/albums") for _ in range(3))

    assert cut.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        cut.json()
    assert len(cut.content) > 1_000
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert (empty.status_code, empty.content) == (200, b"")


def test_a_connection_can_be_torn(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, kind="reset", times=1)

    with pytest.raises(requests.ConnectionError):
        ana.get("/me/albums")
    assert ana.get("/me/albums").status_code == 200
    assert counts(visitor) == {"calls": 2, "reset": 1, "200": 1}


def test_a_fault_may_hit_one_listener_and_lasts_until_cleared(visitor: Visitor, ana: Listening) -> None:
    ben = visitor.log_in("ben")
    fault(visitor, status=503, listener="ben")

    assert [ben.get("/me/albums").status_code for _ in range(3)] == [503] * 3
    assert ana.get("/me/albums").status_code == 200
    visitor.control("DELETE", "/faults")
    assert ben.get("/me/albums").status_code == 200


def test_the_token_endpoint_can_fail(visitor: Visitor, ana: Listening) -> None:
    """
    A refresh that met a fault is counted like any other.
    """
    visitor.control("POST", "/faults", {"endpoint": "POST /api/token", "kind": "html", "times": 1})

    assert visitor.refresh(ana.refresh).status_code == 502
    assert visitor.refresh(ana.refresh).status_code == 200
    assert visitor.counters()["refreshes"] == 2


def test_calls_wait_as_long_as_wished(visitor: Visitor, ana: Listening) -> None:
    visitor.control("POST", "/latency", {"ms": 80})

    assert ana.get("/me").elapsed.total_seconds() >= 0.08


def test_all_secrets_are_told(visitor: Visitor) -> None:
    code = visitor.code()
    tokens = visitor.redeem(code).json()
    again = visitor.refresh(tokens["refresh_token"]).json()["access_token"]

    told = visitor.control("GET", "/secrets")["secrets"]

    assert set(told) == {"simulated-secret", code, tokens["access_token"], tokens["refresh_token"], again}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "fire"}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "color": "red"}, 400),
        ("POST", "/faults", {}, 400),
        ("POST", "/faults", {"endpoint": ["*"]}, 400),
        ("POST", "/faults", {"endpoint": "/v1/me/albums"}, 400),
        ("POST", "/faults", {"endpoint": "GET /me/albums"}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "headers": ["Retry-After"]}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "status": 42}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "status": "429"}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "times": -1}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "skip": None}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "skip": True}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "listener": 7}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "stall", "seconds": "long"}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "stall", "seconds": -1}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "stall", "status": 503}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "edit"}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "edit", "edit": []}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "edit", "edit": {"color": "red"}}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "edit", "edit": {"total": "3"}}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "edit", "edit": {"keep": -1}}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "edit", "edit": {"null": 3}}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "edit", "edit": {"next": None}}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "edit": {"keep": 1}}, 400),
        ("POST", "/faults", {"endpoint": ALBUMS, "kind": "repeat", "headers": {"Retry-After": "1"}}, 400),
        ("POST", "/faults", {"endpoint": "POST /api/token", "kind": "repeat"}, 400),
        ("POST", "/rate-limit", {"flight_seconds": -1}, 400),
        ("POST", "/rate-limit", {"flight_seconds": "soon"}, 400),
        ("POST", "/listeners/ana", {"regime": "golden"}, 400),
        ("POST", "/listeners/ana", {"shoe size": 43}, 400),
        ("POST", "/listeners/ana", {"sizes": {"shoes": 43}}, 400),
        ("POST", "/listeners/recorded", {}, 404),
        ("POST", "/latency", {}, 404),
        ("GET", "/truth/recorded", None, 404),
        ("POST", "/listeners/ana/mutations", {"action": "dance"}, 400),
        ("POST", "/listeners/ana/mutations", {"action": "like", "loudly": True}, 400),
        ("POST", "/listeners/ana/mutations", {"action": "unlike", "position": 1_500}, 400),
        ("POST", "/listeners/ana/mutations", ["like"], 400),
    ],
)
def test_impossible_wishes_are_refused(visitor: Visitor, method: str, path: str, body: Any, status: int) -> None:
    response = visitor.session.request(method, f"{visitor.base}/_simulator{path}", json=body)

    assert response.status_code == status
    assert response.json()["error"]


def test_the_simulator_says_that_it_is_there(visitor: Visitor) -> None:
    assert visitor.control("GET", "/health") == {"status": "ok", "regime": "restricted"}


def test_the_command_line_reaches_every_option() -> None:
    wishes = {
        "port": "8481",
        "seed": "7",
        "regime": "legacy",
        "latency-ms": "5",
        "flight-seconds": "0.5",
        "token-seconds": "60",
        "client-id": "me",
        "client-secret": "hush",
        "redirect-uri": "http://127.0.0.1:1/a",
        "refresh-tokens": "rotate",
        "saved-tracks": "60000",
        "null-playlists": "2",
        "recorded": "somewhere",
    }
    options, port = options_from(
        [
            *(f"--{name}={value}" for name, value in wishes.items()),
            "--redirect-uri=https://b.example/c",
            "--no-oddities",
        ]
    )

    assert port == 8481
    assert (options.seed, options.regime, options.latency_ms, options.token_seconds) == (7, "legacy", 5, 60)
    assert (options.client_id, options.client_secret) == ("me", "hush")
    assert options.redirect_uris == ("http://127.0.0.1:1/a", "https://b.example/c")
    assert (options.refresh_tokens, options.oddities, options.recorded) == (
        "rotate",
        False,
        Path("somewhere"),
    )
    assert options.flight_seconds == 0.5
    assert (options.saved_tracks, options.null_playlists, options.saved_albums) == (60_000, 2, 300)
    assert "hush" not in repr(options)


def test_the_command_line_refuses_what_spotify_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options_from(["--redirect-uri", "http://localhost:3000/callback"])

    assert "127.0.0.1 instead of localhost" in capsys.readouterr().err
