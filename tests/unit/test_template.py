"""template.yaml keeps the data that was collected, and gives each function only the permissions that it needs."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from botocore.session import Session

from blendify.access import access_tokens, login, token_vault
from blendify.core import aws
from blendify.history.stored_facts import StoredFact
from blendify.lambdas.polls import MAX_RECEIVES
from blendify.leaving import erasure
from blendify.providers import oauth2
from blendify.schedule import due_connections, poll_queue, quota
from blendify.schedule.cadence import Cadence
from blendify.schedule.polling_plan import Plan
from blendify.syncing import poll
from local.template import resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
MANAGED = resources("AWS::IAM::ManagedPolicy")
HISTORY = resources("AWS::DynamoDB::Table")["HistoryTable"]
COLLECTORS = {name for name in FUNCTIONS if name.startswith("Collect")} | {"PollRecentlyPlayed"}
PUBLIC = {"client_id", "redirect_uri", "api_url", "accounts_url", "calls_per_minute", "calls_per_minute_and_user"}
"""What a function reads of an application, besides its secret."""
CADENCE_MINUTES = ("ShortestPollMinutes", "LongestPollMinutes")
API_GATEWAY_TIMEOUT = 29
"""Seconds after which API Gateway responds in place of a Lambda."""

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


PLAYED_INDEX = str({"Fn::Sub": "${HistoryTable.Arn}/index/played"})


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


def test_history_costs_nothing_without_syncs() -> None:
    """Capacity is on demand, and none is provisioned."""
    assert HISTORY["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in HISTORY


def test_history_cannot_be_lost_by_mistake() -> None:
    """It can be restored to any second of 35 days, is protected from deletion, outlives the stack and never expires."""
    resource = template()["Resources"]["HistoryTable"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert HISTORY["DeletionProtectionEnabled"] is True
    assert HISTORY["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert "TimeToLiveSpecification" not in HISTORY


def test_history_has_the_owners_keys() -> None:
    """`user#type` and `fetched_at`, both strings."""
    keys = {key["AttributeName"]: key["KeyType"] for key in HISTORY["KeySchema"]}
    assert keys == {"user#type": "HASH", "fetched_at": "RANGE"}
    assert {attribute["AttributeType"] for attribute in HISTORY["AttributeDefinitions"]} == {"S"}


def test_users_and_tokens_outlive_the_stack() -> None:
    """The table of users and tokens, and the key that decrypts the tokens, are retained."""
    for name in ("AccountsTable", "TokensKey"):
        resource = template()["Resources"][name]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name


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


def test_an_erasure_waits_longer_than_any_writer_lives() -> None:
    """The long wait is for collectors and for the builder of exports. All other functions end before the short wait."""
    common = template()["Globals"]["Function"]["Timeout"]
    for name, function in FUNCTIONS.items():
        long = name.startswith("Collect") or name in ("BuildExport", "PollRecentlyPlayed")
        wait = erasure.LONG_WAIT if long else erasure.SHORT_WAIT
        assert name == "Erase" or function.get("Timeout", common) < wait.total_seconds(), name


def test_only_leaving_stops_syncs() -> None:
    """The route and the eraser stop executions of the sync, and no others."""
    stoppers = {name for name in FUNCTIONS if allowed(name, "states:StopExecution")}
    assert stoppers == {"Leave", "Erase"}
    for name in stoppers:
        (statement,) = statements_with("states:StopExecution", name)
        assert statement["Resource"]["Fn::Sub"].endswith(":execution:${AWS::StackName}-sync:*")


def test_only_collectors_append() -> None:
    """INSERT into the history, which cannot overwrite, belongs to collectors and polls. They query one index of it."""
    writers = {name for name in FUNCTIONS if allowed(name, "dynamodb:PartiQLInsert", "HistoryTable")}
    assert writers == COLLECTORS
    for name in writers:
        queried = [str(statement["Resource"]) for statement in statements_with("dynamodb:Query", name)]
        assert [resource for resource in queried if "HistoryTable" in resource] == [PLAYED_INDEX]


def test_only_functions_that_sync_decrypt_tokens() -> None:
    """Pages, login and callback cannot decrypt stored tokens."""
    openers = {name for name in FUNCTIONS if allowed(name, "kms:Decrypt")}
    assert openers == {"BeginSync"} | COLLECTORS


def test_the_tokens_key_is_used_for_tokens_alone() -> None:
    """Every grant of it demands the purpose that the code gives; the local stack, which cannot check it, omits that."""
    grants = [statement for name in FUNCTIONS for statement in statements(name) if "kms:" in str(statement["Action"])]
    assert grants
    purpose = token_vault._context("spotify", "u1")["purpose"]
    for statement in grants:
        condition, wanted, without = statement["Condition"]["Fn::If"]
        assert (condition, without) == ("RolesAreNarrow", {"Ref": "AWS::NoValue"})
        assert wanted == {"StringEquals": {"kms:EncryptionContext:purpose": purpose}}


def test_only_begin_and_end_of_a_sync_emit_events() -> None:
    """They announce grants that end soon and syncs that have ended, on the account's own bus."""
    emitters = {name for name in FUNCTIONS if allowed(name, "events:PutEvents")}
    assert emitters == {"BeginSync", "FinishSync"}
    for name in emitters:
        (statement,) = statements_with("events:PutEvents", name)
        assert statement["Resource"]["Fn::Sub"].endswith(":${AWS::AccountId}:event-bus/default")


