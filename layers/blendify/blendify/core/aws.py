"""One AWS session for everything: a second one costs a cold start another 100 ms."""

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_stepfunctions import SFNClient

_CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
)
_ADDRESSES = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
"""S3 then signs links to the bucket's own region; one for elsewhere ends in a redirect that breaks the signature."""


_one_at_a_time = Lock()
"""Making a client is not safe between threads, using one is."""


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
def client(service: Literal["events", "s3"]) -> Any: ...
def client(service: str) -> object:
    """A client, built where it is first used and kept while the Lambda is warm; safe to share between threads."""
    with _one_at_a_time:
        return _client(service)


@cache
def _client(service: str) -> object:
    config = _CONFIG.merge(_ADDRESSES) if service == "s3" else _CONFIG
    return session().client(service, config=config)  # type: ignore[call-overload]


def forget() -> None:
    """Drop session and clients, so that tests start with none."""
    _client.cache_clear()
    session.cache_clear()
