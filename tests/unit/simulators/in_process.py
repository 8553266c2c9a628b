"""Requests to an application in this process: no socket, no thread, and the same client code."""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.utils import get_encoding_from_headers
from starlette.types import ASGIApp


class InProcess(BaseAdapter):
    """Mount it on a session, with the address that the application shall have."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app
        self._loop = asyncio.new_event_loop()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        response = requests.Response()
        response.request, response.url = request, request.url or ""
        response._content = self._loop.run_until_complete(self._answer(request, response))
        response.encoding = get_encoding_from_headers(response.headers)
        return response

    async def _answer(self, request: requests.PreparedRequest, response: requests.Response) -> bytes:
        address, body = urlsplit(request.url or ""), request.body or b""
        headers = {"host": address.netloc, **{name.lower(): value for name, value in request.headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": address.scheme,
            "server": (address.hostname, address.port or 80),
            "path": unquote(address.path),
            "raw_path": address.path.encode(),
            "query_string": address.query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
        pieces: list[bytes] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body.encode() if isinstance(body, str) else body}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                response.status_code = message["status"]
                response.headers.update((name.decode(), value.decode("latin-1")) for name, value in message["headers"])
            pieces.append(message.get("body", b""))

        await self._app(scope, receive, send)
        return b"".join(pieces)

    def close(self) -> None:
        self._loop.close()
