"""The fleet in virtual time is the product's own planning and budget: what it shows is what a deployment would do."""

import pytest

from blendify.schedule.quota import SHARE
from local.bench import prices
from local.bench.fleet import MEASURED, Fleet, Report, Seen, simulate
from local.bench.prices import Use


@pytest.fixture(scope="module")
def enough() -> Report:
    """A fleet whose quota is plenty."""
    return simulate(Fleet(300, 80))


@pytest.fixture(scope="module")
def scarce() -> Report:
    """The same listeners on a quota that carries polls and few syncs of everything."""
    return simulate(Fleet(300, 2.0))


def test_with_enough_quota_everybody_is_served_every_day_and_nothing_is_lost(enough: Report) -> None:
    """Polls before plays are lost, everything once a day, hardly any delay."""
    assert enough.seen.lost == 0
    assert enough.per_day(len(enough.seen.served)) == pytest.approx(300, abs=6)
    assert enough.per_day(enough.seen.resyncs) == pytest.approx(300, rel=0.1)
    assert enough.delay(0.99) <= 2


def test_with_scarce_quota_polls_go_before_syncs_of_everything(scarce: Report) -> None:
    """The quota is kept to; still hardly a play is lost, and syncs of everything become rare."""
    assert scarce.used == pytest.approx(SHARE, rel=0.1)
    assert scarce.lost_share < 0.01
    assert scarce.per_day(scarce.seen.resyncs) < 150


def test_whom_the_quota_never_reaches_is_not_forgotten_in_the_count() -> None:
    """A fleet far beyond its quota: the plays of those who were not polled are lost as well."""
    beyond = simulate(Fleet(300, 0.05))
    assert beyond.per_day(len(beyond.seen.served)) < 80
    assert len(beyond.seen.losers) > 100
    assert beyond.lost_share > 0.2


def test_the_same_fleet_has_the_same_days() -> None:
    """Figures can be compared between two states of the code."""
    one, other = (simulate(Fleet(50, 80)) for _ in range(2))
    assert one.seen == other.seen


def test_a_sampled_fleet_is_scaled_up() -> None:
    """One in two users on half of the quota, everything else as it is."""
    fleet = Fleet(20_000, 2)
    assert fleet.each == 2
    assert Report(fleet, Seen()).per_day(10) == 10 * 2 / MEASURED


def test_costs_are_named_by_service(enough: Report) -> None:
    """Of a month of one user, all of them positive; transitions of polls are the most of it."""
    dollars = enough.dollars
    assert set(dollars) == {*Use().dollars, "Fixed"}
    assert all(amount > 0 for amount in dollars.values())
    assert max(dollars, key=lambda name: dollars[name]) == "Step Functions"


def test_a_use_costs_what_the_list_says() -> None:
    """A million of each, and the sums of two."""
    million = Use(transitions=1e6, write_units=1e6, api_requests=1e6)
    assert million.dollars["Step Functions"] == pytest.approx(25)
    assert million.dollars["DynamoDB"] == pytest.approx(0.625)
    assert (million + million.times(2)).dollars["API Gateway"] == pytest.approx(10.5)
    assert Use(write_units=1e6, read_units=1e6).dollars["DynamoDB"] == prices.WRITE_UNIT * 1e6 + prices.READ_UNIT * 1e6
