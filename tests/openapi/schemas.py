"""What the parts of the description are made of: types, answers, operations."""

from collections.abc import Mapping
from typing import Any

from blendify.core.data_types import DataType

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ARTIST: Schema = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string", "nullable": True}, "name": {"type": "string", "nullable": True}},
}


DAY: Schema = {"type": "string", "format": "date"}
NULLABLE_TEXT: Schema = {**TEXT, "nullable": True}


def operation(
    summary: str,
    responses: Mapping[int, Schema],
    parameters: list[Schema] | None = None,
    *,
    errors: tuple[int, ...] = (),
    body: Schema | None = None,
    body_required: bool = False,
    session: bool = False,
) -> Schema:
    error = in_json({"$ref": "#/components/schemas/Error"}, "Refused: `error.message` says why, and what is allowed")
    operation: Schema = {
        "summary": summary,
        "parameters": parameters or [],
        "responses": {str(status): response for status, response in responses.items()}
        | {str(status): error for status in sorted({401, 500, *errors})},
    }
    if body is not None:
        operation["requestBody"] = {"required": body_required, "content": {"application/json": {"schema": body}}}
    if session:
        operation["security"] = [{"session": []}]
    return operation


def in_json(schema: Schema, description: str = "The response") -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def page_of(items: Schema) -> Schema:
    return object_of({"items": {"type": "array", "items": items}, "next_cursor": {**TEXT, "nullable": True}})


def in_path(name: str, description: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {**TEXT, "minLength": 1},
    }


def object_of(properties: Schema, *, closed: bool = True) -> Schema:
    more = {"additionalProperties": False} if closed else {}
    return {"type": "object", "required": list(properties), "properties": properties, **more}


def error() -> Schema:
    return object_of({"error": object_of({"code": TEXT, "message": TEXT})})


def schema_name(data_type: DataType) -> str:
    return "".join(word.capitalize() for word in data_type.split("_"))
