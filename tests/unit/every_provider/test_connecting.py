"""A login ends in the same at every provider: a session, a connection, and one sync that was requested."""

import pytest

from blendify.access import connections
from blendify.core.data_types import DataType
from tests.unit.every_provider.subject import Subject
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER
from tests.unit.provider_logins import PROVIDER_LOGINS
from tests.unit.simulated import SIMULATED
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import in_clear, logged


@pytest.mark.parametrize("provider", SIMULATED)
def test_a_login_ends_at_the_dashboard(subject: Subject, machines: StepFunctions) -> None:
    """The login reads only whose account it is. The sync that it requested then collects the account."""
    browser = Browser()
    response, _ = PROVIDER_LOGINS[subject.name](subject, browser, subject.listener)
    assert (response.status, response.location, response.body) == (303, "../../dashboard", "")
    assert sum(map(subject.calls, subject.provider.offered)) == 0
    me = browser.get(LISTENER, "/me").json
    (connection,) = me["connections"]
    assert (connection["provider"], connection["status"]) == (subject.name, "active")
    ((_, given),) = machines.started
    assert given == {"user_id": me["user_id"], "provider": subject.name}
    subject.user_id = me["user_id"]
    _, status = subject.run(DataType.SAVED_TRACKS)
    assert status == "succeeded"
    assert subject.differences(DataType.SAVED_TRACKS) == []


@pytest.mark.parametrize("provider", SIMULATED)
def test_a_login_leaves_no_secret(subject: Subject, machines: StepFunctions, caplog: pytest.LogCaptureFixture) -> None:
    """No code, token, key, state or cookie is readable in a table, a log line, an input, an address or a repr."""
    caplog.set_level("DEBUG", logger="blendify")
    browser = Browser()
    response, carried = PROVIDER_LOGINS[subject.name](subject, browser, subject.listener)
    user_id = browser.get(LISTENER, "/me").json["user_id"]
    connection = connections.connection(user_id, subject.name)
    response_text = response.location + response.body
    visible = "".join([in_clear(), logged(caplog), str(machines.started), response_text, repr(connection)])
    secrets = [*subject.secrets, *carried]
    assert "Connected" in visible
    assert len(secrets) >= 6
    assert [secret for secret in secrets if secret in visible] == []
