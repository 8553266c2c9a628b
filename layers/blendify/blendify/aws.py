"""One AWS session for everything: a second one costs a cold start another 100 ms."""

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Literal, overload

import boto3
from botocore.config import Config
from botocore.session import Session

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


_shared: list[Session] = []
_one_at_a_time = Lock()
"""Making a client is not safe between threads, using one is."""


def share(session: Session) -> None:
    """Let every client be made from this session, which somebody else (pynamodb) has made for its own."""
    _shared[:] = [session]


@cache
def session() -> boto3.Session:
    """The session that every client of this process shares."""
    return boto3.Session(botocore_session=_shared[0]) if _shared else boto3.Session()


@overload
def client(service: Literal["dynamodb"]) -> "DynamoDBClient": ...
@overload
def client(service: Literal["kms"]) -> "KMSClient": ...
@overload
def client(service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["stepfunctions"]) -> "SFNClient": ...
def client(service: str) -> object:
    """A client, built where it is first used and kept while the Lambda is warm; safe to share between threads."""
    with _one_at_a_time:
        return _client(service)


@cache
def _client(service: str) -> object:
    return session().client(service, config=_CONFIG)  # type: ignore[call-overload]


def forget() -> None:
    """Drop session and clients, so that tests start with none."""
    _client.cache_clear()
    session.cache_clear()
    _shared.clear()
