"""Who may ask GET /me/music, and how: what is refused, with which words, and that nothing of others is ever told."""

import json
import random
import time
from base64 import urlsafe_b64encode
from importlib import import_module
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.access import sessions
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListPosition
from blendify.reading import cursors, lists, questions
from blendify.reading.question import Question
from tests.unit.http_events import Browser, Context, event
from tests.unit.listening_api import MUSIC, ask, browser_of, everything
from tests.unit.spotify_world import World, logged
from tests.unit.test_music import sync

pytestmark = pytest.mark.usefixtures("aws_in_memory")

QUESTIONS = ["/me/music/top_tracks", "/me/music/nothing", "/me/music/saved_tracks/x/history"]


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}, {"session": ""}], ids=str)
def test_without_a_session_nothing_is_told(world: World, path: str, cookies: dict[str, str]) -> None:
    """401, the same for every address, whether it exists or not."""
    world.connect()
    answer = Browser(cookies).get(MUSIC, path)
    assert (answer.status, answer.json["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", QUESTIONS)
def test_a_session_that_was_ended_or_is_over_tells_nothing(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cookie that was copied before the logout, and one that is older than its month."""
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
    ("top_tracks", {"playlist_id": "x"}, "`playlist_id` is no parameter of top_tracks"),
    ("saved_tracks", {"time_range": "short_term"}, "`time_range` is no parameter of saved_tracks"),
    ("top_tracks", {"view": "all"}, "view must be one of: current, distinct"),
    ("top_tracks", {"raw": "yes"}, "raw must be one of: true, false"),
    ("top_tracks", {"as_of": "yesterday"}, "as_of must be a date and time"),
    ("top_tracks", {"as_of": "2026-02-30"}, "as_of must be a date and time"),
    ("top_tracks", {"as_of": "0001-01-01T00:00:00+14:00"}, "as_of must be a date and time"),
    ("top_tracks", {"as_of": "2999-01-01"}, "as_of must be a moment that has passed"),
    ("top_tracks", {"cursor": "nonsense"}, "cursor must be a next_cursor"),
    ("top_tracks", {"page": "2"}, "`page` is no parameter of top_tracks. There are: provider, time_range"),
    ("top_tracks", {"<script>": "2"}, "One of the parameters is no parameter"),
]


@pytest.mark.parametrize(("data_type", "parameters", "words"), BAD, ids=[f"{one[0]} {one[1]}" for one in BAD])
def test_a_bad_question_is_told_what_may_be_asked(
    world: World, data_type: str, parameters: dict[str, Any], words: str
) -> None:
    """400 with the parameter and the values that it may have."""
    answer = ask(browser_of(world.connect()), data_type, **parameters)
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")
    assert words in answer.json["error"]["message"]


def test_a_history_has_fewer_parameters(world: World) -> None:
    """It is all of time: there is no moment to ask for."""
    answer = ask(browser_of(world.connect()), "saved_tracks", "x", as_of="2026-01-01")
    assert answer.status == 400
    assert "`as_of` is no parameter" in answer.json["error"]["message"]


def test_nothing_of_another_listener_is_told(world: World) -> None:
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
        for one in hers["items"]:
            if one["record_id"]:
                assert everything(mine, data_type, one["record_id"]) == []
        playlists = {one["playlist_id"] for one in hers["items"] if one.get("playlist_id")}
        if data_type is DataType.PLAYLIST_TRACKS:
            assert all(everything(mine, data_type, playlist_id=name) == [] for name in playlists)


def test_a_users_id_in_an_id_is_only_a_strange_id(world: World) -> None:
    """Whatever stands in ids is looked up in the caller's own partition."""
    ana, bea = world.connect("ana"), world.connect("bea")
    sync(bea, 0, DataType.SAVED_TRACKS)
    browser = browser_of(ana)
    for strange in (f"{bea}#saved_tracks", f"../{bea}", "#reread", "a/b/c", "%2e%2e", "ü", "x" * 5_000, " ", "a\nb"):
        answer = ask(browser, DataType.SAVED_TRACKS, strange)
        assert (answer.status, answer.json["items"]) == (200, []), strange


def test_an_id_with_slashes_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway may decode the path or not: both reach the record."""
    user_id = world.connect()
    sync(user_id, 0, DataType.SAVED_TRACKS)
    asked: list[str] = []

    def appearances(_: str, __: str, record_id: str) -> list[Any]:
        asked.append(record_id)
        return []

    monkeypatch.setattr(queries, "appearances", appearances)
    for path in ("https%3A%2F%2Fa.b%2Fc", "https://a.b/c"):
        asked.clear()
        browser_of(user_id).get(MUSIC, f"/me/music/saved_tracks/{path}/history")
        assert "https://a.b/c" in asked


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(list(DataType)),
    st.lists(st.one_of(st.text(max_size=8), st.integers(-5, 2**40), st.none(), st.booleans()), max_size=6),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_no_cursor_breaks_anything(
    world: World, data_type: DataType, parts: list[Any], seed: int, marked: bool
) -> None:
    """Made-up cursors, those of other questions and those that were changed: 400 or a part of one's own lists."""
    user_id = world.connect()
    browser = browser_of(user_id)
    if marked:
        parts = [cursors._mark(Question(data_type)), *parts]
    text = json.dumps(parts).encode()
    made = urlsafe_b64encode(text).decode().rstrip("=")
    changed = list(made)
    random.Random(seed).shuffle(changed)  # noqa: S311 -- no secret
    for cursor in (made, "".join(changed)):
        for view in ("current", "distinct"):
            assert ask(browser, data_type, cursor=cursor or "x", view=view).status in (200, 400)


def test_a_cursor_belongs_to_its_question(world: World) -> None:
    """With another filter it would lead to a place that is none; other sizes and fullness are no other question."""
    user_id = world.connect()
    sync(user_id, 0, DataType.TOP_TRACKS)
    browser = browser_of(user_id)
    cursor = ask(browser, "top_tracks", limit=2).json["next_cursor"]
    assert ask(browser, "top_tracks", cursor=cursor, limit=3, raw="true").status == 200
    assert ask(browser, "top_tracks", cursor=cursor, time_range="long_term").status == 400
    assert ask(browser, "top_artists", cursor=cursor).status == 400
    assert ask(browser, "top_tracks", cursor=cursor, view="distinct").status == 400


def test_an_answer_is_never_larger_than_lambda_can_pass_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer items than asked for where these are large, and the rest behind the cursor: at least one, all of them."""
    user_id = world.connect()
    sync(user_id, 0, DataType.RECENTLY_PLAYED)
    browser = browser_of(user_id)
    whole = everything(browser, DataType.RECENTLY_PLAYED, raw="true", limit=1000)
    for largest in (1, 10_000):
        monkeypatch.setattr(questions, "LARGEST", largest)
        page = ask(browser, DataType.RECENTLY_PLAYED, raw="true", limit=1000)
        assert 1 <= len(page.json["items"]) < len(whole)
        assert everything(browser, DataType.RECENTLY_PLAYED, raw="true", limit=1000) == whole


def test_an_answer_is_utf_8_whatever_a_provider_says(world: World) -> None:
    """Half of an emoji comes back as the escape that it came as, and the rest of the page with it."""
    user_id = world.connect()
    job = sync(user_id, 0, DataType.SAVED_TRACKS)
    odd = {"track": {"id": "odd", "name": "half \ud83d"}, "added_at": "2026-01-01T00:00:00Z"}
    saved = PROVIDERS["spotify"].endpoints[DataType.SAVED_TRACKS].to_record(odd, ListPosition("", 0))
    append([Fact.of(user_id, DataType.SAVED_TRACKS, job.fetched_at, "spotify", saved.key, saved.fields, odd)])
    answer = ask(browser_of(user_id), DataType.SAVED_TRACKS, "odd", raw="true")
    assert answer.body.encode()
    assert answer.json["items"][0]["track_metadata"] == odd
    assert everything(browser_of(user_id), DataType.SAVED_TRACKS, raw="true")


def test_a_failure_of_ours_tells_no_detail(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 as JSON with an apology; the reason is in the log, the cookie is not."""
    browser = browser_of(world.connect())

    def broken(*_: object) -> None:
        raise RuntimeError("the table is on fire")

    monkeypatch.setattr(lists, "now", broken)
    answer = ask(browser, "top_tracks")
    assert (answer.status, answer.json["error"]["code"]) == (500, "internal_error")
    assert "fire" not in answer.body
    assert "fire" in logged(caplog)
    assert browser.cookies["session"] not in logged(caplog)


def test_the_router_takes_nothing_else(world: World) -> None:
    """An address below a record that is not its history is not there."""
    browser = browser_of(world.connect())
    assert browser.get(MUSIC, f"/me/music/saved_tracks/{quote('x', safe='')}").status == 404
    answer = import_module(MUSIC).handler(event("POST", "/me/music/saved_tracks", None, browser.cookies), Context())
    assert answer["statusCode"] == 404
