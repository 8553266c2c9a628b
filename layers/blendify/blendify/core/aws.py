"""The AWS session that all clients share: a second one adds 100 ms to a cold start."""

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

_CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
)
HURRIED_SECONDS = (1, 2)
"""To connect and to answer, for a call that a person does not wait for."""
_ONE_SHORT_TRY = Config(
    connect_timeout=HURRIED_SECONDS[0],
    read_timeout=HURRIED_SECONDS[1],
    retries={"mode": "standard", "total_max_attempts": 1},
)
_S3_ADDRESSES = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
"""Links are then signed for the bucket's own region; elsewhere S3 redirects, which breaks the signature."""

_making_a_client = Lock()
"""Threads may use a client at the same time, but not make one."""


@cache
def session() -> boto3.Session:
    """The session that every client of this process shares."""
    return boto3.Session()


@overload
def client(service: Literal["dynamodb"]) -> "DynamoDBClient": ...
@overload
def client(service: Literal["kms"]) -> "KMSClient": ...
@overload
def client(service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["stepfunctions"]) -> "SFNClient": ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
@overload
def client(service: Literal["athena", "events", "s3", "ssm"]) -> Any: ...
def client(service: str) -> object:
    """The client of this service, made when first needed and kept while the Lambda is warm; threads may share it."""
    with _making_a_client:
        return _client(service)


def hurried_client(service: Literal["stepfunctions"]) -> "SFNClient":
    """A client that tries once, for `HURRIED_SECONDS`: a person waits for something else."""
    with _making_a_client:
        return _hurried_client(service)


@cache
def _hurried_client(service: Literal["stepfunctions"]) -> "SFNClient":
    return session().client(service, config=_CONFIG.merge(_ONE_SHORT_TRY))


@cache
def _client(service: str) -> object:
    config = _CONFIG.merge(_S3_ADDRESSES) if service == "s3" else _CONFIG
    return session().client(service, config=config)  # type: ignore[call-overload]


def forget() -> None:
    """Drop session and clients: tests start with none."""
    _client.cache_clear()
    _hurried_client.cache_clear()
    session.cache_clear()
