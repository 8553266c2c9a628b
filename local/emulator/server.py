"""The AWS emulator (ministack): started from its own environment, on loopback, with its state kept over restarts."""

import os
import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from local.background import Program, answers, require_free
from local.paths import LOCAL

REGION = "us-east-1"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""The emulator's root; it takes any other key for an account of its own."""
_PYTHON = LOCAL / "emulator" / "venv" / "bin" / "python"


@dataclass(frozen=True)
class Emulator:
    """One emulator: its port, and the folder of its state and logs."""

    port: int
    folder: Path
    check_permissions: bool = False
    """Enforce the policies of the functions' roles, as AWS does."""

    @property
    def endpoint(self) -> str:
        """Where AWS clients reach it."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def program(self) -> Program:
        """The process."""
        return Program("emulator", self.folder / "run")

    @property
    def state(self) -> Path:
        """What it keeps over restarts."""
        return self.folder / "state"

    def start(self) -> None:
        """
        Start it unless it runs.

        Raises  NotStarted
        """
        if self.program.pid is not None:
            return
        require_free(self.port, "EMULATOR_PORT")
        # It unpacks functions there, and leaves them behind.
        shutil.rmtree(self._temporary, ignore_errors=True)
        for folder in (self._temporary, self.state / "s3"):
            folder.mkdir(parents=True, exist_ok=True)
        # It saves secrets as they are.
        self.state.chmod(0o700)
        command = [str(_PYTHON), "-m", "local.emulator.launch"]
        self.program.start(command, self._environment(), lambda: answers(f"{self.endpoint}/_ministack/health"))

    def client(self, service: str) -> Any:
        """An AWS client that talks to it."""
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, **KEYS)  # type: ignore[call-overload]

    def client_environment(self) -> dict[str, str]:
        """What command line tools need to talk to it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEYS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": KEYS["aws_secret_access_key"],
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
        }

    @property
    def _temporary(self) -> Path:
        return self.folder / "run" / "tmp"

    def _environment(self) -> dict[str, str]:
        """Functions inherit it whole, so it holds nothing of the person's own environment."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PATH": os.pathsep.join([str(_PYTHON.parent), os.defpath]),
            "TMPDIR": str(self._temporary),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "STATE_DIR": str(self.state),
            "S3_DATA_DIR": str(self.state / "s3"),
            "AUTH": "true" if self.check_permissions else "false",
        }


def runtime() -> str:
    """The Lambda runtime that the emulator's functions really have: its own interpreter."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    """This machine's processor, as Lambda calls it."""
    return "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"
