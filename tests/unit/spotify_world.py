"""A simulated Spotify on a real socket, and listeners of it who have connected already."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from starlette.applications import Starlette

from blendify.access import connections, users
from blendify.access.connections import Grant
from blendify.access.token_vault import TokenSet, seal
from blendify.collecting import progress
from blendify.collecting.collector import collect
from blendify.collecting.job import Job
from blendify.collecting.progress import Progress
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.history.stored_facts import StoredFact
from blendify.providers import PROVIDERS
from blendify.providers.provider import Profile
from blendify.syncing.begin_sync import begin_sync
from local.aws_in_memory import application
from local.history_reader import HistoryReader
from local.simulators.frame.bans import RateLimit
from local.simulators.frame.faults import FaultKind
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.spotify import Options, Spotify

CALLBACK = "http://127.0.0.1:4566/v1/auth/spotify/callback"
SMALL: dict[str, Any] = {
    "redirect_uris": (CALLBACK,),
    "top_tracks": 5,
    "top_artists": 4,
    "plays": 10,
    "playlists": 3,
    "playlist_entries": 70,
    "long_playlist": 56,
    "saved_tracks": 54,
    "saved_albums": 52,
    "followed_artists": 52,
    "long_description": 300,
}
"""Every list that can has a second page, and nothing more than that."""

STARTED = datetime.now(UTC).replace(microsecond=123000) - timedelta(minutes=1)
"""When runs begin that tests start; a run of another day would be too old to go on with."""

PATHS = {
    DataType.TOP_TRACKS: "GET /v1/me/top/tracks",
    DataType.TOP_ARTISTS: "GET /v1/me/top/artists",
    DataType.RECENTLY_PLAYED: "GET /v1/me/player/recently-played",
    DataType.PLAYLISTS: "GET /v1/me/playlists",
    DataType.PLAYLIST_TRACKS: "GET /v1/playlists/{id}/items",
    DataType.SAVED_TRACKS: "GET /v1/me/tracks",
    DataType.SAVED_ALBUMS: "GET /v1/me/albums",
    DataType.FOLLOWED_ARTISTS: "GET /v1/me/following",
}
"""The endpoints as the simulator counts them."""


def passing() -> float:
    """The simulator's time is the product's, also where a test moves that."""
    return times.now().timestamp()


@contextmanager
def served() -> Iterator[tuple[Starlette, str]]:
    """One socket for many tests: each puts its own simulator behind it."""
    app = create_app(Spotify, Options())
    with running(app) as base:
        yield app, base


@dataclass
class World:
    """One simulator, and our application registered with it."""

    base: str
    simulator: Spotify

    @classmethod
    def begin(cls, behind: tuple[Starlette, str], *, clock: Callable[[], float] = passing, **options: Any) -> "World":
        """New for each test, on a socket that is there already."""
        app, base = behind
        app.state.simulator = Spotify(Options(**{**SMALL, **options}), clock)
        world = cls(base, app.state.simulator)
        world.register()
        return world

    def register(self, **more: Any) -> None:
        """Our application, as the provider knows it; `more` replaces parts of it."""
        application(self.base, f"{self.base}/v1", **more)

    def consent(self, listener: str, scopes: tuple[str, ...] | None = None) -> dict[str, Any]:
        """What the token endpoint answers when a listener agrees, without a browser."""
        accounts = self.simulator.accounts
        asked = tuple(PROVIDERS["spotify"].scopes) if scopes is None else scopes
        code = accounts.allow(listener, list(asked), CALLBACK)
        return dict(accounts.redeem(code, CALLBACK, None))

    def connect(self, listener: str = "ana", scopes: tuple[str, ...] | None = None, *, seconds: float = 3600) -> str:
        """The user id of a listener whose connection is stored, with an access token that lives so long."""
        given = self.consent(listener, scopes)
        user_id = users.find_or_create_user("spotify", listener)
        until = times.now() + timedelta(seconds=seconds)
        sealed = seal(
            TokenSet(given["access_token"], given["refresh_token"], until), provider="spotify", user_id=user_id
        )
        granted = tuple(given["scope"].split())
        connections.connect(
            user_id, "spotify", Profile(listener, listener, listener), Grant("default", granted, sealed, until)
        )
        return user_id

    def truth(self, listener: str = "ana") -> Any:
        """What the listener really has."""
        return self.simulator.truth(listener)["data"]

    def change(self, act: str, data_type: str, name: str = "", *, listener: str = "ana", **details: Any) -> Any:
        """Something that a listener does, see `local.simulators.frame.acts`."""
        return self.simulator.change(listener, act, data_type, name, **details)

    def fault(self, endpoint: str, trouble: str = "", **wish: Any) -> None:
        """Spoil an endpoint's answers, as a trouble of `TROUBLES` or `Fault` says; `GET /v1/me/tracks` and the like."""
        self.simulator.trouble(trouble, endpoint, **wish)

    def limit(self, calls: int, retry_after: str | None) -> None:
        """Answer 429 after so many calls."""
        self.simulator.traffic.limit = RateLimit(calls, 3600, retry_after, silent=retry_after is None)

    def calls(self, endpoint: str | None = None) -> int:
        """Calls so far, to one endpoint or to the whole Web API."""
        counters = self.simulator.traffic.endpoints
        wanted = [endpoint] if endpoint else [name for name in counters if "/v1/" in name]
        return sum(counters[name]["calls"] for name in wanted if name in counters)

    @property
    def refreshes(self) -> int:
        return self.simulator.traffic.refreshes


