"""The API meets its own description: every allowed request gets a described response, and none an internal error."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.specs.openapi import checks

from operations.browser import Browser
from tests import openapi
from tests.e2e.system import PATIENCE_SECONDS, System

ENDS_THE_LISTENER = [("DELETE", "/me"), ("DELETE", "/me/connections/{provider}")]
"""They have tests of their own. Here they would end the listener that all other requests need."""

described = openapi.document()
# Authentication has tests of its own: here every request has the session, also those generated without it.
for route in [described, *(operation for path in described["paths"].values() for operation in path.values())]:
    route.pop("security", None)
schema = schemathesis.openapi.from_dict(described).exclude(
    lambda context: (context.operation.method.upper(), context.operation.path) in ENDS_THE_LISTENER
)


@pytest.fixture(scope="module")
def listener(system: System) -> Browser:
    """A listener with every data type collected."""
    browser, _ = system.connect("schema")
    system.latest_sync(browser)
    return browser


@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_what_it_says(case: Case[Any], system: System, listener: Browser) -> None:
    """Status, type and shape of every response are as described, and requests that are not allowed are refused."""
    (session,) = listener.cookies()
    case.call_and_validate(
        base_url=system.outputs["api_url"],
        headers={"Cookie": f"session={session}"},
        allow_redirects=False,
        timeout=PATIENCE_SECONDS,
        excluded_checks=[
            # A future moment or an invented cursor has the right form, but is refused.
            checks.positive_data_acceptance,
            # API Gateway responds with 403 to a method that a path does not have.
            checks.unsupported_method,
        ],
    )
