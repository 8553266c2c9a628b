"""
What a security review asks of every resource, as rules over the template that CloudFormation gets.

A rule says which properties break it. `EXCEPTIONS` has those that stay, each with its reason.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]
PUBLIC_ACCESS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
MANAGED = re.compile(r"arn:aws:iam::aws:policy/service-role/(AWSLambdaBasicExecutionRole|AWSXRayDaemonWriteAccess)")


@dataclass(frozen=True)
class Rule:
    """One demand on all resources of some types."""

    demand: str
    types: tuple[str, ...]
    broken: Callable[[Properties], bool]
    """Whether properties break it."""
    example: Properties
    """Properties that do."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def documents(properties: Properties) -> Iterator[Properties]:
    """The policy documents of a resource, except those that say who may take a role."""
    for name in ("PolicyDocument", "KeyPolicy"):
        if name in properties:
            yield properties[name]
    for policy in properties.get("Policies", []):
        yield policy["PolicyDocument"]


def statements(properties: Properties) -> Iterator[Properties]:
    """Statements that allow something."""
    for document in documents(properties):
        yield from (each for each in as_list(document["Statement"]) if each["Effect"] == "Allow")


def wild_actions(properties: Properties) -> bool:
    return any("*" in action for each in statements(properties) for action in as_list(each["Action"]))


def every_resource(properties: Properties) -> bool:
    return any("*" in as_list(each.get("Resource", [])) for each in statements(properties))


def for_everybody(properties: Properties) -> bool:
    principals = [each.get("Principal") for each in statements(properties)]
    return any(principal in ("*", {"AWS": "*"}) for principal in principals)


def services_of_any_account(properties: Properties) -> bool:
    return any("Condition" not in each and "Service" in each.get("Principal", {}) for each in statements(properties))


def trust_of_any_account(properties: Properties) -> bool:
    """Lambda takes a role for the functions that have it; other services take whatever role they are told."""
    return any(
        "Condition" not in each
        and each["Principal"]["Service"] not in ("lambda.amazonaws.com", ["lambda.amazonaws.com"])
        for each in properties["AssumeRolePolicyDocument"]["Statement"]
    )


def foreign_managed(properties: Properties) -> bool:
    return any(isinstance(arn, str) and not MANAGED.fullmatch(arn) for arn in properties.get("ManagedPolicyArns", []))


def without(*path: str) -> Callable[[Properties], bool]:
    """Whether the property at this path is absent, empty or false."""

    def broken(properties: Properties) -> bool:
        value: Any = properties
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return not value

    return broken


BUCKET, TABLE, QUEUE, ROLE = "AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::IAM::Role"
POLICIES = (ROLE, "AWS::IAM::ManagedPolicy")
RESOURCE_POLICIES = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::KMS::Key")
_ANY = {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}}
_SERVICE = {
    "PolicyDocument": {"Statement": {"Effect": "Allow", "Principal": {"Service": "s"}, "Action": "sns:Publish"}}
}
_TRUST = {"AssumeRolePolicyDocument": {"Statement": [{"Principal": {"Service": "states.amazonaws.com"}}]}}

RULES = [
    Rule(
        "a bucket shuts out the public in all four ways",
        (BUCKET,),
        lambda properties: any(not properties.get("PublicAccessBlockConfiguration", {}).get(n) for n in PUBLIC_ACCESS),
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
    ),
    Rule("a bucket is encrypted", (BUCKET,), without("BucketEncryption", "ServerSideEncryptionConfiguration"), {}),
    Rule("a bucket has no access lists", (BUCKET,), without("OwnershipControls"), {}),
    Rule("a bucket's objects expire", (BUCKET,), without("LifecycleConfiguration", "Rules"), {}),
    Rule("a bucket keeps versions", (BUCKET,), without("VersioningConfiguration"), {}),
    Rule("a queue is encrypted", (QUEUE,), without("SqsManagedSseEnabled"), {}),
    Rule("a topic is encrypted by a key", ("AWS::SNS::Topic",), without("KmsMasterKeyId"), {}),
    Rule(
        "a table can be restored to any second",
        (TABLE,),
        without("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"),
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}},
    ),
    Rule("a table is protected from deletion", (TABLE,), without("DeletionProtectionEnabled"), {}),
    Rule("a table is encrypted by a key of ours", (TABLE,), without("SSESpecification", "KMSMasterKeyId"), {}),
    Rule("logs end", ("AWS::Logs::LogGroup",), without("RetentionInDays"), {}),
    Rule("logs are encrypted by a key of ours", ("AWS::Logs::LogGroup",), without("KmsKeyId"), {}),
    Rule("a secret is encrypted by a key of ours", ("AWS::SecretsManager::Secret",), without("KmsKeyId"), {}),
    Rule("a key is renewed every year", ("AWS::KMS::Key",), without("EnableKeyRotation"), {}),
    Rule("no policy has an action with a wildcard", POLICIES, wild_actions, _ANY),
    Rule("no policy is for every resource", POLICIES, every_resource, _ANY),
    Rule("no role has a policy of AWS's but the one for logs", (ROLE,), foreign_managed, {"ManagedPolicyArns": ["a"]}),
    Rule("a service may take a role for this account alone", (ROLE,), trust_of_any_account, _TRUST),
    Rule("no resource is for everybody", RESOURCE_POLICIES, for_everybody, _ANY),
    Rule("services act for this account alone", RESOURCE_POLICIES, services_of_any_account, _SERVICE),
    Rule(
        "a domain speaks TLS 1.2 at least",
        ("AWS::ApiGateway::DomainName",),
        lambda properties: properties.get("SecurityPolicy") != "TLS_1_2",
        {"SecurityPolicy": "TLS_1_0"},
    ),
    Rule(
        "every method of the API has a rate",
        ("AWS::ApiGateway::Stage",),
        lambda properties: not any(each["ResourcePath"] == "/*" for each in properties.get("MethodSettings", [])),
        {},
    ),
    Rule("the API can log requests", ("AWS::ApiGateway::Stage",), without("AccessLogSetting"), {}),
    Rule("a function has a time limit", ("AWS::Lambda::Function",), without("Timeout"), {}),
    Rule(
        "a function logs into a group that ends", ("AWS::Lambda::Function",), without("LoggingConfig", "LogGroup"), {}
    ),
    Rule("no function has an address of its own", ("AWS::Lambda::Url",), lambda _: True, {}),
    Rule("executions that fail are logged", ("AWS::StepFunctions::StateMachine",), without("LoggingConfiguration"), {}),
    Rule("no person has keys here", ("AWS::IAM::User", "AWS::IAM::AccessKey"), lambda _: True, {}),
]

