"""Shared by all random stories."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """
    Do not capture logs: pytest would keep the records of thousands of syncs, and with each error the collector's
    memory.
    """
    caplog.set_level(logging.CRITICAL, logger="blendify")
