"""Each log line can be joined with what Lambda itself reports of its invocation."""

from collections.abc import Callable
from typing import Any

import pytest

from api import listener
from blendify.core.telemetry import logger
from collectors import top_tracks
from polls import recently_played
from sync import dispatch
from tests.unit.http_events import Context, event
from tests.unit.sync_steps import STARTED
from watch import history

JOB = {"user_id": "u1", "provider": "spotify", "sync_id": "s", "fetched_at": STARTED.isoformat()}
MESSAGE = {"messageId": "m", "body": "{}", "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs"}
INVOCATIONS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (listener.handler, event("GET", "/nothing")),
    (history.handler, {"Records": []}),
    (dispatch.handler, {}),
    (top_tracks.handler, JOB),
    (recently_played.handler, {"Records": [MESSAGE]}),
]


@pytest.mark.usefixtures("aws_in_memory", "no_metrics")
@pytest.mark.parametrize(("handler", "given"), INVOCATIONS, ids=lambda value: getattr(value, "__module__", ""))
def test_a_line_names_its_function_and_request(handler: Callable[..., Any], given: dict[str, Any]) -> None:
    """Of every kind of handler, also when the work fails; with the ids of the sync where there is one."""
    logger.structure_logs(append=False)
    try:
        handler(given, Context())
    except Exception as error:
        logger.debug("The work fails: %s", error)
    keys = logger.get_current_keys()
    assert {"function": "function", "request_id": "request-1"}.items() <= keys.items()
    assert "sync_id" not in given or keys["sync_id"] == given["sync_id"]
