"""
HTTP connections on which a whole answer has to end in time: status, head and body together.

The libraries' own read timeout counts from packet to packet. An answer that dribbles, or announces itself with
`100 Continue` without end, would never meet it. Here the same number of seconds is for all of the answer.
"""

import io
import socket
from http.client import HTTPResponse
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class _TimedStream(io.RawIOBase):
    """The bytes of one answer; raises TimeoutError once its time is over."""

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        self._socket, self._deadline = connected, monotonic() + seconds
        self._stream: Any = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not end in time")
        self._socket.settimeout(left)
        count: int | None = self._stream.readinto(buffer)
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class _TimedSocket:
    """What an HTTP response needs of a socket: its bytes as a file."""

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        self._socket, self._seconds = connected, seconds

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 -- http.client asks for "rb"
        return io.BufferedReader(_TimedStream(self._socket, self._seconds))


class _TimedAnswers:
    """For connections: `timeout`, as it stands when the answer is awaited, is for all of the answer."""

    timeout: Any

    def _timed_response(self, connected: socket.socket, *given: Any, **more: Any) -> HTTPResponse:
        """The answer on this socket."""
        timed: Any = _TimedSocket(connected, float(self.timeout))
        return HTTPResponse(timed, *given, **more)

    response_class: Any = _timed_response


class _Connection(_TimedAnswers, HTTPConnection):
    """Without encryption: for simulators."""


class _SecureConnection(_TimedAnswers, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class TimedAdapter(HTTPAdapter):
    """The adapter of a session whose read timeouts are for whole answers."""

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
