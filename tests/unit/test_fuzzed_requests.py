"""Whatever anybody sends, to a callback, as a body, or as the input of an execution, ends in a sentence. Random."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.access import sessions
from blendify.core.data_types import DataType
from blendify.core.errors import CollectError, UnexpectedShape
from blendify.jobs.job import Job
from blendify.providers import NAMES, PROVIDERS
from blendify.providers.provider import Profile
from blendify.schedule.poll_queue import QueuedPoll
from blendify.syncing.sync_input import MODES, InvalidInput, SyncInput
from tests.unit.http_events import Browser
from tests.unit.login_flow import start_login
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

AWS = pytest.mark.usefixtures("aws_in_memory", "pauses", "no_metrics")

QUICKLY = settings(max_examples=100, deadline=None)
THROUGH_A_HANDLER = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

TEXT = st.text(st.characters(), max_size=12)
"""Also unpaired surrogates, which JSON may hold and no table takes."""
WORDS = st.sampled_from(
    ["provider", "mode", "data_types", "name", "user_id", "spotify", "full", "saved_tracks", "id", "private_artists"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT, WORDS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS | TEXT, inner, max_size=4)),
    max_leaves=8,
)
BODY = st.one_of(JSON.map(json.dumps), st.text(max_size=40), st.sampled_from(["[" * 20_000, "{", '"\\ud800"', "\x00"]))
QUERY_TEXT = st.one_of(
    st.text(max_size=30), st.sampled_from(["access_denied", "//evil.example", "x" * 3_000, "\r\nA: b"])
)
QUERY = st.lists(
    st.tuples(
        st.sampled_from(["code", "token", "error", "iss", "state", "redirect_uri", "confirmed", "é"]), QUERY_TEXT
    ),
    max_size=5,
)


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser({"session": sessions.begin(world.connect())})


def explained(browser: Browser, method: str, handler: str, address: str, body: str | None = None) -> int:
    """The status of the response, which is no failure of ours and not empty."""
    response = browser.ask(method, handler, address, {"Accept": "application/json"}, body)
    assert response.status < 500 or response.status == 503, response.body
    assert response.body or response.status in (202, 204, 303)
    assert "\n" not in response.headers.get("location", "")
    return response.status


@QUICKLY
@given(given_=JSON)
def test_an_executions_input_is_a_sync_or_refused(given_: Any) -> None:
    """An operator types it."""
    with suppress(InvalidInput):
        sync = SyncInput.of(given_)
        assert (sync.provider in NAMES, sync.mode in MODES, bool(sync.data_types)) == (True, True, True)
        assert set(sync.data_types) <= set(DataType)


@QUICKLY
@given(body=BODY, job=st.dictionaries(WORDS, SCALARS, max_size=4))
def test_a_message_is_a_poll_or_none(body: str, job: dict[str, Any]) -> None:
    """What is in a queue, or comes from a state machine, is ours: anything else ends the attempt, and is no poll."""
    for read in (lambda: QueuedPoll.of(body), lambda: Job.of(job)):
        with pytest.raises((KeyError, TypeError, ValueError, AttributeError, RecursionError)):
            read()


@QUICKLY
@given(name=st.sampled_from(sorted(PROVIDERS)), body=JSON, status=st.integers(100, 599), text=BODY)
def test_a_providers_parsers_take_anything(name: str, body: Any, status: int, text: str) -> None:
    """A profile, or no shape of one; an error of ours, or data. Messages are ours: they repeat nothing of the text."""
    provider = PROVIDERS[name]
    with suppress(UnexpectedShape):
        assert isinstance(provider.profile(body), Profile)
    error = provider.classify_error(status, {"retry-after": text[:20]}, text)
    assert error is None or isinstance(error, CollectError)
    assert error is None or len(text) < 12 or text not in str(error)


@AWS
@THROUGH_A_HANDLER
@given(name=st.sampled_from([*NAMES, "nobody"]), query=QUERY, method=st.sampled_from(["GET", "HEAD", "POST"]))
def test_a_strangers_callback_is_refused(name: str, query: list[tuple[str, str]], method: str) -> None:
    """Without a login that has begun: nobody is logged in, nothing is stored."""
    stranger, before = Browser(), items()
    address = f"/auth/{name}/callback?{urlencode(query)}"
    response = stranger.ask(method, "auth.callback", address, body=urlencode(query) if method == "POST" else None)
    assert response.status in (400, 403, 404), response.body
    assert not {cookie for cookie in stranger.cookies if "session" in cookie}
    assert items() == before


@AWS
@THROUGH_A_HANDLER
@given(query=QUERY)
def test_a_callback_with_a_login_that_has_begun_ends_in_a_page(
    world: World, machines: StepFunctions, query: list[tuple[str, str]]
) -> None:
    """The provider's own state, and anything beside it: no such login connects anybody or starts a sync."""
    visitor = Browser()
    state = parse_qs(urlsplit(start_login(visitor)).query)["state"][0]
    wanted = [("state", state), *((name, value) for name, value in query if name != "state")]
    response = visitor.get("auth.callback", f"/auth/spotify/callback?{urlencode(wanted)}")
    assert response.status in (200, 400, 403, 502), response.body
    assert not {cookie for cookie in visitor.cookies if "session" in cookie}
    assert machines.started == []


@AWS
@THROUGH_A_HANDLER
@given(body=BODY)
def test_a_body_is_understood_or_explained(browser: Browser, machines: StepFunctions, body: str) -> None:
    """Of routes that take JSON: done, or 400 with what to send."""
    assert explained(browser, "POST", "api.syncs", "/me/syncs", body) in (202, 400, 404, 409, 429)
    assert explained(browser, "POST", "api.bearer_tokens", "/me/tokens", body) in (201, 400, 409)
    assert explained(browser, "PUT", "api.sharing", "/me/sharing", body) in (200, 400)
