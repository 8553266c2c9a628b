"""Webhooks: a listener's own programs are told of changes, by signed events with ids and names."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from blendify.access import sessions
from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.lambdas import imports as import_steps
from blendify.lambdas.webhooks import runs
from blendify.leaving import receipts
from blendify.syncing.finish_sync import finish_sync
from blendify.webhooks import deliveries, signature, subscriptions
from blendify.webhooks.deliveries import DELAYS, Queued
from blendify.webhooks.subscriptions import PATIENCE
from blendify.webhooks.tell import tell
from tests.unit import import_stories
from tests.unit.erasures import leave, machine
from tests.unit.http_events import Browser
from tests.unit.import_stories import Readable, album, artist
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED, begun, plenty
from tests.unit.visible import logged
from tests.unit.webhook_queues import WebhookQueues, deliver_all, handled, stream, tell_all
from tests.unit.webhook_receiver import Receiver
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

API, MUSIC, LISTENER = "api.webhooks", "api.music", "api.listener"
TYPES = (DataType.TOP_ARTISTS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS, DataType.RECENTLY_PLAYED)


def synced(user_id: str, hours_ago: float) -> str:
    job = begun(user_id, *TYPES, execution=f"{hours_ago} h", started_at=STARTED - timedelta(hours=hours_ago))
    for data_type in TYPES:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    return job.fetched_at


def made(browser: Browser, url: str) -> dict[str, Any]:
    response = browser.ask("POST", API, "/me/webhooks", body=json.dumps({"url": url}))
    assert response.status == 201, response.body
    return dict(response.json)


def brought(user_id: str, lines: Iterable[Readable]) -> str:
    """The id of an import of these, with all that follows from its end."""
    started, held = import_stories.begun(user_id), import_stories.files(lines)
    event = {"user_id": user_id, "import_id": started.import_id}
    assert import_steps.read(event, plenty, held.readers) == {"status": "ended"}
    return started.import_id


def listed(browser: Browser) -> list[Any]:
    return list(browser.get(API, "/me/webhooks").json["items"])


def listener(world: World, name: str = "") -> tuple[str, Browser]:
    user_id = world.connect(name)
    return user_id, Browser({"session": sessions.begin(user_id)})


class Consumer:
    """A program that knows events and `GET /me/changes`, and the rules of the documentation."""

    def __init__(self, browser: Browser, secret: str) -> None:
        self._browser, self._verifier = browser, Verifier(secret)
        self.numbers: set[int] = set()
        self.held: dict[str, Any] = {}
        self.files: dict[str, list[Any]] = {}
        """By import what it told."""

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """An event: what its run recorded is asked for."""
        event = self._verifier.verify(body, headers)
        if event["type"] != "changes.recorded":
            return
        self.numbers.add(event["data"]["number"])
        moment = quote(event["data"]["started_at"])
        self.ask(f"since={moment}&until={moment}")

    def ask(self, query: str) -> None:
        """All pages of the changes of a span; of an import also what it told."""
        for item in self._pages(query):
            before = self.held.get(item["entry_id"])
            order = item["sequence"], not item["removed"]
            if before is None or order >= (before["sequence"], not before["removed"]):
                self.held[item["entry_id"]] = item
            if item["imported"] is not None:
                import_id = item["import_id"]
                self.files[import_id] = list(self._pages(f"import_id={import_id}"))

    def _pages(self, query: str) -> Iterator[Any]:
        more: str | None = ""
        while more is not None:
            page = self._browser.get(MUSIC, f"/me/changes?limit=200&{query}{more}").json
            yield from page["items"]
            more = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None

    def library(self) -> dict[str, list[Any]]:
        """What there is, by data type."""
        there = [item for item in self.held.values() if not item["removed"] and item["imported"] is None]
        synced = {(item["data_type"], item["provider"]) for item in self.held.values()}
        lists: dict[tuple[str, ...], list[Any]] = {}
        # What an import was the first to store is gone when it is taken back.
        gone = {item["import_id"] for item in self.held.values() if item["imported"] is not None and item["removed"]}
        for item in (item for file in self.files.values() for item in file if item["import_id"] not in gone):
            if item["data_type"] == DataType.RECENTLY_PLAYED:
                there.append(item)
            elif (item["data_type"], item["provider"]) not in synced:
                lists.setdefault((item["data_type"], item["provider"], str(item["list"])), []).append(item)
        for items in lists.values():
            there += [item for item in items if item["sequence"] == max(each["sequence"] for each in items)]
        return {kind: sorted(map(comparable, (item for item in there if item["data_type"] == kind))) for kind in TYPES}


def comparable(item: Any) -> tuple[str, ...]:
    return tuple(str(item.get(name)) for name in ("record_id", "time_range", "rank", "added_at", "played_at"))


def served(browser: Browser) -> dict[str, list[Any]]:
    """The same as the API says it is now."""
    return {
        kind: sorted(map(comparable, browser.get(MUSIC, f"/me/music/{kind}?limit=1000").json["items"]))
        for kind in TYPES
    }


def test_a_program_rebuilds_the_library_from_events_and_changes(
    world: World, webhook_queues: WebhookQueues, program: Receiver
) -> None:
    """Events come twice, in any order, and one never comes: its number is missing, so the program asks once more."""
    user_id, browser = listener(world)
    secret = made(browser, program.url)["secret"]
    waiting = []
    for number, hours_ago in enumerate((9, 6, 3)):
        if number:
            world.change("remove", DataType.SAVED_ALBUMS, position=number)
            world.change("move", DataType.TOP_ARTISTS, "short_term", to=0, position=1)
        begun_at = synced(user_id, hours_ago)
        changes = [change for change in stream() if change["dynamodb"]["Keys"]["fetched_at"]["S"].startswith(begun_at)]
        waiting += tell_all(webhook_queues, changes)
    assert len(waiting) == 3
    del waiting[1]
    deliver_all(waiting[::-1] + waiting)
    consumer = Consumer(browser, secret)
    for headers, body in program.requests:
        consumer.take(headers, body)
    assert consumer.numbers == {1, 3}
    assert consumer.library() != served(browser)
    consumer.ask(urlencode({"since": times.iso(STARTED - PATIENCE)}))
    assert consumer.library() == served(browser)


def test_a_program_follows_imports_and_what_is_taken_back(
    world: World, webhook_queues: WebhookQueues, program: Receiver, machines: StepFunctions
) -> None:
    """In whatever order the events come; two files of one service, of which the later one lists less."""
    user_id, browser = listener(world)
    secret = made(browser, program.url)["secret"]
    synced(user_id, 9)
    waiting = tell_all(webhook_queues, stream())
    plays = import_stories.series("2014-03-01T08:00:00.000Z", 5)
    first = brought(user_id, [*plays[:3], album("One"), album("Two"), album("Mine", "spotify")])
    brought(user_id, [*plays[2:], album("Two"), artist("Ann")])
    handled(runs(tell), webhook_queues.take("events.fifo"))
    waiting += webhook_queues.take("deliveries")
    consumer = Consumer(browser, secret)

    def follows() -> bool:
        deliver_all(waiting[::-1])
        while program.requests:
            consumer.take(*program.requests.pop())
        return consumer.library() == served(browser)

    assert follows()
    assert [item[0] for item in consumer.library()["saved_albums"]].count("Two") == 1
    machine(leave(user_id, receipts.of_import(first)))
    assert consumer.library() != served(browser)
    handled(runs(tell), webhook_queues.take("events.fifo"))
    waiting += webhook_queues.take("deliveries")
    assert follows()
    assert len([item for item in consumer.library()["recently_played"] if item[-1].startswith("2014")]) == 2


def test_an_event_has_ids_and_names_alone(world: World, webhook_queues: WebhookQueues, program: Receiver) -> None:
    """And why, and whether it tells all; what there is to know more about, the API tells whoever may read it."""
    user_id, browser = listener(world)
    made(browser, program.url)
    synced(user_id, 5)
    stream_before = stream()
    world.change("remove", DataType.SAVED_ALBUMS, position=1)
    second = synced(user_id, 1)
    new = [change for change in stream() if change not in stream_before]
    (delivery,) = tell_all(webhook_queues, new)
    deliver_all([delivery])
    ((_, body),) = program.requests
    event = json.loads(body)
    assert event.keys() == {"type", "timestamp", "data"}
    data = event["data"]
    assert (data["started_at"], data["complete"], data["why"]["cause"]) == (second, True, "sync")
    (change,) = data["changes"]
    assert change.keys() == {
        *("sequence", "entry_id", "data_type", "provider", "record_id", "list", "removed", "imported", "name"),
    }
    assert (change["data_type"], change["removed"]) == ("saved_albums", True)
    assert change["name"]


def test_an_import_is_told_of_when_it_ends_and_when_it_is_taken_back(
    world: World, webhook_queues: WebhookQueues, program: Receiver, machines: StepFunctions
) -> None:
    """By counts, under the moment that leads to the same changes; one that brought nothing is none."""
    user_id, browser = listener(world)
    made(browser, program.url)
    import_id = brought(user_id, [album("One"), album("Two")])
    machine(leave(user_id, receipts.of_import(import_id)))
    assert import_steps.fail({"user_id": user_id, "import_id": import_stories.begun(user_id).import_id})
    handled(runs(tell), webhook_queues.take("events.fifo"))
    deliver_all(webhook_queues.take("deliveries"))
    events = [json.loads(body)["data"] for _, body in program.requests]
    assert {event["why"]["import_id"] for event in events} == {import_id}
    # Taken back before the first event was made: all of them tell that.
    last = events[-1]
    (change,) = last["changes"]
    assert (change["data_type"], change["removed"], change["imported"], change["name"]) == (
        "saved_albums",
        True,
        0,
        None,
    )
    moment = quote(last["started_at"])
    (item,) = browser.get(MUSIC, f"/me/changes?since={moment}&until={moment}").json["items"]
    assert item["entry_id"] == change["entry_id"]


def test_a_large_run_is_told_of_and_not_told(world: World, webhook_queues: WebhookQueues, program: Receiver) -> None:
    """An event has fifty changes at most, and says that there are more."""
    user_id, browser = listener(world)
    made(browser, program.url)
    synced(user_id, 2)
    deliver_all(tell_all(webhook_queues, stream()))
    (_, body), *_ = program.requests
    data = json.loads(body)["data"]
    assert (len(data["changes"]), data["complete"]) == (50, False)
    assert len(body) < 20_000


def test_nothing_is_queued_for_listeners_without_webhooks(world: World, webhook_queues: WebhookQueues) -> None:
    """Nobody else's webhook is told of theirs either."""
    user_id, _ = listener(world)
    _, other = listener(world, "bea")
    made(other, "https://example.org/hook")
    synced(user_id, 1)
    assert tell_all(webhook_queues, stream()) == []
    assert webhook_queues.sent == {}


