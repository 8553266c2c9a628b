"""template.yaml keeps the data that was collected, and its parts fit each other and the code."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.session import Session

from blendify.access import access_tokens, login
from blendify.core import aws
from blendify.history.stored_facts import StoredFact
from blendify.leaving import living_workers
from blendify.providers import oauth2
from blendify.schedule import due_connections, quota
from blendify.schedule.cadence import Cadence
from blendify.schedule.polling_plan import Plan
from local.template import resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
HISTORY = resources("AWS::DynamoDB::Table")["HistoryTable"]
MANAGED = resources("AWS::IAM::ManagedPolicy")

PUBLIC = {"client_id", "redirect_uri", "api_url", "accounts_url", "calls_per_minute", "calls_per_minute_and_user"}
"""What a function reads of an application, besides its secret."""
CADENCE_MINUTES = ("ShortestPollMinutes", "LongestPollMinutes")
API_GATEWAY_TIMEOUT = 29
"""Seconds after which API Gateway responds in place of a Lambda."""


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
    """The table of users and tokens, the key that decrypts the tokens, exports and logs are retained."""
    for name in ("AccountsTable", "TokensKey", "ExportsBucket", "UploadsBucket", "Logs", "Requests"):
        resource = template()["Resources"][name]
        # What a failed first deployment leaves costs money. A table's deletion protection would stand against it.
        policy = "Retain" if "DeletionProtectionEnabled" in resource["Properties"] else "RetainExceptOnCreate"
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (policy, "Retain"), name


def test_an_erasure_waits_longer_than_any_writer_lives() -> None:
    """
    The long wait is for collectors, the builder of exports and imports. All others end before the short wait, but for
    those of the fleet: they look whether listeners are still there right before they write, and files also after.
    """
    common = template()["Globals"]["Function"]["Timeout"]
    for name, function in FUNCTIONS.items():
        long = name.startswith("Collect") or name in ("BuildExport", "PollRecentlyPlayed", "ReadImport")
        wait = living_workers.LONG_WAIT if long else living_workers.SHORT_WAIT
        looks = name in ("Erase", "CountListeners", "WriteProfiles")
        assert looks or function.get("Timeout", common) < wait.total_seconds(), name


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
    schedule = resources("AWS::Scheduler::Schedule")["DispatchSchedule"]
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


def test_erasures_are_looked_at_every_day() -> None:
    """By a function that only its schedule invokes; a look that fails is tried again, then it is in a queue."""
    schedule = resources("AWS::Scheduler::Schedule")["ErasuresAreWatched"]
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["WatchErasures", "Arn"]}
    assert schedule["Target"]["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["MissedAlerts", "Arn"]}
    (policy,) = resources("AWS::IAM::Role")["ErasuresAreWatchedRole"]["Policies"]
    allowed_to = [(each["Action"], each["Resource"]["Fn::GetAtt"][0]) for each in policy["PolicyDocument"]["Statement"]]
    assert allowed_to == [("lambda:InvokeFunction", "WatchErasures"), ("sqs:SendMessage", "MissedAlerts")]
    assert "Events" not in FUNCTIONS["WatchErasures"]


def test_old_data_are_looked_for_every_day() -> None:
    """By a function that only its schedule invokes, and that deletes nothing itself."""
    schedule = resources("AWS::Scheduler::Schedule")["DataExpire"]
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["ExpireData", "Arn"]}
    (policy,) = resources("AWS::IAM::Role")["DataExpireRole"]["Policies"]
    allowed_to = [(each["Action"], each["Resource"]["Fn::GetAtt"][0]) for each in policy["PolicyDocument"]["Statement"]]
    assert allowed_to == [("lambda:InvokeFunction", "ExpireData"), ("sqs:SendMessage", "MissedAlerts")]
    assert "Events" not in FUNCTIONS["ExpireData"]
    assert "Delete" not in str(FUNCTIONS["ExpireData"]["Policies"])


def test_every_asynchronous_edge_has_a_place_for_what_failed() -> None:
    """Schedules, functions that they invoke, streams, queues, rules and subscriptions: each names a queue."""
    places: dict[str, Any] = {}
    for name, schedule in resources("AWS::Scheduler::Schedule").items():
        places[name] = schedule["Target"]["DeadLetterConfig"]["Arn"]
        if "Fn::GetAtt" not in schedule["Target"]["Arn"]:
            # An execution that fails rings by itself.
            continue
        function = schedule["Target"]["Arn"]["Fn::GetAtt"][0]
        places[function] = FUNCTIONS[function]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]
    for name, rule in resources("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            places[name] = target["DeadLetterConfig"]["Arn"]
    for name, subscription in resources("AWS::SNS::Subscription").items():
        places[name] = subscription["RedrivePolicy"]["deadLetterTargetArn"]
    queues = resources("AWS::SQS::Queue")
    for name, mapping in resources("AWS::Lambda::EventSourceMapping").items():
        source, _ = mapping["EventSourceArn"]["Fn::GetAtt"]
        queue = queues.get(source)
        if source == "GrantsToGiveBack":
            # Tokens of somebody who has left stay nowhere.
            assert "RedrivePolicy" not in queues[source]
            continue
        places[name] = (
            queue["RedrivePolicy"]["deadLetterTargetArn"]
            if queue
            else mapping["DestinationConfig"]["OnFailure"]["Destination"]
        )
    assert len(places) >= 8
    for name, place in places.items():
        queue_name, attribute = place["Fn::GetAtt"]
        assert (attribute, queue_name in queues) == ("Arn", True), name


def test_every_queue_is_encrypted_and_dead_letters_stay_for_two_weeks() -> None:
    """Whoever is on holiday for a week still finds them."""
    queues = resources("AWS::SQS::Queue")
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    shorter = {"Polls": 4 * 3600, "GrantsToGiveBack": 3600, "ProfilesToWrite": 24 * 3600}
    seconds = {name: queue["MessageRetentionPeriod"] for name, queue in queues.items()}
    assert seconds == dict.fromkeys(queues, 14 * 24 * 3600) | shorter


def test_a_due_connections_entry_has_its_whole_plan() -> None:
    """The dispatch plans a poll by the index alone."""
    (index,) = resources("AWS::DynamoDB::Table")["AccountsTable"]["GlobalSecondaryIndexes"]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    every = due_connections.attributes(Plan(moment, moment, moment, 1, 1.0, 1.0, moment))
    held = {*index["Projection"]["NonKeyAttributes"], *due_connections.ENTRY}
    assert held == {*every, "due_shard", "provider", "application"}


def test_the_schedule_can_be_switched_off() -> None:
    """One parameter does it; logins, listeners and the console still start syncs."""
    schedule = resources("AWS::Scheduler::Schedule")["DispatchSchedule"]
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
        assert set(json.loads(filled)) - {"calls_per_day"} == PUBLIC, name


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
