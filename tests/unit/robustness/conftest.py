"""What all random runs share."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """pytest would keep every record of thousands of runs, and with its error all that a collector held."""
    caplog.set_level(logging.CRITICAL, logger="blendify")
