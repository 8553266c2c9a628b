"""Step Functions in memory: what was started and stopped, and which executions run."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError


class ExecutionError(ClientError):
    """An execution of that name exists already, or none does."""


@dataclass
class Execution:
    """One started execution."""

    state_machine: str
    name: str
    input: dict[str, Any]


@dataclass
class StepFunctions:
    """A client of Step Functions with what the product calls, as strict about names as the service."""

    executions: list[Execution] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    running: set[str] | None = None
    """The executions that run; None for all."""
    refuses: bool = False
    exceptions = SimpleNamespace(ExecutionAlreadyExists=ExecutionError, ExecutionDoesNotExist=ExecutionError)

    @property
    def started(self) -> list[tuple[str, dict[str, Any]]]:
        """Name and input of each started execution."""
        return [(execution.name, execution.input) for execution in self.executions]

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The input of each started execution."""
        return [execution.input for execution in self.executions]

    def start_execution(self, **request: str) -> None:
        self._refuse("StartExecution")
        if any(request["name"] == execution.name for execution in self.executions):
            raise ExecutionError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        execution = Execution(request["stateMachineArn"], request["name"], json.loads(request["input"]))
        self.executions.append(execution)

    def stop_execution(self, **request: str) -> None:
        self._refuse("StopExecution")
        self.stopped.append(request["executionArn"])

    def describe_execution(self, **request: str) -> dict[str, str]:
        runs = self.running is None or request["executionArn"] in self.running
        return {"status": "RUNNING" if runs else "ABORTED"}

    def _refuse(self, operation: str) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)
