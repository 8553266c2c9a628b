"""
Requests to DynamoDB and KMS that go from the client straight to moto's handlers.

The way over botocore and moto's web server signs, serializes, routes and parses: most of the time of a test that syncs.
A request that moto refuses is made again the long way, which has the error's exact form.

The same as on the long way   types and names of parameters are checked, and neither side sees the other's later changes
Left out                      hooks of botocore but a Stubber's, and the request's id and headers in the response
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler
from moto.kms.responses import KmsResponse
from werkzeug.exceptions import HTTPException

DIRECT = {
    "dynamodb": {
        "GetItem",
        "BatchGetItem",
        "Query",
        "Scan",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "BatchExecuteStatement",
        "TransactWriteItems",
    },
    "kms": {"Encrypt", "Decrypt"},
}
BLOBS = {"Plaintext", "CiphertextBlob"}
REGION = "us-east-1"
_one_request = RLock()
_validator = ParamValidator()


@contextmanager
def direct_calls() -> Iterator[None]:
    """
    One request at a time, and most of them directly.

    DynamoDB checks a condition and writes in one step; in moto a thread could get between the two. A query of moto's
    also fails when another thread adds an item while it goes through a table.
    """
    call, answer = BaseClient._make_api_call, BotocoreStubber.__call__  # type: ignore[attr-defined]

    def direct(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        service = client.meta.service_model
        if operation not in DIRECT.get(service.service_name, ()) or _is_stubbed(client):
            return call(client, operation, parameters)
        with _one_request:
            try:
                return _response(service.service_name, service.operation_model(operation), parameters)
            except (HTTPException, ServiceException):
                return call(client, operation, parameters)

    def alone(stubber: BotocoreStubber, *given: Any, **named: Any) -> Any:
        with _one_request:
            return answer(stubber, *given, **named)

    with patch.object(BaseClient, "_make_api_call", direct), patch.object(BotocoreStubber, "__call__", alone):
        yield


def _is_stubbed(client: Any) -> bool:
    """Whether a test has given the client its responses, with botocore's Stubber."""
    return "boto_stubber" in client.meta.events._emitter._unique_id_handlers


def _response(service: str, model: Any, parameters: dict[str, Any]) -> dict[str, Any]:
    """
    The response.

    Raises  HTTPException, ServiceException where moto refuses; ParamValidationError where boto would
    """
    _check(model, parameters)
    result = _dynamodb(model.name, parameters) if service == "dynamodb" else _kms(model.name, parameters)
    members = model.output_shape.members
    response = {name: value for name, value in result.items() if name in members and value is not None}
    return {**response, "ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}}


def _dynamodb(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    handler = DynamoHandler()
    handler.current_account, handler.region, handler.uri_match = DEFAULT_ACCOUNT_ID, REGION, {}
    handler.body = handler.params = _copied(parameters)
    result: dict[str, Any] = getattr(handler, _method(operation))().result
    return result


def _kms(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    handler = KmsResponse()
    handler.current_account, handler.region = DEFAULT_ACCOUNT_ID, REGION
    handler.body = json.dumps(parameters, default=lambda blob: b64encode(blob).decode())
    result = json.loads(getattr(handler, _method(operation))())
    return {name: b64decode(value) if name in BLOBS else value for name, value in result.items()}


def _check(model: Any, parameters: dict[str, Any]) -> None:
    report = _validator.validate(parameters, model.input_shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


@cache
def _method(operation: str) -> str:
    return str(camelcase_to_underscores(operation))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(part) for part in value]
    return value
