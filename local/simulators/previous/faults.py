"""Which calls are spoiled, and how."""

import math
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from local.simulators.previous import edits
from local.simulators.previous.answers import Json

EVERYWHERE = "*"
"""All endpoints of the API; those of the accounts pages have to be named."""


class FaultKind(StrEnum):
    """How an answer is spoiled."""

    STATUS = "status"
    TRUNCATE = "truncate"
    """The true answer, cut in the middle."""
    HTML = "html"
    EMPTY = "empty"
    RESET = "reset"
    """No answer: the connection is torn."""
    STALL = "stall"
    """No answer for `seconds`, then the connection is torn."""
    EDIT = "edit"
    """The true page, changed as `edit` says."""
    REPEAT = "repeat"
    """The page before the one asked for, once more in its place."""


_OF_PAGES = (FaultKind.EDIT, FaultKind.REPEAT)
_WITHOUT_ANSWER = (*_OF_PAGES, FaultKind.RESET, FaultKind.STALL)


@dataclass(slots=True)
class Fault:
    """
    What to do to the calls of one endpoint, or of all of them with `*`; `listener` None is for all.

    The first `skip` calls that it fits pass by, then `times` of them are spoiled, None is for ever. An answer that
    cannot be spoiled in this way, such as a refusal by `edit` or a first page by `repeat`, stays true and takes
    nothing off `times`. Raises ValueError or TypeError for what makes no sense.
    """

    endpoint: str
    kind: FaultKind = FaultKind.STATUS
    status: int | None = None
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    listener: str | None = None
    skip: int = 0
    seconds: float = 60.0
    edit: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kind = FaultKind(self.kind)
        if not isinstance(self.endpoint, str) or not re.fullmatch(r"\*|[A-Z]+ /\S+", self.endpoint):
            raise ValueError("A fault needs an endpoint such as 'GET /v1/me/albums', or '*'.")
        if not (self.listener is None or isinstance(self.listener, str)):
            raise TypeError("listener is a name, or null for all.")
        _whole("skip", self.skip)
        if self.times is not None:
            _whole("times", self.times)
        if not isinstance(self.seconds, int | float) or not 0 <= self.seconds < math.inf:
            raise ValueError("seconds is a number from 0 on.")
        self._check_answer()
        if self.kind is FaultKind.EDIT:
            edits.check(self.edit)
        elif self.edit:
            raise ValueError("Only a fault of kind edit has an edit.")

    def due(self, asked: Any) -> bool:
        """Whether a call is one to be spoiled; it is taken note of when it is one to be skipped."""
        endpoint, listener = asked.endpoint, asked.listener
        named = self.endpoint == endpoint or (self.endpoint == EVERYWHERE and is_web_api(endpoint))
        if not named or self.listener not in {None, listener}:
            return False
        if self.skip:
            self.skip -= 1
            return False
        return self.times != 0

    def _check_answer(self) -> None:
        if self.kind in _WITHOUT_ANSWER and (self.status is not None or self.body is not None or self.headers):
            raise ValueError(f"A fault of kind {self.kind} has no status, body or headers of its own.")
        if self.kind in _OF_PAGES and self.endpoint != EVERYWHERE and not is_web_api(self.endpoint):
            raise ValueError("Only the API has pages.")
        if self.status is not None:
            _whole("status", self.status)
            if not 200 <= self.status <= 599:
                raise ValueError("status is a number from 200 to 599.")


def is_web_api(endpoint: str) -> bool:
    """Whether an endpoint is none of the accounts pages: its path begins with a version, as in /v1/ or /2.0/."""
    return re.search(r" /v?[0-9]+(\.[0-9]+)?/", endpoint) is not None


def _whole(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is a whole number from 0 on.")
