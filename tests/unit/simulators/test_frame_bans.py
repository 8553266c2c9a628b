"""After a 429 the whole application is refused until the deadline that was told, by the simulator's own clock."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from tests.unit.simulators.visitor import Clock, SpotifyAccount, SpotifyVisitor

ALBUMS = "GET /v1/me/albums"


def limit(visitor: SpotifyVisitor, **wanted: Any) -> None:
    visitor.control("POST", "/rate-limit", wanted)


def fault(visitor: SpotifyVisitor, retry_after: str | None, endpoint: str = ALBUMS, **more: Any) -> None:
    """One 429."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    visitor.fault(endpoint, **{"status": 429, "headers": headers, "times": 1, **more})


def answered(account: SpotifyAccount, path: str = "/me") -> tuple[int, str | None]:
    response = account.get(path)
    return response.status_code, response.headers.get("retry-after")


def counted(visitor: SpotifyVisitor) -> tuple[int, int]:
    """Calls of a ban that came too soon to know of it, and those that came later."""
    counters = visitor.counters()
    return counters["calls_in_flight_at_ban"], counters["calls_during_ban"]


def date(clock: Clock, seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(clock.now + seconds, UTC), usegmt=True)


def test_a_rate_limit_bans_until_its_deadline(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """The window counts all listeners; a call before the deadline is counted, and refused, again."""
    ben = spotify.log_in("ben")
    limit(spotify, calls=2, seconds=30, retry_after="60")
    assert [answered(each) for each in (ana, ben, ana)] == [(200, None), (200, None), (429, "60")]
    spotify.clock.now += 59.5
    assert ben.refused("/me") == (429, "API rate limit exceeded")
    assert answered(ben) == (429, "1")
    assert counted(spotify) == (0, 2)
    spotify.clock.now += 0.5
    assert answered(ana) == (200, None)
    assert spotify.counters()["endpoints"]["GET /v1/me"] == {"calls": 6, "200": 3, "429": 3}


def test_a_limit_may_tell_nothing(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """With null, also later in the ban; without a word of it the deadline is when the window has room again."""
    for wanted, header in (({"retry_after": None}, None), ({}, "30"), ({"retry_after": 86_400}, "86400")):
        limit(spotify, calls=1, seconds=30, **wanted)
        assert [answered(ana) for _ in range(3)] == [(200, None), (429, header), (429, header)]


def test_a_window_rolls_and_a_ban_ends_with_its_limit(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    limit(spotify, calls=1, seconds=0.2)
    first, second = answered(ana)[0], answered(ana)[0]
    spotify.clock.now += 0.25
    assert (first, second, answered(ana)[0]) == (200, 429, 200)
    for other in ({"calls": None}, {"calls": 5, "seconds": 30}):
        limit(spotify, calls=0, seconds=30)
        assert answered(ana)[0] == 429
        limit(spotify, **other)
        assert answered(ana)[0] == 200


def test_a_fault_bans_the_whole_application(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """Also one that was meant for one listener, until the deadline that it told; not the accounts pages."""
    ben = spotify.log_in("ben")
    fault(spotify, "23", listener="ben", body="Slow down")
    assert answered(ana, "/me/albums") == (200, None)
    assert answered(ben, "/me/albums") == (429, "23")
    spotify.clock.now += 22.1
    assert answered(ana) == (429, "1")
    assert spotify.refresh(ana.refresh).status_code == 200
    spotify.clock.now += 0.9
    assert [answered(each, "/me/albums") for each in (ana, ben)] == [(200, None)] * 2
    assert spotify.counters()["faults_served"] == {"status": 1}


@pytest.mark.parametrize("more", [{"kind": "html"}, {"kind": "empty"}, {"kind": "truncate"}, {"endpoint": "*"}])
def test_every_429_bans(spotify: SpotifyVisitor, ana: SpotifyAccount, more: Any) -> None:
    fault(spotify, "5", **more)
    assert [answered(ana, "/me/albums"), answered(ana)] == [(429, "5")] * 2


@pytest.mark.parametrize(("retry_after", "seconds"), [("7", 7), ("1.5", 1.5), ("date", 90)])
def test_the_deadline_of_a_fault_is_what_it_tells(
    spotify: SpotifyVisitor, ana: SpotifyAccount, retry_after: str, seconds: float
) -> None:
    fault(spotify, date(spotify.clock, seconds) if retry_after == "date" else retry_after)
    ana.get("/me/albums")
    spotify.clock.now += seconds - 0.1
    assert answered(ana) == (429, "1")
    spotify.clock.now += 0.1
    assert answered(ana)[0] == 200


def test_a_fault_that_tells_no_deadline_bans_nobody(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    for retry_after in (None, "0", "-3", "soon", "", "1e3", "9" * 40, "Wed, 01 Feb 2006 07:28:00 GMT"):
        fault(spotify, retry_after)
        assert answered(ana, "/me/albums")[0] == 429, retry_after
        assert answered(ana, "/me/albums")[0] == 200, retry_after
    assert counted(spotify) == (0, 0)


def test_calls_change_nothing_about_a_ban(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """They use up neither a window nor a fault, however long the ban is that they would begin."""
    fault(spotify, "10", "GET /v1/me")
    fault(spotify, "3600")
    limit(spotify, calls=3, seconds=3600)
    answered(ana)
    for _ in range(9):
        spotify.clock.now += 1
        assert answered(ana, "/me/albums")[0] == 429
    spotify.clock.now += 1
    assert answered(ana) == (200, None)
    assert answered(ana, "/me/albums") == (429, "3600")


def test_calls_on_their_way_are_told_apart(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    fault(spotify, "60")
    ana.get("/me/albums")
    for _ in range(3):
        ana.get("/me")
        spotify.clock.now += 0.125
    assert counted(spotify) == (2, 1)
    limit(spotify, flight_seconds=0.5)
    ana.get("/me")
    assert counted(spotify) == (3, 1)
    spotify.control("POST", "/counters/reset")
    assert counted(spotify) == (0, 0)


def test_a_ban_can_be_lifted(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    fault(spotify, "3600")
    ana.get("/me/albums")
    spotify.control("DELETE", "/faults")
    assert answered(ana)[0] == 429
    limit(spotify, calls=None)
    assert answered(ana)[0] == 200
