"""The bench measures what it says: bounds, write units, virtual time."""

from functools import partial

import pytest
from boto3.dynamodb.conditions import Attr

from bench.figures import Figure, at_least, at_most, markdown
from bench.requests import RequestMeter
from bench.virtual_time import Clock, _Pool
from bench.writes import WriteMeter
from blendify.db import transactions
from blendify.db.state_table import Change, ConditionFailed, state_table

USER, KEY = "user#u", "version#spotify#saved_tracks#"


def test_a_figure_is_worse_beyond_its_bound_alone() -> None:
    """A figure without a bound is never worse."""
    assert at_most("writes", 6, 5).is_worse
    assert not at_most("writes", 5, 5).is_worse
    assert at_least("speed", 3.9, 4, "3.9").is_worse
    assert not at_least("speed", 4.0, 4, "4.0").is_worse
    assert Figure("units", "0", value=0, least=1, most=5).is_worse
    assert not Figure("bytes", "2,334").is_worse


def test_the_page_has_a_row_for_each_figure() -> None:
    """What, aim, bound and what was measured."""
    figures = [at_most("writes", 5_000, 5_100, "5,000 (facts)", "at most 8,000"), Figure("bytes", "2")]
    lines = markdown([*figures, Figure("units", "3", value=3, least=1, most=4.5)]).splitlines()
    assert lines[2:4] == ["| writes | at most 8,000 | at most 5,100 | 5,000 (facts) |", "| bytes |  |  | 2 |"]
    assert lines[4] == "| units |  | at least 1 and at most 4.50 | 3 |"


@pytest.mark.usefixtures("aws_in_memory")
def test_write_units_are_those_of_the_larger_item() -> None:
    """A unit per started KB of the item before or after, also when a condition refuses the write; named by the item."""
    table = state_table()
    with WriteMeter().running() as meter:
        table.put(USER, KEY, {"packed": bytes(2_500)})
        assert dict(meter.taken().kinds) == {"version": 3}
        table.put(USER, KEY, {"packed": b""})
        assert meter.taken().tables == 3
        table.put(USER, KEY, {"packed": bytes(1_500)})
        with pytest.raises(ConditionFailed):
            table.put(USER, KEY, {}, only_if=Attr("pk").not_exists())
        assert meter.taken().tables == 2 + 2


@pytest.mark.usefixtures("aws_in_memory")
def test_transactions_cost_double_and_indexes_for_themselves() -> None:
    """An index entry whose key changes is deleted and written anew."""
    with WriteMeter().running() as meter:
        transactions.commit(
            transactions.put(USER, "connection#spotify", {"due_shard": "due#1", "due_at": "2026-11-28T00:00:00.000Z"}),
            transactions.put(USER, "profile", {}),
        )
        written = meter.taken()
        assert (written.tables, dict(written.by_index)) == (4, {"due": 2})
        state_table().update(USER, "connection#spotify", Change(set={"due_at": "2026-11-29T00:00:00.000Z"}))
        written = meter.taken()
        assert (written.tables, dict(written.by_index)) == (1, {"due": 2})


@pytest.mark.usefixtures("aws_in_memory")
def test_read_units_are_those_of_the_items() -> None:
    """A unit for each 4 KB started of a consistent read, half of it of another; one for an item that is not there."""
    table = state_table()
    table.put(USER, KEY, {"packed": bytes(5_000)})
    with RequestMeter().running() as meter:
        table.get(USER, KEY)
        assert meter.taken().read_units == 2
        table.get_unchanging(USER, KEY)
        assert meter.taken().read_units == 1
        table.get(USER, "missing")
        list(table.query(USER, "version"))
        asked = meter.taken()
        assert (asked.read_units, asked.reads, asked.seals) == (1 + 2, 2, 0)


def test_virtual_threads_work_beside_each_other() -> None:
    """Nine tasks of a second take two with eight threads, and results come when they would."""
    clock = Clock()

    def task(number: int) -> int:
        clock.now += 1
        return number

    with _Pool(clock, 8) as pool:
        done = [pool.submit(partial(task, number)) for number in range(9)]
        assert (clock.now, [each.done() for each in done]) == (0, [False] * 9)
        assert [each.result() for each in done[:8]] == list(range(8))
        assert clock.now == 1
        assert done[8].result() == 8
    assert clock.now == 2
