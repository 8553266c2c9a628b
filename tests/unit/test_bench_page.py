"""Figures in the documentation and in the fleet's assumptions are those that `make bench` wrote to docs/bench.md."""

import math
import re
from functools import cache

import pytest

from bench import costs
from bench.figures import number
from bench.prices import Use
from tests.unit.test_docs import DOCS, README, rows

FIRST, SAME = "first sync of 5,330 records", "nothing changed"
POLL = "a poll without news that renews the access token"
FLEET = "10,000 users, 240 calls/min"
INSIGHTS = f"dollars a user and month for insights, {FLEET}"
PLACEHOLDER = re.compile(r"\{([^}]*)\}")

QUOTED = {
    DOCS / "api.md": [
        "| top tracks now, three ranges (150 records) | {read units: top tracks now, three ranges} | |",
        "| the 50 newest likes | {read units: the 50 newest likes} | |",
        "| all likes now (2,227 records) | {read units: all likes now} | |",
        "| top tracks half a year ago | {read units: top tracks half a year ago} "
        "| {read units: top tracks half a year ago, without snapshots} |",
        "| all likes half a year ago (1,863 records) | {read units: all likes half a year ago} "
        "| {read units: all likes half a year ago, without snapshots} |",
        "| the history of one track, 1 and 26 items | {read units: the history of a track liked once} and "
        "{read units: the history of one liked again and again} | |",
    ],
    DOCS / "decisions.md": [
        "top tracks take {read units: top tracks half a year ago} read units instead of "
        "{read units: top tracks half a year ago, without snapshots}, all likes "
        "{read units: all likes half a year ago} instead of "
        "{read units: all likes half a year ago, without snapshots}.",
        "{read units: all likes now} read units for 2,227 likes",
    ],
    DOCS / "data.md": [
        "{write units, insights of a poll with 12 plays} write units after a poll with 12 plays",
        "{messages, insights of a first sync} buckets with {write units, insights of a first sync} write units",
        "{messages, insights of a small change} with {write units, insights of a small change}.",
    ],
    DOCS / "deploy.md": [
        f"{{dollars a user and month, {FLEET}}} cents a user and month",
        f"| insights | about {{{INSIGHTS}}} cents more a user and month |",
        "| an import of 200,000 plays | about {cost of an import of 200,000 plays, without its insights} cents, once",
        "take {cost of DynamoDB for the insights of an import of 200,000 plays} cent more of DynamoDB |",
    ],
    DOCS / "scale.md": [
        f"**Cost** is {{dollars a user and month, {FLEET}}} cents a user and month",
        f"**Insights** cost another {{{INSIGHTS}}} cents",
    ],
    README: [
        f"a user costs about {{dollars a user and month, {FLEET}}} cents a month and insights {{{INSIGHTS}}} cents",
    ],
}
"""Sentences and rows; in braces the name of the figure that stands there, rounded."""


@cache
def measured() -> dict[str, str]:
    """What was measured, by what it is."""
    return {cells[0]: cells[3] for cells in rows((DOCS / "bench.md").read_text())}


def amount(what: str) -> float:
    """The number with which a figure begins."""
    text = re.match(r"[\d,.]*\d", measured()[what])
    assert text, what
    return float(text[0].replace(",", ""))


def rounded(what: str) -> str:
    """A figure as the documentation tells it: whole units, cents with two places."""
    if what.startswith("dollars"):
        return f"{100 * amount(what):.2f}"
    return number(math.floor(amount(what) + 0.5))


@pytest.mark.parametrize("page", QUOTED, ids=lambda page: page.name)
def test_the_documentation_quotes_the_bench(page) -> None:  # type: ignore[no-untyped-def]
    """Also where a line ends within the sentence."""
    text = " ".join(page.read_text().split())
    quotes = [PLACEHOLDER.sub(lambda match: rounded(match[1]), quote) for quote in QUOTED[page]]
    assert [quote for quote in quotes if quote not in text] == []


def test_every_unit_and_call_is_within_its_bound() -> None:
    """Of what does not depend on the machine's speed."""
    bounds = {cells[0]: cells[2] for cells in rows((DOCS / "bench.md").read_text())}
    counted = [what for what in bounds if re.match(r"(write|read) units|KMS requests|calls, |records appended", what)]
    assert len(counted) > 30
    for what in counted:
        for word, limit in re.findall(r"(at least|at most) ([\d,.]*\d)", bounds[what]):
            beyond = amount(what) - float(limit.replace(",", ""))
            assert beyond >= 0 if word == "at least" else beyond <= 0, what


def test_the_fleet_costs_what_the_bench_counts() -> None:
    """A connection's item has 1 KB in the bench and 2 KB in the fleet, so a poll writes 4 units more there."""
    writes = amount(f"write units in tables, {SAME}") + amount(f"write units in indexes, {SAME}")
    assert writes <= costs.RESYNC_USE.write_units <= writes + 4
    assert costs.RESYNC_USE.read_units >= amount(f"read units, {SAME}")
    assert costs.RESYNC_USE.kms_requests >= amount(f"KMS requests, {SAME}")
    polled = amount(f"write units in tables, {POLL}") + amount(f"write units in indexes, {POLL}")
    # A call's slot of the rate limit is counted with the call.
    assert polled - costs.CALL.write_units <= costs.POLL_USE.write_units <= polled + 4
    assert costs.POLL_USE.read_units >= amount(f"read units, {POLL}")
    assert costs.POLL_USE.kms_requests == amount(f"KMS requests, {POLL}")
    assert amount(f"write units in tables, {FIRST}") <= 8_000


@pytest.mark.parametrize(
    ("use", "what"), [(costs.INSIGHTS_OF_NEWS, "a poll with 12 plays"), (costs.INSIGHTS_OF_RESYNC, "a small change")]
)
def test_insights_cost_what_the_bench_counts(use: Use, what: str) -> None:
    """Each message is one call of the function that computes, beside the one that follows the stream."""
    assert use.lambda_requests == 1 + amount(f"messages, insights of {what}")
    assert use.write_units >= amount(f"write units, insights of {what}")
    assert use.history_read_units >= amount(f"read units, insights of {what}")
