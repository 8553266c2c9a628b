"""
An API whose routes change keeps its id and its stages, as CloudFormation has it.

The emulator would make another API in its place; where the id is chosen by a tag, that one cannot be made, as the id is
taken, and then the whole update of the stack fails.
"""

from typing import Any

from ministack.services import apigateway_v1 as gateway
from ministack.services.cloudformation import provisioners

CHOSEN_ID = "ms-custom-id"
"""The tag that chooses the id."""
_TYPE = "AWS::ApiGateway::RestApi"


def install() -> None:
    """Update APIs in place, in this process."""
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
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


_OF_THE_API = ("id", "createdDate", "tags")
