"""Answers that never end or fill the memory, and waits of years: bounded at calls, logins and refreshes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from blendify.calling.fetch import Call, fetch
from blendify.calling.rate_limiter import RateLimiter
from blendify.core import times
from blendify.core.errors import MustWait, ProviderUnavailable, RateLimited
from blendify.core.http import LARGEST_BODY, http_session
from blendify.providers import PROVIDERS
from blendify.providers.application import Application
from blendify.providers.lastfm.access import TIMEOUT as LASTFM_LOGIN
from blendify.providers.oauth2 import TIMEOUT as TOKENS
from blendify.providers.retry_after import LONGEST, retry_after
from tests.unit.robustness.machine import Clock

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PATIENCE_SECONDS = 60
"""Half a second is the time of these calls; a busy machine may need longer. The server goes on for twice as long."""
Sender = Callable[[socket.socket], None]


def endless(first: bytes, again: bytes, pause: float) -> Sender:
    def send(connection: socket.socket) -> None:
        connection.sendall(first)
        end = time.monotonic() + 2 * PATIENCE_SECONDS
        while time.monotonic() < end:
            connection.sendall(again)
            time.sleep(pause)

    return send


def body_of(size: int) -> Sender:
    def send(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Connection: close\r\n\r\n" + b"[")
        for _ in range(size // 3 // 1000 + 1):
            connection.sendall(b"{}," * 1000)
        connection.sendall(b"{}]")

    return send


ENDLESS: dict[str, Sender] = {
    "a body, byte by byte": endless(HEAD + b"Content-Length: 999999\r\n\r\n", b" ", 0.02),
    "a head, byte by byte": endless(HEAD + b"X-Slow: ", b"x", 0.02),
    "one header after the other": endless(HEAD, b"X-More: 1\r\n", 0.05),
    "100 Continue for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    "chunks of one byte": endless(CHUNKED, b"1\r\n \r\n", 0.02),
    "chunks without a pause": endless(CHUNKED, b"1\r\n \r\n" * 500, 0.0),
    "a chunk's length without an end": endless(CHUNKED, b"0", 0.02),
}


@contextmanager
def served(send: Sender) -> Iterator[str]:
    """A server that answers each request so; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections: list[socket.socket] = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connections.append(connection)
                    threading.Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.recv(65_536)
                send(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for connection in connections:
            connection.close()


def application(address: str, provider: str = "spotify") -> Application:
    return Application(provider, "default", "id", "secret", "http://127.0.0.1/", address, address, 0, 0)


def seconds_of(call: Callable[[], object]) -> float:
    """How long it takes until the call gives up."""
    began = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        call()
    return time.monotonic() - began


@pytest.mark.parametrize("name", ENDLESS)
def test_a_call_ends_within_its_time(name: str) -> None:
    """However the provider spends it: the read timeout is for the whole answer."""
    with served(ENDLESS[name]) as address, http_session() as http:
        call = Call("/", {}, "token", (1, 0.5))
        assert seconds_of(lambda: fetch(PROVIDERS["spotify"], application(address), call, http)) < PATIENCE_SECONDS


@pytest.mark.parametrize("name", ["a body, byte by byte", "100 Continue for ever"])
def test_a_login_and_a_refresh_end_within_their_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token endpoint, and Last.fm's exchange; their own times are tested to fit into API Gateway's."""
    monkeypatch.setattr("blendify.providers.oauth2.TIMEOUT", (1, 0.5))
    monkeypatch.setattr("blendify.providers.lastfm.access.TIMEOUT", (1, 0.5))
    with served(ENDLESS[name]) as address, http_session() as http:
        spotify, lastfm = PROVIDERS["spotify"].access, PROVIDERS["lastfm"].access
        assert spotify.renew is not None
        assert seconds_of(lambda: spotify.exchange(application(address), "code", "verifier", http)) < PATIENCE_SECONDS
        assert seconds_of(lambda: spotify.renew(application(address), "token", http)) < PATIENCE_SECONDS  # type: ignore[misc]
        assert seconds_of(lambda: lastfm.exchange(application(address, "lastfm"), "token", "", http)) < PATIENCE_SECONDS
    assert max(sum(TOKENS), sum(LASTFM_LOGIN)) < 15


def test_a_slow_answer_that_ends_in_time_is_read() -> None:
    """And the connection is used again, with its whole time."""

    def send(connection: socket.socket) -> None:
        for _ in range(3):
            connection.sendall(HEAD + b"Content-Length: 10\r\n\r\n")
            for byte in b'{"a": [1]}':
                connection.sendall(bytes([byte]))
                time.sleep(0.01)
            connection.recv(65_536)

    with served(send) as address, http_session() as http:
        for _ in range(3):
            call = Call("/", {}, "token", (1, 30))
            assert fetch(PROVIDERS["spotify"], application(address), call, http) == {"a": [1]}


@pytest.mark.parametrize(("size", "why"), [(LARGEST_BODY * 2, "larger than any page"), (LARGEST_BODY // 2, "not JSON")])
def test_an_answer_that_would_fill_the_memory_is_refused(size: int, why: str) -> None:
    """By its bytes; and a smaller one of many small objects by their number, before it is parsed."""
    with served(body_of(size)) as address, http_session() as http, pytest.raises(ProviderUnavailable, match=why):
        fetch(PROVIDERS["spotify"], application(address), Call("/", {}, "token", (1, 60)), http)


@pytest.mark.parametrize(
    "value",
    ["3600000", "999999999", "1e99", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2300"],
    ids=["milliseconds", "years", "beyond measure", "year 9999", "year 10000"],
)
def test_no_retry_after_closes_the_gate_for_longer_than_a_day(value: str, aws_in_memory: None) -> None:
    """After the day one call shows whether to wait on: day after day, as long as the provider says so."""
    clock = Clock()
    with clock.installed():
        limiter = RateLimiter(application("http://127.0.0.1:9"), None)
        for day in count():
            began = clock.now()
            until = limiter.back_off(RateLimited("slow down", retry_after(value)))
            assert until - began <= timedelta(seconds=LONGEST)
            with pytest.raises(MustWait):
                RateLimiter(application("http://127.0.0.1:9"), None).acquire()
            clock.sleep((until - began).total_seconds() + 1)
            limiter.acquire()
            if day == 2:
                break


def test_a_date_is_read_against_the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    """In any zone; a past one is no wait."""
    monkeypatch.setattr(times, "now", lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert retry_after("Sun, 22 Nov 2026 13:00:30 +0100") == 30
    assert retry_after("Sun, 22 Nov 2026 11:00:00 GMT") == 0
