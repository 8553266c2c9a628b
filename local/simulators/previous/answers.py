"""Answers as the services write them: compact JSON in UTF-8."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

Json = Any
"""A value as `json.loads` gives it. Rendered objects are shared between answers: nobody may change one."""


def encoded(value: Json) -> bytes:
    """A lone surrogate, which has no UTF-8, stays the escape it is in JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def answer(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, which nobody may keep."""
    head = {"content-type": "application/json; charset=utf-8", "cache-control": "private, max-age=0"}
    return Response(encoded(value), status, {**head, **(headers or {})})
