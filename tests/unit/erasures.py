"""Users with items of every kind who leave, and the erase state machine in one process."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from blendify.access import bearer_tokens, brought_applications, refused_grants, sessions
from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history.append import append
from blendify.history.facts import Fact, partitions
from blendify.leaving import erasure, receipts
from blendify.schedule import sync_requests
from blendify.webhooks import subscriptions
from tests.unit.http_events import Browser
from tests.unit.sync_steps import STARTED, begun, plenty

LISTENER = "zebulon"
"""A name that occurs nowhere else."""


def fill(user_id: str, listener: str = LISTENER) -> Browser:
    """Store at least one of every kind of item of a connected user; returns a browser with their session."""
    browser = Browser({"session": sessions.begin(user_id)})
    sessions.begin(user_id)
    bearer_tokens.create(user_id, "my app")
    subscriptions.create(user_id, "https://example.org/hook")
    brought = brought_applications.bring("spotify", "my-client", "my-secret")
    brought_applications.store(user_id, brought)
    state_table().put(keys.rate_limiter("spotify", brought.name), "gate", {"next_slot_at": 1})
    sync_requests.admit(user_id)
    refused_grants.record("spotify", "default", user_id, given_up=True)
    state_table().put(keys.rate_limiter("spotify", "default", user_id), "gate", {"next_slot_at": 1})
    job = begun(user_id, DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    collect(DataType.PLAYLISTS, job, plenty)
    for number, partition in enumerate(partitions(user_id)):
        data_type = partition.split("#")[1]
        fact = Fact.of(user_id, data_type, times.iso(STARTED), "spotify", f"k{number}", {"track_name": listener}, {})
        append([fact])
    return browser


def fill_other(user_id: str, provider: str) -> list[dict[str, Any]]:
    """Items of the same user at another provider, which is not to be erased; returns all items."""
    moment, sync = times.iso(STARTED), "20200101T000000000Z-other"
    fact = Fact.of(user_id, "saved_tracks", moment, provider, "k", {}, {})
    append([fact])
    state_table().put(keys.user(user_id), keys.own_account(provider, "x"), account(provider))
    state_table().put(keys.account(provider, "x"), "user", {"user_id": user_id})
    run = {"sync_id": sync, "provider": provider, "started_at": "2020-01-01T00:00:00Z", "finished_at": None}
    others: dict[str, dict[str, Any]] = {
        keys.sync(sync): run,
        keys.progress(sync, "saved_tracks"): {"data_type": "saved_tracks"},
        keys.staged(sync, "saved_tracks", "a"): {"packed": b""},
        keys.listing(sync, 0): {"packed": b""},
        keys.listed(sync): {},
        keys.version(provider, "saved_tracks", ""): {"provider": provider},
        keys.entries(provider, "saved_tracks", "", "a"): {"packed": b""},
    }
    for sk, item in others.items():
        state_table().put(keys.user(user_id), sk, item)
    return everything()


def account(provider: str) -> dict[str, str]:
    """An account as an item of the user's partition."""
    return {"provider": provider, "account_id": "x", "application": "default"}


def everything() -> list[dict[str, Any]]:
    """All items of both tables."""
    return [item for table in ("accounts", "history") for item in aws.client("dynamodb").scan(TableName=table)["Items"]]


def telling_of(*words: str) -> list[dict[str, Any]]:
    """The items that contain one of these words anywhere."""
    return [item for item in everything() if any(word in str(item) for word in words)]


def erasure_items() -> list[dict[str, Any]]:
    """The items of erasures."""
    return [item for item in everything() if item.get("pk", {}).get("S", "").startswith("erasure#")]


@dataclass(frozen=True)
class Tables:
    """What both tables held at one moment, taken from moto itself: writing all items again costs 40 times as much."""

    items: bytes

    @classmethod
    def snapshot(cls) -> "Tables":
        return cls(pickle.dumps({name: table.items for name, table in _tables().items()}))

    def restore(self) -> None:
        """Make both tables hold exactly that again."""
        for name, items in pickle.loads(self.items).items():  # noqa: S301 -- our own
            _tables()[name].items = items


def _tables() -> dict[str, Any]:
    return dict(dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables)


def machine(
    erasure_id: str,
    seconds_left: Callable[[], float] = plenty,
    between: Callable[[int], object] = lambda _seconds: None,
) -> list[int]:
    """Run the state machine to its end, with `between` in place of its waits; returns the seconds of each wait."""
    waits: list[int] = []
    result: dict[str, Any] = {}
    for _ in range(200):
        result = erasure.erase(erasure_id, seconds_left, waited=result.get("waited") is True)
        if result["status"] == "erased":
            return waits
        if result["status"] == "wait":
            waits.append(result["seconds"])
            between(result["seconds"])
            result = {"waited": True}
    raise AssertionError("the erasure comes to no end")


def leave(user_id: str, scope: str = receipts.EVERYTHING) -> str:
    """Ask for an erasure as the API does, before the state machine begins; returns its id."""
    erasure_id = receipts.begin(user_id, scope)
    erasure.begin(erasure_id)
    return erasure_id


def gone(user_id: str) -> None:
    """Neither table holds anything about the user; only receipts are left."""
    assert telling_of(user_id, LISTENER) == []
    assert {item["status"]["S"] for item in erasure_items()} == {"erased"}


class Interrupted:
    """Runs `other` to its end before the n-th AWS request of the block."""

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
    """Continue the state machine after its first wait."""
    result = erasure.erase(erasure_id, plenty, waited=True)
    return [] if result["status"] == "erased" else [result["seconds"], *machine_from_wait(erasure_id)]
