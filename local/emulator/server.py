"""The AWS emulator (ministack). It runs in its own environment on loopback, and its state survives restarts."""

import json
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.background import Program, answers, require_free
from local.errors import CommandError, Misconfigured
from local.paths import LOCAL

REGION = "us-east-1"
ACCESS_KEY = "test"
"""The emulator's root account. A key of twelve digits is another account. Both have the stack's secret key."""
PYTHON = LOCAL / "emulator" / "venv" / "bin" / "python"
"""The interpreter of the emulator's own environment."""


class NotSaved(CommandError):
    """The emulator's state could not be saved completely; the message says why. The state saved before is intact."""


@dataclass(frozen=True)
class Emulator:
    """One emulator: its port, and the folder of its state and logs."""

    port: int
    folder: Path
    check_permissions: bool = False
    """Enforce the policies of the functions' roles, as AWS does."""

    @property
    def endpoint(self) -> str:
        """The address for AWS clients."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def program(self) -> Program:
        """The process."""
        return Program("emulator", self.folder / "run", self.port)

    @property
    def state(self) -> Path:
        """The folder of the state that survives restarts."""
        return self.folder / "state"

    def check(self) -> None:
        """Make sure that it can be started, or runs as it should. Raises Misconfigured"""
        running = self.program.running
        if running is None:
            require_free(self.port, "EMULATOR_PORT")
        elif running.port != self.port:
            message = (
                f"The emulator runs on port {running.port}: `make down` first, or set EMULATOR_PORT={running.port}."
            )
            raise Misconfigured(message)

    def start(self) -> None:
        """Start it unless it runs. Raises Misconfigured, NotStarted"""
        self.check()
        if self.program.running:
            return
        # It unpacks functions there, and leaves them behind.
        shutil.rmtree(self._temporary, ignore_errors=True)
        for folder in (self._temporary, self.state / "s3"):
            folder.mkdir(parents=True, exist_ok=True)
        # It saves secrets as they are.
        self.state.chmod(0o700)
        self._make_secret_key()
        command = [str(PYTHON), "-m", "local.emulator.launch"]
        self.program.start(command, self._environment(), lambda: answers(f"{self.endpoint}/_ministack/health"))

    @property
    def secret_key(self) -> str:
        """The secret key that signs every request except those to the API. Only the owner of the stack can read it."""
        return (self.state / "secret_key").read_text()

    @cache  # noqa: B019 -- there are few
    def client(self, service: str) -> Any:
        """An AWS client of the emulator."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=self.secret_key,
        )

    def client_environment(self) -> dict[str, str]:
        """The environment in which command line tools use the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            # A token of the person's own would belong to another key.
            "AWS_SESSION_TOKEN": "",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
        }

    @property
    def deployed(self) -> str:
        """The fingerprint of the deployment; empty if unknown."""
        return str(self.control("GET", "/_blendify/deployed")["deployed"])

    def record_deployment(self, fingerprint: str) -> None:
        """Set `deployed`. It is saved with everything else."""
        self.control("PUT", "/_blendify/deployed", {"deployed": fingerprint})

    def save(self) -> None:
        """Have it save everything now; items of tables are saved as they are written. Raises NotSaved"""
        try:
            answer = self._request("POST", "/_blendify/save", None)
        except requests.RequestException as error:
            raise NotSaved(f"The emulator does not answer, and was not asked to save its state: {error}") from error
        if answer.status_code == 507:
            raise NotSaved(f"The emulator could not save its state below {self.state}: {answer.json()['message']}.")
        answer.raise_for_status()

    def control(self, method: str, path: str, body: object = None) -> Any:
        """The response of one of its own pages, e.g. `/_ministack/config`, which AWS does not have."""
        answer = self._request(method, path, body)
        answer.raise_for_status()
        return answer.json()

    def _request(self, method: str, path: str, body: object) -> requests.Response:
        data = "" if body is None else json.dumps(body)
        address = self.endpoint + path
        request = AWSRequest(method, address, {"Content-Type": "application/json"}, data)
        SigV4Auth(Credentials(ACCESS_KEY, self.secret_key), "blendify", REGION).add_auth(request)
        return requests.request(method, address, headers=dict(request.headers), data=data, timeout=60)

    @property
    def _temporary(self) -> Path:
        return self.folder / "run" / "tmp"

    def _environment(self) -> dict[str, str]:
        """Its environment. Functions inherit all of it, so it has nothing of the person's own environment."""
        inherited = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return {
            **inherited,
            "PATH": os.pathsep.join([str(PYTHON.parent), os.defpath]),
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
            # Functions are given it as well.
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    def _make_secret_key(self) -> None:
        file = self.state / "secret_key"
        if not file.is_file() or not file.read_text():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(20))


def runtime() -> str:
    """The Lambda runtime of the emulator's functions, which is its own interpreter."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    """Lambda's name of this machine's processor."""
    return "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"
