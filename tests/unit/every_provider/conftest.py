"""Each provider in turn, in virtual time."""

from collections.abc import Iterator, Mapping

import pytest

from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.machine import Clock
from tests.unit.robustness.worlds import small_pages
from tests.unit.world import Socket


@pytest.fixture
def subject(sockets: Mapping[str, Socket], provider: str, aws_in_memory: None) -> Iterator[Subject]:
    """A connected listener of the provider that the test names."""
    clock = Clock()
    with clock.installed(), small_pages():
        yield Subject.connected(sockets, provider, clock)
