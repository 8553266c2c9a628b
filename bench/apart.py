"""The simulator and AWS in processes of their own, so that their work and memory are not measured with ours."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from local.background import port_in
from local.emulator.server import Emulator
from local.paths import LOCAL
from local.providers import SPOTIFY, Provider, Simulator
from tests.aws.aws_in_memory import create_key, forget_clients

_FOLDER = LOCAL / "bench"


@contextmanager
def simulator_apart(*options: str, provider: Provider = SPOTIFY) -> Iterator[str]:
    """A provider's simulator with these command line options; yields its address."""
    (_FOLDER / "state").mkdir(parents=True, exist_ok=True)
    simulator = Simulator(_port("SIMULATOR_PORT", 8480), _FOLDER, options, provider)
    simulator.start("http://127.0.0.1/callback")
    try:
        yield simulator.address
    finally:
        simulator.program.stop()


@contextmanager
def aws_apart() -> Iterator[None]:
    """The emulator with nothing but the key. Inside the context AWS clients get its address from the environment."""
    emulator = Emulator(_port("EMULATOR_PORT", 4566), _FOLDER / "emulator")
    emulator.program.stop()
    shutil.rmtree(emulator.folder, ignore_errors=True)
    emulator.start()
    try:
        with patch.dict(os.environ, emulator.client_environment()):
            forget_clients()
            create_key()
            yield
    finally:
        emulator.program.stop()


def _port(variable: str, usual: int) -> int:
    """The port after the stack's own, because the stack may run."""
    return port_in(os.environ, variable, usual) + 1
