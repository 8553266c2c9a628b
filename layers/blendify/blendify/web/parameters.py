"""Query parameters: each is parsed, or refused with its name and its allowed values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListKind
from blendify.reading.changes import MAX_CHANGES, Changes
from blendify.reading.question import (
    MAX_ITEMS,
    MAX_LIST_ID_BYTES,
    MAX_VALUE_CHARACTERS,
    VIEWS,
    BadParameter,
    Question,
)

MAX_IMPORT_ID_CHARACTERS = 64
"""Ids of imports have 33; the table's keys cannot be arbitrarily long."""
MAX_FORM_CHARACTERS = 8_192
MAX_FORM_FIELDS = 20
OF_LISTS = ("provider", "time_range", "playlist_id", "as_of", "view", "raw", "limit", "cursor")
OF_HISTORY = ("provider", "time_range", "playlist_id", "raw", "limit", "cursor")
OF_CHANGES = ("since", "until", "import_id", "data_type", "limit", "cursor")
_LIST_PARAMETERS = ("time_range", "playlist_id")
"""Only data types with several lists have them."""


def query_parameters(router: APIGatewayRestResolver) -> dict[str, list[str]]:
    """The query's parameters, each with all the values that were given."""
    single = router.current_event.query_string_parameters or {}
    return {name: [value] for name, value in single.items()} | (
        router.current_event.multi_value_query_string_parameters or {}
    )


def given_once(given: Mapping[str, list[str]], names: Sequence[str]) -> dict[str, str]:
    """
    The parameters by name, each given once, and none but these.

    Raises  BadParameter
    """
    if unknown := sorted(set(given) - set(names)):
        known = f"The parameters are: {', '.join(names)}." if names else "There are none here."
        raise BadParameter(f"{_shown(unknown[0])} is not a parameter of this address. {known}")
    for name, values in given.items():
        if len(values) != 1:
            raise BadParameter(f"{name} is given {len(values)} times. Give it once.")
    return {name: values[0] for name, values in given.items()}


