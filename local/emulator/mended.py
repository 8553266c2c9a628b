"""What ministack does otherwise than AWS, put right in this process: updates of APIs, queues' limits, conditions."""

from functools import lru_cache
from typing import Any

from ministack.services import apigateway_v1 as gateway
from ministack.services import dynamodb, lambda_svc
from ministack.services.cloudformation import provisioners

CHOSEN_ID = "ms-custom-id"
"""The tag that chooses the id of an API."""
_OF_THE_API = ("id", "createdDate", "tags")
_TEXTS = 4_096


def install() -> None:
    """Put all of it in the place of the emulator's own."""
    _update_apis_in_place()
    _read_limits_as_numbers()
    _remember_conditions()


def _update_apis_in_place() -> None:
    """
    An API whose routes change keeps its id and its stages, as CloudFormation has it.

    The emulator would make another API in its place; where the id is chosen by a tag, that one cannot be made, as the
    id is taken, and then the whole update of the stack fails.
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
    create, real = handlers["create"], handlers["update"]

    def update(api_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None) -> Any:
        if new.get("Body") == old.get("Body"):
            return real(api_id, old, new, stack, logical_id)
        tags = [tag for tag in new.get("Tags", []) if tag["Key"] != CHOSEN_ID]
        other, _ = create(logical_id or api_id, {**new, "Tags": tags}, stack)
        for by_api in (gateway._resources, gateway._authorizers_v1, gateway._models):
            by_api[api_id] = by_api[other]
        own = gateway._rest_apis[api_id]
        gateway._rest_apis[api_id] = {**gateway._rest_apis[other], **{name: own[name] for name in _OF_THE_API}}
        gateway._delete_rest_api(other)
        return real(api_id, {**old, "Body": new.get("Body")}, new, stack, logical_id)

    handlers["update"] = update


def _read_limits_as_numbers() -> None:
    """The most functions at once for a queue, which a parameter gives as text: CloudFormation makes a number of it."""
    limit = lambda_svc._sqs_esm_concurrency

    def as_number(mapping: dict[str, Any], *more: Any) -> Any:
        scaling = mapping.get("ScalingConfig") or {}
        if "MaximumConcurrency" in scaling:
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        return limit(mapping, *more)

    lambda_svc._sqs_esm_concurrency = as_number


def _remember_conditions() -> None:
    """Check the text of a condition once, and not for each item: several times as fast for long partitions."""
    dynamodb._tokenize = lru_cache(_TEXTS)(dynamodb._tokenize)
    dynamodb._condition_syntax_error = lru_cache(_TEXTS)(dynamodb._condition_syntax_error)
    for name in ("_check_redundant_parens", "_check_reserved_keyword_usage"):
        setattr(dynamodb, name, _remembered(getattr(dynamodb, name)))


def _remembered(check: Any) -> Any:
    known = lru_cache(_TEXTS)(lambda tokens, *more: check(list(tokens), *more))
    return lambda tokens, *more: known(tuple(tokens), *more)
