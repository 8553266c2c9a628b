"""
What it costs to make a listener's profile, and to read one that is kept: read and write units, and processor time.

The listeners are those of the taste pages, with few plays and with many; every liked song carries a code.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import ceil
from typing import Any
from unittest.mock import patch

from bench import taste
from bench.figures import Figure, at_most
from bench.requests import RequestMeter
from blendify.access import users
from blendify.affinity.profiles import profile
from blendify.core import aws
from blendify.core.settings import insights_table
from blendify.insights import recordings, store, table
from tests.aws import aws_in_memory
from tests.aws.capacity import item_size
from tests.aws.function_environment import set_function_environment

SIZES = {1_000: (30.0, 15.0), 100_000: (140.0, 20.0)}
"""Plays, and the most read units of making a profile and of reading it."""
RUNS = 3


def figures() -> Iterator[Figure]:
    """For each size the units of a profile that is made, and of one that is kept; the time of making it."""
    set_function_environment()
    with aws_in_memory.new_aws(), patch("blendify.core.times.now", lambda: _NOON):
        aws_in_memory.create_tables()
        for plays, (most_made, most_kept) in SIZES.items():
            yield from _of_listener(plays, most_made, most_kept)


def _of_listener(plays: int, most_made: float, most_kept: float) -> Iterator[Figure]:
    user_id = users.find_or_create_user("lastfm", f"listener-{plays}")
    taste.write(user_id, plays)
    _write_codes(user_id)
    name = f"profile of a listener with {plays:,} plays"
    with RequestMeter().running() as meter:
        made = profile(user_id, "comparing")
    units = meter.taken().read_units
    yield at_most(f"{name}, made: read units", units, most_made, f"{units:,.1f} ({len(made.songs):,} songs)")
    sizes = [item_size(item) for item in _kept(user_id)]
    yield Figure(
        f"{name}, kept: write units", f"{sum(ceil(size / 1024) for size in sizes)} ({sum(sizes) / 1000:.0f} KB)"
    )
    with RequestMeter().running() as meter:
        profile(user_id, "comparing")
    units = meter.taken().read_units
    yield at_most(f"{name}, read again: read units", units, most_kept, f"{units:,.1f}")
    yield Figure(f"{name}, made: processor time", f"{min(_making(user_id) for _ in range(RUNS)):.2f} s")


def _making(user_id: str) -> float:
    table.remove(user_id, "profile", "profile~")
    return taste.seconds(lambda: profile(user_id, "comparing"))


def _kept(user_id: str) -> list[Any]:
    """The items of a profile."""
    answer = aws.client("dynamodb").query(
        TableName=insights_table(),
        KeyConditionExpression="user_id = :user AND begins_with(#bucket, :profile)",
        ExpressionAttributeNames={"#bucket": "bucket"},
        ExpressionAttributeValues={":user": {"S": user_id}, ":profile": {"S": "profile"}},
    )
    return answer["Items"]


def _write_codes(user_id: str) -> None:
    by_place: dict[str, list[list[str]]] = {}
    liked = [change for month in store.library(user_id, None, None) for change in month.added]
    for number, change in enumerate(liked):
        code = f"isrc#GBAYE{number:07}"
        by_place.setdefault(recordings.place(code), []).append([code, change.provider, change.record_id])
    for place, rows in by_place.items():
        table.write(user_id, table.name("codes", place), rows)


_NOON = datetime(taste.TODAY.year, taste.TODAY.month, taste.TODAY.day, 12, tzinfo=UTC)
