"""The events that are put on the account's default bus."""

import json
from typing import Any


class Bus:
    """The events of the default bus, taken from the requests: moto accepts events without a way to read them."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def take(self, params: dict[str, Any], **_: Any) -> None:
        """Called by botocore before it sends a request, unless a Stubber responds."""
        self._entries += json.loads(params["body"])["Entries"]

    def events(self) -> list[dict[str, Any]]:
        """The events since the last call."""
        events, self._entries = self._entries, []
        return events

    def notices(self) -> list[int]:
        return [json.loads(event["Detail"])["notice"] for event in self.events()]
