"""How the Web API refuses: errors in a nested object."""

from collections.abc import Mapping

from starlette.responses import Response

from local.simulators.previous.answers import answer, encoded

__all__ = ["ApiError", "answer", "encoded", "refusal"]


class ApiError(Exception):
    """A refusal of the Web API."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error of the Web API."""
    return answer({"error": {"status": status, "message": message}}, status, headers)
