"""The control endpoints count, disturb and change exactly what they say."""

from pathlib import Path
from typing import Any

import pytest
import requests

from local.simulators.apple_music import keys
from local.simulators.apple_music.__main__ import options_from
from tests.unit.simulators.apple_music_visitor import AppleListening, AppleVisitor, error_of
from tests.unit.simulators.conftest import StartApple

SONGS = "/me/library/songs"
TRACKS = "/me/recent/played/tracks"
RESOURCES = "/me/recent/played"


def edit(ana: AppleListening, path: str = SONGS, **changes: Any) -> None:
    """Of one answer."""
    ana.visitor.fault(f"GET /v1{path}", kind="edit", edit=changes, times=1)


def test_every_call_is_counted_once(apple: AppleVisitor, anas: AppleListening) -> None:
    ben = apple.log_in("ben")
    apple.control("POST", "/counters/reset")
    anas.read(SONGS)
    anas.get("/me/library/playlists/p.unknown/tracks")
    ben.get(SONGS, limit=0)
    ben.get("/nothing/here")
    apple.ask("DELETE", SONGS, apple.developer_token(), ben.token)
    apple.get(SONGS, None, None)
    apple.authorize()

    assert apple.counters() == {
        "endpoints": {
            "DELETE /v1/me/library/songs": {"calls": 1, "405": 1},
            "GET /v1/me/library/playlists/{id}/tracks": {"calls": 1, "404": 1},
            "GET /v1/me/library/songs": {"calls": 3, "200": 1, "400": 1, "401": 1},
            "GET /v1/unknown": {"calls": 1, "404": 1},
            "POST /_simulator/authorize": {"calls": 1, "200": 1},
        },
        "listeners": {"ana": 2, "ben": 3},
        "refreshes": 0,
        "calls_during_ban": 0,
        "calls_in_flight_at_ban": 0,
        "faults_served": {},
    }


def test_it_is_well(apple: AppleVisitor) -> None:
    assert apple.control("GET", "/health") == {"status": "ok", "team_id": keys.TEAM_ID, "key_id": keys.KEY_ID}


def test_answers_can_be_spoiled(anas: AppleListening) -> None:
    visitor = anas.visitor
    for kind in ("truncate", "html", "empty", "status"):
        visitor.fault(f"GET /v1{SONGS}", kind=kind, times=1, **({"status": 504} if kind == "status" else {}))

    cut, page, empty, late = (anas.get(SONGS) for _ in range(4))

    with pytest.raises(requests.JSONDecodeError):
        cut.json()
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert (empty.status_code, empty.content) == (200, b"")
    assert error_of(late)[0] == 504
    assert anas.get(SONGS).status_code == 200
    assert visitor.counters()["faults_served"] == {"truncate": 1, "html": 1, "empty": 1, "status": 1}


def test_a_connection_can_be_torn(anas: AppleListening) -> None:
    anas.visitor.fault("*", kind="reset", times=1)

    with pytest.raises(requests.ConnectionError):
        anas.get(SONGS)
    assert anas.get(SONGS).status_code == 200


def test_a_ban_never_says_how_long_it_lasts(anas: AppleListening) -> None:
    """
    Of all listeners together, and also where a simulator of another service would tell.
    """
    visitor = anas.visitor
    ben = visitor.log_in("ben")
    visitor.control("POST", "/rate-limit", {"calls": 2, "seconds": 4, "retry_after": "4"})

    answers = [anas.get(SONGS), ben.get(SONGS), anas.get(SONGS), ben.get(SONGS)]
    visitor.clock.now += 1
    answers.append(anas.get(SONGS))
    visitor.clock.now += 3
    answers.append(anas.get(SONGS))

    assert [each.status_code for each in answers] == [200, 200, 429, 429, 429, 200]
    assert error_of(answers[2])[:2] == (429, "42900")
    assert not any("retry-after" in each.headers for each in answers)
    counted = visitor.counters()
    assert (counted["calls_in_flight_at_ban"], counted["calls_during_ban"]) == (1, 1)


def test_a_page_can_be_wrong(anas: AppleListening) -> None:
    true = anas.read(SONGS, limit=5)
    edit(anas, total=7)
    edit(anas, total_off=-3)
    edit(anas, keep=3, null=[0, 2, 9])
    edit(anas, next=False)

    assert anas.read(SONGS, limit=5) == {**true, "meta": {"total": 7}}
    assert anas.read(SONGS, limit=5) == {**true, "meta": {"total": 1_497}}
    assert anas.read(SONGS, limit=5) == {**true, "data": [None, true["data"][1], None]}
    assert anas.read(SONGS, limit=5) == {name: value for name, value in true.items() if name != "next"}
    assert anas.read(SONGS, limit=5) == true


def test_the_last_page_can_promise_another(anas: AppleListening) -> None:
    """
    A list without a total is given none by the edit of one.
    """
    edit(anas, next=True)
    edit(anas, TRACKS, total_off=1)

    assert anas.read(SONGS, offset=1_490)["next"] == "/v1/me/library/songs?offset=1500"
    assert "meta" not in anas.read(TRACKS)
    assert anas.visitor.counters()["faults_served"] == {"edit": 1}


