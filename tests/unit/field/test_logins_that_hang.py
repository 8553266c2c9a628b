"""A service that does not answer keeps nobody waiting for their dashboard."""

import socket
import time
from collections.abc import Iterator

import pytest

from blendify.core import aws
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER, consent, finish_login, start_login
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a service that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_login_does_not_wait_for_step_functions(world: World, silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One try of three seconds; the listener is connected, has a session, and reads that no sync was started."""
    browser = Browser()
    back = consent(start_login(browser))
    aws.forget()
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_STEPFUNCTIONS", silent)
        patch.setenv("AWS_ENDPOINT_URL_SFN", silent)
        started = time.monotonic()
        answer = finish_login(browser, back)
        seconds = time.monotonic() - started
    aws.forget()
    assert (answer.status, answer.location) == (303, "../../dashboard")
    # Without a limit of ours botocore would wait a minute, several times.
    assert 2 <= seconds < 45
    (sync,) = browser.get(LISTENER, "/me/syncs").json["items"]
    assert (sync["status"], "could not be started" in sync["why"]) == ("failed", True)
