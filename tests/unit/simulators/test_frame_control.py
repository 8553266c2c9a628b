"""Control endpoints, options and the command line, which are the same for every simulator; on Spotify's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.simulators.__main__ import SERVICES, service
from local.simulators.frame.options import Options as CommonOptions
from local.simulators.frame.options import parsed
from local.simulators.spotify import Options, Spotify
from tests.unit.simulators.visitor import SpotifyAccount, SpotifyVisitor

ALBUMS = "GET /v1/me/albums"


def test_every_call_is_counted_once(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    ben = spotify.log_in("ben")
    playlist = ana.read("/me/playlists")["items"][0]["id"]
    spotify.control("POST", "/counters/reset")
    ana.get(f"/playlists/{playlist}/items")
    ana.get(f"/playlists/{'0' * 22}/items")
    ben.get("/me/tracks", limit=0)
    ben.get("/nothing/here")
    ben.ask("DELETE", "/me/tracks")
    spotify.refresh(ben.refresh)
    spotify.refresh("AQinvented")
    spotify.session.get(f"{spotify.base}/v1/me")
    spotify.authorize()
    assert spotify.counters() == {
        "endpoints": {
            "DELETE /v1/me/tracks": {"calls": 1, "405": 1},
            "GET /authorize": {"calls": 1, "200": 1},
            "GET /v1/me": {"calls": 1, "401": 1},
            "GET /v1/me/tracks": {"calls": 1, "400": 1},
            "GET /v1/playlists/{id}/items": {"calls": 2, "200": 1, "404": 1},
            "GET /v1/unknown": {"calls": 1, "404": 1},
            "POST /api/token": {"calls": 2, "200": 1, "400": 1},
        },
        "listeners": {"ana": 2, "ben": 4},
        "refreshes": 2,
        "calls_during_ban": 0,
        "calls_in_flight_at_ban": 0,
        "faults_served": {},
    }


def test_calls_wait_as_long_as_asked(start: Callable[..., Any]) -> None:
    assert start(Spotify, latency_ms=80).log_in().get("/me").elapsed.total_seconds() >= 0.08


def test_the_simulator_answers_that_it_is_there(spotify: SpotifyVisitor) -> None:
    assert spotify.control("GET", "/health") == {"status": "ok"}


def test_control_reaches_the_inside(spotify: SpotifyVisitor) -> None:
    """Truth, arrangements and changes are those of the service, and for a listener who is mentioned first here."""
    few = dict.fromkeys(Options.sizes(), 3)
    spotify.control("POST", "/listeners/ben", {"regime": "legacy", "sizes": few})
    assert spotify.service.listeners["ben"].regime == "legacy"
    wanted = {"act": "add", "list": "saved_tracks", "item": 77}
    added, removed = spotify.control(
        "POST", "/listeners/ben/mutations", [wanted, {"act": "remove", "list": "saved_tracks"}]
    )["done"]
    assert added == removed
    (again,) = spotify.control("POST", "/listeners/ben/mutations", wanted)["done"]
    truth = spotify.control("GET", "/truth/ben")
    assert truth == spotify.service.truth("ben")
    assert truth["data"]["saved_tracks"][0]["track"]["id"] == again["id"] == added["id"]


WRONG_FAULTS: list[dict[str, Any]] = [
    {"endpoint": "/v1/me/albums"},
    {"endpoint": "GET /me/albums"},
    {"endpoint": "get /v1/me/albums"},
    {"kind": "fire"},
    {"color": "red"},
    {"rewrite": "x"},
    {"status": "429"},
    {"times": -1},
    {"kind": "stall", "seconds": "long"},
    {"kind": "stall", "seconds": -1},
    {"kind": "edit"},
    {"kind": "html", "edit": {"keep": 1}},
    {"edit": {"numbers": "roman"}},
    {"edit": {"fields": {"codes": "purple"}}},
    {"share": 2},
    {"offsets": [4]},
    {"trouble": "weather"},
    {"kind": "edit", "edit": {"color": "red"}},
]
IMPOSSIBLE: dict[str, list[Any]] = {
    "/faults": [{}, *({"endpoint": ALBUMS, **wrong} for wrong in WRONG_FAULTS)],
    "/rate-limit": [{"flight_seconds": -1}, {"flight_seconds": "soon"}, {"calls": "x", "seconds": 1}, []],
    "/listeners/ana": [{"regime": "golden"}, {"shoe size": 43}, {"sizes": {"shoes": 43}}, {"revoke": "yes"}, []],
    "/listeners/ana/mutations": [{"action": "add"}, ["add"], {"act": "dance", "list": "saved_tracks"}],
    f"/listeners/{'x' * 65}": [{}],
}


def test_what_is_impossible_is_refused(spotify: SpotifyVisitor) -> None:
    """With words, and nothing is changed by it."""
    for path, bodies in IMPOSSIBLE.items():
        for body in bodies:
            response = spotify.session.post(f"{spotify.base}/_simulator{path}", json=body)
            missing = body == {} and path != "/faults"
            assert response.status_code == (404 if missing else 400), (path, body)
            assert response.json()["error"], (path, body)
    assert spotify.service.traffic.faults == []
    assert spotify.session.get(f"{spotify.base}/_simulator/truth/{'x' * 65}").status_code == 404


def test_the_command_line_reaches_every_option() -> None:
    chosen = {
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
        "grants": "somewhere",
    }
    line = [*(f"--{name}={value}" for name, value in chosen.items()), "--redirect-uri=https://b.example/c"]
    assert parsed(Options, "spotify", [*line, "--no-oddities"]) == (
        Options(
            seed=7,
            regime="legacy",  # type: ignore[arg-type]
            latency_ms=5,
            flight_seconds=0.5,
            token_seconds=60,
            client_id="me",
            client_secret="hush",
            redirect_uris=("http://127.0.0.1:1/a", "https://b.example/c"),
            refresh_tokens="rotate",  # type: ignore[arg-type]
            saved_tracks=60_000,
            grants=Path("somewhere"),
            oddities=False,
        ),
        8481,
    )
    assert parsed(Options, "spotify", []) == (Options(), 8480)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--plays", "51"], "plays: there are only 50."),
        (["--saved-tracks", "-1"], "saved_tracks is a number from 0 on"),
        (["--flight-seconds", "nan"], "flight_seconds is a number from 0 on"),
        (["--regime", "golden"], "invalid"),
    ],
)
def test_the_command_line_says_what_is_impossible(
    line: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed(Options, "spotify", line)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("name", SERVICES)
def test_every_size_is_checked(name: str) -> None:
    """Nobody has less than nothing of anything, or more than the catalogue; a listener may have other sizes."""
    kind = service(name)
    options: CommonOptions = kind.options_type()
    assert options.sizes()
    for size in options.sizes():
        with pytest.raises(ValueError, match=size):
            options.resized({size: -1})
    with pytest.raises(ValueError, match="No such sizes: shoes"):
        options.resized({"shoes": 43})


def test_one_listener_may_have_another_size(start: Callable[..., SpotifyVisitor]) -> None:
    spotify = start(Spotify)
    spotify.service.arrange("ana", {"sizes": {"saved_tracks": 3, "playlists": 2}})
    ana, ben = spotify.log_in(), spotify.log_in("ben")
    assert (ana.tracks()["total"], ana.read("/me/playlists")["total"], ben.tracks()["total"]) == (3, 2, 1_500)
