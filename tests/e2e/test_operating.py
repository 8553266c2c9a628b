"""What an operator sees of the deployed system: alarms, a watched history, and the commands of `make operate`."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from local.deployment import STACK
from operations.operate import Fleet, outputs_of
from tests.e2e.system import SettledListener, System, wait_for


def fleet(system: System) -> Fleet:
    client = system.stack.emulator.client
    return Fleet(STACK, client, outputs_of(client("cloudformation"), STACK))


def logged(system: System, words: str) -> list[str]:
    """Log lines of the functions that hold these words."""
    pages = system.stack.emulator.client("logs").get_paginator("filter_log_events")
    events = (event for page in pages.paginate(logGroupName=system.outputs["log_group"]) for event in page["events"])
    return [event["message"] for event in events if words in event["message"]]


def test_an_alarm_reaches_whoever_subscribed_the_topic(system: System) -> None:
    """The message says where the runbook has what to do."""
    here = fleet(system)
    sqs, cloudwatch = here.client("sqs"), here.client("cloudwatch")
    queue = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    here.client("sns").subscribe(TopicArn=here.outputs["AlertTopic"], Protocol="sqs", Endpoint=arn)
    names = [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]]
    (name,) = [name for name in names if "PollsFail" in name]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    message: Any = wait_for("the alarm's message", lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    alarm = json.loads(json.loads(message[0]["Body"])["Message"])
    assert alarm["AlarmName"] == name
    assert alarm["AlarmDescription"].endswith("See docs/runbook.md, PollsFail.")


def test_a_deleted_record_of_the_history_is_seen(system: System) -> None:
    """Whoever deletes it, with whatever rights: the table's stream tells."""
    partition = "wes#top_tracks"
    key, table = {"user#type": {"S": partition}, "fetched_at": {"S": "2026"}}, system.outputs["history_table"]
    client = system.stack.emulator.client("dynamodb")
    client.put_item(TableName=table, Item={**key, "raw": {"S": "{}"}})
    client.delete_item(TableName=table, Key=key)
    line = wait_for("the change is logged", lambda: [t for t in logged(system, "outside an erasure") if partition in t])
    assert json.loads(line[0])["change"] == "REMOVE"


def test_the_commands_work_on_the_deployed_stack(system: System, settled: SettledListener) -> None:
    """The report names what there is; a pause is lifted, a listener synced, failed polls are made again."""
    here = fleet(system)
    key = {"pk": {"S": "gate#spotify#default"}, "sk": {"S": "gate"}}
    until = int((datetime.now(UTC) + timedelta(minutes=10)).timestamp() * 1000)
    here.client("dynamodb").update_item(
        TableName=here.outputs["AccountsTable"],
        Key=key,
        UpdateExpression="SET cooldown_until = :until",
        ExpressionAttributeValues={":until": {"N": str(until)}},
    )
    report = "\n".join(here.report(datetime.now(UTC)))
    assert "spotify: paused until" in report
    assert "queue FailedPolls: 0 waiting" in report
    here.lift_pause("spotify")
    assert "spotify: open" in "\n".join(here.report(datetime.now(UTC)))
    arn = here.sync(settled.user_id, "spotify").removeprefix("Started ")
    assert system.execution(arn)["status"] == "SUCCEEDED"
    here.client("sqs").send_message(QueueUrl=here.outputs["FailedPollsQueue"], MessageBody="{}")
    assert here.retry_polls() == "1 polls are in the queue again."
