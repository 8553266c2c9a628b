"""Runs a simulator on a real socket: in a thread of a test, or in the foreground of a terminal."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"


@contextmanager
def running(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve an application beside the caller; gives its base URL, without a slash. Port 0 is any free one."""
    with _listening(port) as listening:
        server = _server(app)
        thread = Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
        base_url = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
        thread.start()
        try:
            yield base_url
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def serve(app: ASGIApp, port: int) -> None:
    with _listening(port) as listening:
        _server(app).run([listening])


def _listening(port: int) -> socket.socket:
    """The protocol is named, as asyncio switches Nagle's delays off only where it is: 40 ms per answer."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen(1024)
    except OSError:
        listening.close()
        raise
    return listening


def _server(app: ASGIApp) -> uvicorn.Server:
    """Nothing is logged but failures of the server itself: paths and queries may hold secrets."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="error",
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
