"""Listeners with something of everything, who leave; and the machine that erases them, in one process."""

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from blendify.access import bearer_tokens, refused_grants, sessions
from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history.append import append
from blendify.history.facts import Fact, partitions
from blendify.leaving import erasure
from blendify.leaving import receipts as erasures
from blendify.schedule import sync_requests
from tests.unit.http_events import Browser
from tests.unit.spotify_world import STARTED, begun, plenty

LISTENER = "zebulon"
"""A name that nothing else holds."""


class GoneError(ClientError):
    """Step Functions knows no such execution."""


class Machines:
    """Step Functions: what was asked to start, and to stop."""

    exceptions = SimpleNamespace(ExecutionAlreadyExists=GoneError, ExecutionDoesNotExist=GoneError)

    def __init__(self) -> None:
        self.started: list[tuple[str, dict[str, Any]]] = []
        self.stopped: list[str] = []
        self.refuses = False

    def start_execution(self, **wish: str) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")
        if wish["name"] in [name for name, _ in self.started]:
            raise GoneError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        self.started.append((wish["name"], json.loads(wish["input"])))

    def stop_execution(self, **wish: str) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StopExecution")
        self.stopped.append(wish["executionArn"])

    def describe_execution(self, **_wish: str) -> dict[str, str]:
        return {"status": "RUNNING"}


def fill(user_id: str, listener: str = LISTENER) -> Browser:
    """Everything that is ever kept of a connected user, at least one of each; the browser has a session."""
    browser = Browser({"session": sessions.begin(user_id)})
    sessions.begin(user_id)
    bearer_tokens.create(user_id, "my app")
    sync_requests.grant(user_id)
    refused_grants.record("spotify", "default", user_id, given_up=True)
    state_table().put(keys.gate("spotify", "default", user_id), "gate", {"next_slot_at": 1})
    job = begun(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    collect(DataType.PLAYLISTS, job, plenty)
    for number, partition in enumerate(partitions(user_id)):
        data_type = partition.split("#")[1]
        fact = Fact.of(user_id, data_type, times.iso(STARTED), "spotify", f"k{number}", {"track_name": listener}, {})
        append([fact])
    return browser


def fill_other(user_id: str, provider: str) -> list[dict[str, Any]]:
    """The same user's, of a provider of which nothing is to be erased; what it is."""
    moment, sync = times.iso(STARTED), "20200101T000000000Z-other"
    fact = Fact.of(user_id, "saved_tracks", moment, provider, "k", {}, {})
    append([fact])
    state_table().put(keys.user(user_id), keys.own_account(provider, "x"), account(provider))
    state_table().put(keys.account(provider, "x"), "user", {"user_id": user_id})
    run = {"sync_id": sync, "provider": provider, "started_at": "2020-01-01T00:00:00Z", "finished_at": None}
    others: dict[str, dict[str, Any]] = {
        keys.sync(sync): run,
        keys.progress(sync, "saved_tracks"): {"data_type": "saved_tracks"},
        keys.draft(sync, "saved_tracks", 0, 1): {"number": 0},
        keys.listing(sync, 0): {"lists": []},
        keys.listed(sync): {},
        keys.inventory(provider, "saved_tracks", ""): {"provider": provider},
        keys.entries(provider, "saved_tracks", "", "a"): {"packed": b""},
        keys.opened(provider, "saved_tracks"): {"sync_id": sync},
    }
    for sk, item in others.items():
        state_table().put(keys.user(user_id), sk, item)
    return everything()


def account(provider: str) -> dict[str, str]:
    """As the user's partition keeps it."""
    return {"provider": provider, "account_id": "x", "application": "default"}


def everything() -> list[dict[str, Any]]:
    """All items of both tables."""
    return [item for table in ("accounts", "history") for item in aws.client("dynamodb").scan(TableName=table)["Items"]]


def telling_of(*words: str) -> list[dict[str, Any]]:
    """The items that hold one of these words, wherever."""
    return [item for item in everything() if any(word in str(item) for word in words)]


def receipts() -> list[dict[str, Any]]:
    """What remains of erasures."""
    return [item for item in everything() if item.get("pk", {}).get("S", "").startswith("erasure#")]


@dataclass(frozen=True)
class Tables:
    """What both tables held at one moment, taken from moto itself: writing all items again costs 40 times as much."""

    items: bytes

    @classmethod
    def snapshot(cls) -> "Tables":
        return cls(pickle.dumps({name: table.items for name, table in _tables().items()}))

    def restore(self) -> None:
        """They hold exactly that again."""
        for name, items in pickle.loads(self.items).items():  # noqa: S301 -- our own
            _tables()[name].items = items


def _tables() -> dict[str, Any]:
    return dict(dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables)


def machine(
    erasure_id: str,
    seconds_left: Callable[[], float] = plenty,
    between: Callable[[int], object] = lambda _seconds: None,
) -> list[int]:
    """What the state machine does, with `between` in place of its waits; the seconds of each."""
    waits: list[int] = []
    given: dict[str, Any] = {}
    for _ in range(200):
        given = erasure.erase(erasure_id, seconds_left, waited=given.get("waited") is True)
        if given["status"] == "erased":
            return waits
        if given["status"] == "wait":
            waits.append(given["seconds"])
            between(given["seconds"])
            given = {"waited": True}
    raise AssertionError("the erasure comes to no end")


def leave(user_id: str, scope: str = erasures.EVERYTHING) -> str:
    """What the API does before the machine begins; the erasure's id."""
    erasure_id = erasures.begin(user_id, scope)
    erasure.begin(erasure_id)
    return erasure_id


def gone(user_id: str) -> None:
    """Neither table tells of the listener; what remains is receipts."""
    assert telling_of(user_id, LISTENER) == []
    assert {item["status"]["S"] for item in receipts()} == {"erased"}


class Interrupted:
    """Before the n-th request of this thread's work, something else happens as a whole."""

    def __init__(self, at: int, other: Callable[[], None]) -> None:
        self._at, self._other, self._counted = at, other, 0
        self._inside = False

    def __enter__(self) -> None:
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def request(client: object, operation: str, parameters: object) -> Any:
            if not self._inside:
                self._counted += 1
                if self._counted == self._at:
                    self._inside = True
                    try:
                        self._other()
                    finally:
                        self._inside = False
            return real(client, operation, parameters)

        self._patch = patch.object(BaseClient, "_make_api_call", request)
        self._patch.start()

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


def machine_from_wait(erasure_id: str) -> list[int]:
    """The machine goes on after its first wait."""
    given = erasure.erase(erasure_id, plenty, waited=True)
    return [] if given["status"] == "erased" else [given["seconds"], *machine_from_wait(erasure_id)]
