"""Records of a made-up listener, and the way of their keys through the queue to the insights, without Lambda."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from blendify.access import users
from blendify.history.append import append
from blendify.history.facts import Fact, removal_key
from blendify.insights import shelves, worker
from blendify.insights.forward import forward
from blendify.insights.queue import Ask
from blendify.providers.record_identity import identity


class Messages:
    """
    SQS as far as the insights need it: it drops a message whose deduplication id it knows, and has SQS's limits.

    A message is delivered after its slot of time: what is asked for from then on has another id.
    """

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}
        self.requests = 0
        self.returned: list[str] = []
        """Receipts of the messages that were given back at once."""
        self.sent: list[str] = []
        """Bodies of messages of other queues."""

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> dict[str, Any]:  # noqa: N803
        assert not QueueUrl.endswith(".fifo")
        self.sent.append(MessageBody)
        return {}

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl.endswith(".fifo")
        assert 1 <= len(Entries) <= 10
        self.requests += 1
        for entry in Entries:
            assert entry["MessageGroupId"] == Ask.of(entry["MessageBody"]).user_id
            self.waiting.setdefault(entry["MessageDeduplicationId"], entry["MessageBody"])
        return {}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]) -> None:  # noqa: N803
        assert QueueUrl.endswith(".fifo")
        assert {entry["VisibilityTimeout"] for entry in Entries} == {0}
        self.returned += [entry["ReceiptHandle"] for entry in Entries]

    def work(self, order: random.Random | None = None, most: int | None = None) -> int:
        """
        Do what is asked for until nothing is, in any order where one is given; returns the number of messages.

        most    so many messages at most
        """
        count = 0
        while self.waiting and count != most:
            chosen = order.choice(list(self.waiting)) if order else next(iter(self.waiting))
            worker.do(Ask.of(self.waiting.pop(chosen)), lambda: 600.0)
            count += 1
        return count


@dataclass
class Story:
    """A listener whose records a test writes as collectors do, and whose stream it holds."""

    user_id: str
    stream: list[dict[str, Any]] = field(default_factory=list)

    def append(self, *facts: Fact) -> None:
        """Store the facts, and keep what the stream tells of them."""
        append(facts)
        self.stream += [
            {"dynamodb": {"Keys": {"user#type": {"S": fact.partition}, "fetched_at": {"S": fact.fetched_at}}}}
            for fact in facts
        ]

    def play(self, sync: str, provider: str, song: str, played_at: str, **more: Any) -> Fact:
        """A play of a song, whose name is its id too."""
        fields = {**track(song), "played_at": played_at, **more}
        return self._fact("recently_played", sync, provider, identity(fields), fields)

    def like(
        self, sync: str, provider: str, song: str, added_at: str | None, *, removed: bool = False, **more: Any
    ) -> Fact:
        """A like, or that it is gone."""
        fields = {**track(song), "added_at": added_at, **more}
        return self._fact("saved_tracks", sync, provider, identity(fields), fields, removed=removed)

    def follow(self, sync: str, provider: str, artist: str, *, removed: bool = False) -> Fact:
        """A follow, or that it is gone."""
        fields = {"record_id": artist, "artist_id": artist, "artist_name": artist}
        return self._fact("followed_artists", sync, provider, artist, fields, removed=removed)

    def ranked(self, sync: str, provider: str, songs: Iterable[str], time_range: str = "short_term") -> list[Fact]:
        """A top list, all of whose ranks are recorded."""
        return [
            self._fact(
                "top_tracks",
                sync,
                provider,
                f"{time_range}#{rank:04}#{song}",
                {**track(song), "time_range": time_range, "rank": rank},
            )
            for rank, song in enumerate(songs, 1)
        ]

    def _fact(
        self, data_type: str, sync: str, provider: str, key: str, fields: dict[str, Any], *, removed: bool = False
    ) -> Fact:
        if removed:
            fields = {**fields, "removed": True}
            return Fact.mark(self.user_id, data_type, sync, provider, removal_key("", key), fields)
        return Fact.of(self.user_id, data_type, sync, provider, key, fields, {"track": {"name": key}})

    def forwarded(self) -> None:
        """Take what the stream holds to the queue."""
        forward(self.stream)
        self.stream.clear()


def listener() -> Story:
    """A new user."""
    user_id = users.find_or_create_user("spotify", "ada")
    # Records of a story may be of any time, as those of a listener of whom all was derived as it came.
    shelves.settle(user_id)
    return Story(user_id)


def track(song: str) -> dict[str, Any]:
    """The fields of a song: `<artist>/<title>`."""
    artist, _, title = song.partition("/")
    return {
        "record_id": song,
        "track_id": song,
        "track_name": title,
        "artist_name": artist,
        "artists": [{"id": artist, "name": artist}],
        "album_name": f"Album of {artist}",
        "album_art_url": f"https://pictures.example/{artist}",
        "duration_ms": 200_000,
    }
