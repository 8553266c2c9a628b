"""Start a sync in the background."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from blendify.core import state_machines

ALL: Mapping[str, Any] = MappingProxyType({})


def start_sync(
    state_machine: str,
    user_id: str,
    provider: str,
    moment: datetime,
    options: Mapping[str, Any] = ALL,
    *,
    hurried: bool = False,
) -> None:
    """
    Start an execution that syncs this connection. The same moment gives the same name, and starts it only once.

    options     the rest of the execution's input: `data_types`, `mode`
    hurried     whether to try only once and for three seconds, as a person waits
    Raises      ClientError, BotoCoreError
    """
    name = f"{provider}-{user_id}-{moment:%Y%m%dT%H%M%S%f}"
    state_machines.start(state_machine, name, {"user_id": user_id, "provider": provider, **options}, hurried=hurried)
