"""Who may ask GET /me/music and how: which questions are refused, and that no data of others is ever shown."""

import json
import random
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, replace
from importlib import import_module
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.access import sessions
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListPosition
from blendify.reading import cursors, questions
from blendify.reading.cursors import FactCursor, ListCursor, PlayCursor, RecordCursor
from blendify.reading.question import BadParameter, Question
from blendify.reading.questions import Page, PageLimits
from blendify.web.parameters import OF_LISTS, question
from tests.unit.http_events import Browser, Context, event
from tests.unit.music_api import MUSIC, ask, browser_of, everything
from tests.unit.sync_steps import STARTED
from tests.unit.test_music import sync
from tests.unit.visible import logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

QUESTIONS = ["/me/music/top_tracks", "/me/music/nothing", "/me/music/saved_tracks/x/history"]


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}, {"session": ""}], ids=str)
def test_without_a_session_nothing_is_shown(world: World, path: str, cookies: dict[str, str]) -> None:
    """401, the same for every address, whether it exists or not."""
    world.connect()
    response = Browser(cookies).get(MUSIC, path)
    assert (response.status, response.json["error"]["code"]) == (401, "unauthorized")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", QUESTIONS)
def test_an_ended_or_expired_session_shows_nothing(world: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cookie that was copied before the logout, and one that is older than a month."""
    user_id = world.connect()
    ended, over = browser_of(user_id), browser_of(user_id)
    sessions.end(ended.cookies["session"])
    assert ended.get(MUSIC, path).status == 401
    real = time.time
    monkeypatch.setattr("blendify.access.sessions.time.time", lambda: real() + sessions.LIFETIME_SECONDS + 1)
    assert over.get(MUSIC, path).status == 401


BAD = [
    ("nothing", {}, "data type must be one of: top_tracks"),
    ("top_tracks", {"limit": "0"}, "limit must be a whole number from 1 to 1000"),
    ("top_tracks", {"limit": "10000"}, "limit must be a whole number from 1 to 1000"),
    ("top_tracks", {"limit": "-1"}, "limit must be"),
    ("top_tracks", {"limit": "ten"}, "limit must be"),
    ("top_tracks", {"limit": "٣"}, "limit must be"),
    ("top_tracks", {"limit": ""}, "limit must have 1"),
    ("top_tracks", {"limit": ["5", "6"]}, "limit is given 2 times"),
    ("top_tracks", {"time_range": "weekly"}, "time_range must be one of: short_term, medium_term, long_term"),
    ("top_tracks", {"provider": "napster"}, "provider must be one of: spotify"),
    ("top_tracks", {"playlist_id": "x"}, "`playlist_id` is not a parameter of top_tracks"),
    ("saved_tracks", {"time_range": "short_term"}, "`time_range` is not a parameter of saved_tracks"),
    ("top_tracks", {"view": "all"}, "view must be one of: current, distinct"),
    ("top_tracks", {"raw": "yes"}, "raw must be one of: true, false"),
    ("top_tracks", {"as_of": "yesterday"}, "as_of must be a date and time"),
    ("top_tracks", {"as_of": "2026-02-30"}, "as_of must be a date and time"),
    ("top_tracks", {"as_of": "0001-01-01T00:00:00+14:00"}, "as_of must be a date and time"),
    ("top_tracks", {"as_of": "2999-01-01"}, "as_of must be a moment in the past"),
    ("top_tracks", {"cursor": "nonsense"}, "cursor must be the next_cursor"),
    ("top_tracks", {"page": "2"}, "`page` is not a parameter of top_tracks. The parameters are: provider, time_range"),
    ("top_tracks", {"<script>": "2"}, "One of the parameters is not a parameter"),
]


@pytest.mark.parametrize(("data_type", "parameters", "words"), BAD, ids=[f"{case[0]} {case[1]}" for case in BAD])
def test_a_bad_parameter_is_refused_with_what_is_allowed(
    data_type: str, parameters: dict[str, str | list[str]], words: str
) -> None:
    """The message names the parameter and the values that it may have."""
    given = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
    with pytest.raises(BadParameter, match=re.escape(words)):
        cursors.decode(question(data_type, given, OF_LISTS), PlayCursor, ListCursor)


def test_a_refused_parameter_is_a_400(world: World) -> None:
    """As JSON, with the message."""
    response = ask(browser_of(world.connect()), "top_tracks", limit="0")
    assert (response.status, response.json["error"]["code"]) == (400, "bad_request")
    assert "limit must be a whole number from 1 to 1000" in response.json["error"]["message"]


def test_a_history_has_fewer_parameters(world: World) -> None:
    """A history covers all of time, so there is no moment to ask for."""
    response = ask(browser_of(world.connect()), "saved_tracks", "x", as_of="2026-01-01")
    assert response.status == 400
    assert "`as_of` is not a parameter" in response.json["error"]["message"]


def test_nothing_of_another_listener_is_shown(world: World) -> None:
    """Ids, playlists and cursors of somebody else lead to nothing, in every view."""
    ana, bea = world.connect("ana"), world.connect("bea")
    sync(bea, 0)
    mine, theirs = browser_of(ana), browser_of(bea)
    for data_type in DataType:
        hers = ask(theirs, data_type, limit=2).json
        assert hers["items"]
        for view in ("current", "distinct"):
            assert everything(mine, data_type, view=view) == []
        for cursor in filter(None, [hers["next_cursor"]]):
            assert everything(mine, data_type, cursor=cursor, limit=2) == []
        for item in hers["items"]:
            if item["record_id"]:
                assert everything(mine, data_type, item["record_id"]) == []
        playlists = {item["playlist_id"] for item in hers["items"] if item.get("playlist_id")}
        if data_type is DataType.PLAYLIST_TRACKS:
            assert all(everything(mine, data_type, playlist_id=name) == [] for name in playlists)


def test_a_users_id_in_an_id_is_only_a_strange_id(world: World) -> None:
    """Every id is looked up in the caller's own partition."""
    ana, bea = world.connect("ana"), world.connect("bea")
    sync(bea, 0, DataType.SAVED_TRACKS)
    browser = browser_of(ana)
    for strange in (f"{bea}#saved_tracks", f"../{bea}", "#imported", "a/b/c", "%2e%2e", "ü", "x" * 5_000, " ", "a\nb"):
        response = ask(browser, DataType.SAVED_TRACKS, strange)
        assert (response.status, response.json["items"]) == (200, []), strange


def test_an_id_with_slashes_is_found(world: World) -> None:
    """API Gateway may decode the path or not: both spellings reach the record."""
    user_id = world.connect()
    moment, record_id = times.iso(STARTED), "https://a.b/c"
    append([Fact.of(user_id, DataType.SAVED_TRACKS, moment, "spotify", "key", {"record_id": record_id}, {})])
    for path in ("https%3A%2F%2Fa.b%2Fc", "https://a.b/c"):
        response = browser_of(user_id).get(MUSIC, f"/me/music/saved_tracks/{path}/history")
        assert [item["record_id"] for item in response.json["items"]] == [record_id]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(DataType)),
    st.lists(st.one_of(st.text(max_size=8), st.integers(-5, 2**40), st.none(), st.booleans()), max_size=6),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_a_cursor_is_ours_or_refused(data_type: DataType, parts: list[Any], seed: int, right_question: bool) -> None:
    """Made-up cursors and changed ones: BadParameter, or a cursor with parts of the right types."""
    if right_question:
        parts = [cursors.question_id(Question(data_type)), *parts]
    made = urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    changed = list(made)
    random.Random(seed).shuffle(changed)  # noqa: S311 -- no secret
    for text in (made, "".join(changed)):
        with suppress(BadParameter):
            cursor = cursors.decode(Question(data_type, cursor=text), PlayCursor, ListCursor)
            assert isinstance(cursor, PlayCursor | ListCursor)
            assert list(astuple(cursor)) == parts[1:]


