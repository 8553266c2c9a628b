"""Builds template.yaml and deploys it to the emulator with SAM CLI, in the same way as to AWS."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from local.emulator.server import REGION, Emulator, architecture, runtime
from local.errors import CommandError
from local.paths import ROOT
from local.template import defaults, snake_case

STACK = "blendify"
BUCKET = "blendify-artifacts"
API_ID = "b1e9d1f7"
"""A tag for the emulator, so that addresses never change."""


class CommandFailed(CommandError):
    """A command of SAM ended with an error; the message ends with what it printed."""


@dataclass(frozen=True)
class Deployment:
    """The system deployed to one emulator."""

    emulator: Emulator

    @property
    def api_url(self) -> str:
        """The address of the API; all its paths are below it."""
        return f"{self.emulator.endpoint}/_aws/execute-api/{API_ID}/v1"

    def update(self, parameters: Mapping[str, str]) -> None:
        """
        Build and deploy, unless exactly this code with these parameters is what the emulator holds.

        Raises  CommandFailed, NotSaved
        """
        own = {
            "Runtime": runtime(),
            "Architecture": architecture(),
            "PublicUrl": self.api_url,
            "RequireTls": "false",
            "MetricMath": "off",
            "NarrowRoles": "off",
            "InsightsDelaySeconds": "6",
            "LoopbackWebhooks": "on",
        }
        given = {**defaults(), **own, **parameters}
        wanted = _fingerprint(given)
        if self.emulator.deployed == wanted:
            step("Nothing has changed since the last deployment")
            return
        self.emulator.record_deployment("")
        # A file, as the client secret on a command line could be read by everybody on this machine.
        file = self.emulator.folder / "run" / "parameters.yaml"
        file.touch(mode=0o600)
        try:
            file.write_text(yaml.safe_dump(given))
            self._build_and_deploy(file)
        finally:
            file.unlink()
        self.emulator.record_deployment(wanted)
        self.emulator.save()

    def _build_and_deploy(self, parameters: Path) -> None:
        folder = self.emulator.folder
        overrides = ["--parameter-overrides", f"file://{parameters}"]
        step("Building the functions and layers")
        sam(folder, {}, "build", "--build-dir", str(folder / "build"), *overrides)
        earlier = self._files()
        step("Deploying template.yaml")
        tags = ["--tags", f"ms-custom-id={API_ID}"]
        where = ["--template-file", str(folder / "build" / "template.yaml"), "--s3-bucket", BUCKET]
        # A power cut may have damaged files of earlier deployments: none of them is taken for one of this.
        sam(folder, self.emulator.client_environment(), "deploy", "--force-upload", *where, *tags, *overrides)
        self._delete(earlier)

    def _files(self) -> dict[str, Any]:
        """The files of earlier deployments, with the moments at which they were stored."""
        s3 = self.emulator.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {listed["Key"]: listed["LastModified"] for page in pages for listed in page.get("Contents", [])}

    def _delete(self, earlier: Mapping[str, Any]) -> None:
        """Delete files that were not stored again: until then an update that fails goes back to them."""
        stored = self._files()
        for name, moment in earlier.items():
            if stored.get(name) == moment:
                self.emulator.client("s3").delete_object(Bucket=BUCKET, Key=name)

    def outputs(self) -> dict[str, str]:
        """Addresses and names in the deployed system: the template's outputs in snake_case, and three more."""
        described = self.emulator.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        outputs = {snake_case(output["OutputKey"]): output["OutputValue"] for output in described["Outputs"]}
        dashboard = f"{outputs['api_url']}/dashboard"
        return {**outputs, "dashboard_url": dashboard, "endpoint_url": self.emulator.endpoint, "region": REGION}


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
    """Print what is being done."""
    print(f"  {words}", flush=True)


def _fingerprint(given: Mapping[str, str]) -> str:
    """A hash of the parameters and of every file that is deployed."""
    digest = sha256(json.dumps(given, sort_keys=True).encode())
    folders = ("functions", "layers", "statemachine")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if "__pycache__" not in file.parts]
    for file in sorted([*files, ROOT / "template.yaml", ROOT / "samconfig.toml"]):
        if file.is_file():
            digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()
