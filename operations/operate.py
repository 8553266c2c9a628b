"""
The fleet at a glance, and small commands in place of hand edits of tables. They work on AWS and on the emulator alike.

    python -m operations.operate [--on aws] status
    python -m operations.operate [--on aws] lift-pause PROVIDER | sync USER PROVIDER | resume-erasure ID | retry-polls
    python -m operations.operate [--on aws] rebuild [USER] | retry-insights
    python -m operations.operate [--on aws] copy-restored TABLE

`--on aws` means the stack that deploy.yaml names; without it, the one on this machine.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import EndpointConnectionError

from blendify.core import times
from blendify.db import keys
from blendify.fleet import shelf
from blendify.fleet.results import Run
from blendify.insights import packing
from blendify.providers import NAMES
from blendify.schedule.due_connections import INDEX, SHARDS
from local.deployment import STACK
from local.errors import Misconfigured, status_of
from local.stack import Stack
from operations.deploy import FILE, Wanted
from operations.restoring import Restoring

SHOWN = 5
"""Executions of each kind."""


@dataclass(frozen=True)
class Fleet:
    """One deployed stack."""

    stack: str
    client: Callable[[str], Any]
    outputs: Mapping[str, str]

    @classmethod
    def on_aws(cls) -> "Fleet":
        """The stack that deploy.yaml names. Raises Misconfigured."""
        wanted = Wanted.of(FILE)
        session: Any = boto3.Session(region_name=wanted.region)
        client: Callable[[str], Any] = session.client
        return cls(wanted.stack, client, outputs_of(client("cloudformation"), wanted.stack))

    @classmethod
    def here(cls) -> "Fleet":
        """The stack on this machine. Raises Misconfigured unless it runs."""
        emulator = Stack.of(os.environ).emulator
        if not emulator.program.running:
            raise Misconfigured("No stack runs on this machine: start it with `make up`, or add ON=aws.")
        try:
            return cls(STACK, emulator.client, outputs_of(emulator.client("cloudformation"), STACK))
        except EndpointConnectionError:
            where = f"Nothing answers at {emulator.endpoint}"
            raise Misconfigured(f"{where}: give EMULATOR_PORT the port that `make up` had.") from None

    def machine(self, name: str) -> str:
        """The ARN of a state machine: `sync`, `erase`, `export` or `rebuild`."""
        return f"{self.outputs['StateMachineArn'].removesuffix('-sync')}-{name}"

    def report(self, now: datetime) -> Iterator[str]:
        """Lines that say how the fleet is."""
        yield from self._due(now)
        for provider in NAMES:
            yield f"{provider}: {self._gate(provider, now)}"
        for url in sorted(self._queues()):
            attributes = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            name = url.rpartition("/")[2].removeprefix(f"{self.stack}-").partition("-")[0]
            under_way = attributes.get("ApproximateNumberOfMessagesNotVisible", "0")
            yield f"queue {name}: {attributes['ApproximateNumberOfMessages']} waiting, {under_way} under way"
        yield from self.report_sums()
        yield from self._executions("erase", "RUNNING", "open erasure")
        yield from self._executions("erase", "FAILED", "failed erasure")
        yield from self._executions("export", "FAILED", "failed export")
        yield from self._executions("sync", "FAILED", "failed sync")

    def report_sums(self) -> Iterator[str]:
        """Lines on the latest sums over all listeners, and on runs that are under way or failed."""
        shelf_name, bucket = shelf.RUN
        key = {"user_id": {"S": shelf_name}, "bucket": {"S": f"{bucket}#00"}}
        item = self.client("dynamodb").get_item(TableName=self.outputs["InsightsTable"], Key=key).get("Item")
        if item is None:
            yield "sums: never computed"
        else:
            run = Run(*packing.unpack([bytes(item["packed"]["B"])]))
            yield f"sums: {run.listeners} listeners, {run.artists} artists, by {run.by}, ended {run.ended_at}"
        yield from self._executions("fleet", "RUNNING", "sums under way")
        yield from self._executions("fleet", "FAILED", "failed sums")

    def lift_pause(self, provider: str) -> str:
        """Let calls to a provider begin again. The next 429 closes the gate again."""
        dynamodb = self.client("dynamodb")
        try:
            dynamodb.update_item(
                TableName=self.outputs["AccountsTable"],
                Key=_key(keys.rate_limiter(_known(provider), "default"), "gate"),
                UpdateExpression="REMOVE cooldown_until",
                ConditionExpression="attribute_exists(cooldown_until)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return f"{provider} has not asked for a pause."
        return f"Calls to {provider} begin again. Syncs that wait go on when their wait ends; others at once."

    def sync(self, user_id: str, provider: str) -> str:
        """Start a sync of all data types of a connection."""
        stored = self.client("dynamodb").get_item(
            TableName=self.outputs["AccountsTable"], Key=_key(keys.user(user_id), keys.connection(_known(provider)))
        )
        if "Item" not in stored:
            raise Misconfigured(f"User {user_id} has no connection to {provider}.")
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=self.machine("sync"), input=json.dumps({"user_id": user_id, "provider": provider})
        )
        return f"Started {started['executionArn']}"

    def resume_erasure(self, erasure_id: str) -> str:
        """Go on with an erasure that has failed."""
        erasure = self.client("dynamodb").query(
            TableName=self.outputs["AccountsTable"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.erasure(erasure_id)}},
        )
        if not erasure["Items"]:
            raise Misconfigured(f"There is no erasure {erasure_id}: the id is the name of its first execution.")
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=self.machine("erase"), input=json.dumps({"erasure_id": erasure_id})
        )
        return f"Started {started['executionArn']}"

    def retry_polls(self) -> str:
        """Put polls that crashed back into their queue."""
        sqs, moved = self.client("sqs"), 0
        failed, polls = self.outputs["FailedPollsQueue"], self.outputs["PollsQueue"]
        while messages := sqs.receive_message(QueueUrl=failed, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                sqs.send_message(QueueUrl=polls, MessageBody=message["Body"])
                sqs.delete_message(QueueUrl=failed, ReceiptHandle=message["ReceiptHandle"])
                moved += 1
        return f"{moved} polls are in the queue again."

    def rebuild(self, user_id: str | None) -> str:
        """Make the insights of a listener anew from the history, or of all."""
        key = _key(keys.user(user_id), keys.profile()) if user_id else None
        if key and "Item" not in self.client("dynamodb").get_item(TableName=self.outputs["AccountsTable"], Key=key):
            raise Misconfigured(f"There is no user {user_id}.")
        return f"Started {self._start_rebuild(user_id)}"

    def _start_rebuild(self, user_id: str | None) -> str:
        started: dict[str, str] = self.client("stepfunctions").start_execution(
            stateMachineArn=self.machine("rebuild"), input=json.dumps({"user_id": user_id} if user_id else {})
        )
        return started["executionArn"]

    def retry_insights(self) -> str:
        """Make the insights anew of every listener for whom a bucket could not be computed, and forget these."""
        sqs, failed, listeners = self.client("sqs"), self.outputs["FailedInsightsQueue"], set[str]()
        while messages := sqs.receive_message(QueueUrl=failed, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                user_id = json.loads(message["Body"])["user_id"]
                if user_id not in listeners:
                    self._start_rebuild(user_id)
                    listeners.add(user_id)
                sqs.delete_message(QueueUrl=failed, ReceiptHandle=message["ReceiptHandle"])
        return f"The insights of {len(listeners)} listeners are made anew."

    def copy_restored(self, table: str) -> str:
        """Copy what is missing in the history from a restored table, but nothing of who was erased since."""
        tables = self.outputs["AccountsTable"], self.outputs["HistoryTable"]
        return Restoring(self.client("dynamodb"), *tables).copy(table, lambda line: print(f"  {line}"))

    def _due(self, now: datetime) -> Iterator[str]:
        count, oldest = 0, ""
        for number in range(SHARDS):
            pages = self.client("dynamodb").get_paginator("query")
            for page in pages.paginate(
                TableName=self.outputs["AccountsTable"],
                IndexName=INDEX,
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues={":shard": {"S": f"due#{number}"}, ":now": {"S": times.iso(now)}},
            ):
                count += len(page["Items"])
                oldest = min([oldest or "~", *(item["due_at"]["S"] for item in page["Items"])])
        yield f"due now: {count}" + (f", the first since {oldest}" if count else "")

    def _gate(self, provider: str, now: datetime) -> str:
        item = (
            self.client("dynamodb")
            .get_item(TableName=self.outputs["AccountsTable"], Key=_key(keys.rate_limiter(provider, "default"), "gate"))
            .get("Item")
        )
        if item is None:
            return "no call yet, or no limit"
        until, slot = (int(item.get(name, {"N": "0"})["N"]) for name in ("cooldown_until", "next_slot_at"))
        moment = times.milliseconds(now)
        pause = f"paused until {times.iso(times.from_milliseconds(until))}" if until > moment else "open"
        return f"{pause}, {max(0, slot - moment) / 1000:.0f} s of calls queue"

    def _queues(self) -> list[str]:
        return list(self.client("sqs").list_queues(QueueNamePrefix=f"{self.stack}-").get("QueueUrls", []))

    def _executions(self, machine: str, status: str, what: str) -> Iterator[str]:
        client = self.client("stepfunctions")
        listed = client.list_executions(stateMachineArn=self.machine(machine), statusFilter=status, maxResults=SHOWN)[
            "executions"
        ]
        for execution in listed:
            described = client.describe_execution(executionArn=execution["executionArn"])
            why = f": {described['cause'][:200]}" if described.get("cause") else ""
            began = execution["startDate"].astimezone(UTC)
            yield f"{what} {execution['name']}, begun {times.iso(began)}{why}"


def outputs_of(cloudformation: Any, stack: str) -> dict[str, str]:
    """What a stack says of itself, by the names in the template."""
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def _key(pk: str, sk: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _known(provider: str) -> str:
    if provider not in NAMES:
        raise Misconfigured(f"The provider must be one of: {', '.join(NAMES)}.")
    return provider


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operations.operate", description="The fleet, and what to do for it."
    )
    parser.add_argument("--on", choices=["aws", "here"], default="here")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("status", help="what is due, gates, queues, erasures, the last failures")
    commands.add_parser("lift-pause", help="let calls to a provider begin again").add_argument("provider")
    sync = commands.add_parser("sync", help="sync a listener now")
    sync.add_argument("user_id")
    sync.add_argument("provider")
    commands.add_parser("resume-erasure", help="go on with an erasure that failed").add_argument("erasure_id")
    commands.add_parser("retry-polls", help="put polls that crashed back into their queue")
    rebuild = commands.add_parser("rebuild", help="make the insights anew, of a listener or of all")
    rebuild.add_argument("user_id", nargs="?")
    commands.add_parser("retry-insights", help="make the insights anew of listeners for whom that failed")
    commands.add_parser("copy-restored", help="copy missing records from a restored history table").add_argument(
        "table"
    )
    return parser


def run(fleet: Fleet, given: argparse.Namespace) -> int:
    """Carry out one command, and print what came of it."""
    match given.command:
        case "status":
            lines = list(fleet.report(times.now()))
        case "lift-pause":
            lines = [fleet.lift_pause(given.provider)]
        case "sync":
            lines = [fleet.sync(given.user_id, given.provider)]
        case "resume-erasure":
            lines = [fleet.resume_erasure(given.erasure_id)]
        case "rebuild":
            lines = [fleet.rebuild(given.user_id)]
        case "retry-insights":
            lines = [fleet.retry_insights()]
        case "copy-restored":
            lines = [fleet.copy_restored(given.table)]
        case _:
            lines = [fleet.retry_polls()]
    for line in lines:
        print(f"  {line}")
    return 0


def main() -> int:
    """The command line."""
    given = _parser().parse_args()
    return status_of(lambda: run(Fleet.on_aws() if given.on == "aws" else Fleet.here(), given), print)


if __name__ == "__main__":
    sys.exit(main())
