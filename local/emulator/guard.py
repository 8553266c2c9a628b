"""
Who may ask the emulator what: its port is open to every program and every web page on this machine.

    below /_aws/execute-api/   everybody, as on the internet: the API checks sessions and tokens itself
    health                     everybody
    forms with a file          whoever has a form that is signed itself, with a key as below; the emulator checks what
                               it was signed for. Before that, pages at its own host names may ask whether they may
    everything else            requests that are signed (AWS Signature Version 4) with a key that this emulator gave:
                               the stack's own secret key, or a role's. The emulator itself believes any signature.
                               From a program of the same user, any signature will do, where the kernel tells whose
                               a connection is (Linux): that user can read the key anyway.

A web page cannot sign, so it gets nothing, whatever its origin; foreign origins and host names are refused besides.
"""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from ministack.core import sigv4
from ministack.core.iam_evaluator import CredentialResolutionError, resolve_credential
from ministack.services import s3

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH = "/_ministack/health"
_API = re.compile(r"/_aws/execute-api/[^/]+/[^/]+")
_ACCOUNT = re.compile(r"\d{12}")
_LOCAL_HOSTS = ("127.0.0.1", "localhost")


class Guard:
    """An application that passes on what is allowed and refuses everything else with status 403."""

    def __init__(self, application: Application, port: int, same_user: Callable[[int, int], bool] | None) -> None:
        """`same_user` says of two ports, a client's and ours, whether its user is ours; without it all need a key."""
        self._application = application
        self._port = port
        self._same_user = same_user
        self._hosts = [f"{name}:{port}" for name in _LOCAL_HOSTS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif _API.match(scope["path"]):
            await self._application(self._at_own_host(scope), receive, send)
        elif scope["path"] == HEALTH and scope["method"] == "GET":
            await self._application(scope, receive, send)
        else:
            await self._signed(scope, receive, send)

    def _at_own_host(self, scope: Scope) -> Scope:
        """Replace the host, which could lead to another service, e.g. a bucket of that name. Only the path decides."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
        return {**scope, "headers": [(b"host", self._hosts[0].encode()), *headers]}

    async def _signed(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        refusal = self._foreign(headers)
        if not refusal and not _is_preflight(scope, headers):
            body, receive = await _read(receive)
            refusal = _unsigned_form(headers, body) if _is_form(scope, headers) else _unsigned(scope, headers, body)
            if refusal and self._is_own_client(scope, headers):
                refusal = None
        if refusal:
            await _refuse(send, refusal)
        else:
            await self._application(scope, receive, send)

    def _is_own_client(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Whether an AWS client of the same user sent this; a page cannot send the header without asking first."""
        if self._same_user is None or not scope.get("client"):
            return False
        claimed = headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 ")
        return claimed and self._same_user(scope["client"][1], self._port)

    def _foreign(self, headers: dict[str, str]) -> str | None:
        if headers.get("host") not in self._hosts:
            return "this host name is not the emulator's"
        if headers.get("origin", "http://" + headers["host"]).removeprefix("http://") not in self._hosts:
            return "web pages may use the API alone"
        return None


def _is_preflight(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether a browser asks what a page may do: that is never signed, and nothing else is answered to it."""
    return scope["method"] == "OPTIONS" and {"origin", "access-control-request-method"} <= headers.keys()


def _is_form(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether a browser sends a file to a bucket."""
    is_file = headers.get("content-type", "").startswith("multipart/form-data")
    return is_file and scope["method"] == "POST" and "authorization" not in headers


def _headers(scope: Scope) -> dict[str, str]:
    """By lower-case name; values of a header that comes several times are joined, as they are signed."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), sigv4.decode_header_value(value)
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The body, and a `receive` that gives it once more."""
    messages, parts = [], []
    while True:
        message = await receive()
        messages.append(message)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break

    async def again() -> MutableMapping[str, Any]:
        return messages.pop(0) if messages else await receive()

    return b"".join(parts), again


def _unsigned(scope: Scope, headers: dict[str, str], body: bytes) -> str | None:
    """Why the request does not count as signed; None when it does. A link to a file is signed in its query."""
    query = parse_qs(scope.get("query_string", b"").decode(errors="replace"), keep_blank_values=True)
    link = "authorization" not in headers
    signature = sigv4.parse_query_signature(query) if link else sigv4.parse_header_signature(headers)
    if isinstance(signature, tuple):
        return "it is not signed"
    key = signature.access_key_id
    token = query.get("X-Amz-Security-Token", [""])[0] if link else headers.get("x-amz-security-token", "")
    # A key of twelve digits is an account of its own.
    credential = resolve_credential(key, key if _ACCOUNT.fullmatch(key) else None, token)
    if isinstance(credential, CredentialResolutionError):
        return "its key or token is unknown"
    failure = sigv4.header_signature_failure(
        signature,
        credential.secret_access_key,
        scope["method"],
        (scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        query,
        headers,
        body,
        presigned=link,
    )
    if failure:
        return "its signature is wrong"
    return "the link has expired" if link and _expired(signature.amz_date, query) else None


def _unsigned_form(headers: dict[str, str], body: bytes) -> str | None:
    """Why a form does not count as signed; None when it does. What is signed is its policy."""
    parts = s3._parse_multipart_form(headers["content-type"], body)
    fields = {name.lower(): value.decode(errors="replace") for name, _, _, value in parts if name != "file"}
    try:
        key, day, region, service, _ = fields["x-amz-credential"].split("/")
        policy, signature = fields["policy"], fields["x-amz-signature"]
    except (KeyError, ValueError):
        return "it is not signed"
    credential = resolve_credential(key, None, fields.get("x-amz-security-token", ""))
    if isinstance(credential, CredentialResolutionError):
        return "its key or token is unknown"
    computed = sigv4.calculate_signature(credential.secret_access_key, day, region, service, policy)
    return None if sigv4.signatures_match(computed, signature) else "its signature is wrong"


def _expired(signed_at: str, query: dict[str, list[str]]) -> bool:
    try:
        return bool(sigv4.presigned_request_is_expired(signed_at, query["X-Amz-Expires"][0]))
    except (KeyError, ValueError):
        return True


async def _refuse(send: Send, why: str) -> None:
    body = json.dumps({"__type": "AccessDenied", "message": f"The emulator refuses this request: {why}."}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
