"""What all random runs share."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.unit.provider_worlds import SIMULATED, Behind


@pytest.fixture(scope="module")
def sockets() -> Iterator[Mapping[str, Behind]]:
    """One simulator of each provider."""
    with ExitStack() as running:
        yield {name: running.enter_context(provider.served()) for name, provider in SIMULATED.items()}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """pytest would keep every record of thousands of runs, and with its error all that a collector held."""
    caplog.set_level(logging.CRITICAL, logger="blendify")
