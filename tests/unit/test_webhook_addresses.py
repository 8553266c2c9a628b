"""Where a webhook may be, and that a request goes there and nowhere else."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from blendify.webhooks import addresses, post
from blendify.webhooks.addresses import BadAddress, parse, resolve
from blendify.webhooks.post import Delivery, NotDelivered
from tests.unit.webhook_receiver import Receiver, receiver


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def names(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> list[str]:
    """Every name leads to these numbers; returns the names that were asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org",
        "https://",
        "https://user@example.org",
        "https://user:password@example.org",
        "https://example.org:port",
        "https://exa mple.org",
        "https://exämple.org",
        "https://127.0.0.1",
        "https://10.1.2.3",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1",
        "https://0.0.0.0",
        "https://224.0.0.1",
        "https://[::1]",
        "https://[fd00::1]",
        "https://[fe80::1]",
        "https://[::ffff:10.0.0.1]",
        "https://[64:ff9b::a00:1]",
        "https://[2002:a00:1::]",
        "file:///etc/passwd",
        "https://example.org/" + 2_000 * "x",
    ],
)
def test_addresses_that_are_not_public_https_are_refused(url: str) -> None:
    """Private, of this machine, of the cloud's own services, in any notation."""
    with pytest.raises(BadAddress):
        parse(url, loopback=False)


def test_loopback_is_for_the_local_stack() -> None:
    """There plain http to this machine is allowed; to any other it is not."""
    assert parse("http://127.0.0.1:8000/hook?a=b", loopback=True).target == "/hook?a=b"
    for url in ("http://example.org", "http://10.0.0.1"):
        with pytest.raises(BadAddress):
            parse(url, loopback=True)


@pytest.mark.parametrize("number", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:192.168.0.1", "fd00::1"])
def test_every_number_of_a_name_must_be_public(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """A name that leads to a private one beside public ones is refused."""
    names(monkeypatch, "93.184.216.34", number)
    with pytest.raises(BadAddress, match="not public"):
        resolve(parse("https://example.org", loopback=False), loopback=False)


def test_the_connection_goes_to_the_number_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is asked for once: what it means a moment later does not matter."""
    asked, connected = names(monkeypatch, "2606:2800:21f::1", "93.184.216.34"), list[Any]()

    def create_connection(where: tuple[str, int], _timeout: float) -> socket.socket:
        connected.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(NotDelivered, match="did not answer"):
        post.post(Delivery("https://example.org/hook", {}, b"{}"), loopback=False)
    assert (asked, connected) == (["example.org"], [("93.184.216.34", 443)])


def test_a_name_that_leads_to_this_machine_is_not_called(program: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one way in is closed although the address looks public."""
    names(monkeypatch, "127.0.0.1")
    with pytest.raises(NotDelivered, match="not public"):
        post.post(Delivery("https://example.org/hook", {}, b"{}"), loopback=False)
    assert program.requests == []


def test_redirects_are_not_followed(program: Receiver) -> None:
    """A redirect is a failure: its target was not checked."""
    program.status, program.answer = 302, {"location": program.url}
    with pytest.raises(NotDelivered, match="it answered 302"):
        post.post(Delivery(program.url, {}, b"{}"), loopback=True)
    assert len(program.requests) == 1


def test_a_host_that_hardly_answers_is_cut_off(program: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is for the whole exchange."""
    monkeypatch.setattr(post, "DEADLINE_SECONDS", 0.2)
    program.seconds = 30
    with pytest.raises(NotDelivered, match="did not answer"):
        post.post(Delivery(program.url, {}, b"{}"), loopback=True)


def test_certificates_are_those_of_the_name(monkeypatch: pytest.MonkeyPatch, program: Receiver) -> None:
    """A host that speaks no TLS, or has none for the name, is told nothing."""
    monkeypatch.setattr(addresses, "_may_be", lambda *_, **__: True)
    with pytest.raises(NotDelivered, match="did not answer"):
        post.post(Delivery(program.url.replace("http:", "https:"), {}, b"{}"), loopback=True)
    assert program.requests == []
