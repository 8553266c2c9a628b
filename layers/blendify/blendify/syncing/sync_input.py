"""The input of a sync's execution, checked. Login, schedule and console give the same."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS

MODES = ("changes", "full")


class InvalidInput(Exception):
    """The input of the execution is wrong; the message says what to give."""


@dataclass(frozen=True)
class SyncInput:
    """What to sync, and how."""

    user_id: str
    provider: str
    data_types: tuple[DataType, ...]
    mode: str

    @classmethod
    def of(cls, given: Any) -> "SyncInput":
        """
        The checked input of an execution.

        Shape   {"user_id": str, "provider": str, "data_types": [str, ...] (optional), "mode": "full" (optional)}
        Raises  InvalidInput
        """
        example = json.dumps({"user_id": "…", "provider": next(iter(PROVIDERS))}, ensure_ascii=False)
        if not isinstance(given, Mapping):
            raise InvalidInput(f"The input must be an object like {example}.")
        user_id, provider = given.get("user_id"), given.get("provider")
        if not isinstance(user_id, str) or not user_id:
            raise InvalidInput(f"The input needs a user_id, like {example}.")
        if not isinstance(provider, str) or provider not in PROVIDERS:
            raise InvalidInput(f"The input needs a provider, one of: {', '.join(PROVIDERS)}.")
        mode = given.get("mode", MODES[0])
        if mode not in MODES:
            raise InvalidInput(f"The mode must be one of: {', '.join(MODES)}.")
        return cls(user_id, provider, _data_types(given.get("data_types")), mode)


def _data_types(given: Any) -> tuple[DataType, ...]:
    if given is None:
        return tuple(DataType)
    known = f"one or more of: {', '.join(DataType)}"
    if not isinstance(given, list) or not given:
        raise InvalidInput(f"data_types must be a list of {known}.")
    if any(not isinstance(name, str) or name not in set(DataType) for name in given):
        raise InvalidInput(f"data_types contains an unknown name; give {known}.")
    return tuple(data_type for data_type in DataType if data_type in given)
