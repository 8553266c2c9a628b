"""
One POST to a webhook: to the address that was checked, without redirects, within a deadline, whatever answers there.

Source  https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer

from blendify.core.http import USER_AGENT
from blendify.webhooks import addresses
from blendify.webhooks.addresses import Address, BadAddress

CONNECT_SECONDS = 5.0
DEADLINE_SECONDS = 15.0
"""For the whole exchange: a host that answers byte by byte is cut off."""


class NotDelivered(Exception):
    """The webhook did not take an event; the message says why, in words for its owner."""

    def __init__(self, why: str, *, gone: bool = False, retry_after: str | None = None) -> None:
        super().__init__(why)
        self.gone = gone
        """Whether it wants no more events (410)."""
        self.retry_after = retry_after


@dataclass(frozen=True)
class Delivery:
    """What is posted."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class _Pinned(HTTPConnection):
    """A connection to a number; the certificate and the `Host` header are the name's."""

    def __init__(self, address: Address, number: str) -> None:
        super().__init__(address.host, address.port, timeout=CONNECT_SECONDS)
        self._number, self._tls = number, address.tls

    def connect(self) -> None:
        self.sock = socket.create_connection((self._number, self.port), CONNECT_SECONDS)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
        self.sock.settimeout(DEADLINE_SECONDS)


def post(delivery: Delivery, *, loopback: bool) -> None:
    """
    Deliver it: returns when the webhook has answered with a status from 200 to 299.

    Raises  NotDelivered
    """
    try:
        address = addresses.parse(delivery.url, loopback=loopback)
        connection = _Pinned(address, addresses.resolve(address, loopback=loopback))
    except BadAddress as error:
        raise NotDelivered(str(error)) from None
    except OSError:
        raise NotDelivered("the name of its host is not known") from None
    deadline = Timer(DEADLINE_SECONDS, _cut, [connection])
    deadline.daemon = True
    deadline.start()
    try:
        headers = {**delivery.headers, "Content-Type": "application/json", "User-Agent": USER_AGENT}
        connection.request("POST", address.target, delivery.body, headers)
        answer = connection.getresponse()
        status, retry_after = answer.status, answer.headers.get("retry-after")
    except (OSError, HTTPException, ValueError) as error:
        # Its own text may hold what the host has sent.
        raise NotDelivered(f"it did not answer ({type(error).__name__})") from None
    finally:
        deadline.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise NotDelivered(f"it answered {status}", gone=status == 410, retry_after=retry_after)


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
