"""After a 429 the whole application is refused until the deadline that was told, by the simulator's own clock."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from local.simulators.spotify import Options
from tests.unit.simulators.conftest import Start
from tests.unit.simulators.visitor import Clock, Listening, Visitor

ALBUMS = "GET /v1/me/albums"


def limit(visitor: Visitor, **wish: Any) -> None:
    visitor.control("POST", "/rate-limit", wish)


def fault(visitor: Visitor, retry_after: str | None, **wish: Any) -> None:
    """One 429 for the albums."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    given = {"endpoint": ALBUMS, "status": 429, "headers": headers, "times": 1, **wish}
    visitor.control("POST", "/faults", given)


def told(listening: Listening, path: str = "/me") -> tuple[int, str | None]:
    response = listening.get(path)
    return response.status_code, response.headers.get("retry-after")


def counted(visitor: Visitor) -> tuple[int, int]:
    """Calls of a ban that came too soon to know of it, and those that came later."""
    counters = visitor.counters()
    return counters["calls_in_flight_at_ban"], counters["calls_during_ban"]


def date(clock: Clock, seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(clock.now + seconds, UTC), usegmt=True)


def test_a_rate_limit_bans_until_its_deadline(visitor: Visitor, ana: Listening) -> None:
    """
    The window counts all listeners; whoever calls before the deadline is counted, and refused, again.
    """
    ben = visitor.log_in("ben")
    limit(visitor, calls=2, seconds=30, retry_after="60")

    assert [told(listening) for listening in (ana, ben, ana)] == [(200, None), (200, None), (429, "60")]
    visitor.clock.now += 59.5
    refused = ben.get("/me")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json() == {"error": {"status": 429, "message": "API rate limit exceeded"}}
    assert counted(visitor) == (0, 1)
    visitor.clock.now += 0.5
    assert told(ana) == (200, None)
    assert visitor.counters()["endpoints"]["GET /v1/me"] == {"calls": 5, "200": 3, "429": 2}


@pytest.mark.parametrize(
    ("wish", "header"),
    [
        ({}, "30"),
        ({"retry_after": None}, None),
        ({"retry_after": 0}, "0"),
        ({"retry_after": 86_400}, "86400"),
        ({"retry_after": "soon"}, "soon"),
        ({"retry_after": "Wed, 25 Nov 2026 07:28:00 GMT"}, "Wed, 25 Nov 2026 07:28:00 GMT"),
        ({"retry_after": "date"}, "Mon, 02 Feb 2026 02:40:30 GMT"),
    ],
)
def test_retry_after_comes_as_wished(visitor: Visitor, ana: Listening, wish: Any, header: str | None) -> None:
    limit(visitor, calls=1, seconds=30, **wish)
    ana.get("/me")

    assert told(ana) == (429, header)


@pytest.mark.parametrize("retry_after", [None, "soon", "date"])
def test_what_is_told_stays_the_same_during_a_ban(visitor: Visitor, ana: Listening, retry_after: str | None) -> None:
    limit(visitor, calls=1, seconds=30, retry_after=retry_after)
    ana.get("/me")
    first = told(ana)
    visitor.clock.now += 10

    assert told(ana) == first
    visitor.clock.now += 20
    assert told(ana)[0] == 200


def test_a_date_is_kept_to(visitor: Visitor, ana: Listening) -> None:
    """
    Dates have no fractions of a second: the true deadline is the one that was told.
    """
    visitor.clock.now += 0.25
    limit(visitor, calls=1, seconds=30, retry_after="date")
    ana.get("/me")
    ana.get("/me")
    visitor.clock.now += 30.5
    assert told(ana) == (429, date(visitor.clock, 0.25))
    visitor.clock.now += 0.25
    assert told(ana)[0] == 200


def test_a_window_rolls(visitor: Visitor, ana: Listening) -> None:
    limit(visitor, calls=1, seconds=0.2)

    first, second = told(ana)[0], told(ana)[0]
    visitor.clock.now += 0.25

    assert (first, second, told(ana)[0]) == (200, 429, 200)


def test_a_ban_ends_with_its_limit(visitor: Visitor, ana: Listening) -> None:
    for lift in ({"calls": None}, {"calls": 5, "seconds": 30}):
        limit(visitor, calls=0, seconds=30)
        assert told(ana)[0] == 429
        limit(visitor, **lift)
        assert told(ana)[0] == 200