def begun(
    user_id: str,
    *data_types: DataType,
    provider: str = "spotify",
    execution: str = "execution-1",
    started_at: datetime = STARTED,
    **more: str,
) -> Job:
    """A run that has begun."""
    given: dict[str, Any] = {"user_id": user_id, "provider": provider, **more}
    if data_types:
        given["data_types"] = list(data_types)
    answer = begin_sync(given, execution, started_at)
    assert answer["outcome"] == "started", answer
    return Job.of(answer["job"])


def standing(job: Job, data_type: DataType) -> Progress:
    """Where a data type of a run stands."""
    found = progress.progress(job.user_id, job.sync_id, data_type)
    assert found is not None
    return found


def facts(job: Job, data_type: DataType) -> list[StoredFact]:
    """What a run appended."""
    return list(StoredFact.of_run(job.user_id, data_type, job.fetched_at))


def plenty() -> float:
    """Seconds that a Lambda has left: enough for everything."""
    return 900.0


def lists(world: World, data_type: DataType) -> dict[str, list[Any]]:
    """What the listener really has, by list; playlists that cannot be read are left out."""
    found = world.truth()[data_type]
    if isinstance(found, dict):
        return {name: entries for name, entries in found.items() if entries is not None}
    return {"": found}


def whole(world: World, job: Job, data_type: DataType) -> None:
    """As of this run the history holds every entry once, with the provider's whole answer."""
    stored = HistoryReader(aws.client("dynamodb"), "history", job.user_id).lists(data_type, job.fetched_at)
    assert stored.differences(lists(world, data_type)) == []


def same(job: Job, data_type: DataType, entries: list[Any]) -> None:
    """Exactly these are stored, each as the provider has it."""
    kept = [json.dumps(fact.answer()) for fact in facts(job, data_type)]
    assert sorted(kept) == sorted(json.dumps(entry) for entry in entries)


def fewest(world: World, data_type: DataType) -> int:
    """ceil(n / page) calls a list, one for an empty one."""
    limit = PROVIDERS["spotify"].endpoints[data_type].paging.limit
    return sum(max(1, ceil(len(entries) / limit)) for entries in lists(world, data_type).values())


def ready(data_type: DataType, world: World, *more: DataType) -> Job:
    """A run in which it is this data type's turn."""
    needs = [DataType.PLAYLISTS] if data_type is DataType.PLAYLIST_TRACKS else []
    job = begun(world.connect(), *needs, data_type, *more)
    for need in needs:
        collect(need, job, plenty)
    return job


def in_clear() -> str:
    """Both tables as text, as somebody with read access to them sees it."""
    items = [aws.client("dynamodb").scan(TableName=name)["Items"] for name in ("accounts", "history")]
    return json.dumps(items, default=lambda raw: bytes(raw).decode("latin-1"))


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that went into log records: messages, tracebacks and extra fields."""
    return caplog.text + "".join(str(vars(record)) for record in caplog.records)


def items(table: str = "accounts") -> list[dict[str, Any]]:
    """All items of a table, in DynamoDB's own notation."""
    return aws.client("dynamodb").scan(TableName=table)["Items"]


__all__ = [
    "FaultKind",
    "World",
    "begun",
    "facts",
    "fewest",
    "in_clear",
    "items",
    "lists",
    "logged",
    "plenty",
    "ready",
    "same",
    "served",
    "standing",
    "whole",
]
