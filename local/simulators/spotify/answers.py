"""Answers as the service writes them: compact JSON in UTF-8, errors in a nested object."""

import json
from collections.abc import Mapping

from starlette.responses import Response

from local.simulators.spotify.regimes import Json


class ApiError(Exception):
    """A refusal of the Web API."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def encoded(value: Json) -> bytes:
    """A lone surrogate, which has no UTF-8, stays the escape it is in JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def answer(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, which nobody may keep."""
    head = {"content-type": "application/json; charset=utf-8", "cache-control": "private, max-age=0"}
    return Response(encoded(value), status, {**head, **(headers or {})})


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error of the Web API."""
    return answer({"error": {"status": status, "message": message}}, status, headers)