def test_the_signature_is_that_of_the_specification() -> None:
    """The vector of its reference implementations."""
    moment, body = datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
    signed = signature.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", moment, body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_shown_once_and_stored_sealed(
    world: World, webhook_queues: WebhookQueues, program: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the list, on the page, in the table, in a log line."""
    user_id, browser = listener(world)
    webhook = made(browser, program.url)
    secret = webhook.pop("secret")
    assert secret.startswith("whsec_")
    assert listed(browser) == [webhook]
    synced(user_id, 1)
    deliver_all(tell_all(webhook_queues, stream()))
    stored = repr(aws.client("dynamodb").scan(TableName="accounts")["Items"])
    assert secret.removeprefix("whsec_") not in stored + logged(caplog) + browser.get(LISTENER, "/account").body
    assert "secret=of-the-listener" not in logged(caplog)
    assert "secret" not in repr(subscriptions.every(user_id)[0]).replace("secret=of-the-listener", "")


def test_what_fails_is_tried_again_and_later_each_time(
    world: World, webhook_queues: WebhookQueues, program: Receiver, stopped_clock: list[datetime]
) -> None:
    """By the schedule of the specification, with the same id, for three days; then the webhook is disabled."""
    _, browser = listener(world)
    webhook = made(browser, program.url)
    user_id = browser.get(LISTENER, "/me").json["user_id"]
    program.status = 500
    waiting = [json.dumps(vars(Queued(user_id, webhook["webhook_id"], "evt_1", '{"type": "changes.recorded"}')))]
    begun_at = stopped_clock[0]
    for delay in DELAYS:
        deliver_all(waiting)
        waiting = webhook_queues.take("deliveries")
        (body,) = waiting
        later = times.parse(json.loads(body)["not_before"]) - stopped_clock[0]
        assert delay <= later + timedelta(seconds=1)
        assert later <= 1.1 * delay + timedelta(seconds=1)
        assert listed(browser)[0]["status"] == "failing"
        stopped_clock[0] += later
    assert stopped_clock[0] - begun_at > PATIENCE
    deliver_all(waiting)
    assert webhook_queues.take("deliveries") == []
    (shown,) = listed(browser)
    assert (shown["status"], shown["why"]) == ("disabled", "it answered 500")
    assert "Disabled on" in browser.get(LISTENER, "/account").body
    assert "is disabled, because it took no events" in browser.get("api.home", "/dashboard").body
    assert {headers["webhook-id"] for headers, _ in program.requests} == {"evt_1"}
    assert len(program.requests) == len(DELAYS) + 1


def test_a_disabled_webhook_is_told_nothing_until_it_answers_a_test(
    world: World, webhook_queues: WebhookQueues, program: Receiver
) -> None:
    """410 disables it at once."""
    user_id, browser = listener(world)
    webhook = made(browser, program.url)
    program.status = 410
    synced(user_id, 1)
    deliver_all(tell_all(webhook_queues, stream()))
    assert listed(browser)[0]["status"] == "disabled"
    (notice,) = browser.get(MUSIC, "/me/changes").json["notices"]
    assert (notice["kind"], notice["webhook_id"]) == ("webhook_disabled", webhook["webhook_id"])
    assert "url" not in notice
    assert webhook_queues.take("deliveries") == []
    assert tell_all(webhook_queues, stream()) == []
    program.status = 200
    assert browser.ask("POST", API, f"/me/webhooks/{webhook['webhook_id']}/test").status == 202
    deliver_all(webhook_queues.take("deliveries"))
    assert json.loads(program.requests[-1][1])["type"] == "webhook.test"
    assert listed(browser)[0]["status"] == "active"


def test_a_webhook_says_when_it_wants_to_be_asked_again(
    world: World, webhook_queues: WebhookQueues, program: Receiver, stopped_clock: list[datetime]
) -> None:
    """Retry-After counts where it is later, up to a day; a message waits in steps of at most 15 minutes."""
    user_id, browser = listener(world)
    webhook_id = made(browser, program.url)["webhook_id"]
    program.status, program.answer = 503, {"retry-after": "7200"}
    deliver_all([json.dumps(vars(Queued(user_id, webhook_id, "evt_1", '{"type": "changes.recorded"}')))])
    assert webhook_queues.delays == [900]
    early = webhook_queues.take("deliveries")
    stopped_clock[0] += timedelta(minutes=119)
    deliver_all(early)
    assert webhook_queues.delays == [900, 60]
    assert len(program.requests) == 1


def test_a_deleted_webhook_is_told_nothing_more(world: World, webhook_queues: WebhookQueues, program: Receiver) -> None:
    """Not even what was on its way."""
    user_id, browser = listener(world)
    webhook_id = made(browser, program.url)["webhook_id"]
    synced(user_id, 1)
    waiting = tell_all(webhook_queues, stream())
    assert browser.ask("DELETE", API, f"/me/webhooks/{webhook_id}").status == 204
    deliver_all(waiting)
    assert program.requests == []
    assert browser.ask("DELETE", API, f"/me/webhooks/{webhook_id}").status == 404
    assert browser.ask("POST", API, f"/me/webhooks/{webhook_id}/test").status == 404


def test_jitter_makes_later_and_never_earlier(stopped_clock: list[datetime]) -> None:
    """So that what failed together does not come together again."""
    queued = Queued("u1", "w1", "e1", "{}")
    moments = {deliveries.next_attempt(queued, stopped_clock[0], None) for _ in range(5)}
    assert len(moments) == 5
    last = Queued("u1", "w1", "e1", "{}", attempt=len(DELAYS) + 1)
    assert deliveries.next_attempt(last, stopped_clock[0], None) is None
