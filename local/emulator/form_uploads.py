"""
Uploads to a bucket by a signed form (POST of `multipart/form-data`), which browsers send and the emulator lacks.

The form's policy is checked as S3 checks it: signature, expiry, each condition, the size of the file. Then the file is
put as its signer would put it, by a signed request of the emulator's own.

Source  https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from ministack.core.iam_evaluator import CredentialResolutionError, resolve_credential

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_NOT_IN_A_POLICY = ("policy", "x-amz-signature", "file")
_NAME = re.compile(rb'name="([^"]*)"')


class Refused(Exception):
    """The form is not what was signed. The message says in which way."""


@dataclass(frozen=True)
class Form:
    """The fields of a form by lower-case name, and its file."""

    fields: Mapping[str, str]
    file: bytes

    @classmethod
    def read(cls, body: bytes, content_type: str) -> "Form":
        """
        The form in a request's body; what comes behind the file is passed over.

        Raises  Refused
        """
        match = re.search(r'boundary="?([^";]+)"?', content_type)
        if not match:
            raise Refused("the form has no boundary")
        fields: dict[str, str] = {}
        for part in body.split(b"--" + match[1].encode())[1:]:
            head, gap, content = part.partition(b"\r\n\r\n")
            name = _NAME.search(head)
            if not gap or not name:
                continue
            content = content.removesuffix(b"\r\n")
            if name[1] == b"file":
                return cls(fields, content)
            fields[name[1].decode().lower()] = content.decode(errors="replace")
        raise Refused("the form has no file")


def accepted(form: Form, bucket: str, now: datetime) -> Credentials:
    """
    The credentials that signed the form, if it is what they allow.

    Raises  Refused
    """
    try:
        key, day, region, service, _ = form.fields["x-amz-credential"].split("/")
        policy = form.fields["policy"]
        document = json.loads(base64.b64decode(policy))
        expires = datetime.fromisoformat(document["expiration"])
        signature = form.fields["x-amz-signature"]
    except (KeyError, ValueError) as error:
        raise Refused("the form is not signed") from error
    token = form.fields.get("x-amz-security-token", "")
    credential = resolve_credential(key, None, token)
    if isinstance(credential, CredentialResolutionError):
        raise Refused("its key or token is unknown")
    if not hmac.compare_digest(_signature(credential.secret_access_key, day, region, service, policy), signature):
        raise Refused("its signature is wrong")
    if expires <= now:
        raise Refused("the form has expired")
    _check(document["conditions"], {**form.fields, "bucket": bucket}, len(form.file))
    return Credentials(key, credential.secret_access_key, token or None)


def _signature(secret: str, day: str, region: str, service: str, policy: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, policy.encode(), hashlib.sha256).hexdigest()


def _check(conditions: list[Any], fields: Mapping[str, str], size: int) -> None:
    named = {"bucket", *_NOT_IN_A_POLICY}
    for condition in conditions:
        if isinstance(condition, dict):
            condition = ["eq", *next((f"${name}", value) for name, value in condition.items())]
        kind, name, value = condition
        if kind == "content-length-range":
            if not int(name) <= size <= int(value):
                raise Refused("the file is too large or too small")
            continue
        field = name.removeprefix("$").lower()
        named.add(field)
        held = fields.get(field, "")
        if not (held == value if kind == "eq" else held.startswith(value)):
            raise Refused(f"{field} is not as it was signed")
    if unsigned := fields.keys() - named - {name for name in fields if name.startswith("x-ignore-")}:
        raise Refused(f"{', '.join(sorted(unsigned))} was not signed")


async def take(application: Application, scope: Scope, body: bytes, send: Send, host: str) -> None:
    """Answer a request with a form: store its file, and send the browser where the form says."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    bucket = scope["path"].strip("/")
    try:
        form = Form.read(body, headers.get("content-type", ""))
        credentials = accepted(form, bucket, datetime.now(UTC))
    except Refused as refused:
        await _answer(send, 403, {}, f"The emulator refuses this form: {refused}.")
        return
    name = form.fields["key"]
    status = await _put(application, scope, form.file, credentials, f"http://{host}/{bucket}/{quote(name)}")
    if status >= 300:
        await _answer(send, status, {}, "The file could not be stored.")
    elif redirect := form.fields.get("success_action_redirect"):
        query = urlencode({"bucket": bucket, "key": name})
        await _answer(send, 303, {"location": f"{redirect}{'&' if '?' in redirect else '?'}{query}"}, "")
    else:
        await _answer(send, int(form.fields.get("success_action_status", "204")), {}, "")


async def _put(application: Application, scope: Scope, file: bytes, credentials: Credentials, address: str) -> int:
    """Store the file as the signer would; returns the status."""
    request = AWSRequest("PUT", address, {"Content-Length": str(len(file))}, file)
    S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    path = address.split("/", 3)[3]
    statuses: list[int] = []
    headers = [(name.lower().encode(), str(value).encode()) for name, value in request.headers.items()]
    inner = {
        **scope,
        "method": "PUT",
        "path": f"/{path}",
        "raw_path": f"/{path}".encode(),
        "query_string": b"",
        "headers": [*headers, (b"host", address.split("/")[2].encode())],
    }

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": file, "more_body": False}

    async def note(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(message["status"]))

    await application(inner, receive, note)
    return statuses[0] if statuses else 500


async def _answer(send: Send, status: int, headers: Mapping[str, str], text: str) -> None:
    body = text.encode()
    every = {"content-type": "text/plain", "content-length": str(len(body)), **headers}
    sent = [(name.encode(), value.encode()) for name, value in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
