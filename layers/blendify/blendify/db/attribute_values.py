"""DynamoDB's notation of values, e.g. `{"S": "text"}`: conversion in both directions, and sizes."""

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

Value = Mapping[str, Any]
Item = dict[str, Value]


def typed(value: Any) -> Value:
    """
    The value in DynamoDB's notation: str, int, float, bool, bytes, None, or a list or mapping of these.

    Raises  TypeError for any other type
    """
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": json.dumps(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [typed(element) for element in value]}
        case Mapping():
            return {"M": {name: typed(element) for name, element in value.items()}}
    raise TypeError(f"DynamoDB has no notation for {type(value).__name__}")


def plain(value: Value) -> Any:
    """The inverse of `typed`."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return json.loads(content)
        case "NULL":
            return None
        case "L":
            return [plain(element) for element in content]
        case "M":
            return {name: plain(element) for name, element in content.items()}
    return content


def item_size(item: Mapping[str, Value]) -> int:
    """
    Size of an item in bytes, as DynamoDB counts it: attribute names and values.

    Source  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Value) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return ceil(len(content.replace("-", "").replace(".", "").strip("0")) / 2) + 1
        case "B":
            return len(content)
        case "L":
            return 3 + sum(1 + _size(element) for element in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(element) for name, element in content.items())
    return 1  # BOOL, NULL
