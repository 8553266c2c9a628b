"""An application that takes events, on a socket of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Receiver:
    """What it was sent, and what it answers."""

    url: str = ""
    status: int = 204
    answer: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """Until it answers."""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    """Headers, with names in small letters, and body of each request."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that listens while the context lasts."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if made.seconds:
                self.connection.settimeout(made.seconds)
                self.connection.recv(1)
            self.send_response(made.status)
            for name, value in made.answer.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/hook?secret=of-the-listener"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield made
        server.shutdown()
