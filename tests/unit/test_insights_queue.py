"""Messages of the queue of insights: one that fails returns with the listener's later ones, and with no others."""

from collections.abc import Callable

import pytest

from blendify.core.fifo import NotTaken
from blendify.insights import queue
from blendify.insights.queue import Ask
from blendify.lambdas.insights import asked
from tests.unit.http_events import Context
from tests.unit.insights_stories import Messages
from tests.unit.poll_queue import event


def bucket(user_id: str, day: str) -> Ask:
    return Ask.bucket(user_id, "saved_tracks", day)


def test_a_failure_holds_up_its_own_listener_alone() -> None:
    done: list[Ask] = []

    def do(ask: Ask, _left: Callable[[], float]) -> None:
        if ask == bucket("ada", "2"):
            raise ValueError("broken")
        done.append(ask)

    asks = [bucket("ada", "1"), bucket("ada", "2"), bucket("ben", "1"), bucket("ada", "3"), bucket("ben", "1")]
    batch = event(*(ask.body() for ask in asks))
    for record, ask in zip(batch["Records"], asks, strict=True):
        record["attributes"]["MessageGroupId"] = ask.user_id
    answer = asked(do)(batch, Context())  # type: ignore[arg-type]
    failures = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failures == ["message-1", "message-3"]
    assert done == [bucket("ada", "1"), bucket("ben", "1")]


def test_the_same_is_asked_for_once_in_a_slot(messages: Messages) -> None:
    asks = [bucket("ada", str(day)) for day in range(15)]
    assert queue.send([*asks, *asks]) == 15
    assert messages.requests == 2
    assert queue.send(asks[:1]) == 1
    assert len(messages.waiting) == 15


def test_what_the_queue_refuses_is_an_error(messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"Failed": [{"Id": "0", "Code": "InternalError"}]}
    monkeypatch.setattr(messages, "send_message_batch", lambda **_: refused)
    with pytest.raises(NotTaken, match="1 of 1 messages, InternalError"):
        queue.send([bucket("ada", "1")])