TEXTS = st.one_of(st.text(max_size=8), st.sampled_from(["spotify", "short_term", times.iso(STARTED)]))
FORGED = st.one_of(
    st.builds(PlayCursor, TEXTS, TEXTS),
    st.builds(ListCursor, TEXTS, TEXTS, st.integers(0, 2**31), TEXTS, TEXTS),
    st.builds(RecordCursor, TEXTS, st.integers(0, 2**31)),
    st.builds(FactCursor, TEXTS),
)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(DataType)), st.sampled_from(["current", "distinct"]), FORGED)
def test_no_forged_cursor_breaks_anything(world: World, data_type: DataType, view: str, forged: cursors.Cursor) -> None:
    """Whatever a well-formed cursor says: it is refused, or leads to a part of one's own lists."""
    asked = Question(data_type, view=view)
    asked = replace(asked, cursor=cursors.encode(asked, forged))
    with suppress(BadParameter):
        response = questions.distinct if view == "distinct" else questions.current
        assert response("u-forger", asked) == Page([], None)


def test_a_cursor_belongs_to_its_question(world: World) -> None:
    """Another filter makes another question; another limit, or raw responses, do not."""
    user_id = world.connect()
    sync(user_id, 0, DataType.TOP_TRACKS)
    browser = browser_of(user_id)
    cursor = ask(browser, "top_tracks", limit=2).json["next_cursor"]
    assert ask(browser, "top_tracks", cursor=cursor, limit=3, raw="true").status == 200
    assert ask(browser, "top_tracks", cursor=cursor, time_range="long_term").status == 400
    assert ask(browser, "top_artists", cursor=cursor).status == 400
    assert ask(browser, "top_tracks", cursor=cursor, view="distinct").status == 400


