"""The fleet in virtual time uses the product's own plan and quota, so its figures are those of a deployment."""

import re

import pytest

from bench import prices
from bench.fleet import Report, report_of
from bench.fleet_days import MEASURED, Counts, Fleet
from bench.prices import Use
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.schedule.quota import SHARE
from local.paths import ROOT
from local.template import resources, template


@pytest.fixture(scope="module")
def enough() -> Report:
    """A fleet with plenty of quota."""
    return report_of(Fleet(300, 80))


@pytest.fixture(scope="module")
def scarce() -> Report:
    """The same listeners on a quota that allows polls and few full syncs."""
    return report_of(Fleet(300, 2.0))


def test_with_enough_quota_all_are_served_every_day_and_no_play_is_lost(enough: Report) -> None:
    """Polls come before plays are lost, full syncs once a day, hardly any delay."""
    assert enough.counts.lost == 0
    assert enough.per_day(len(enough.counts.served)) == pytest.approx(300, abs=6)
    assert enough.per_day(enough.counts.resyncs) == pytest.approx(300, rel=0.1)
    assert enough.delay(0.99) <= 2


def test_with_scarce_quota_polls_come_before_full_syncs(scarce: Report) -> None:
    """The quota is respected, hardly a play is lost, and full syncs become rare."""
    assert scarce.used == pytest.approx(SHARE, rel=0.1)
    assert scarce.lost_share < 0.01
    assert scarce.per_day(scarce.counts.resyncs) < 150


def test_listeners_who_are_never_polled_count() -> None:
    """In a fleet far beyond its quota the plays of listeners who were not polled count as lost."""
    beyond = report_of(Fleet(300, 0.05))
    assert beyond.per_day(len(beyond.counts.served)) < 80
    assert len(beyond.counts.losers) > 100
    assert beyond.lost_share > 0.2


def test_the_same_fleet_has_the_same_days() -> None:
    """Figures of two versions of the code can be compared."""
    first, second = (report_of(Fleet(50, 80)) for _ in range(2))
    assert first.counts == second.counts


def test_a_sampled_fleet_is_scaled_up() -> None:
    """One in two users on half of the quota, all else equal."""
    fleet = Fleet(20_000, 2)
    assert fleet.each == 2
    assert Report(fleet, Counts()).per_day(10) == 10 * 2 / MEASURED


def test_costs_are_named_by_service(enough: Report) -> None:
    """For a month of one user. All are positive; state transitions of full syncs are the largest."""
    dollars = enough.dollars
    assert set(dollars) == {*Use().dollars, "Fixed"}
    assert all(amount > 0 for amount in dollars.values())
    assert max(dollars.keys() - {"Fixed"}, key=lambda name: dollars[name]) == "Step Functions"


def test_fixed_costs_are_those_of_the_template_and_of_the_codes_metrics() -> None:
    """A key, a secret for each provider, every metric that the code emits and that an alarm looks at, a dashboard."""
    assert len(resources("AWS::KMS::Key")) == len(resources("AWS::CloudWatch::Dashboard")) == 1
    assert len(resources("AWS::SecretsManager::Secret")) == len(PROVIDERS)
    table = (ROOT / "docs" / "operating.md").read_text()
    rows = re.findall(r"^\| (`.+?`) \| (?:count|seconds)(.*?) \|", table, re.MULTILINE)
    names = dict.fromkeys(("provider", "fleet"), 0)
    for named, scope in rows:
        names["provider" if "provider" in scope else "fleet"] += named.count("`") // 2
    assert (names["fleet"], names["provider"]) == (prices.METRICS, prices.METRICS_OF_A_PROVIDER)
    watched = {"fleet": 0.0, "provider": 0.0}
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        # Made only where the operator chooses Athena.
        if template()["Resources"][name].get("Condition") == "FleetIsByAthena":
            continue
        queries = alarm.get("Metrics", [])
        stated = sum("MetricStat" in query for query in queries)
        if queries and "AWS/" not in str(queries):
            # A provider that tells no plays has no polls.
            polled = sum(DataType.RECENTLY_PLAYED in provider.endpoints for provider in PROVIDERS.values())
            named = polled if "PollFailed" in str(queries) else len(PROVIDERS)
            watched["provider"] += stated / named if stated else 1
        else:
            watched["fleet"] += stated or 1
    assert (watched["fleet"], round(watched["provider"], 9)) == (prices.WATCHED, prices.WATCHED_OF_A_PROVIDER)
    assert prices.fixed_month(3) == pytest.approx(prices.fixed_month() + 2 * (0.40 + 15 * 0.30 + 11 * 0.10))


def test_a_user_costs_about_two_cents(enough: Report) -> None:
    """Besides what the stack itself costs, whose share is large in a fleet of 300: a bound for changes of the code."""
    dollars = {name: amount for name, amount in enough.dollars.items() if name not in ("Fixed", "SQS")}
    assert sum(dollars.values()) < 0.0202


def test_a_use_costs_what_the_list_says() -> None:
    """Checked for a million of each, and for a sum of two uses."""
    million = Use(transitions=1e6, write_units=1e6, api_requests=1e6)
    assert million.dollars["Step Functions"] == pytest.approx(25)
    assert million.dollars["DynamoDB"] == pytest.approx(0.625)
    assert (million + million.times(2)).dollars["API Gateway"] == pytest.approx(10.5)
    assert Use(write_units=1e6, read_units=1e6).dollars["DynamoDB"] == prices.WRITE_UNIT * 1e6 + prices.READ_UNIT * 1e6
    of_history = Use(history_write_units=1e6, history_read_units=1e6, history_gb_months=1)
    assert of_history.dollars["DynamoDB"] == pytest.approx(0.78125 + 0.15625 + 0.30)
    assert Use(table_gb_months=1).dollars["DynamoDB"] == pytest.approx(0.45)


def test_the_history_alone_is_of_the_class_of_its_prices() -> None:
    """The accounts table and the insights are read and written all the time."""
    classes = {name: table.get("TableClass") for name, table in resources("AWS::DynamoDB::Table").items()}
    assert classes == {"HistoryTable": "STANDARD_INFREQUENT_ACCESS", "AccountsTable": None, "InsightsTable": None}