def form_fields(router: APIGatewayRestResolver) -> dict[str, list[str]]:
    """A form's fields, each with all its values; none when the body is not one that our pages send."""
    body = router.current_event.body or ""
    if len(body) > MAX_FORM_CHARACTERS:
        return {}
    try:
        text = (router.current_event.decoded_body or "") if router.current_event.is_base64_encoded else body
        return parse_qs(text, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        return {}


def form_field(router: APIGatewayRestResolver, name: str) -> str:
    """The field of a form, without the space around it; empty when it is missing or was given several times."""
    values = form_fields(router).get(name, [])
    return values[0].strip() if len(values) == 1 else ""


def question(data_type: str, given: Mapping[str, list[str]], allowed: tuple[str, ...]) -> Question:
    """
    The question that a path and its query ask.

    Raises  BadParameter
    """
    if data_type not in set(DataType):
        raise BadParameter(f"The data type must be one of: {', '.join(DataType)}.")
    kind = DataType(data_type)
    known = [name for name in allowed if name not in _LIST_PARAMETERS or has_parameter(kind, name)]
    parsed: dict[str, Any] = {}
    for name, values in given.items():
        if name not in known:
            raise BadParameter(f"{_shown(name)} is not a parameter of {kind}. The parameters are: {', '.join(known)}.")
        if len(values) != 1:
            raise BadParameter(f"{name} is given {len(values)} times. Give it once.")
        if not 0 < len(values[0]) <= MAX_VALUE_CHARACTERS:
            raise BadParameter(f"{name} must have 1 to {MAX_VALUE_CHARACTERS:,} characters.")
        parsed[name] = _PARSERS[name](kind, values[0])
    return Question(kind, **parsed)


def changes_asked(given: Mapping[str, list[str]]) -> Changes:
    """
    The question for changes that a query asks.

    Raises  BadParameter
    """
    parsed: dict[str, Any] = {}
    for name, values in given.items():
        if name not in OF_CHANGES:
            text = f"{_shown(name)} is not a parameter of changes. The parameters are: {', '.join(OF_CHANGES)}."
            raise BadParameter(text)
        if name == "data_type":
            parsed["data_types"] = tuple(
                DataType(_allowed(name, value, list(DataType))) for value in dict.fromkeys(values)
            )
            continue
        if len(values) != 1:
            raise BadParameter(f"{name} is given {len(values)} times. Give it once.")
        if not 0 < len(values[0]) <= MAX_VALUE_CHARACTERS:
            raise BadParameter(f"{name} must have 1 to {MAX_VALUE_CHARACTERS:,} characters.")
        parsed[name] = _CHANGES_PARSERS[name](values[0])
    if "import_id" in parsed and parsed.keys() & {"since", "until"}:
        raise BadParameter("import_id gives all that an import told: leave since and until away.")
    return Changes(**parsed)


def has_parameter(data_type: DataType, name: str) -> bool:
    """Whether the data type has a parameter; only those that name a list depend on it."""
    if name == "playlist_id":
        return any(endpoint.parent for endpoint in _endpoints(data_type))
    return name != "time_range" or bool(time_ranges(data_type))


def time_ranges(data_type: DataType) -> list[str]:
    """The allowed values of `time_range`; none for a data type without ranked lists."""
    ranked = (endpoint for endpoint in _endpoints(data_type) if endpoint.list_kind is ListKind.RANKED)
    return list(dict.fromkeys(name for endpoint in ranked for name in endpoint.lists if name))


def _endpoints(data_type: DataType) -> list[Endpoint]:
    return [provider.endpoints[data_type] for provider in PROVIDERS.values() if data_type in provider.endpoints]


def _provider(data_type: DataType, value: str) -> str:
    offering = [name for name, provider in PROVIDERS.items() if data_type in provider.endpoints]
    return _allowed("provider", value, offering)


def _time_range(data_type: DataType, value: str) -> str:
    return _allowed("time_range", value, time_ranges(data_type))


def _playlist_id(_: DataType, value: str) -> str:
    if len(value.encode(errors="replace")) > MAX_LIST_ID_BYTES:
        raise BadParameter(f"playlist_id must have at most {MAX_LIST_ID_BYTES} bytes.")
    return value


def _as_of(_: DataType, value: str) -> str:
    return _past("as_of", value)


def _past(name: str, value: str) -> str:
    try:
        moment = times.parse(value)
        text = times.iso(moment)
    except (ValueError, OverflowError):
        raise BadParameter(
            f"{name} must be a date and time in ISO 8601, such as 2026-11-22T17:44:30Z (write a + as %2B)."
        ) from None
    if moment > times.now():
        raise BadParameter(f"{name} must be a moment in the past.")
    return text


def _import_id(value: str) -> str:
    if len(value) > MAX_IMPORT_ID_CHARACTERS or not value.isascii():
        raise BadParameter(f"import_id must have at most {MAX_IMPORT_ID_CHARACTERS} characters, all of them ASCII.")
    return value


def _raw(_: DataType, value: str) -> bool:
    return _allowed("raw", value, ["true", "false"]) == "true"


def _limit(value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 4 and 1 <= int(value) <= most):
        raise BadParameter(f"limit must be a whole number from 1 to {most}.")
    return int(value)


def _allowed(name: str, value: str, values: list[str]) -> str:
    if value not in values:
        raise BadParameter(f"{name} must be one of: {', '.join(values)}.")
    return value


_PARSERS: Mapping[str, Callable[[DataType, str], Any]] = {
    "provider": _provider,
    "time_range": _time_range,
    "playlist_id": _playlist_id,
    "as_of": _as_of,
    "view": lambda _, value: _allowed("view", value, list(VIEWS)),
    "raw": _raw,
    "limit": lambda _, value: _limit(value, MAX_ITEMS),
    "cursor": lambda _, value: value,
}


_CHANGES_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "since": lambda value: _past("since", value),
    "until": lambda value: _past("until", value),
    "import_id": _import_id,
    "limit": lambda value: _limit(value, MAX_CHANGES),
    "cursor": lambda value: value,
}


def _shown(name: str) -> str:
    """An unknown parameter's name, if it is safe to repeat."""
    return f"`{name}`" if name.isascii() and name.isidentifier() and len(name) <= 40 else "One of the parameters"
