"""Runs a simulator on a real socket: in a thread of a test, or in the foreground of a terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve an application beside the caller, on any free port; gives its base URL, without a slash."""
    server = _server(app, 0)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.001)
    try:
        yield f"http://{LOOPBACK}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def serve(app: ASGIApp, port: int) -> None:
    _server(app, port).run()


def _server(app: ASGIApp, port: int) -> uvicorn.Server:
    """Nothing is logged but failures of the server itself: paths and queries may hold secrets."""
    config = uvicorn.Config(
        app,
        LOOPBACK,
        port,
        access_log=False,
        log_level="error",
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
