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


class Timed(Context):
    """A Lambda's context whose time a test lets pass."""

    seconds = 100

    def get_remaining_time_in_millis(self) -> int:
        return self.seconds * 1000


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
    answer = asked(do)(batch, Timed())  # type: ignore[arg-type]
    failures = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failures == ["message-1", "message-3"]
    assert done == [bucket("ada", "1"), bucket("ben", "1")]


def test_what_there_is_no_time_for_returns_to_the_queue(messages: Messages) -> None:
    """In its order and at once; the first is begun however little time there is."""

    context, done = Timed(), list[Ask]()

    def do(ask: Ask, _left: Callable[[], float]) -> None:
        context.seconds -= 30
        done.append(ask)

    asks = [bucket("ada", str(day)) for day in range(5)]
    batch = event(*(ask.body() for ask in asks))
    for record in batch["Records"]:
        record["attributes"]["MessageGroupId"] = "ada"
    answer = asked(do)(batch, context)  # type: ignore[arg-type]
    assert done == asks[:2]
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == [
        *("message-2", "message-3", "message-4"),
    ]
    assert messages.returned == [record["receiptHandle"] for record in batch["Records"][2:]]
    context.seconds = 10
    assert asked(do)(event(asks[4].body()), context) == {"batchItemFailures": []}  # type: ignore[arg-type]


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
