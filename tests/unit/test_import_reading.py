"""After an import: each play once in the API, the insights and the export; and taking an import back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blendify.history.facts import Fact
from blendify.importing import imports
from blendify.importing.filled_holes import filled
from blendify.importing.import_item import Import
from blendify.insights import queue, shelves, store
from blendify.insights.buckets import First
from blendify.insights.queue import Ask
from blendify.lambdas import imports as steps
from blendify.leaving import history_watch, receipts
from tests.unit.erasures import everything as all_items
from tests.unit.erasures import leave, machine
from tests.unit.exports import exported
from tests.unit.import_stories import Line, begun, brought, files, now, plays, series, uploaded
from tests.unit.insights_stories import Messages, Story, listener
from tests.unit.music_api import ask, browser_of, everything

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SYNC = "2026-11-01T12:00:00.000Z"
POLLED = [f"2026-10-01T08:{minute:02}:00.250Z" for minute in (4, 8, 12, 16, 20)]


@pytest.fixture(autouse=True)
def clock(stopped_clock: list[datetime]) -> None:
    stopped_clock[0] = NOW


@pytest.fixture
def ada(messages: Messages) -> Story:
    """A listener with five polled plays of one song on repeat, told by their ends."""
    story = listener()
    story.append(*(story.play(SYNC, "spotify", "Artist/Loop", moment, context_uri="album") for moment in POLLED))
    story.forwarded()
    return story


def loop(count: int = 5, **more: Any) -> list[Line]:
    """The same five plays as a file tells them."""
    return [
        Line(f"2026-10-01T08:{4 * number:02}:00.000Z", "Artist/Loop", 240_000, **more) for number in range(1, count + 1)
    ]


def imported(story: Story, *lines: list[Line]) -> str:
    """Import these, with what the state machine does at the end; returns the import's id."""
    started, held = begun(story.user_id), files(*lines)
    event = {"user_id": story.user_id, "import_id": started.import_id}
    assert steps.read(event, lambda: 900.0, held.readers) == {"status": "ended"}
    return started.import_id


def read(user_id: str, **parameters: Any) -> list[dict[str, Any]]:
    return everything(browser_of(user_id), "recently_played", **parameters)


def test_a_play_that_both_tell_of_is_shown_once(ada: Story) -> None:
    """Time and length are the file's, song and context the provider's; neither fact is gone."""
    imported(ada, loop())
    items = read(ada.user_id)
    assert [item["played_at"] for item in items] == [f"2026-10-01T08:{m:02}:00.000Z" for m in (16, 12, 8, 4, 0)]
    assert {(item["ms_played"], item["context_uri"], item["origin"]) for item in items} == {
        (240_000, "album", "import")
    }
    assert len(plays(ada.user_id)) == 5
    assert len(all_items()) >= 10
    report = now(next(iter_imports(ada))).report
    assert report.linked == 5
    assert report.differences["end"] == {"0": 5}


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_who_follows_changes_joins_what_is_one_play(ada: Story, limit: int) -> None:
    """The poll's entry and the rows of two files, by the field that names the other; as the API tells them at once."""
    rough = imported(ada, [Line("2014-03-01T08:03:00.000Z", "Artist/Old", 180_500, precision="minute")])
    exact = imported(ada, [*loop(7), Line("2014-03-01T08:03:20.000Z", "Artist/Old", 180_000)])
    items = list[dict[str, Any]]()
    for query in ("", f"&import_id={rough}", f"&import_id={exact}"):
        more = f"limit={limit}{query}"
        while more:
            page = browser_of(ada.user_id).get("api.music", f"/me/changes?{more}").json
            items += [item for item in page["items"] if item["imported"] is None]
            more = page["next_cursor"] and f"limit={limit}{query}&cursor={page['next_cursor']}"
    entries = {item["entry_id"]: item for item in items}
    assert (len(items), len(entries)) == (5 + 1 + 8, 14)
    joined = {item["same_play"] or item["entry_id"] for item in items}
    assert joined <= entries.keys()
    assert len(joined) == len(read(ada.user_id)) == 8
    of_polls = {item["played_at"]: item["entry_id"] for item in items if item["origin"] is None}
    linked = {item["ended_at"]: item["same_play"] for item in items if item["origin"]}
    assert [linked[f"{moment[:17]}00.000Z"] for moment in POLLED] == [of_polls[moment] for moment in POLLED]


def iter_imports(story: Story) -> Iterator[Import]:
    return imports.newest(story.user_id)


def test_the_past_and_the_polled_are_one_list_however_it_is_cut(ada: Story) -> None:
    """Page by page of any size the same plays, each once, latest first."""
    imported(ada, series("2014-03-01T08:00:00.000Z", 40), loop(4))
    whole = read(ada.user_id, limit=1000)
    assert len(whole) == 45
    moments = [item["played_at"] for item in whole]
    assert moments == sorted(moments, reverse=True)
    for limit in (1, 7):
        assert read(ada.user_id, limit=limit) == whole


