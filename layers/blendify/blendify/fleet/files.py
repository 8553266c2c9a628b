"""
The profiles of a run in files that Athena reads, and who is in which.

Bucket  `profiles/run=2026-11-28-1a2b3c4d/0003-of-0008.parquet` has the listeners whose numbers leave 3 when divided by
        8; `written/…` says what was written of such a part, also of one without anybody; `results/…` is Athena's
Life    a run deletes what is there when it begins, and all of its own when it has loaded the results. A file that is
        written later, as by a message that comes twice, is deleted by its worker
Erasure deletes the file that the listener is in, and lets the others in it be written again
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Self

from blendify.affinity.profile import Profile
from blendify.core import aws
from blendify.core.settings import fleet_bucket, fleet_queue
from blendify.db.batch_delete import delete_keys
from blendify.fleet import numbers, profile_rows, shelf, turn
from blendify.fleet.statements import power_of_two
from blendify.insights import table

LISTENERS_A_FILE = 500
MOST_FILES = 4_096
SEND = 10
"""Messages in one request: as many as SQS takes."""
RESERVE_SECONDS = 60.0
"""A profile is read only with this much of the Lambda's time left."""
_KEY = re.compile(r"(?:profiles|written)/run=([-0-9a-f]+)/(\d{4})-of-(\d{4})(?:\.parquet)?")


class NotTaken(Exception):
    """The queue did not take all messages; sending all again is safe."""


@dataclass(frozen=True)
class Part:
    """A part of all listeners in a run: those whose number leaves `remainder` when divided by `parts`."""

    run: str
    remainder: int
    parts: int

    @classmethod
    def all(cls, run: str, listeners: int) -> list[Self]:
        """The parts into which so many listeners are divided."""
        parts = min(MOST_FILES, power_of_two(-(-listeners // LISTENERS_A_FILE)))
        return [cls(run, remainder, parts) for remainder in range(parts)]

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
        return f"profiles/run={self.run}/{self.remainder:04}-of-{self.parts:04}.parquet"

    @property
    def mark(self) -> str:
        """The key of what says that it was written."""
        return f"written/run={self.run}/{self.remainder:04}-of-{self.parts:04}"


def ask_for(parts: Iterable[Part]) -> None:
    """
    Ask for the files of these parts of one run; at first for all.

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

    Of a run that does not go on any more nothing is written.

    Raises  TimeUp; profiles that were made anew are stored by then, and another try reads them faster
    """
    listeners = dict(numbers.of_remainder(part.remainder, part.parts))
    while turn.current() == part.run:
        profiles: dict[int, Profile] = {}
        for number, user_id in listeners.items():
            if seconds_left() < RESERVE_SECONDS:
                raise numbers.TimeUp("not all profiles are read")
            if (profile := profile_rows.counted(profile_of(user_id))).artists:
                profiles[number] = profile
        content = profile_rows.file_of(profiles) if profiles else b""
        if profiles:
            _put(part.key, content)
        else:
            _delete([part.key])
        # Who was erased meanwhile has no number any more, and may have looked for the file before it was written.
        still_there = numbers.whose(listeners)
        if still_there == listeners:
            _put(part.mark, sha256(content).hexdigest().encode())
            if turn.current() == part.run:
                return len(profiles)
        listeners = still_there
    # The run may have ended, and deleted its files, just before this one was written.
    _delete([part.key, part.mark])
    return 0


def state(run: str, parts: int) -> str | None:
    """What stands in all files of a run, as a text that differs after a change; None while some are not written."""
    marks = sorted((listed["Key"], listed["ETag"]) for listed in _listed(f"written/run={run}/"))
    return sha256(str(marks).encode()).hexdigest() if len(marks) >= parts else None


def divide(run: str, listeners: int) -> list[Part]:
    """Divide so many listeners into the parts of a run, and note how many parts these are."""
    parts = Part.all(run, listeners)
    table.write(*shelf.FILES, [run, len(parts)])
    return parts


def remove_others(run: str) -> None:
    """Delete what other runs left, when a run begins."""
    keys = [key for key in _all_keys() if not _is_of(key, run)]
    # Whatever begins from now on has nothing among these.
    turn.check(run)
    _delete(keys)


def remove(run: str) -> None:
    """Delete all files of a run that ends, and all that others left, unless a later one goes on."""
    keys = list(_all_keys())
    if turn.current() not in (None, run):
        keys = [key for key in keys if _is_of(key, run)]
    _delete(keys)


def forget(number: int) -> int:
    """
    Delete the files that a number is in, and ask for them again; returns how many there were.

    The number must lead to nobody any more: then no file that is written from now on has it. Without its mark a part
    counts as not written: the run waits for it, and asks once more what it asked meanwhile.
    """
    keys = list(_keys("profiles/"))
    divided = table.read_across([shelf.FILES]).get(shelf.FILES)
    # Another pass may have deleted the file, and died before it asked for it.
    there = {part for part in map(_part, keys) if part} | ({Part(divided[0], 0, divided[1])} if divided else set())
    parts = {Part(part.run, number % part.parts, part.parts) for part in there}
    _delete([part.mark for part in parts])
    _delete([part.key for part in parts])
    going_on = turn.current()
    ask_for(part for part in parts if part.run == going_on)
    return len(set(keys) & {part.key for part in parts})


def _all_keys() -> Iterator[str]:
    for prefix in ("profiles/", "written/", "results/"):
        yield from _keys(prefix)


def _keys(prefix: str) -> Iterator[str]:
    return (str(listed["Key"]) for listed in _listed(prefix))


def _listed(prefix: str) -> Iterator[Any]:
    pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=fleet_bucket(), Prefix=prefix)
    for page in pages:
        yield from page.get("Contents", [])


def _put(key: str, content: bytes) -> None:
    aws.client("s3").put_object(Bucket=fleet_bucket(), Key=key, Body=content)


def _delete(keys: Iterable[str]) -> None:
    delete_keys(fleet_bucket(), list(keys))


def _is_of(key: str, run: str) -> bool:
    """Whether a key is that of a file or mark of a run; results of queries do not tell whose they are."""
    part = _part(key)
    return part is not None and part.run == run


def _part(key: str) -> Part | None:
    match = _KEY.fullmatch(key)
    return Part(match[1], int(match[2]), int(match[3])) if match else None
