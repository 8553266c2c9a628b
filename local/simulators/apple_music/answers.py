"""How the service refuses: a list of errors, whose status and code are strings."""

from base64 import b32encode
from collections.abc import Mapping
from http.client import responses
from secrets import token_bytes

from starlette.responses import Response

from local.simulators.previous.answers import answer


class ApiError(Exception):
    """A refusal; `code` is the service's own, of five digits, and `parameter` the one of the query that is at fault."""

    def __init__(self, status: int, code: str, title: str, detail: str, parameter: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.parameter = parameter


def unauthorized() -> ApiError:
    """The developer token is missing, wrong or old: nobody of the application gets through."""
    return ApiError(401, "40100", "Unauthorized", "Authentication failed")


def forbidden() -> ApiError:
    """The user token is missing, unknown or dead."""
    return ApiError(403, "40300", "Forbidden", "Invalid authentication")


def not_found() -> ApiError:
    return ApiError(404, "40400", "Resource Not Found", "Resource with requested id was not found")


def nothing_related(relation: str) -> ApiError:
    """What the service says of a list with nothing in it, where that is the list of another resource."""
    return ApiError(404, "40403", "No related resources", f"No related resources found for {relation}")


def invalid(parameter: str, detail: str) -> ApiError:
    return ApiError(400, "40005", "Invalid Parameter Value", detail, parameter)


def refused(error: ApiError) -> Response:
    """An error as it is sent."""
    told: dict[str, object] = {
        "id": b32encode(token_bytes(16)).decode().rstrip("="),
        "title": error.title,
        "detail": error.detail,
        "status": str(error.status),
        "code": error.code,
    }
    if error.parameter is not None:
        told["source"] = {"parameter": error.parameter}
    return answer({"errors": [told]}, error.status)


def failure(status: int, headers: Mapping[str, str]) -> Response:
    """An error for which nothing else is known than its status."""
    title = responses.get(status, "Error")
    response = refused(ApiError(status, f"{status}00", title, "The request could not be completed"))
    response.headers.update(headers)
    return response


def too_many(headers: Mapping[str, str]) -> Response:  # noqa: ARG001
    """The service does not tell how long to wait."""
    return refused(ApiError(429, "42900", "Too Many Requests", "The request rate limit has been reached"))
