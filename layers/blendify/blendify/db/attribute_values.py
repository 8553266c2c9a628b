"""DynamoDB's own notation of values, e.g. `{"S": "text"}`: made, read, and measured as DynamoDB measures it."""

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

Value = Mapping[str, Any]
Item = dict[str, Value]


def typed(value: Any) -> Value:
    """
    A text, number, boolean, bytes, None, or a list or mapping of these, in DynamoDB's notation.

    Raises  TypeError for anything else
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
            return {"L": [typed(one) for one in value]}
        case Mapping():
            return {"M": {name: typed(one) for name, one in value.items()}}
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
            return [plain(one) for one in content]
        case "M":
            return {name: plain(one) for name, one in content.items()}
    return content


def item_size(item: Mapping[str, Value]) -> int:
    """
    Bytes that DynamoDB counts for an item: its names and values.

    Source  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def write_units(size: int) -> int:
    """What writing an item of so many bytes costs: one unit for each KB started."""
    return max(1, ceil(size / 1024))


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
            return 3 + sum(1 + _size(one) for one in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in content.items())
    return 1
