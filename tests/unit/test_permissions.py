"""template.yaml gives each function only the permissions that it needs."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from blendify.access import brought_applications, token_vault
from blendify.lambdas import insights, webhooks
from blendify.lambdas.polls import MAX_RECEIVES
from blendify.schedule import poll_queue, quota
from blendify.syncing import poll
from blendify.webhooks import post, signature
from local.template import resources

FUNCTIONS = resources("AWS::Serverless::Function")
HISTORY = resources("AWS::DynamoDB::Table")["HistoryTable"]
MANAGED = resources("AWS::IAM::ManagedPolicy")

COLLECTORS = {name for name in FUNCTIONS if name.startswith("Collect")} | {"PollRecentlyPlayed"}
PLAYED_INDEX = str({"Fn::Sub": "${HistoryTable.Arn}/index/played"})
Statement = dict[str, Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(function: str) -> Iterator[Statement]:
    """The statements of a function's role, from its own policies and from shared ones."""
    for policy in FUNCTIONS[function].get("Policies", []):
        if "Ref" in policy:
            yield from MANAGED[policy["Ref"]]["PolicyDocument"]["Statement"]
        else:
            yield from as_list(policy["Statement"])


def statements_with(action: str, function: str) -> list[Statement]:
    """The statements of a function's role that name this action."""
    return [statement for statement in statements(function) if action in as_list(statement["Action"])]


def allowed(function: str, action: str, table: str | None = None) -> bool:
    """Whether a function may do this to a table of the template; a Deny wins."""
    effects = {
        statement["Effect"]
        for statement in statements(function)
        if any(fnmatchcase(action, pattern) for pattern in as_list(statement["Action"]))
        and (table is None or any(f"'{table}'" in str(resource) for resource in as_list(statement["Resource"])))
    }
    return "Allow" in effects and "Deny" not in effects


def test_only_the_eraser_may_change_history() -> None:
    """It deletes batches. No other role may change or delete what was appended."""
    changing = [
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:DeleteTable",
        "dynamodb:PartiQLDelete",
        "dynamodb:PartiQLUpdate",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:UpdateTable",
    ]
    permissions = [
        (function, action) for function in FUNCTIONS for action in changing if allowed(function, action, "HistoryTable")
    ]
    assert permissions == [("Erase", "dynamodb:BatchWriteItem")]


def test_only_its_machine_invokes_the_eraser() -> None:
    """No route, schedule or other state machine leads to the only function that may delete history."""
    assert "Events" not in FUNCTIONS["Erase"]
    users = {
        name
        for name, machine in resources("AWS::Serverless::StateMachine").items()
        if {"LambdaInvokePolicy": {"FunctionName": {"Ref": "Erase"}}} in machine["Policies"]
    }
    assert users == {"EraseStateMachine"}
    assert not [name for name in FUNCTIONS if allowed(name, "lambda:InvokeFunction")]


def test_only_leaving_stops_syncs() -> None:
    """The route and the eraser stop executions of the sync, and no others."""
    stoppers = {name for name in FUNCTIONS if allowed(name, "states:StopExecution")}
    assert stoppers == {"Leave", "Erase"}
    for name in stoppers:
        (statement,) = statements_with("states:StopExecution", name)
        assert statement["Resource"]["Fn::Sub"].endswith(":execution:${AWS::StackName}-sync:*")


def test_only_collectors_append() -> None:
    """
    INSERT into the history, which cannot overwrite, belongs to collectors, polls and imports.

    The eraser appends snapshots as of what it leaves.
    """
    writers = {name for name in FUNCTIONS if allowed(name, "dynamodb:PartiQLInsert", "HistoryTable")}
    assert writers == COLLECTORS | {"ReadImport", "Erase"}
    # An import reads plays, too, to tell which of its own were polled. All others query one index alone.
    for name in COLLECTORS:
        queried = [str(statement["Resource"]) for statement in statements_with("dynamodb:Query", name)]
        assert [resource for resource in queried if "HistoryTable" in resource] == [PLAYED_INDEX]


def opens(function: str, purpose: str) -> bool:
    """Whether a function may decrypt what was sealed for this purpose."""
    return any(
        statement["Condition"]["Fn::If"][1]["StringEquals"]["kms:EncryptionContext:purpose"] == purpose
        for statement in statements_with("kms:Decrypt", function)
    )


def test_only_functions_that_sync_decrypt_tokens() -> None:
    """Pages, login and callback cannot decrypt stored tokens. What gives grants back can, and reads no history."""
    openers = {name for name in FUNCTIONS if opens(name, "oauth-token")}
    assert openers == {"BeginSync", "GiveBackGrants"} | COLLECTORS
    assert not any("HistoryTable" in str(statement["Resource"]) for statement in statements("GiveBackGrants"))


