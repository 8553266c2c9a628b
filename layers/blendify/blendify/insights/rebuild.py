"""
Everything of a listener anew, on a shelf of its own, bucket by bucket, so that no step takes long for anybody.

The history is not read for this: from one day or month that has records, a query finds the next one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import moment_of
from blendify.importing.imported_facts import LISTED
from blendify.insights import shelves
from blendify.insights.calendar import Calendar
from blendify.insights.plays import OLD
from blendify.insights.queue import FILES, LIST, SHOW, Ask, send
from blendify.insights.shelves import Shelves
from blendify.insights.touched import sync_label

STEP = 50
"""Buckets that are asked for before their place is saved."""
RESERVE_SECONDS = 30.0
"""A step is begun only with this much of the Lambda's time left."""


def begin(user_id: str) -> None:
    """Begin to fill the other shelf, and ask for the lists of what to compute."""
    number = shelves.begin(user_id)
    send(Ask(user_id, LIST, data_type.value, rebuild=number) for data_type in DataType)


def renew(user_id: str) -> Shelves:
    """
    Begin the same where what there is was made by an earlier release, or is gone; answers the shelves as they are then.

    A listener who is new begins with what this release makes.
    """
    now = shelves.of_writer(user_id)
    if not now.is_old:
        return now
    if _has_past(user_id):
        begin(user_id)
    else:
        shelves.settle(user_id)
    return shelves.of_writer(user_id)


def _has_past(user_id: str) -> bool:
    """Whether something was recorded before yesterday, or imported: what was derived of it must be there."""
    day = times.iso(times.now() - timedelta(days=1))[: len("2026-11-28")]
    return any(
        queries.any_before(user_id, data_type, day) or queries.next_imported(user_id, data_type, "0")
        for data_type in DataType
    )


def go_on(ask: Ask, calendar: Calendar, seconds_left: Callable[[], float]) -> None:
    """
    Ask for the buckets of a data type from a place on; with too little time left, ask to go on from there.

    Nothing for a rebuild whose place another has taken: that one asks for all of them.
    """
    if shelves.of_writer(ask.user_id).rebuild != ask.rebuild:
        return
    labels = _plays(ask, calendar) if ask.data_type == DataType.RECENTLY_PLAYED else _days(ask)
    step: list[str] = []
    for label, place in labels:
        step.append(label)
        if len(step) == STEP:
            send(Ask.bucket(ask.user_id, ask.data_type, label) for label in step)
            step = []
            if seconds_left() < RESERVE_SECONDS:
                send([replace(ask, label=place)])
                return
    send(Ask.bucket(ask.user_id, ask.data_type, label) for label in step)
    # It comes behind all buckets, as messages of a listener are delivered one after another.
    if shelves.note_listed(ask.user_id, ask.data_type):
        send([Ask(ask.user_id, SHOW, rebuild=ask.rebuild)])


def _days(ask: Ask) -> Iterator[tuple[str, str]]:
    """The days of UTC on which syncs recorded something, or months, each with the place behind it."""
    place = ask.label or "0"
    while key := queries.next_after(ask.user_id, ask.data_type, place):
        label = sync_label(ask.data_type, moment_of(key), times.now())
        # Behind every moment that begins with it.
        place = f"{label}~"
        yield label, place
    if ask.data_type in LISTED and queries.next_imported(ask.user_id, ask.data_type, "0"):
        yield FILES, place


def _plays(ask: Ask, calendar: Calendar) -> Iterator[tuple[str, str]]:
    """The years and months with old plays, and the days of UTC with newer ones."""
    place = ask.label or "0"
    old = times.iso(times.now() - OLD)
    while moment := _next_play(ask, place):
        year, month = moment[:4], calendar.day(moment)[: len("2026-11")]
        if f"{int(year) + 1}-02" < old[: len("2026-11")]:
            # So the firsts of a year are written once.
            label, place = year, f"{year}~"
        elif moment < old:
            label = month
            place = calendar.span(label)[1]
        else:
            label = moment[: len("2026-11-28")]
            place = f"{label}U"
        yield label, place


def _next_play(ask: Ask, place: str) -> str | None:
    """The moment of the first play behind a place, polled or imported."""
    polled = queries.next_play(ask.user_id, ask.data_type, place)
    imported = queries.next_imported(ask.user_id, ask.data_type, place)
    return min(filter(None, (polled, imported)), default=None)