@pytest.mark.parametrize(("characters", "scanned"), [(1, 5_000), (10_000, 5_000), (3_000_000, 3)])
@pytest.mark.parametrize("view", [questions.current, questions.distinct])
def test_a_page_keeps_its_limits(
    world: World, view: Callable[[str, Question, PageLimits], Page], characters: int, scanned: int
) -> None:
    """A page that would be too large or take too long ends early, and the next ones have all the rest."""
    user_id = world.connect()
    sync(user_id, 0, DataType.RECENTLY_PLAYED)
    asked = Question(DataType.RECENTLY_PLAYED, view=view.__name__, raw=True, limit=1000)
    whole = view(user_id, asked, PageLimits())
    assert whole.next_cursor is None
    pages = [view(user_id, asked, PageLimits(characters, scanned))]
    while cursor := pages[-1].next_cursor:
        pages.append(view(user_id, replace(asked, cursor=cursor), PageLimits(characters, scanned)))
    assert len(pages) > 1
    assert all(page.items for page in pages[:-1])
    assert [item for page in pages for item in page.items] == whole.items


def test_an_answer_is_utf_8_whatever_a_provider_says(world: World) -> None:
    """Half an emoji comes back escaped, as it came, together with the rest of the page."""
    user_id = world.connect()
    job = sync(user_id, 0, DataType.SAVED_TRACKS)
    odd = {"track": {"id": "odd", "name": "half \ud83d"}, "added_at": "2026-01-01T00:00:00Z"}
    saved = PROVIDERS["spotify"].endpoints[DataType.SAVED_TRACKS].to_record(odd, ListPosition("", 0))
    append([Fact.of(user_id, DataType.SAVED_TRACKS, job.fetched_at, "spotify", saved.key, saved.fields, odd)])
    response = ask(browser_of(user_id), DataType.SAVED_TRACKS, "odd", raw="true")
    assert response.body.encode()
    assert response.json["items"][0]["track_metadata"] == odd
    assert everything(browser_of(user_id), DataType.SAVED_TRACKS, raw="true")


def test_an_internal_error_shows_no_detail(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """500 as JSON with an apology; the reason is in the log, the cookie is not."""
    browser = browser_of(world.connect())
    aws.client("dynamodb").delete_table(TableName="history")
    response = ask(browser, "recently_played")
    assert (response.status, response.json["error"]["code"]) == (500, "internal_error")
    assert "ResourceNotFound" not in response.body
    assert "ResourceNotFound" in logged(caplog)
    assert browser.cookies["session"] not in logged(caplog)


def test_the_router_takes_nothing_else(world: World) -> None:
    """An address below a record that is not its history is not there."""
    browser = browser_of(world.connect())
    assert browser.get(MUSIC, f"/me/music/saved_tracks/{quote('x', safe='')}").status == 404
    response = import_module(MUSIC).handler(event("POST", "/me/music/saved_tracks", None, browser.cookies), Context())
    assert response["statusCode"] == 404