def test_a_fault_bans_the_whole_application(visitor: Visitor, ana: Listening) -> None:
    """
    Also one that was meant for one listener, and until nobody else's deadline than the one it told.
    """
    ben = visitor.log_in("ben")
    fault(visitor, "23", listener="ben", body="Slow down")

    assert told(ana, "/me/albums") == (200, None)
    assert told(ben, "/me/albums") == (429, "23")
    visitor.clock.now += 22.1
    assert told(ana) == (429, "1")
    assert visitor.refresh(ana.refresh).status_code == 200
    visitor.clock.now += 0.9
    assert [told(each, "/me/albums") for each in (ana, ben)] == [(200, None)] * 2
    assert visitor.counters()["faults_served"] == {"status": 1}


@pytest.mark.parametrize("wish", [{"kind": "html"}, {"kind": "empty"}, {"kind": "truncate"}, {"endpoint": "*"}])
def test_every_429_bans(visitor: Visitor, ana: Listening, wish: Any) -> None:
    fault(visitor, "5", **wish)

    assert told(ana, "/me/albums") == (429, "5")
    assert told(ana) == (429, "5")


@pytest.mark.parametrize(("retry_after", "seconds"), [("7", 7), ("1.5", 1.5), ("date", 90)])
def test_a_faults_deadline_is_what_it_tells(visitor: Visitor, ana: Listening, retry_after: str, seconds: float) -> None:
    fault(visitor, date(visitor.clock, seconds) if retry_after == "date" else retry_after)
    ana.get("/me/albums")

    visitor.clock.now += seconds - 0.1
    assert told(ana) == (429, "1")
    visitor.clock.now += 0.1
    assert told(ana)[0] == 200


@pytest.mark.parametrize("retry_after", [None, "0", "-3", "soon", "", "1e3", "9" * 40, "Wed, 01 Feb 2006 07:28:00 GMT"])
def test_a_fault_that_tells_no_deadline_bans_nobody(visitor: Visitor, ana: Listening, retry_after: str | None) -> None:
    fault(visitor, retry_after)

    assert told(ana, "/me/albums")[0] == 429
    assert told(ana, "/me/albums")[0] == 200
    assert counted(visitor) == (0, 0)


def test_calls_change_nothing_about_a_ban(visitor: Visitor, ana: Listening) -> None:
    """
    They use up neither a window nor a fault, however long the ban is that they would begin.
    """
    fault(visitor, "10", endpoint="GET /v1/me")
    fault(visitor, "3600")
    limit(visitor, calls=3, seconds=3600)
    told(ana)
    for _ in range(9):
        visitor.clock.now += 1
        assert told(ana, "/me/albums")[0] == 429
    visitor.clock.now += 1

    assert told(ana) == (200, None)
    assert told(ana, "/me/albums") == (429, "3600")


def test_calls_on_their_way_are_told_apart(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, "60")
    ana.get("/me/albums")

    for _ in range(3):
        ana.get("/me")
        visitor.clock.now += 0.125
    assert counted(visitor) == (2, 1)
    limit(visitor, flight_seconds=0.5)
    ana.get("/me")
    assert counted(visitor) == (3, 1)
    visitor.control("POST", "/counters/reset")
    assert counted(visitor) == (0, 0)


def test_the_time_in_flight_leaves_a_limit_alone(visitor: Visitor, ana: Listening) -> None:
    limit(visitor, calls=0, seconds=30)
    limit(visitor, flight_seconds=0)
    ana.get("/me")
    ana.get("/me")

    assert counted(visitor) == (0, 1)
    limit(visitor, calls=0, seconds=30, flight_seconds=5)
    ana.get("/me")
    ana.get("/me")
    assert counted(visitor) == (1, 1)


def test_the_time_in_flight_can_be_chosen_at_the_start(start: Start) -> None:
    assert start(flight_seconds=3).inside.traffic.flight_seconds == 3
    assert start().inside.traffic.flight_seconds == 0.25
    with pytest.raises(ValueError, match="flight_seconds"):
        Options(flight_seconds=-1)


def test_a_ban_can_be_lifted(visitor: Visitor, ana: Listening) -> None:
    fault(visitor, "3600")
    ana.get("/me/albums")
    visitor.control("DELETE", "/faults")

    assert told(ana)[0] == 429
    limit(visitor, calls=None)
    assert told(ana)[0] == 200