def test_a_dispatch_that_fails_is_seen_and_not_repeated() -> None:
    """Lambda would keep a throttled one for six hours and repeat a failed one twice. The next minute does its work."""
    config = FUNCTIONS["Dispatch"]["EventInvokeConfig"]
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (0, 60)
    destination = config["DestinationConfig"]["OnFailure"]
    assert destination == {"Type": "SQS", "Destination": {"Fn::GetAtt": ["MissedDispatches", "Arn"]}}


def test_logs_are_kept_for_a_time_that_cloudwatch_knows() -> None:
    """Any other number would fail the deployment."""
    parameter = template()["Parameters"]["LogRetentionDays"]
    request: Any = Session().get_service_model("logs").shape_for("PutRetentionPolicyRequest")
    days = {int(number) for number in re.findall(r"\b\d+\b", request.members["retentionInDays"].documentation)}
    assert set(parameter["AllowedValues"]) == days
    assert parameter["Default"] in days


def test_what_api_gateway_answers_by_itself_looks_like_our_errors() -> None:
    """The shape of errors, and the headers of every response."""
    responses = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"]
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN"} <= set(responses)
    for response in responses.values():
        text = response["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '"words"')
        assert set(json.loads(text)["error"]) == {"code", "message"}
        headers = response["ResponseParameters"]["Headers"]
        assert {"Cache-Control", "Referrer-Policy", "X-Content-Type-Options"} <= set(headers)
        assert all(re.fullmatch("'.+'", value) for value in headers.values()), "quoted for API Gateway"


def test_a_sync_begins_even_if_it_waits_for_another_workers_refresh() -> None:
    """The first step lives longer than the longest wait for a token that another worker refreshes."""
    assert FUNCTIONS["BeginSync"]["Timeout"] > access_tokens.REFRESH_WAIT_SECONDS


def test_only_functions_that_call_providers_read_client_secrets() -> None:
    """The functions of the read API cannot read an application's secret."""
    readers = {name for name in FUNCTIONS if allowed(name, "secretsmanager:GetSecretValue")}
    assert readers.isdisjoint(
        {"Listener", "Logout", "FinishSync", "Dispatch", "RequestSync", "Leave", "BearerTokens", "Sessions", "Erase"}
    )


def test_each_state_machine_has_its_starters() -> None:
    """Login, schedule and listeners' requests start syncs; the read API starts nothing."""
    starters = {
        name: statement["Resource"]["Ref"]
        for name in FUNCTIONS
        for statement in statements_with("states:StartExecution", name)
    }
    syncs = dict.fromkeys(("Callback", "Dispatch", "RequestSync"), "SyncStateMachine")
    assert starters == {**syncs, "Leave": "EraseStateMachine", "RequestExport": "ExportStateMachine"}


def test_only_the_dispatch_reads_the_index_of_due_connections() -> None:
    """It queries nothing else, starts syncs, queues polls, and calls no provider."""
    readers = {
        name for name in FUNCTIONS for statement in statements(name) if "/index/due" in str(statement["Resource"])
    }
    assert readers == {"Dispatch"}
    queries = statements_with("dynamodb:Query", "Dispatch")
    assert [statement["Resource"] for statement in queries] == [{"Fn::Sub": "${AccountsTable.Arn}/index/due"}]
    actions = {action for statement in statements("Dispatch") for action in as_list(statement["Action"])}
    tables = {"dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem"}
    assert actions == tables | {"states:StartExecution", "sqs:SendMessage*"}


def test_the_function_that_reads_music_can_only_read() -> None:
    """It reads the history, its indexes and the state table. Collectors look up plays by their moments, nobody else."""
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
    assert readers == {"record": {"Music"}, "played": {"Music"} | COLLECTORS}


def test_the_historys_indexes_are_those_of_the_code() -> None:
    """Names, keys and projections: the code reads only attributes that the index has."""
    indexes = {index["IndexName"]: index for index in HISTORY["GlobalSecondaryIndexes"]}
    assert indexes == {
        name: {
            "IndexName": name,
            "KeySchema": [
                {"AttributeName": key["AttributeName"], "KeyType": key["KeyType"]}
                for key in index._get_schema()["key_schema"]
            ],
            "Projection": {
                "ProjectionType": index.Meta.projection.projection_type,
                **({"NonKeyAttributes": more} if (more := index.Meta.projection.non_key_attributes) else {}),
            },
        }
        for name, index in StoredFact._indexes.items()
    }


def test_only_connections_on_the_schedule_cost_a_write_in_its_index() -> None:
    """The index is sparse: no other item has its key attributes. It contains no token."""
    (index,) = resources("AWS::DynamoDB::Table")["AccountsTable"]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == due_connections.INDEX
    assert [key["AttributeName"] for key in index["KeySchema"]] == list(due_connections.ENTRY)
    assert index["Projection"]["ProjectionType"] == "INCLUDE"
    assert "tokens" not in index["Projection"]["NonKeyAttributes"]


def test_the_schedule_invokes_the_dispatch_alone_and_keeps_undelivered_events() -> None:
    """It has its own role. A missed dispatch is retried for two minutes at most, as the next dispatch does its work."""
    (schedule,) = resources("AWS::Scheduler::Schedule").values()
    target = schedule["Target"]
    assert target["Arn"] == {"Fn::GetAtt": ["Dispatch", "Arn"]}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 120
    assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in resources("AWS::SQS::Queue")
    (policy,) = resources("AWS::IAM::Role")[target["RoleArn"]["Fn::GetAtt"][0]]["Policies"]
    allowed_to = {
        (statement["Action"], statement["Resource"]["Fn::GetAtt"][0])
        for statement in policy["PolicyDocument"]["Statement"]
    }
    assert allowed_to == {("lambda:InvokeFunction", "Dispatch"), ("sqs:SendMessage", "MissedDispatches")}


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
    assert receivers == {"PollRecentlyPlayed"}


def test_every_queue_is_encrypted_and_dead_letters_stay_for_two_weeks() -> None:
    """Whoever is on holiday for a week still finds them."""
    queues = resources("AWS::SQS::Queue")
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    assert {queue["MessageRetentionPeriod"] for name, queue in queues.items() if name != "Polls"} == {14 * 24 * 3600}


def test_a_due_connections_entry_has_its_whole_plan() -> None:
    """The dispatch plans a poll by the index alone."""
    (index,) = resources("AWS::DynamoDB::Table")["AccountsTable"]["GlobalSecondaryIndexes"]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    every = due_connections.attributes(Plan(moment, moment, moment, 1, 1.0, 1.0, moment))
    held = {*index["Projection"]["NonKeyAttributes"], *due_connections.ENTRY}
    assert held == {*every, "due_shard", "provider", "application"}


def test_changes_of_the_history_are_watched() -> None:
    """The stream tells the watcher of changes and deletions alone, by keys; the watcher reads nothing else of it."""
    mapping = resources("AWS::Lambda::EventSourceMapping")["HistoryIsWatched"]
    assert HISTORY["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["HistoryTable", "StreamArn"]}
    (pattern,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {"eventName": ["MODIFY", "REMOVE"]}
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["UnseenChanges", "Arn"]}
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert not {name for name in FUNCTIONS if allowed(name, "dynamodb:GetRecords")} - {"WatchHistory"}
    assert not allowed("WatchHistory", "dynamodb:GetItem", "HistoryTable")


def test_the_schedule_can_be_switched_off() -> None:
    """One parameter does it; logins, listeners and the console still start syncs."""
    (schedule,) = resources("AWS::Scheduler::Schedule").values()
    assert schedule["State"] == {"Fn::If": ["SyncsAreScheduled", "ENABLED", "DISABLED"]}
    assert template()["Conditions"]["SyncsAreScheduled"] == {"Fn::Equals": [{"Ref": "ScheduledSyncs"}, "on"]}
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert quota.HORIZON_MS == 60_000, "quota is reserved until the next dispatch"


def test_the_cadence_of_the_template_is_the_codes_own() -> None:
    """Both have the same defaults, so that simulations and tests use what is deployed."""
    parameters = template()["Parameters"]
    assert Cadence().resync_period == timedelta(hours=float(parameters["ResyncHours"]["Default"]))
    polls = [timedelta(minutes=float(parameters[name]["Default"])) for name in CADENCE_MINUTES]
    assert [Cadence().shortest_poll, Cadence().longest_poll] == polls


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
                if "*" in re.sub("(/applications/|-sync:|/exports/)[*]$", "", text):
                    wild.append((function, text))
    assert wild == []


def test_every_policy_has_todays_version() -> None:
    """Without one, AWS reads a policy as of 2008, which knows no policy variables."""
    own = [
        policy for function in FUNCTIONS.values() for policy in function.get("Policies", []) if "Statement" in policy
    ]
    documents = [*own, *(policy["PolicyDocument"] for policy in MANAGED.values())]
    assert {document["Version"] for document in documents} == {"2012-10-17"}


def test_every_function_has_a_timeout() -> None:
    """Of its own or the common one, and within what Lambda allows."""
    common = template()["Globals"]["Function"]["Timeout"]
    assert all(0 < function.get("Timeout", common) <= 900 for function in FUNCTIONS.values())


def test_a_login_ends_before_api_gateway_gives_up() -> None:
    """The calls and waits of a login end within 29 s, so the listener gets our page however slow the provider is."""
    wait, profile, sync = login.LONGEST_WAIT_MS / 1000, sum(login.TIMEOUT), sum(aws.HURRIED_SECONDS)
    assert wait + sum(oauth2.TIMEOUT) + profile + sync < API_GATEWAY_TIMEOUT
    assert login.ASK_AGAIN_WITHIN + login.ASK_AGAIN_AFTER + profile + sync < API_GATEWAY_TIMEOUT


def test_all_functions_write_to_one_log_that_expires() -> None:
    """Logs are JSON, in one group with a retention."""
    logging = template()["Globals"]["Function"]["LoggingConfig"]
    assert (logging["LogFormat"], logging["LogGroup"]) == ("JSON", {"Ref": "Logs"})
    assert all("LoggingConfig" not in function for function in FUNCTIONS.values())
    for group in resources("AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"]


def test_no_secret_is_in_an_environment() -> None:
    """Environments hold names and addresses: no parameter with NoEcho, and no name of a secret."""
    secret = {name for name, parameter in template()["Parameters"].items() if parameter.get("NoEcho")}
    assert secret
    variables = dict(template()["Globals"]["Function"]["Environment"]["Variables"])
    for function in FUNCTIONS.values():
        variables |= function.get("Environment", {}).get("Variables", {})
    for name, value in variables.items():
        assert not re.search("SECRET|PASSWORD|TOKEN(?!S_KEY)", name)
        assert not any(parameter in str(value) for parameter in secret)


def test_a_deployment_does_not_write_secrets_back() -> None:
    """A secret's value depends on its own parameter alone, so that any other change leaves a rotated one as it is."""
    hidden = {name for name, parameter in template()["Parameters"].items() if parameter.get("NoEcho")}
    secrets = resources("AWS::SecretsManager::Secret")
    parameters = {secret["SecretString"]["Fn::If"][1]["Ref"] for secret in secrets.values()}
    assert parameters == hidden
    assert all(secret["SecretString"]["Fn::If"][2] == {"Ref": "AWS::NoValue"} for secret in secrets.values())
    for name, public in resources("AWS::SSM::Parameter").items():
        assert not any(parameter in str(public) for parameter in hidden), name


def test_the_public_part_of_an_application_is_json() -> None:
    """Whatever the parameters are: their patterns admit no quotes, backslashes or blanks."""
    parameters = template()["Parameters"]
    for name, public in resources("AWS::SSM::Parameter").items():
        text, more = public["Value"]["Fn::Sub"]
        for used in re.findall(r"\$\{(\w+)\}", text):
            if used in more:
                continue
            assert (
                parameters[used]["Type"] == "Number" or re.fullmatch(parameters[used]["AllowedPattern"], 'a"b') is None
            )
        filled = re.sub(r"\$\{(\w+)\}", lambda use: "7" if "Calls" in use[1] else "value", text)
        assert set(json.loads(filled)) == PUBLIC, name


def test_no_secret_is_shown() -> None:
    """Secret parameters are hidden in the console, and no output contains one."""
    parameters = template()["Parameters"]
    secret = {name for name in parameters if re.search("Secret|Password|Token", name)}
    assert all(parameters[name]["NoEcho"] is True for name in secret)
    assert not any(name in str(template()["Outputs"]) for name in secret)


def test_what_an_operator_sees_is_described() -> None:
    """Each parameter, output and function has a sentence."""
    described = {**template()["Parameters"], **template()["Outputs"], **FUNCTIONS}
    assert [name for name, entry in described.items() if len(entry.get("Description", "")) <= 10] == []


def test_the_api_is_throttled() -> None:
    """No client can use up the account's quota: every method has a limit, and the callback a lower one."""
    settings = {
        (setting["ResourcePath"], setting["HttpMethod"]): setting
        for setting in resources("AWS::Serverless::Api")["Api"]["MethodSettings"]
    }
    common, callback = settings["/*", "*"], settings["/~1auth~1{provider}~1callback", "GET"]
    assert 0 < callback["ThrottlingRateLimit"] < common["ThrottlingRateLimit"]
    names = ("Leave", "BearerTokens", "Sessions")
    routes = [event["Properties"] for name in names for event in FUNCTIONS[name]["Events"].values()]
    for route in routes:
        if route["Method"] == "HEAD":
            continue
        own = settings["/" + route["Path"].replace("/", "~1"), route["Method"]]
        assert 0 < own["ThrottlingRateLimit"] < common["ThrottlingRateLimit"], route["Path"]


def test_the_tokens_key_is_rotated() -> None:
    """KMS renews the key material every year."""
    assert resources("AWS::KMS::Key")["TokensKey"]["EnableKeyRotation"] is True
