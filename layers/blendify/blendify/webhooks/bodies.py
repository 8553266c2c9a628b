"""Events as they are posted and signed."""

import json
from collections.abc import Mapping

from blendify.core import times

RECORDED, TEST = "changes.recorded", "webhook.test"


def body(kind: str, data: Mapping[str, object]) -> str:
    """The text of an event of this kind, of now."""
    return json.dumps({"type": kind, "timestamp": times.iso(times.now()), "data": data})


def is_test(text: str) -> bool:
    """Whether a body is that of a test."""
    return bool(json.loads(text)["type"] == TEST)
