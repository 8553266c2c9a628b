"""
The profiles of a day in files that Athena reads, and who is in which.

Bucket  `profiles/day=2026-11-28/0003-of-0008.parquet` has the listeners whose numbers leave 3 when divided by 8;
        `written/…` says that such a part was written, also one without anybody; `results/…` is Athena's
Life    a run deletes what is there when it begins, and all of its own when it has loaded the results
Erasure deletes the file that the listener is in, and lets the others in it be written again
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Self

from blendify.affinity.profile import Profile
from blendify.core import aws
from blendify.core.settings import fleet_bucket, fleet_queue
from blendify.db.batch_delete import delete_objects
from blendify.fleet import numbers, profile_rows
from blendify.fleet.statements import power_of_two

LISTENERS_A_FILE = 500
MOST_FILES = 4_096
SEND = 10
"""Messages in one request: as many as SQS takes."""
RESERVE_SECONDS = 60.0
"""A profile is read only with this much of the Lambda's time left."""
_KEY = re.compile(r"profiles/day=(\d{4}-\d\d-\d\d)/(\d{4})-of-(\d{4})\.parquet")


class NotTaken(Exception):
    """The queue did not take all messages; sending all again is safe."""


@dataclass(frozen=True)
class Part:
    """A part of all listeners on a day: those whose number leaves `remainder` when divided by `parts`."""

    day: str
    remainder: int
    parts: int

    @classmethod
    def all(cls, day: str, listeners: int) -> list[Self]:
        """The parts into which so many listeners are divided."""
        parts = min(MOST_FILES, power_of_two(-(-listeners // LISTENERS_A_FILE)))
        return [cls(day, remainder, parts) for remainder in range(parts)]

    @classmethod
    def of(cls, body: str) -> Self:
        """The part in a message's body; TypeError or ValueError when it is none."""
        return cls(**json.loads(body))

    def body(self) -> str:
        """The message's body."""
        return json.dumps(asdict(self))

    @property
    def key(self) -> str:
        """The key of its file."""
        return f"profiles/day={self.day}/{self.remainder:04}-of-{self.parts:04}.parquet"

    @property
    def mark(self) -> str:
        """The key of what says that it was written."""
        return f"written/day={self.day}/{self.remainder:04}-of-{self.parts:04}"


def ask_for(parts: Iterable[Part]) -> None:
    """
    Ask for the files of these parts.

    Raises  NotTaken
    """
    bodies = [part.body() for part in parts]
    for start in range(0, len(bodies), SEND):
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies[start : start + SEND])]
        answer = aws.client("sqs").send_message_batch(QueueUrl=fleet_queue(), Entries=entries)  # type: ignore[arg-type]
        if answer.get("Failed"):
            raise NotTaken("the queue did not take all files to write")


def write(part: Part, profile_of: Callable[[str], Profile], seconds_left: Callable[[], float]) -> int:
    """
    Write the file of a part, or none when nobody in it cares for anything; returns how many listeners are in it.

    Raises  TimeUp; profiles that were made anew are stored by then, and another try reads them faster
    """
    while True:
        listeners = numbers.of_remainder(part.remainder, part.parts)
        profiles: dict[int, Profile] = {}
        for number, user_id in listeners:
            if seconds_left() < RESERVE_SECONDS:
                raise numbers.TimeUp("not all profiles are read")
            if (profile := profile_rows.counted(profile_of(user_id))).artists:
                profiles[number] = profile
        if profiles:
            aws.client("s3").put_object(Bucket=fleet_bucket(), Key=part.key, Body=profile_rows.file_of(profiles))
        else:
            aws.client("s3").delete_object(Bucket=fleet_bucket(), Key=part.key)
        # Who was erased meanwhile has no number any more, and may have looked for the file before it was written.
        if set(listeners) <= set(numbers.of_remainder(part.remainder, part.parts)):
            aws.client("s3").put_object(Bucket=fleet_bucket(), Key=part.mark, Body=b"")
            return len(profiles)


def count_written(day: str) -> int:
    """How many parts of a day were written."""
    return sum(1 for _ in _keys(f"written/day={day}/"))


def remove_all() -> None:
    """Delete all profiles, and what Athena made of them."""
    for prefix in ("profiles/", "written/", "results/"):
        delete_objects(fleet_bucket(), prefix)


def forget(number: int) -> int:
    """
    Delete the files that a number is in, and ask for them again; returns how many there were.

    The number must lead to nobody any more: then no file that is written from now on has it.
    """
    parts = [part for part in map(_part, _keys("profiles/")) if part and number % part.parts == part.remainder]
    for part in parts:
        aws.client("s3").delete_object(Bucket=fleet_bucket(), Key=part.key)
    ask_for(parts)
    return len(parts)


def _keys(prefix: str) -> Iterator[str]:
    pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=fleet_bucket(), Prefix=prefix)
    for page in pages:
        yield from (str(listed["Key"]) for listed in page.get("Contents", []))


def _part(key: str) -> Part | None:
    match = _KEY.fullmatch(key)
    return Part(match[1], int(match[2]), int(match[3])) if match else None
