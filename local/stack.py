"""
The whole system on this machine: emulator, the template as it is deployed to AWS, and the providers' simulators.

    python -m local.stack up      start, build, deploy; writes .local/outputs.json
    python -m local.stack down    stop what `up` started; state is kept
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

from local.background import NotStarted
from local.emulator.server import REGION, Emulator, architecture, runtime
from local.paths import LOCAL, ROOT
from local.providers import PROVIDERS, Misconfigured, Simulator, chosen, real_parameters
from local.template import defaults

STACK = "blendify"
BUCKET = "blendify-artifacts"
API_ID = "b1e9d1f7"
"""Given to the emulator as a tag, so that the addresses are the same for ever."""


class CommandFailed(RuntimeError):
    """A command of SAM ended with an error; the message ends with what it printed."""


@dataclass(frozen=True)
class Stack:
    """One copy of the system, with everything of its own below `folder`."""

    folder: Path
    emulator: Emulator
    simulator: Simulator
    """Of the provider that is meant."""
    others: Sequence[Simulator] = ()
    """Of the other providers, so that one listener can connect several."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Stack":
        """The stack of `make up` and `make demo`."""
        emulator = Emulator(int(environment.get("EMULATOR_PORT", "4566")), LOCAL)
        options = environment.get("SIMULATOR_OPTIONS", "").split()
        provider = chosen(environment)
        port = int(environment.get("SIMULATOR_PORT") or provider.port)
        moved = port - provider.port
        others = [Simulator(one.port + moved, LOCAL, (), one) for one in PROVIDERS.values() if one is not provider]
        return cls(LOCAL, emulator, Simulator(port, LOCAL, options, provider), others)

    @property
    def api_url(self) -> str:
        """Every path of the API is below it."""
        return f"{self.emulator.endpoint}/_aws/execute-api/{API_ID}/v1"

    def up(self, real: Mapping[str, Mapping[str, str] | None] | None = None) -> dict[str, str]:
        """
        Start everything; `real` are the parameters of real providers by name, without them simulators are used.

        Answers the outputs, which are also written to `outputs.json`
        """
        step("Starting the emulator")
        self.emulator.start()
        told: dict[str, str] = {}
        for simulator in (self.simulator, *self.others):
            provider = simulator.provider
            if own := (real or {}).get(provider.name):
                step(f"Using {provider.title} with your application")
                told |= own
            else:
                step(f"Starting the {provider.title} simulator")
                simulator.start(f"{self.api_url}/auth/{provider.name}/callback")
                told |= simulator.parameters
        self.deploy(told)
        outputs = self._outputs()
        (self.folder / "outputs.json").write_text(json.dumps(outputs, indent=2) + "\n")
        return outputs

    def down(self) -> None:
        """Stop the simulators and the emulator, which saves its state."""
        for program in (*(one.program for one in (self.simulator, *self.others)), self.emulator.program):
            if program.stop():
                step(f"Stopped the {program.name}")

    def deploy(self, parameters: Mapping[str, str]) -> None:
        """Build and deploy, unless exactly this code with these parameters is what the emulator holds."""
        own = {
            "Runtime": runtime(),
            "Architecture": architecture(),
            "PublicUrl": self.api_url,
            "RequireTls": "false",
        }
        given = {**defaults(), **own, **parameters}
        # It lies with the emulator's state, and goes with it.
        deployed = self.emulator.state / "deployed"
        wanted = _fingerprint(given)
        if deployed.is_file() and deployed.read_text() == wanted:
            step("Nothing has changed since the last deployment")
            return
        deployed.unlink(missing_ok=True)
        # A file, as the client secret on a command line could be read by everybody on this machine.
        file = self.folder / "run" / "parameters.yaml"
        file.touch(mode=0o600)
        file.write_text(yaml.safe_dump(given))
        overrides = ["--parameter-overrides", f"file://{file}"]
        build = self.folder / "build"
        try:
            step("Building the functions and layers")
            sam(self.folder, {}, "build", "--build-dir", str(build), *overrides)
            self.emulator.client("s3").create_bucket(Bucket=BUCKET)
            step("Deploying template.yaml")
            tags = ["--tags", f"ms-custom-id={API_ID}"]
            where = ["--template-file", str(build / "template.yaml"), "--s3-bucket", BUCKET]
            sam(self.folder, self.emulator.client_environment(), "deploy", *where, *tags, *overrides)
        finally:
            file.unlink()
        deployed.write_text(wanted)

    def _outputs(self) -> dict[str, str]:
        described = self.emulator.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        told = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        return {
            "api_url": told["ApiUrl"],
            "dashboard_url": f"{told['ApiUrl']}/dashboard",
            "endpoint_url": self.emulator.endpoint,
            "region": REGION,
            "state_machine_arn": told["StateMachineArn"],
            "history_table": told["HistoryTable"],
            "accounts_table": told["AccountsTable"],
            "log_group": told["LogGroup"],
            **{f"{one.name}_redirect_uri": told[one.redirect_uri] for one in PROVIDERS.values() if one.redirect_uri},
        }


def sam(folder: Path, environment: Mapping[str, str], *command: str) -> None:
    """
    Run SAM CLI for this machine's runtime; what it prints goes to `folder`/run/sam-<command>.log.

    Raises  CommandFailed
    """
    surroundings = {
        **os.environ,
        **environment,
        "RUNTIME": runtime(),
        "PLATFORM": "",
        "SAM_CLI_TELEMETRY": "0",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    done = subprocess.run(
        ["sam", *command, "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"],  # noqa: S607
        cwd=ROOT,
        env=surroundings,
        text=True,
        capture_output=True,
        check=False,
    )
    log = folder / "run" / f"sam-{command[0]}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(done.stdout + done.stderr)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        raise CommandFailed(f"sam {command[0]} failed:\n{tail}")


def step(words: str) -> None:
    """Say what is being done."""
    print(f"  {words}", flush=True)


def _fingerprint(given: Mapping[str, str]) -> str:
    """One hash over the parameters and every file that a deployment is made of."""
    digest = sha256(json.dumps(given, sort_keys=True).encode())
    folders = ("functions", "layers", "statemachine")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if "__pycache__" not in file.parts]
    for file in sorted([*files, ROOT / "template.yaml", ROOT / "samconfig.toml"]):
        if file.is_file():
            digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description="Blendify on this machine.")
    parser.add_argument("command", choices=["up", "down"])
    command = parser.parse_args().command
    try:
        stack = Stack.of(os.environ)
        if command == "down":
            stack.down()
            return 0
        outputs = stack.up({name: real_parameters(os.environ, one) for name, one in PROVIDERS.items()})
    except (Misconfigured, NotStarted, CommandFailed) as error:
        print(f"  {error}")
        return 1
    print(f"\n  Start page    {outputs['api_url']}/")
    print(f"  Dashboard     {outputs['dashboard_url']}")
    for one in (provider for provider in PROVIDERS.values() if provider.redirect_uri):
        print(f"  Redirect URI  {outputs[f'{one.name}_redirect_uri']}  (to register with {one.title}, to the letter)")
    print("  All outputs   .local/outputs.json      `make down` stops it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