def test_a_page_can_come_twice(anas: AppleListening) -> None:
    first, second = anas.read(SONGS, limit=5), anas.read(SONGS, limit=5, offset=5)
    anas.visitor.fault(f"GET /v1{SONGS}", kind="repeat", times=1)

    assert anas.read(SONGS, limit=5) == first
    assert anas.read(SONGS, limit=5, offset=5) == {**second, "data": first["data"]}
    assert anas.read(SONGS, limit=5, offset=5) == second


def test_the_browser_can_meet_faults_as_well(apple: AppleVisitor) -> None:
    apple.fault("POST /_simulator/authorize", status=503, times=1)

    assert [apple.authorize().status_code for _ in range(2)] == [503, 200]


def test_the_truth_is_what_is_served(anas: AppleListening) -> None:
    """
    In the form in which each list was last asked for, and plain where nobody asked for more.
    """
    playlist = anas.change("playlist_create", entries=3)["id"]
    wishes = {
        SONGS: {"include": "catalog", "extend": "dateAdded"},
        "/me/library/albums": {"include": "catalog"},
        f"/me/library/playlists/{playlist}/tracks": {"include": "catalog"},
        "/me/library/artists": {},
        "/me/library/playlists": {},
        TRACKS: {},
        RESOURCES: {},
        "/me/history/heavy-rotation": {},
    }
    served = {path: anas.everything(path, limit=10, **wish) for path, wish in wishes.items()}
    anas.read(SONGS, limit=1)

    told = anas.truth()["data"]

    assert told.pop("playlist_tracks")[playlist] == served.pop(f"/me/library/playlists/{playlist}/tracks")
    assert told == {
        "saved_tracks": served[SONGS],
        "saved_albums": served["/me/library/albums"],
        "followed_artists": served["/me/library/artists"],
        "playlists": served["/me/library/playlists"],
        "recently_played": {"": served[TRACKS], "resources": served[RESOURCES]},
        "top_tracks": served["/me/history/heavy-rotation"],
    }


def test_the_rest_of_the_truth_is_told_apart(anas: AppleListening) -> None:
    others = anas.truth()["others"]

    assert {path: anas.everything(path, limit=10) for path in others} == others
    assert set(others) == {"/me/recent/radio-stations", "/me/library/recently-added"}


def test_a_listener_can_have_another_size(anas: AppleListening) -> None:
    anas.change("playlist_create")
    anas.visitor.control("POST", "/listeners/ana", {"sizes": {"saved_tracks": 3, "playlists": 2}})
    data = anas.truth()["data"]

    assert (len(data["saved_tracks"]), len(data["playlists"]), len(data["saved_albums"])) == (3, 2, 300)
    assert anas.get(SONGS).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/faults", {"endpoint": "GET /v1/me/tracks"}, 400),
        ("/faults", {"endpoint": f"GET /v1{SONGS}", "kind": "fire"}, 400),
        ("/faults", {"endpoint": "POST /_simulator/authorize", "kind": "repeat"}, 400),
        ("/listeners/ana", {"regime": "legacy"}, 400),
        ("/listeners/ana", {"sizes": {"shoes": 43}}, 400),
        ("/listeners/ana", {"sizes": {"plays": 51}}, 400),
        ("/listeners/%20", {}, 404),
    ],
)
def test_an_impossible_wish_is_refused(apple: AppleVisitor, path: str, body: Any, status: int) -> None:
    answer = apple.session.post(f"{apple.base}/_simulator{path}", json=body)

    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_simulators_share_nothing(start_apple: StartApple) -> None:
    first, second = start_apple(), start_apple()
    ana = first.log_in()

    assert second.get(SONGS, second.developer_token(), ana.token).status_code == 403


def test_the_command_line_chooses(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(keys.public_key())
    wishes = {
        "port": "8490",
        "seed": "7",
        "latency-ms": "5",
        "public-key": str(key),
        "team-id": "TEAM000001",
        "key-id": "KEY0000001",
        "user-token-seconds": "60",
        "heavy-include": "40",
        "grants": str(tmp_path / "grants.json"),
        "saved-tracks": "60000",
    }

    options, port = options_from([*(f"--{name}={value}" for name, value in wishes.items()), "--no-oddities"])

    assert port == 8490
    assert (options.seed, options.latency_ms, options.public_key) == (7, 5, keys.public_key())
    assert (options.team_id, options.key_id, options.user_token_seconds) == ("TEAM000001", "KEY0000001", 60)
    assert (options.heavy_include, options.grants, options.oddities) == (40, tmp_path / "grants.json", False)
    assert (options.saved_tracks, options.saved_albums) == (60_000, 300)


@pytest.mark.parametrize(
    ("wish", "words"),
    [("--plays=51", "between 0 and 50"), ("--saved-tracks=-1", "negative"), ("--public-key=/nowhere", "No such file")],
)
def test_the_command_line_refuses(capsys: pytest.CaptureFixture[str], wish: str, words: str) -> None:
    with pytest.raises(SystemExit):
        options_from([wish])

    assert words in capsys.readouterr().err
