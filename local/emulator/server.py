"""The AWS emulator (ministack): started from its own environment, on loopback, with its state kept over restarts."""

import os
import shutil
import sys

from local.background import Program, answers
from local.paths import LOCAL

REGION = "us-east-1"
PORT = int(os.environ.get("EMULATOR_PORT", "4566"))
ENDPOINT = f"http://127.0.0.1:{PORT}"
STATE = LOCAL / "state"
_TEMPORARY = LOCAL / "run" / "tmp"
_PYTHON = LOCAL / "emulator" / "venv" / "bin" / "python"

program = Program("emulator")


def client_environment() -> dict[str, str]:
    """What AWS clients (boto3, SAM CLI) need to talk to the emulator; the emulator takes any key."""
    return {
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }


def start(*, check_permissions: bool = False) -> None:
    """
    Start it unless it runs; `check_permissions` makes it enforce the roles' policies.

    Raises  NotStarted
    """
    if program.pid is not None:
        return
    # The emulator unpacks functions there and leaves them behind.
    shutil.rmtree(_TEMPORARY, ignore_errors=True)
    for folder in (_TEMPORARY, STATE / "s3"):
        folder.mkdir(parents=True, exist_ok=True)
    program.start([str(_PYTHON), "-m", "ministack"], _environment(check_permissions), LOCAL, _ready)


def _ready() -> bool:
    return answers(f"{ENDPOINT}/_ministack/health")


def _environment(check_permissions: bool) -> dict[str, str]:
    """Functions inherit it whole, so it holds nothing of the person's own environment."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PATH": os.pathsep.join([str(_PYTHON.parent), os.defpath]),
        "TMPDIR": str(_TEMPORARY),
        "GATEWAY_PORT": str(PORT),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(STATE),
        "S3_DATA_DIR": str(STATE / "s3"),
        "AUTH": "true" if check_permissions else "false",
    }


def runtime() -> str:
    """The Lambda runtime that the emulator's functions really have: its own interpreter."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    """This machine's processor, as Lambda calls it."""
    return "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"
