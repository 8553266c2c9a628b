"""API Gateway's REST proxy events, and a browser that sends them to handlers."""

import json
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1:4566"


def event(
    method: str,
    address: str,
    headers: dict[str, str] | None = None,
    cookies: dict[str, str] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """The event of one request; `address` is a path with its query."""
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    multiple: dict[str, list[str]] = {}
    for name, value in pairs:
        multiple.setdefault(name, []).append(value)
    sent = {"Host": HOST, "Accept": "text/html", **(headers or {})}
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {
        "resource": parts.path,
        "path": parts.path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": multiple or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": parts.path,
            "httpMethod": method,
            "path": f"/v1{parts.path}",
            "stage": "v1",
            "domainName": "abc123.execute-api.us-east-1.amazonaws.com",
            "identity": {"sourceIp": "127.0.0.1"},
            "requestId": "request-1",
        },
        "body": body,
        "isBase64Encoded": False,
    }


@dataclass
class HttpResponse:
    """What API Gateway makes of a handler's result."""

    status: int
    headers: dict[str, str]
    cookies: SimpleCookie
    cookie_lines: list[str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers["location"]


class Context:
    """What Lambda passes besides the event."""

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:function"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@dataclass
class Browser:
    """Stores cookies as a browser does, and sends them with each request."""

    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def logins(self) -> dict[str, str]:
        """The cookies of logins that are under way: each has its own."""
        return {
            name: value for name, value in self.cookies.items() if name.removeprefix("__Host-").startswith("login-")
        }

    def get(self, handler: str, address: str, **headers: str) -> HttpResponse:
        return self.ask("GET", handler, address, headers)

    def post(self, handler: str, address: str, **headers: str) -> HttpResponse:
        return self.ask("POST", handler, address, headers)

    def ask(
        self,
        method: str,
        handler: str,
        address: str,
        headers: dict[str, str] | None = None,
        body: str | None = None,
    ) -> HttpResponse:
        """One request; `handler` is the module below `functions/`, such as `auth.login`."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        result = import_module(handler).handler(event(method, address, sent, self.cookies, body), Context())
        lines = [
            line
            for name, values in result["multiValueHeaders"].items()
            if name.lower() == "set-cookie"
            for line in values
        ]
        received: SimpleCookie = SimpleCookie()
        for line in lines:
            received.load(line)
        for name, cookie in received.items():
            if cookie["max-age"] == "0" or not cookie.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value
        flat = {name.lower(): values[0] for name, values in result["multiValueHeaders"].items()}
        return HttpResponse(result["statusCode"], flat, received, lines, result["body"] or "")
