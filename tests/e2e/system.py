"""The deployed system, used as from a listener's browser, the console, the provider, and as a reader of the tables."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history.facts import CHECKPOINTS
from local.stack import Stack
from operations.browser import Browser
from operations.history_reader import HistoryReader, StoredRecord

PATIENCE_SECONDS = 300
"""The stack does each thing within seconds. A busy machine with slow processors may need minutes."""
T = TypeVar("T")


def wait_for(what: str, look: Callable[[], T | None], patience: float = PATIENCE_SECONDS) -> T:
    """
    The first true result of `look`.

    Raises  TimeoutError that says what did not happen
    """
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        if result := look():
            return result
        time.sleep(0.2)
    raise TimeoutError(f"this did not happen within {patience:.0f} seconds: {what}")


class System:
    """What tests do with the deployment, through the same interfaces as in production."""

    def __init__(self, stack: Stack, outputs: Mapping[str, str]) -> None:
        self.stack, self.outputs = stack, outputs
        self.simulator = stack.simulator
        self.simulators = {simulator.provider.name: simulator for simulator in (stack.simulator, *stack.others)}

    def connect(self, listener: str, provider: str = "spotify") -> tuple[Browser, str]:
        """Connect through the real pages. Returns the listener's browser and user id."""
        browser = Browser(self.outputs["api_url"])
        browser.connect(provider, listener)
        return browser, str(browser.read("/me")["user_id"])

    def connect_and_sync(self, listener: str) -> tuple[str, dict[str, Any]]:
        """Connect, and wait for the sync that the login started. Returns the user id and that sync."""
        browser, user_id = self.connect(listener)
        return user_id, self.latest_sync(browser)

    def latest_sync(self, browser: Browser, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The newest sync once it has ended."""

        def ended() -> dict[str, Any] | None:
            sync: Any = browser.read("/me")["latest_sync"]
            return sync if sync and sync["finished_at"] else None

        return wait_for("the latest sync ends", ended, patience)

    def sync_after(self, browser: Browser, earlier: Mapping[str, Any]) -> dict[str, Any]:
        """A sync that is newer than `earlier`, once one of its collectors has begun. It may still run."""

        def begun() -> dict[str, Any] | None:
            sync: Any = browser.read("/me")["latest_sync"]
            states = [state["outcome"] for state in sync["data_types"].values()]
            is_new = sync["sync_id"] != earlier["sync_id"]
            return sync if is_new and any(outcome not in ("pending", "not_offered") for outcome in states) else None

        return wait_for("a new sync begins", begun)

    @contextmanager
    def paused_provider(self) -> Iterator[None]:
        """
        Spotify's simulator accepts connections and does not respond until the end of the block.

        A collector waits half a minute for a response and tries four times, so a sync that began in the block
        cannot end in it.
        """
        pid = self.simulator.program.pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def short_waits(self) -> Iterator[None]:
        """
        State machines wait a thousandth of their time.

        That is for the minutes between two tries of a failing data type, and for the quarter of an hour in which the
        eraser waits until no worker can still run.
        """

        def scale(factor: float) -> None:
            self.stack.emulator.control("POST", "/_ministack/config", {"stepfunctions._SFN_WAIT_SCALE": factor})

        scale(0.001)
        try:
            yield
        finally:
            scale(1.0)

    def start(self, given: object) -> str:
        """A new execution, as from the console; its ARN."""
        started = self.stack.emulator.client("stepfunctions").start_execution(
            stateMachineArn=self.outputs["state_machine_arn"], input=json.dumps(given)
        )
        return str(started["executionArn"])

    def execution(self, arn: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The execution once it has ended."""
        client = self.stack.emulator.client("stepfunctions")

        def ended() -> dict[str, Any] | None:
            execution: dict[str, Any] = client.describe_execution(executionArn=arn)
            return execution if execution["status"] != "RUNNING" else None

        return wait_for("an execution ends", ended, patience)

    def run(self, given: object) -> dict[str, Any]:
        """Start an execution and wait for its end."""
        return self.execution(self.start(given))

    def truth(self, listener: str, provider: str = "spotify") -> dict[str, Any]:
        """What the provider serves now, by data type."""
        return self.simulators[provider].truth(listener)

    def reader(self, user_id: str) -> HistoryReader:
        """A reader of one user's history. It depends on the stored format alone."""
        return HistoryReader(self.stack.emulator.client("dynamodb"), self.outputs["history_table"], user_id)

    def stored(self, user_id: str, moment: str) -> dict[str, list[StoredRecord]]:
        """The records that the sync begun at `moment` stored, by data type."""
        return {name: self.reader(user_id).stored(name, moment) for name in DataType}

    def differences(self, user_id: str, truth: dict[str, Any], as_of: str = "9") -> list[str]:
        """How the folded history differs from `truth` at that moment, as texts."""
        return self.reader(user_id).differences(truth, as_of)

    def calls(self, listener: str) -> int:
        """A listener's calls of Spotify's API so far, as its simulator counts them."""
        return int(self.simulator.control("GET", "counters")["listeners"][listener])

    def connection(self, user_id: str) -> dict[str, str]:
        """The attributes of the item of a connection to Spotify, without the tokens."""
        client = self.stack.emulator.client("dynamodb")
        item = client.get_item(TableName=self.outputs["accounts_table"], Key=_connection_key(user_id))["Item"]
        return {name: next(iter(value.values())) for name, value in item.items() if name != "tokens"}

    def make_due(self, user_id: str) -> None:
        """Set the due time of a connection to Spotify to a minute ago."""
        self.stack.emulator.client("dynamodb").update_item(
            TableName=self.outputs["accounts_table"],
            Key=_connection_key(user_id),
            UpdateExpression="SET due_at = :due_at",
            ExpressionAttributeValues={":due_at": {"S": times.iso(datetime.now(UTC) - timedelta(minutes=1))}},
        )

    def change(self, listener: str, act: str, data_type: str, provider: str = "spotify", **details: Any) -> None:
        """Change a listener's account. `name` is the list, for data types with several."""
        body = {"act": act, "list": data_type, **details}
        self.simulators[provider].control("POST", f"listeners/{listener}/mutations", body)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, in DynamoDB's notation."""
        pages = self.stack.emulator.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs[table])
        return [item for page in pages for item in page["Items"]]

    def history(self, user_id: str) -> list[dict[str, Any]]:
        """Every item of one user's history."""
        return [item for item in self.items("history_table") if item["user#type"]["S"].startswith(f"{user_id}#")]

    def records(self, user_id: str) -> list[dict[str, Any]]:
        """What was collected of one user: all items except snapshots, which only repeat the others."""
        return [item for item in self.history(user_id) if not item["user#type"]["S"].endswith(CHECKPOINTS)]

    def logs(self) -> str:
        """All logs of the functions and of the emulator."""
        client = self.stack.emulator.client("logs")
        lines = [self.stack.emulator.program.log.read_text()]
        for group in client.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            pages = client.get_paginator("describe_log_streams").paginate(logGroupName=name)
            for stream in [stream for page in pages for stream in page["logStreams"]]:
                token: dict[str, str] = {}
                while True:
                    page = client.get_log_events(
                        logGroupName=name, logStreamName=stream["logStreamName"], startFromHead=True, **token
                    )
                    lines += [event["message"] for event in page["events"]]
                    if not page["events"]:
                        break
                    token = {"nextToken": page["nextForwardToken"]}
        return "\n".join(lines)

    def state_sizes(self, user_id: str) -> list[int]:
        """Sizes in bytes of the inputs and outputs of all states in one user's executions."""
        client = self.stack.emulator.client("stepfunctions")
        sizes = []
        for execution in client.list_executions(stateMachineArn=self.outputs["state_machine_arn"])["executions"]:
            arn = execution["executionArn"]
            described = client.describe_execution(executionArn=arn)
            if user_id not in described["input"]:
                continue
            sizes += [len(described["input"]), len(described.get("output", ""))]
            for event in client.get_execution_history(executionArn=arn, maxResults=1000)["events"]:
                every = [value for value in event.values() if isinstance(value, dict)]
                sizes += [len(details[name]) for details in every for name in ("input", "output") if name in details]
        return sizes

    def histories(self) -> str:
        """Inputs, outputs and histories of every execution, as the console shows them."""
        client = self.stack.emulator.client("stepfunctions")
        histories = []
        for machine in client.list_state_machines()["stateMachines"]:
            for execution in client.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
                arn = execution["executionArn"]
                histories.append(client.describe_execution(executionArn=arn))
                histories.append(client.get_execution_history(executionArn=arn, maxResults=1000)["events"])
        return json.dumps(histories, default=str)


def _connection_key(user_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"user#{user_id}"}, "sk": {"S": "connection#spotify"}}


@dataclass(frozen=True)
class SettledListener:
    """A listener whose first sync is complete."""

    name: str
    browser: Browser
    user_id: str


@dataclass(frozen=True)
class DueListener:
    """A listener whom the schedule has to poll, and what was known of them when they became due."""

    name: str
    browser: Browser
    user_id: str
    syncs_before: object
    calls_before: int
    read_before: str
    """When their plays had been read last."""

    @classmethod
    def of(cls, system: System, name: str) -> "DueListener":
        """Connect a listener, wait for the first sync, and make them due."""
        browser, user_id = system.connect(name)
        system.latest_sync(browser)
        syncs, calls, read = browser.read("/me/syncs")["items"], system.calls(name), plays_read_at(browser)
        system.make_due(user_id)
        return cls(name, browser, user_id, syncs, calls, read)

    def plays_read_at(self) -> str:
        """When their plays were read last."""
        return plays_read_at(self.browser)


def plays_read_at(browser: Browser) -> str:
    """When the plays of a listener with one connection were read last."""
    me: Any = browser.read("/me")
    return str(me["connections"][0]["plays_read_at"])