def test_what_was_known_at_a_moment_is_not_changed_by_an_import(ada: Story, stopped_clock: list[datetime]) -> None:
    """Before the import there were the polled plays alone, as they were polled."""
    imported(ada, series("2014-03-01T08:00:00.000Z", 3), loop())
    then = read(ada.user_id, as_of="2026-11-27T00:00:00Z")
    assert [item["played_at"] for item in then] == POLLED[::-1]
    assert {item["origin"] for item in then} == {None}


def test_records_of_an_import_are_found_by_their_id(ada: Story) -> None:
    """In the history of a record beside the polled ones; among the distinct records where nothing else tells of it."""
    import_id = imported(ada, series("2014-03-01T08:00:00.000Z", 2), loop())
    appearances = everything(browser_of(ada.user_id), "recently_played", "Artist/Loop")
    assert [item["origin"] for item in appearances].count("import") == 5
    assert len(appearances) == 10
    distinct = everything(browser_of(ada.user_id), "recently_played", view="distinct")
    assert {item["record_id"]: item["import_id"] for item in distinct} == {
        "Artist/Loop": None,
        "Artist/Song 0": import_id,
        "Artist/Song 1": import_id,
    }


def months(story: Story) -> dict[str, int]:
    return {
        month.month: sum(sum(counts.values()) for counts in month.by_day.values())
        for month in store.plays(shelves.shelves(story.user_id).shown, None, None)
    }


def all_firsts(story: Story) -> list[First]:
    return store.firsts(shelves.shelves(story.user_id).shown)


def test_insights_count_each_play_once(ada: Story, messages: Messages) -> None:
    """A message a year; the polled plays and the file's are the same five; what is too short does not count."""
    messages.work()
    assert months(ada) == {"2026-10": 5}
    short = Line("2015-07-01T10:00:00.000Z", "Artist/Short", 5_000, reason_end="fwdbtn")
    finished = Line("2015-07-01T11:00:00.000Z", "Artist/Jingle", 5_000)
    imported(ada, series("2014-03-01T08:00:00.000Z", 40), [short, finished], loop())
    asked = [Ask.of(body).label for body in messages.waiting.values()]
    assert asked == ["2014", "2015", "2026"]
    messages.work()
    assert months(ada) == {"2014-03": 40, "2015-07": 1, "2026-10": 5}
    assert store.known(ada.user_id).plays_since == "2014-03-01"
    names = {first.name: first.day for first in store.firsts(ada.user_id) if not first.is_artist}
    assert names["Jingle"] == "2015-07-01"
    assert "Short" not in names


def test_a_rebuild_makes_the_same(ada: Story, messages: Messages) -> None:
    """All buckets anew, from polled and imported plays."""
    imported(ada, series("2014-03-01T08:00:00.000Z", 10), loop())
    messages.work()
    before = months(ada), all_firsts(ada)
    queue.rebuild(ada.user_id)
    messages.work()
    assert (months(ada), all_firsts(ada)) == before


def test_a_listener_chooses_what_counts(ada: Story, messages: Messages) -> None:
    """PUT /me and the form; what was stored is counted otherwise, and nothing is imported again."""
    imported(ada, [Line("2015-07-01T10:00:00.000Z", "Artist/Short", 5_000, reason_end="fwdbtn")])
    messages.work()
    assert months(ada) == {"2026-10": 5}
    browser = browser_of(ada.user_id)
    answer = browser.ask("PUT", "api.time_zone", "/me", body='{"play_seconds": 5}')
    assert (answer.status, answer.json) == (200, {"play_seconds": 5})
    messages.work()
    assert months(ada) == {"2015-07": 1, "2026-10": 5}
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    assert browser.ask("POST", "api.time_zone", "/account/plays", form, "seconds=30").status == 303
    messages.work()
    assert months(ada) == {"2026-10": 5}
    for wrong in ('{"play_seconds": -1}', '{"play_seconds": 601}', '{"play_seconds": true}', '{"play_seconds": "5"}'):
        assert browser.ask("PUT", "api.time_zone", "/me", body=wrong).status == 400


def test_an_import_is_taken_back_as_a_whole(ada: Story, messages: Messages) -> None:
    """Its facts alone, through the eraser and with a receipt; the listener reads what they read before."""
    messages.work()
    before = read(ada.user_id), months(ada), all_firsts(ada)
    remaining = imported(ada, series("2013-03-01T08:00:00.000Z", 3))
    import_id = imported(ada, series("2014-03-01T08:00:00.000Z", 7), loop())
    messages.work()
    erasure_id = leave(ada.user_id, receipts.of_import(import_id))
    gone = [
        {"eventName": "REMOVE", "dynamodb": {"Keys": {"user#type": {"S": f"{ada.user_id}#recently_played#imported"}}}}
    ]
    assert history_watch.look_at(gone) == 0
    assert machine(erasure_id) == [120]
    receipt = receipts.erasure(erasure_id)
    assert receipt
    assert (receipt.status, receipt.counts["facts"], receipt.user_id) == ("erased", 12, "")
    assert {str(play.import_id) for play in plays(ada.user_id)} == {remaining}
    messages.work()
    assert len(read(ada.user_id)) == len(before[0]) + 3
    erasure_id = leave(ada.user_id, receipts.of_import(remaining))
    machine(erasure_id)
    messages.work()
    assert (read(ada.user_id), months(ada), all_firsts(ada)) == before
    assert {each.state for each in iter_imports(ada)} == {"taken_back"}


