"""The functions behind API Gateway on a socket of this process, for a browser: routes are the template's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from threading import Thread
from typing import Any

from local.template import resources
from tests.unit.http_events import Context, event

STAGE = "/v1"


def _routes() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and handler of every route, those with the fewest placeholders first."""
    routes = [
        (trigger["Properties"]["Method"], trigger["Properties"]["Path"], function["Handler"])
        for function in resources("AWS::Serverless::Function").values()
        for trigger in function.get("Events", {}).values()
        if trigger["Type"] == "Api"
    ]
    routes.sort(key=lambda route: route[1].count("{"))
    patterns = {path: re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path).replace(r"\+", "")) for _, path, _ in routes}
    return [(method, re.compile(patterns[path]), handler) for method, path, handler in routes]


class _Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    routes: list[tuple[str, re.Pattern[str], str]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode() or None
        path = self.path.partition("?")[0].removeprefix(STAGE)
        handlers = (name for method, pattern, name in self.routes if method == self.command and pattern.fullmatch(path))
        handler = next(handlers, None)
        if handler is None:
            self._send(404, {}, b"{}")
            return
        request = event(self.command, self.path.removeprefix(STAGE), dict(self.headers), None, body)
        function: Any = import_module(handler.removesuffix(".handler"))
        response = function.handler(request, Context())
        self._send(response["statusCode"], response["multiValueHeaders"], response["body"].encode())

    def _send(self, status: int, headers: dict[str, list[str]], body: bytes) -> None:
        self.send_response(status)
        for name, values in headers.items():
            for value in values:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 -- the names are those of the standard library

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 -- so the standard library calls it
        """Addresses hold secrets."""


@contextmanager
def running_site() -> Iterator[str]:
    """Serve the API; gives its address, without a slash at the end."""
    gateway = type("Gateway", (_Gateway,), {"routes": _routes()})
    with ThreadingHTTPServer(("127.0.0.1", 0), gateway) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{STAGE}"
        server.shutdown()
