"""
Where a webhook may be: a public host, by https. Addresses come from listeners, and the request from within AWS.

Names are resolved when a connection is made, every address of a name must be public, and the connection goes to one of
those addresses and no other: a name that means something else a moment later changes nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

MAX_CHARACTERS = 2_000
_PORTS = {"https": 443, "http": 80}
_TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))
"""Addresses of IPv6 that stand for one of IPv4, which may be a private one."""


class BadAddress(Exception):
    """No webhook can be there; the message says why."""


@dataclass(frozen=True)
class Address:
    """The parts of an address that a request needs."""

    host: str
    """In ASCII."""
    port: int
    target: str
    """Path and query."""
    tls: bool


def parse(url: str, *, loopback: bool) -> Address:
    """
    The address, without asking for its name.

    loopback    whether it may be on this machine, and then by plain http

    Raises  BadAddress
    """
    if len(url) > MAX_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        raise BadAddress(f"an address has at most {MAX_CHARACTERS:,} characters, all of them ASCII, without blanks")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("this is no address") from None
    if not host or parts.scheme not in _PORTS or parts.username is not None or parts.password is not None:
        raise BadAddress("an address is like https://example.org/hook, without a user name")
    address = Address(
        host,
        port or _PORTS[parts.scheme],
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        tls=parts.scheme == "https",
    )
    literal = _literal(host)
    own_machine = literal is not None and literal.is_loopback
    if not address.tls and not (loopback and own_machine):
        raise BadAddress("webhooks are told by https alone")
    if literal is not None and not _may_be(literal, loopback=loopback):
        raise BadAddress("this address is not public")
    return address


def resolve(address: Address, *, loopback: bool) -> str:
    """
    The numeric address to connect to.

    Raises  BadAddress when one of the name's addresses is not public; OSError when the name has none
    """
    rows = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    numbers = [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    if not numbers or not all(_may_be(number, loopback=loopback) for number in numbers):
        raise BadAddress("the name leads to an address that is not public")
    # Lambda has no route for IPv6 of its own.
    return str(min(numbers, key=lambda number: number.version))


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _may_be(number: IPv4Address | IPv6Address, *, loopback: bool) -> bool:
    if loopback and number.is_loopback:
        return True
    if isinstance(number, IPv6Address):
        if number.ipv4_mapped is not None:
            return _may_be(number.ipv4_mapped, loopback=loopback)
        if any(number in network for network in _TRANSLATED):
            return False
    return number.is_global and not number.is_multicast