def test_only_functions_that_call_providers_open_client_secrets_of_listeners() -> None:
    """Beside those that sync: logins, which begin and end with the application, and what gives grants back."""
    openers = {name for name in FUNCTIONS if opens(name, brought_applications.PURPOSE)}
    assert openers == {"Login", "BringApplication", "Callback", "BeginSync", "GiveBackGrants"} | COLLECTORS


def test_the_tokens_key_is_used_for_tokens_alone() -> None:
    """Every grant of it demands one purpose that the code gives; the local stack, which cannot check it, omits that."""
    grants = [statement for name in FUNCTIONS for statement in statements(name) if "kms:" in str(statement["Action"])]
    assert grants
    purposes = {token_vault._context("spotify", "u1")["purpose"], brought_applications.PURPOSE, signature.PURPOSE}
    for statement in grants:
        condition, wanted, without = statement["Condition"]["Fn::If"]
        assert (condition, without) == ("RolesAreNarrow", {"Ref": "AWS::NoValue"})
        assert wanted["StringEquals"].keys() == {"kms:EncryptionContext:purpose"}
        assert wanted["StringEquals"]["kms:EncryptionContext:purpose"] in purposes


def test_only_syncs_and_the_ends_of_imports_emit_events() -> None:
    """They announce grants that end soon, and syncs and imports that have ended, on the account's own bus."""
    emitters = {name for name in FUNCTIONS if allowed(name, "events:PutEvents")}
    assert emitters == {"BeginSync", "FinishSync", "ReadImport", "FailImport"}
    for name in emitters:
        (statement,) = statements_with("events:PutEvents", name)
        assert statement["Resource"]["Fn::Sub"].endswith(":${AWS::AccountId}:event-bus/default")


def test_only_functions_that_call_providers_read_client_secrets() -> None:
    """The functions of the read API cannot read an application's secret."""
    readers = {name for name in FUNCTIONS if allowed(name, "secretsmanager:GetSecretValue")}
    assert readers.isdisjoint(
        {"Listener", "Logout", "FinishSync", "Dispatch", "RequestSync", "Leave", "BearerTokens", "Sessions", "Erase"}
    )


def test_each_state_machine_has_its_starters() -> None:
    """Login, schedule and requests start syncs, a daily look starts erasures; the read API starts nothing."""
    starters = {
        name: [resource["Ref"] for resource in as_list(statement["Resource"])]
        for name in FUNCTIONS
        for statement in statements_with("states:StartExecution", name)
    }
    assert starters == {
        **{name: ["SyncStateMachine"] for name in ("Callback", "Dispatch", "RequestSync")},
        **{name: ["EraseStateMachine"] for name in ("Leave", "ExpireData")},
        "RequestExport": ["ExportStateMachine"],
        "Imports": ["ImportStateMachine", "EraseStateMachine"],
    }


def test_uploads_are_read_by_the_import_alone() -> None:
    """The function that signs forms can take a file and delete it, and cannot read it; nobody else sees the bucket."""
    actions: dict[str, set[str]] = {}
    for name in FUNCTIONS:
        for statement in statements(name):
            if "UploadsBucket" in str(statement["Resource"]):
                actions.setdefault(name, set()).update(as_list(statement["Action"]))
    assert actions == {
        "Imports": {"s3:PutObject", "s3:DeleteObject", "s3:ListBucket"},
        "ReadImport": {"s3:GetObject", "s3:DeleteObject", "s3:ListBucket"},
        "FailImport": {"s3:DeleteObject"},
        "Erase": {"s3:DeleteObject", "s3:ListBucket"},
    }


def test_only_the_dispatch_and_the_look_for_old_data_read_the_index_of_what_is_due() -> None:
    """The dispatch queries nothing else, starts syncs, queues polls, and calls no provider."""
    readers = {
        name for name in FUNCTIONS for statement in statements(name) if "/index/due" in str(statement["Resource"])
    }
    assert readers == {"Dispatch", "ExpireData"}
    queries = statements_with("dynamodb:Query", "Dispatch")
    assert [statement["Resource"] for statement in queries] == [{"Fn::Sub": "${AccountsTable.Arn}/index/due"}]
    actions = {action for statement in statements("Dispatch") for action in as_list(statement["Action"])}
    tables = {"dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem"}
    assert actions == tables | {"states:StartExecution", "sqs:SendMessage*"}