def test_what_was_taken_back_can_be_brought_again(ada: Story) -> None:
    """The same rows have the same keys, and are stored as new."""
    first = imported(ada, series("2014-03-01T08:00:00.000Z", 4))
    machine(leave(ada.user_id, receipts.of_import(first)))
    again = brought(ada.user_id, series("2014-03-01T08:00:00.000Z", 4))
    assert (again.report.stored, again.report.known) == (4, 0)


def test_an_import_under_way_stops_when_it_is_taken_back(ada: Story) -> None:
    """The eraser waits for its worker, and the upload goes as well."""
    started, held = begun(ada.user_id), files(series("2014-03-01T08:00:00.000Z", 4))
    erasure_id = leave(ada.user_id, receipts.of_import(started.import_id))
    event = {"user_id": ada.user_id, "import_id": started.import_id}
    assert steps.read(event, lambda: 900.0, held.readers) == {"status": "superseded"}
    assert machine(erasure_id) == [960]
    assert uploaded() == []
    assert plays(ada.user_id) == []
    assert begun(ada.user_id).state == "reading"


def test_erasing_everything_takes_imports_and_uploads(ada: Story) -> None:
    """And erasing one account leaves what the listener brought themselves."""
    imported(ada, series("2014-03-01T08:00:00.000Z", 4))
    begun(ada.user_id)
    machine(leave(ada.user_id, "spotify"))
    assert len(plays(ada.user_id)) == 4
    machine(leave(ada.user_id))
    assert uploaded() == []
    assert plays(ada.user_id) == []
    assert [item for item in all_items() if item.get("pk", {}).get("S") == f"user#{ada.user_id}"] == []


def test_an_interrupted_import_is_told_and_leaves_no_upload(ada: Story, messages: Messages) -> None:
    """By the state machine's last step, which asks for the insights of what was stored."""
    started = begun(ada.user_id)
    event = {"user_id": ada.user_id, "import_id": started.import_id}
    assert steps.fail(event) == {"status": "failed"}
    assert (now(started).state, now(started).code) == ("failed", "interrupted")
    assert uploaded() == []
    assert steps.fail({"user_id": "nobody", "import_id": "x"}) == {"status": "superseded"}


def test_the_export_has_what_was_imported(ada: Story) -> None:
    """Lines with origin and answer, a table, the import in account.json, and counts apart from those of syncs."""
    import_id = imported(ada, loop(2))
    reader = exported(ada.user_id)
    lines = [(line["origin"], line["import_id"], line["answer"]["ms"]) for line in reader.imported("recently_played")]
    assert lines == [("import", import_id, 240_000)] * 2
    assert [row["flags"] for row in reader.rows("imported_recently_played")] == [
        "finished: true; reason_end: trackdone"
    ] * 2
    assert [each["stored"] for each in reader.account["imports"]] == [2]
    assert reader.damages() == []
    assert reader.manifest["imported"] == {"recently_played": {"spotify": 2}}
    assert reader.manifest["counts"]["recently_played"] == {"spotify": 5}


def test_the_api_answers_for_plays_alone(ada: Story) -> None:
    """A service that is no provider of ours is shown, and has no name in a question."""
    imported(ada, [Line("2014-03-01T08:00:00.000Z", service="deezer")])
    assert {item["provider"] for item in read(ada.user_id)} == {"spotify", "deezer"}
    assert {item["provider"] for item in read(ada.user_id, provider="spotify")} == {"spotify"}
    assert ask(browser_of(ada.user_id), "recently_played", provider="deezer").status == 400


def test_a_gap_that_an_import_fills_is_no_longer_shown(ada: Story) -> None:
    """Whole, and of that service; one that it fills in part stays a gap."""
    for number, (start, end) in enumerate((("2026-10-02", "2026-10-03"), ("2026-10-20", "2026-11-01"))):
        times_of = {"missing_from": f"{start}T00:00:00.000Z", "missing_until": f"{end}T00:00:00.000Z"}
        ada.append(
            Fact.mark(ada.user_id, "recently_played", SYNC, "spotify", f"hole{number}", {"kind": "hole", **times_of})
        )
    assert filled(ada.user_id, "spotify", SYNC) == 0
    imported(ada, series("2026-09-30T08:00:00.000Z", 30, timedelta(days=1)))
    assert filled(ada.user_id, "spotify", SYNC) == 1
    assert filled(ada.user_id, "lastfm", SYNC) == 0
