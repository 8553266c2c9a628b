"""
The whole system on this machine: emulator, the template as it is deployed to AWS, and the providers' simulators.

    python -m local.stack up      start, build, deploy; writes .local/outputs.json
    python -m local.stack down    stop what `up` started; state is kept
    python -m local.stack clean   the same, and delete what it stored
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree

from local.background import HIGHEST_PORT, LOCK, NotStarted, Program, alone, port_in, require_free
from local.deployment import Deployment, step
from local.emulator.server import Emulator, NotSaved
from local.errors import Misconfigured, status_of
from local.paths import LOCAL
from local.providers import PROVIDERS, SPOTIFY, Simulator, chosen, real_parameters

Real = Mapping[str, Mapping[str, str] | None]
"""The parameters of real providers by name. A provider without parameters is simulated."""


@dataclass(frozen=True)
class Stack:
    """One copy of the system. All its files are below `folder`."""

    folder: Path
    emulator: Emulator
    simulator: Simulator
    """The chosen provider's simulator."""
    others: Sequence[Simulator] = ()
    """The other providers' simulators, so that one listener can connect several providers."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the template, where they differ from those of `make up`."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Stack":
        """
        The stack of `make up` and `make demo`.

        SIMULATOR_PORT moves all simulators by the same distance: their ports do not depend on the chosen provider.
        Raises  Misconfigured
        """
        provider = chosen(environment)
        moved = port_in(environment, "SIMULATOR_PORT", SPOTIFY.port) - SPOTIFY.port
        simulators = {name: Simulator(other.port + moved, LOCAL, (), other) for name, other in PROVIDERS.items()}
        emulator = Emulator(port_in(environment, "EMULATOR_PORT", 4566), LOCAL)
        ports = [emulator.port, *(simulator.port for simulator in simulators.values())]
        if len(set(ports)) < len(ports) or max(ports) > HIGHEST_PORT:
            message = f"EMULATOR_PORT and SIMULATOR_PORT give these ports: {', '.join(map(str, ports))}."
            raise Misconfigured(f"{message} Choose others, so that they differ and none is above {HIGHEST_PORT}.")
        selected = replace(simulators.pop(provider.name), options=environment.get("SIMULATOR_OPTIONS", "").split())
        return cls(LOCAL, emulator, selected, list(simulators.values()))

    @property
    def outputs_file(self) -> Path:
        """It is there from the first time on that the stack was up."""
        return self.folder / "outputs.json"

    @property
    def simulators(self) -> Sequence[Simulator]:
        """The simulators of all providers."""
        return (self.simulator, *self.others)

    @property
    def deployment(self) -> Deployment:
        """The system deployed to this emulator."""
        return Deployment(self.emulator)

    @property
    def api_url(self) -> str:
        """The address of the API; all its paths are below it."""
        return self.deployment.api_url

    def up(self, real: Real | None = None) -> dict[str, str]:
        """
        Start everything; `real` has the parameters of real providers by name. All others are simulated.

        Answers the outputs, which are also written to `outputs.json`
        Raises  Misconfigured before anything is started; NotStarted, CommandFailed, NotSaved
        """
        real = real or {}
        with alone(self.folder / "run"):
            simulated = [simulator for simulator in self.simulators if not real.get(simulator.provider.name)]
            self._check_ports(simulated)
            self._start(simulated)
            parameters = {"ImageHosts": " ".join(simulator.address for simulator in simulated)}
            for simulator in self.simulators:
                provider = simulator.provider
                if own := real.get(provider.name):
                    step(f"Using {provider.title} with your application")
                parameters |= own or simulator.parameters
                parameters |= provider.features
            self.deployment.update({**parameters, **self.parameters})
            outputs = self.deployment.outputs()
            self.outputs_file.write_text(json.dumps(outputs, indent=2) + "\n")
            return outputs

    def _check_ports(self, simulated: Sequence[Simulator]) -> None:
        """Raises  Misconfigured when another program uses one of the ports"""
        self.emulator.check()
        running = [simulator.program.running for simulator in self.simulators]
        # Our simulators are stopped before any is started.
        own = {process.port for process in running if process}
        for simulator in simulated:
            if simulator.port not in own:
                require_free(simulator.port, "SIMULATOR_PORT")

    def _start(self, simulated: Sequence[Simulator]) -> None:
        """Start emulator and simulators. If one of them cannot be started, those that this call started are stopped."""
        started: list[Program] = []
        try:
            if not self.emulator.program.running:
                step("Starting the emulator")
                self.emulator.start()
                started.append(self.emulator.program)
            for simulator in self.simulators:
                simulator.program.stop()
            for simulator in simulated:
                step(f"Starting the {simulator.provider.title} simulator")
                simulator.start(f"{self.api_url}/auth/{simulator.provider.name}/callback")
                started.append(simulator.program)
        except (NotStarted, Misconfigured):
            for program in reversed(started):
                program.stop()
            raise

    def down(self) -> None:
        """
        Stop the simulators and the emulator, which saves its state.

        Raises  NotSaved when the state could not be saved; all are stopped nevertheless
        """
        with alone(self.folder / "run"):
            for simulator in self.simulators:
                if simulator.program.stop():
                    step(f"Stopped the {simulator.program.name}")
            if running := self.emulator.program.running:
                self._stop_emulator(running.port)

    def clean(self) -> None:
        """Stop them, and delete all that the stack has stored. The lock stays, as others may wait for it."""
        with alone(self.folder / "run"):
            for program in (*(simulator.program for simulator in self.simulators), self.emulator.program):
                program.stop()
            stored = [self.folder / name for name in ("state", "build", "outputs.json", "token")]
            for path in (*stored, *(self.folder / "run").iterdir()):
                if path.is_dir():
                    rmtree(path, ignore_errors=True)
                elif path.name != LOCK:
                    path.unlink(missing_ok=True)

    def _stop_emulator(self, port: int) -> None:
        try:
            replace(self.emulator, port=port).save()
        except NotSaved as error:
            lost = "What was collected is there; logs and histories of executions are as they were last saved."
            raise NotSaved(f"{error}\n  {lost}") from error
        finally:
            self.emulator.program.stop()
            step("Stopped the emulator")


def _up(stack: Stack) -> int:
    outputs = stack.up({name: real_parameters(os.environ, provider) for name, provider in PROVIDERS.items()})
    print(f"\n  Start page    {outputs['api_url']}/")
    print(f"  Dashboard     {outputs['dashboard_url']}")
    for provider in filter(lambda provider: provider.redirect_uri, PROVIDERS.values()):
        address = outputs[f"{provider.name}_redirect_uri"]
        print(f"  Redirect URI  {address}  (to register with {provider.title}, to the letter)")
    print("  All outputs   .local/outputs.json      `make down` stops it")
    return 0


def _down(stack: Stack) -> int:
    stack.down()
    return 0


def _clean(stack: Stack) -> int:
    stack.clean()
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description="Blendify on this machine.")
    parser.add_argument("command", choices=["up", "down", "clean"])
    command = {"up": _up, "down": _down, "clean": _clean}[parser.parse_args().command]
    return status_of(lambda: command(Stack.of(os.environ)), print)


if __name__ == "__main__":
    sys.exit(main())
