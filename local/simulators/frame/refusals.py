"""How a service refuses: by name, from the rows in `refusals.json` beside it."""

from local.simulators.frame.responses import Json
from local.simulators.frame.templates import beside, filled


class Refusal(Exception):
    """A refusal of the API, named as its row; `details` fill the places in the row's texts."""

    def __init__(self, name: str, /, **details: Json) -> None:
        super().__init__(name)
        self.name = name
        self.details = details


class Refusals:
    """
    The rows of one service: a `status`, and what else the service's `error` writes. Every service has these:

    too_many       the rate limit is exceeded
    failure        an error of which only the `status` is known, and what HTTP calls it, `reason`; a row such as
                   `failure_503` is for one status
    wrong_method   another HTTP method is allowed
    not_a_number, too_small, too_large    the parameter `name`, its `text`, and its bounds `least` and `most`
    """

    def __init__(self, module: str) -> None:
        self._rows = beside(module, "refusals.json")

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def row(self, refusal: Refusal) -> dict[str, Json]:
        """What the service says. Raises KeyError for an unknown name and for a place without a value."""
        row: dict[str, Json] = filled(self._rows[refusal.name], refusal.details)
        return row
