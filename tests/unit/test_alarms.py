"""Each alarm watches a metric that exists, says where its runbook is, and reaches the topic of alerts."""

import json
import re
from typing import Any

import pytest

from blendify.access.applications import application
from blendify.calling.rate_limiter import RateLimiter
from blendify.core import telemetry
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import RateLimited
from blendify.jobs.progress import Checkpoint, move_on
from blendify.lambdas.steps import observed
from blendify.syncing import dispatch
from blendify.syncing.finish_sync import finish_sync
from local.paths import ROOT
from local.template import resources, template
from tests.unit.sync_steps import begun, plenty, standing
from tests.unit.world import World

ALARMS = resources("AWS::CloudWatch::Alarm")
SECTIONS = set(re.findall(r"^## (\w+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE))
INSIGHT = r"SELECT SUM\((?P<metric>\w+)\) FROM SCHEMA\(Blendify, (?P<first>\w+), (?P<second>\w+)\)$"
OF_AWS = {
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
    "AWS/Lambda": {"Throttles"},
    "AWS/DynamoDB": {"WriteThrottleEvents", "ReadThrottleEvents"},
    "AWS/Usage": {"ResourceCount"},
    "AWS/ApiGateway": {"5XXError", "Latency"},
    "AWS/States": {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled"},
}
"""Metrics that AWS makes, by their namespaces."""


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_somebody_what_to_do(name: str) -> None:
    """It publishes to the topic, and its text names its section of the runbook."""
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == [{"Ref": "Alerts"}]
    (section,) = re.findall(r"See docs/runbook.md, (\w+)[.]$", alarm["AlarmDescription"])
    assert section in SECTIONS
    assert section == name or name.endswith(section)
    assert alarm["TreatMissingData"] == ("breaching" if name == "ScheduleIsSilent" else "notBreaching")


def test_the_runbook_has_no_section_without_an_alarm() -> None:
    """Alarms by provider share a section; one section is for a rule."""
    named = {re.findall(r"runbook.md, (\w+)[.]$", alarm["AlarmDescription"])[0] for alarm in ALARMS.values()}
    assert named | {"ProtectionWasChanged"} == SECTIONS


def test_what_the_emulator_cannot_compute_stands_behind_a_condition() -> None:
    """Its CloudFormation refuses alarms with computed metrics."""
    for name, resource in template()["Resources"].items():
        if "Metrics" in resource.get("Properties", {}) and resource["Type"] == "AWS::CloudWatch::Alarm":
            assert "Computed" in resource["Condition"], name


def metrics(output: str) -> dict[str, tuple[frozenset[str], str]]:
    """Dimensions and unit of each metric in these log lines, as CloudWatch reads them."""
    by_name: dict[str, tuple[frozenset[str], str]] = {}
    for line in output.splitlines():
        if '"_aws"' in line:
            for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]:
                assert directive["Namespace"] == "Blendify"
                (dimensions,) = directive["Dimensions"]
                for metric in directive["Metrics"]:
                    by_name[metric["Name"]] = frozenset(dimensions), metric["Unit"]
    return by_name


@pytest.fixture
def logged(world: World, aws_in_memory: None, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What the code really counts: a dispatch, syncs with three ends, troubles of a provider, a changed history."""
    world.register()
    telemetry.flush()
    capsys.readouterr()
    observed(lambda: dict(dispatch.dispatch("machine", plenty)), {})
    ends = (Outcome.COMPLETE, Outcome.FAILED, Outcome.RECONNECT)
    for number, outcome in enumerate(ends):
        job = begun(world.connect(f"listener-{number}"), DataType.TOP_TRACKS, DataType.PLAYLISTS)
        for data_type, ended in ((DataType.TOP_TRACKS, outcome), (DataType.PLAYLISTS, Outcome.COMPLETE)):
            last = outcome if outcome is Outcome.FAILED else ended
            move_on(standing(job, data_type), Checkpoint(last))
        observed(lambda job=job: finish_sync(job, 1, []), {"provider": "spotify"})  # type: ignore[misc]
    limiter = RateLimiter(application("spotify"), None)

    def trouble() -> dict[str, Any]:
        limiter.back_off(RateLimited("too many", 30.0))
        telemetry.token_outage("Spotify", 7)
        telemetry.refresh_failed("ProviderUnavailable")
        telemetry.login_failed()
        telemetry.collected({"appended": 2, "holes": 1, "rate_limits": 1})
        telemetry.polled(failed=True)
        return {}

    observed(trouble, {"provider": "spotify"})

    def changed() -> dict[str, Any]:
        telemetry.history_changed(1)
        telemetry.oldest_erasure(1.0)
        return {}

    observed(changed, {})
    return metrics(capsys.readouterr().out)


def test_each_metric_of_ours_is_what_the_code_logs(logged: dict[str, tuple[frozenset[str], str]]) -> None:
    """Name, dimensions and unit: an alarm on a metric that does not exist never rings."""
    units = {"OldestDue": "Seconds", "OldestErasure": "Seconds", "PauseSeconds": "Seconds"}
    for name, alarm in ALARMS.items():
        wanted = [alarm] if "MetricName" in alarm else []
        for query in alarm.get("Metrics", []):
            if "MetricStat" in query:
                wanted.append(query["MetricStat"]["Metric"])
            elif match := re.match(INSIGHT, query["Expression"]):
                dimensions = [{"Name": match["first"]}, {"Name": match["second"]}]
                wanted.append({"Namespace": "Blendify", "MetricName": match["metric"], "Dimensions": dimensions})
        assert wanted, name
        for metric in wanted:
            if metric["Namespace"] != "Blendify":
                assert metric["MetricName"] in OF_AWS[metric["Namespace"]], name
                continue
            named = frozenset(dimension["Name"] for dimension in metric["Dimensions"])
            assert logged[metric["MetricName"]] == (named, units.get(metric["MetricName"], "Count")), name


def test_dead_letters_of_every_queue_ring() -> None:
    """
    Every queue is watched: dead letters by their number, the queue of polls by its age.

    Nothing depends on giving grants back, and what was not taken in an hour is gone.
    """
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in ALARMS.values()
        for dimension in alarm.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }
    assert watched == set(resources("AWS::SQS::Queue")) - {"GrantsToGiveBack"}


def test_alerts_are_published_by_aws_alone() -> None:
    """CloudWatch, EventBridge and Budgets of this account may publish, nobody else."""
    (policy,) = resources("AWS::SNS::TopicPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    services = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com"]
    assert statement["Principal"] == {"Service": services}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_the_dashboard_is_json_over_the_templates_own_resources() -> None:
    """Each reference names something, and each metric of ours exists in the code."""
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    text = dashboard["DashboardBody"]["Fn::Sub"]
    named = {name.split(".")[0] for name in re.findall(r"\$\{([\w.:]+)\}", text)}
    assert {name for name in named if "::" not in name and not name.startswith("AWS")} <= set(template()["Resources"])
    assert len(json.loads(re.sub(r"\$\{[\w.:]+\}", "x", text))["widgets"]) >= 10


def test_requests_are_logged_without_their_query() -> None:
    """It holds codes and states of logins; the log says who asked for what, and how it went."""
    setting = resources("AWS::Serverless::Api")["Api"]["AccessLogSetting"]["Fn::If"][1]
    assert {"request", "status", "ms"} <= set(json.loads(setting["Format"]))
    assert not re.search(r"querystring|\.path\b|header|authorizer", setting["Format"])


@pytest.mark.parametrize("name", sorted(resources("AWS::Serverless::StateMachine")))
def test_executions_are_logged_without_data(name: str) -> None:
    """Errors alone; inputs and outputs stay out of the log."""
    logging = resources("AWS::Serverless::StateMachine")[name]["Logging"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
