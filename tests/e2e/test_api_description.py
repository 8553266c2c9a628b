"""The API against its own description: whatever may be asked is answered as it says, and never by a failure."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.specs.openapi import checks

from local import openapi
from local.browser import Browser
from tests.e2e.system import System

ENDS_THE_LISTENER = [("DELETE", "/me"), ("DELETE", "/me/connections/{provider}")]
"""Each has tests of its own; here they would leave nobody to ask for."""

described = openapi.document()
# Who may ask has tests of its own: here every request carries the session, also those that would try without.
for route in [described, *(one for path in described["paths"].values() for one in path.values())]:
    route.pop("security", None)
schema = schemathesis.openapi.from_dict(described).exclude(
    lambda context: (context.operation.method.upper(), context.operation.path) in ENDS_THE_LISTENER
)


@pytest.fixture(scope="module")
def listener(system: System) -> Browser:
    """Somebody who has everything."""
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
    """Status, type and shape of every answer are described; what is not allowed is refused."""
    (session,) = listener.cookies()
    case.call_and_validate(
        base_url=system.outputs["api_url"],
        headers={"Cookie": f"session={session}"},
        allow_redirects=False,
        excluded_checks=[
            # A moment that is to come, or a made-up cursor, is of the right form and refused all the same.
            checks.positive_data_acceptance,
            # API Gateway answers 403 for a method that a path does not have.
            checks.unsupported_method,
        ],
    )
