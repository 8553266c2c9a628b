"""Whoever follows the changes is told of imports: that they brought something, and that it is taken back."""

from typing import Any

import pytest

from blendify.access import users
from blendify.importing import imports
from blendify.lambdas import imports as steps
from blendify.leaving import receipts
from blendify.reading import changes as reading_changes
from tests.unit.erasures import leave, machine
from tests.unit.http_events import Browser
from tests.unit.import_stories import Readable, album, begun, files, now, series
from tests.unit.music_api import browser_of

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")
MUSIC = "api.music"
MORNING = "2014-03-01T08:00:00.000Z"


@pytest.fixture
def ada() -> str:
    return users.find_or_create_user("spotify", "ada")


def imported(user_id: str, *lines: Readable) -> str:
    """The id of an import of these, with all that follows from its end."""
    started, held = begun(user_id), files(lines)
    event = {"user_id": user_id, "import_id": started.import_id}
    assert steps.read(event, lambda: 900.0, held.readers) == {"status": "ended"}
    return started.import_id


def changes(browser: Browser, query: str = "") -> list[Any]:
    """The items of all pages, one on each."""
    items, more = [], ""
    while True:
        page = browser.get(MUSIC, f"/me/changes?limit=1{query}{more}").json
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        more = f"&cursor={page['next_cursor']}"


def test_an_import_is_an_item_for_each_data_type(ada: str) -> None:
    """With its counts and its end, of which no file's row is told one by one."""
    import_id = imported(ada, *series(MORNING, 3), album("One"), album("Two"))
    items = changes(browser_of(ada))
    assert [(item["data_type"], item["imported"], item["removed"]) for item in items] == [
        ("saved_albums", 2, False),
        ("recently_played", 3, False),
    ]
    for item in items:
        assert item["why"] == {"cause": "import", "sync_id": None, "import_id": import_id}
        assert (item["origin"], item["record_id"], item["provider"]) == ("import", None, None)
    moment = items[0]["fetched_at"]
    assert changes(browser_of(ada), f"&since={moment}&until={moment}") == items
    assert changes(browser_of(ada), "&data_type=saved_albums") == items[:1]


def test_an_import_that_is_taken_back_is_a_removal(ada: str) -> None:
    """Of the same entries with a greater number; that it had come is told no more."""
    import_id = imported(ada, *series(MORNING, 3), album("One"))
    before = changes(browser_of(ada))
    machine(leave(ada, receipts.of_import(import_id)))
    after = changes(browser_of(ada))
    assert [item["entry_id"] for item in after] == [item["entry_id"] for item in before]
    assert [(item["removed"], item["imported"]) for item in after] == [(True, 0)] * 2
    assert all(new["sequence"] > old["sequence"] for new, old in zip(after, before, strict=True))
    assert after[0]["why"] == {"cause": "import", "sync_id": None, "import_id": import_id}


def test_what_brought_nothing_is_no_change(ada: str) -> None:
    """An import that goes on, one that failed, and one whose plays were all known; a list may have lost something."""
    begun(ada)
    assert changes(browser_of(ada)) == []
    bea, cid = (users.find_or_create_user("spotify", name) for name in ("bea", "cid"))
    imported(cid, *series(MORNING, 2), album("One"))
    before = changes(browser_of(cid))
    imported(cid, *series(MORNING, 2))
    assert changes(browser_of(cid)) == before
    imported(cid, *series(MORNING, 2), album("One"))
    assert [item["data_type"] for item in changes(browser_of(cid))[:-2]] == ["saved_albums"]
    assert steps.fail({"user_id": bea, "import_id": begun(bea).import_id}) == {"status": "failed"}
    assert changes(browser_of(bea)) == []


def test_the_home_page_tells_of_an_import_in_one_line(ada: str) -> None:
    """With its counts, and a way to its report; after it was taken back, that it was."""
    import_id = imported(ada, *series(MORNING, 3), album("One"))
    page = browser_of(ada).get("api.home", "/dashboard").body
    assert page.count("Imported from a file") == 1
    assert "3 plays, 1 saved album<" in page
    assert f'imports/{import_id}">Spotify</a>' in page
    machine(leave(ada, receipts.of_import(import_id)))
    page = browser_of(ada).get("api.home", "/dashboard").body
    assert page.count("Import taken back") == 1
    assert "Imported from a file" not in page


def test_a_later_pass_of_the_eraser_forgets_no_moment(ada: str) -> None:
    """It finds when the import was taken back, and what it had brought."""
    import_id = imported(ada, *series(MORNING, 1))
    machine(leave(ada, receipts.of_import(import_id)))
    (change,) = changes(browser_of(ada))
    again = imports.taken_back(ada, import_id)
    assert again
    assert (again.data_types, again.told_at) == (("recently_played",), change["fetched_at"])
    assert changes(browser_of(ada)) == [change]
    assert now(again).report.by_data_type == {}


def test_what_an_import_told_is_asked_for_by_its_id(ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plays that it stored, and all that its file lists; in pages, however few of the plays are its own."""
    first = imported(ada, *series(MORNING, 30), album("One"))
    second = imported(ada, *series(MORNING, 33)[1:], album("One"), album("Two"))
    monkeypatch.setattr(reading_changes, "MAX_SCANNED", 7)
    records = changes(browser_of(ada), f"&import_id={second}")
    assert [(item["data_type"], item["track_name"]) for item in records if item["data_type"] == "recently_played"] == [
        ("recently_played", f"Song {number}") for number in (30, 31, 32)
    ]
    albums = {item["album_name"]: item["import_id"] for item in records if item["data_type"] == "saved_albums"}
    assert albums == {"One": first, "Two": second}
    assert {item["why"]["import_id"] for item in records} == {second}
    assert len({item["entry_id"] for item in records}) == len(records) == 5
    assert changes(browser_of(ada), f"&import_id={second}&data_type=saved_albums") == records[3:]
    machine(leave(ada, receipts.of_import(second)))
    assert changes(browser_of(ada), f"&import_id={second}") == []
    bea = users.find_or_create_user("spotify", "bea")
    assert changes(browser_of(bea), f"&import_id={first}") == []


@pytest.mark.parametrize(
    "query", ["import_id=", "import_id=%C3%A4", f"import_id={'x' * 65}", "import_id=x&since=2020-01-01T00:00:00Z"]
)
def test_a_question_that_cannot_be_is_refused(ada: str, query: str) -> None:
    """400, with what is allowed."""
    response = browser_of(ada).get(MUSIC, f"/me/changes?{query}")
    assert (response.status, "import_id" in response.body) == (400, True)