_OF_AWS = (
    "KMS bills each call of a key of ours, and rotation and deletion are one more risk; AWS's own key costs nothing"
)
_SAM = "SAM makes this role, and takes no condition for its trust; only this account can pass it to a state machine"
_SENDS = "SendMessage and SendMessageBatch, of which AWS knows one"
_DERIVED = "everything in it follows from the history, and one command makes it again"
EXCEPTIONS: dict[tuple[str, str], str] = {
    (
        "a bucket keeps versions",
        "ExportsBucket",
    ): "copies that live for a day; what was erased must not stay as a version",
    (
        "a bucket keeps versions",
        "UploadsBucket",
    ): "files that live until they are imported; what was deleted must not stay as a version",
    (
        "a bucket keeps versions",
        "FleetBucket",
    ): "files that live for an hour or so; what was erased must not stay as a version",
    (
        "a topic is encrypted by a key",
        "Alerts",
    ): "alarms hold no data of listeners; CloudWatch would need rights on a key",
    ("a table is encrypted by a key of ours", "HistoryTable"): _OF_AWS,
    ("a table is encrypted by a key of ours", "AccountsTable"): f"{_OF_AWS}; tokens are sealed by a key of ours before",
    ("a table is encrypted by a key of ours", "InsightsTable"): _OF_AWS,
    ("a table can be restored to any second", "InsightsTable"): _DERIVED,
    ("a table is protected from deletion", "InsightsTable"): _DERIVED,
    ("logs are encrypted by a key of ours", "Logs"): f"{_OF_AWS}; logs hold no token, code or name",
    ("logs are encrypted by a key of ours", "Requests"): f"{_OF_AWS}; requests are logged without query",
    ("logs are encrypted by a key of ours", "Executions"): f"{_OF_AWS}; executions are logged without data",
    ("a secret is encrypted by a key of ours", "SpotifySecret"): _OF_AWS,
    ("a secret is encrypted by a key of ours", "AppleMusicSecret"): _OF_AWS,
    ("a secret is encrypted by a key of ours", "LastfmSecret"): _OF_AWS,
    ("a secret is encrypted by a key of ours", "SoundcloudSecret"): _OF_AWS,
    ("a secret is encrypted by a key of ours", "YoutubeMusicSecret"): _OF_AWS,
    (
        "no policy has an action with a wildcard",
        "DispatchRole",
    ): _SENDS,
    ("no policy has an action with a wildcard", "ForwardChangesRole"): _SENDS,
    ("no policy has an action with a wildcard", "ComputeInsightsRole"): _SENDS,
    ("no policy has an action with a wildcard", "AskForRebuildsRole"): _SENDS,
    ("no policy has an action with a wildcard", "SetTimeZoneRole"): _SENDS,
    ("no policy has an action with a wildcard", "ShowTasteRole"): _SENDS,
    ("no policy has an action with a wildcard", "EraseRole"): _SENDS,
    ("no policy has an action with a wildcard", "ReadImportRole"): _SENDS,
    ("no policy has an action with a wildcard", "FailImportRole"): _SENDS,
    ("no policy has an action with a wildcard", "FleetResultsPolicy"): _SENDS,
    ("no policy has an action with a wildcard", "FleetErasurePolicy"): _SENDS,
    ("no policy is for every resource", "WorkflowPolicy"): "AWS gives log deliveries and traces no narrower resource",
    ("a service may take a role for this account alone", "SyncStateMachineRole"): _SAM,
    ("a service may take a role for this account alone", "EraseStateMachineRole"): _SAM,
    ("a service may take a role for this account alone", "ExportStateMachineRole"): _SAM,
    ("a service may take a role for this account alone", "FleetStateMachineRole"): _SAM,
    ("a service may take a role for this account alone", "ImportStateMachineRole"): _SAM,
    ("a service may take a role for this account alone", "RebuildStateMachineRole"): _SAM,
}
