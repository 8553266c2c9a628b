"""
From the stream of the history to the queue: a message for each run of a listener with webhooks that a batch is of.

Every record that is appended passes here, whoever appended it and whatever became of its run: so no change is missed.
For listeners without webhooks it costs one small read for each batch with records of theirs. An import appends more
than anybody wants to be told of: whoever ends it, or erases what it brought, asks for its event.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from blendify.core import fifo
from blendify.core.data_types import DataType
from blendify.core.settings import events_delay, events_queue
from blendify.history.facts import PART, moment_of
from blendify.webhooks import subscriptions

_DATA_TYPES = frozenset(data_type.value for data_type in DataType)


@dataclass(frozen=True)
class Run:
    """A run that has recorded something of a listener, or an import that has ended or was taken back."""

    user_id: str
    started_at: str
    """ISO 8601; all its records have it. Of an import the moment at which that happened."""
    import_id: str | None = None

    @classmethod
    def of(cls, body: str) -> Self:
        """The run in a message's body; TypeError or ValueError when it is none."""
        return cls(**json.loads(body))

    def body(self) -> str:
        """The message's body."""
        return json.dumps(asdict(self))


def forward(changes: Iterable[Mapping[str, Any]]) -> int:
    """
    Ask for the events of these changes; returns the number of messages.

    changes     records of the stream: {"dynamodb": {"Keys": {"user#type": {"S": …}, "fetched_at": {"S": …}}}}
    """
    runs = list(dict.fromkeys(run for change in changes if (run := _run(change["dynamodb"]["Keys"]))))
    return _ask_for(runs)


def forward_import(user_id: str, import_id: str, moment: str) -> int:
    """Ask for the event of an import that ended or was taken back at this moment; returns the number of messages."""
    return _ask_for([Run(user_id, moment, import_id)])


def _ask_for(runs: Sequence[Run]) -> int:
    asking = subscriptions.who_has_any({run.user_id for run in runs})
    messages = [(run.user_id, run.body()) for run in runs if run.user_id in asking]
    return fifo.send(events_queue(), events_delay(), messages) if messages else 0


def _run(stored: Mapping[str, Mapping[str, str]]) -> Run | None:
    user_id, _, name = stored["user#type"]["S"].partition("#")
    key = stored["fetched_at"]["S"]
    return Run(user_id, moment_of(key)) if name in _DATA_TYPES and PART not in key else None