def test_the_function_that_reads_music_can_only_read() -> None:
    """It reads the history, its indexes and the state table. Collectors and insights look up plays by their moments."""
    actions = {action for statement in statements("Music") for action in as_list(statement["Action"])}
    assert actions == {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}
    readers = {
        index: {
            name
            for name in FUNCTIONS
            for statement in statements(name)
            if f"HistoryTable.Arn}}/index/{index}" in str(statement["Resource"])
        }
        for index in ("record", "played")
    }
    assert readers == {
        "record": {"Music", "ComputeInsights"},
        "played": {"Music", "ComputeInsights", "ReadImport"} | COLLECTORS,
    }


def test_the_function_that_shows_taste_reads_sessions_and_insights_alone() -> None:
    """No history, no token, no secret. It changes nothing; what an earlier release derived it asks for anew."""
    permissions = {
        (action, str(resource))
        for statement in statements("ShowTaste")
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    accounts, insights = (str({"Fn::GetAtt": [table, "Arn"]}) for table in ("AccountsTable", "InsightsTable"))
    assert permissions == {
        ("dynamodb:GetItem", accounts),
        ("dynamodb:Query", accounts),
        ("dynamodb:BatchGetItem", insights),
        ("dynamodb:Query", insights),
        ("sqs:SendMessage*", str({"Fn::GetAtt": ["InsightsToCompute", "Arn"]})),
    }


def test_polls_are_taken_from_their_queue() -> None:
    """In batches of which only crashed messages return, by a bounded number of functions, each with time for a poll."""
    mapping = resources("AWS::Lambda::EventSourceMapping")["PollsAreMade"]
    queues, function = resources("AWS::SQS::Queue"), FUNCTIONS["PollRecentlyPlayed"]
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Polls", "Arn"]}
    assert mapping["FunctionName"] == {"Ref": "PollRecentlyPlayed"}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == poll_queue.BATCH
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "PollConcurrency"}}
    assert queues["Polls"]["VisibilityTimeout"] > function["Timeout"] > poll.NEEDED_SECONDS
    assert queues["Polls"]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["FailedPolls", "Arn"]},
        "maxReceiveCount": MAX_RECEIVES,
    }
    retries = MAX_RECEIVES * queues["Polls"]["VisibilityTimeout"]
    assert retries + quota.HORIZON_MS / 1000 < queues["Polls"]["MessageRetentionPeriod"]
    receivers = {name for name in FUNCTIONS if allowed(name, "sqs:ReceiveMessage")}
    assert receivers == {
        *("PollRecentlyPlayed", "ComputeInsights", "TellWebhooks", "DeliverEvents", "GiveBackGrants", "WriteProfiles"),
    }


def test_changes_of_the_history_are_watched() -> None:
    """The stream tells the watcher of changes and deletions alone, by keys; the watcher reads nothing else of it."""
    mapping = resources("AWS::Lambda::EventSourceMapping")["HistoryIsWatched"]
    assert HISTORY["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["HistoryTable", "StreamArn"]}
    (pattern,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {"eventName": ["MODIFY", "REMOVE"]}
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["UnseenChanges", "Arn"]}
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert not {name for name in FUNCTIONS if allowed(name, "dynamodb:GetRecords")} - {"WatchHistory", "ForwardChanges"}
    assert not allowed("WatchHistory", "dynamodb:GetItem", "HistoryTable")


def test_no_permission_is_a_wildcard() -> None:
    """Actions are written out, and each statement names its resources."""
    wild = []
    for function in FUNCTIONS:
        for statement in statements(function):
            # One action on AWS; on the emulator a batch has another one.
            actions = set(as_list(statement["Action"])) - {"sqs:SendMessage*"}
            wild += [(function, action) for action in actions if "*" in action]
            for resource in as_list(statement["Resource"]):
                text = str(resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource)
                # The names behind these prefixes are not known in advance.
                if "*" in re.sub("(/applications/|-sync:|/exports/|/uploads/|/profiles/|/written/)[*]$", "", text):
                    wild.append((function, text))
    assert wild == []


def test_insights_have_one_writer() -> None:
    """
    One function writes them, and the eraser deletes them. It reads the history, and stores nothing else anywhere.

    Who shows what is made of them, profiles and the playlists of blends, keeps that beside them; so does the daily run.
    """
    writing = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem")
    writers = {name for name in FUNCTIONS for action in writing if allowed(name, action, "InsightsTable")}
    assert writers == {
        *("ComputeInsights", "Erase", "Blends", "ShowSimilar", "SuggestMusic", "CountListeners", "WriteProfiles"),
    }
    for table in ("HistoryTable", "AccountsTable"):
        assert not [action for action in writing if allowed("ComputeInsights", action, table)]
    assert not allowed("ComputeInsights", "dynamodb:PartiQLInsert")


def test_what_is_forwarded_to_the_insights_is_taken_from_their_queue() -> None:
    """The forwarder reads what was appended, of tables who has webhooks alone; messages that fail return alone."""
    mappings, queues = resources("AWS::Lambda::EventSourceMapping"), resources("AWS::SQS::Queue")
    (pattern,) = mappings["ChangesAreForwarded"]["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {"eventName": ["INSERT"]}
    reading = {action for statement in statements("ForwardChanges") for action in as_list(statement["Action"])}
    assert {action for action in reading if action.startswith("dynamodb:")} == {
        *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:GetItem"),
    }
    assert not allowed("ForwardChanges", "dynamodb:GetItem", "HistoryTable")
    taking, function = mappings["InsightsAreComputed"], FUNCTIONS["ComputeInsights"]
    assert taking["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert taking["BatchSize"] <= 10
    queue = queues["InsightsToCompute"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["FailedInsights", "Arn"]},
        "maxReceiveCount": insights.MAX_RECEIVES,
    }
    senders = {
        name
        for name in FUNCTIONS
        for statement in statements_with("sqs:SendMessage*", name)
        if "InsightsToCompute" in str(statement["Resource"])
    }
    imports = {"ReadImport", "FailImport"}
    pages = {"SetTimeZone", "ShowTaste"}
    assert senders == {"ForwardChanges", "ComputeInsights", "AskForRebuilds", "Erase"} | pages | imports


def test_who_calls_addresses_of_listeners_can_do_nothing_else() -> None:
    """It reads its webhook and opens that one's secret: no history, no token, no client secret, no other queue."""
    permissions = {
        (action, str(resource))
        for statement in statements("DeliverEvents")
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    accounts, key, queue = (str({"Fn::GetAtt": [name, "Arn"]}) for name in ("AccountsTable", "TokensKey", "Deliveries"))
    assert permissions == {
        *((f"dynamodb:{action}", accounts) for action in ("GetItem", "UpdateItem")),
        ("kms:Decrypt", key),
        *((f"sqs:{action}", queue) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
        ("sqs:SendMessage", queue),
    }
    assert {name for name in FUNCTIONS if opens(name, signature.PURPOSE)} == {"DeliverEvents"}


def test_events_are_taken_from_their_queues() -> None:
    """One delivery at a time; messages return alone, and go to a queue for what failed after a bounded number."""
    mappings, queues = resources("AWS::Lambda::EventSourceMapping"), resources("AWS::SQS::Queue")
    for taking, function, queue, failed in (
        ("RunsAreTold", "TellWebhooks", "RunsToTell", "FailedRuns"),
        ("EventsAreDelivered", "DeliverEvents", "Deliveries", "FailedDeliveries"),
    ):
        assert mappings[taking]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert queues[queue]["VisibilityTimeout"] >= 6 * FUNCTIONS[function]["Timeout"]
        assert queues[queue]["RedrivePolicy"] == {
            "deadLetterTargetArn": {"Fn::GetAtt": [failed, "Arn"]},
            "maxReceiveCount": webhooks.MAX_RECEIVES,
        }
    assert mappings["EventsAreDelivered"]["BatchSize"] == 1
    assert FUNCTIONS["DeliverEvents"]["Timeout"] > 2 * post.DEADLINE_SECONDS + post.CONNECT_SECONDS


def test_only_rebuilds_and_the_look_for_old_data_read_the_accounts_as_a_whole() -> None:
    """A scan gives everything of everybody: the function that asks for rebuilds has nothing else."""
    assert {name for name in FUNCTIONS if allowed(name, "dynamodb:Scan")} == {"AskForRebuilds", "ExpireData"}
    actions = {action for statement in statements("AskForRebuilds") for action in as_list(statement["Action"])}
    assert actions == {"dynamodb:Scan", "sqs:SendMessage*"}


def test_whoever_deletes_files_of_profiles_knows_where_they_are() -> None:
    """Without the bucket's name an erasure would take no file for there, and leave it."""
    where = {"Fn::If": ["FleetIsByAthena", {"Ref": "FleetBucket"}, ""]}
    roles = {"EraseRole": "Erase", "CountListenersRole": "CountListeners"}
    for policy in ("FleetErasurePolicy", "FleetResultsPolicy"):
        (role,) = MANAGED[policy]["Roles"]
        variables = FUNCTIONS[roles.pop(role["Ref"])]["Environment"]["Variables"]
        assert variables["FLEET_BUCKET"] == where
        assert variables["FLEET_QUEUE"] == {"Fn::If": ["FleetIsByAthena", {"Ref": "ProfilesToWrite"}, ""]}
        actions = {
            action for each in MANAGED[policy]["PolicyDocument"]["Statement"] for action in as_list(each["Action"])
        }
        assert actions >= {"s3:ListBucket", "s3:DeleteObject", "sqs:SendMessage*"}
    assert roles == {}
