"""`/me/music` and `/me/changes`: records, their histories, what changed."""

from collections.abc import Mapping

from blendify.access.visits import ENDED, JOINED, LEFT
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.reading.changes import DEFAULT_CHANGES, MAX_CHANGES
from blendify.reading.question import DEFAULT_ITEMS, MAX_ITEMS, MAX_LIST_ID_BYTES, MAX_VALUE_CHARACTERS, VIEWS
from blendify.reading.reasons import IMPORT, POLL, SYNC
from blendify.reading.records import ARTISTS, COMMON, FIELDS, Field, metadata_field
from blendify.web.parameters import (
    MAX_IMPORT_ID_CHARACTERS,
    OF_CHANGES,
    OF_HISTORY,
    OF_LISTS,
    has_parameter,
    time_ranges,
)
from tests.openapi.schemas import MOMENT, TEXT, Schema, in_json, in_path, object_of, operation, page_of, schema_name


def music() -> Schema:
    paths: Schema = {}
    for data_type in DataType:
        items = {"$ref": f"#/components/schemas/{schema_name(data_type)}"}
        removed = object_of({"removed": {"type": "boolean"}}, closed=False)
        record_id = in_path("record_id", "The record's id, percent-encoded")
        paths[f"/me/music/{data_type}"] = {
            "get": operation(
                f"{data_type.words.capitalize()}: now, at a past moment, or all that ever were there",
                {200: in_json(page_of(items))},
                [_parameter(data_type, name) for name in OF_LISTS if _has(data_type, name)],
                errors=(400,),
            )
        }
        paths[f"/me/music/{data_type}/{{record_id}}/history"] = {
            "get": operation(
                "Every appearance, change and removal of one record, oldest first",
                {200: in_json(page_of({"allOf": [items, removed]}))},
                [record_id, *(_parameter(data_type, name) for name in OF_HISTORY if _has(data_type, name))],
                errors=(400,),
            )
        }
    return paths


def changes() -> Schema:
    """A change is a record of any data type."""
    common = {name: _field(field) for name, field in COMMON.items()}
    why = {
        "cause": {"type": "string", "enum": [SYNC, POLL, IMPORT]},
        "sync_id": {**TEXT, "nullable": True},
        "import_id": {**TEXT, "nullable": True},
    }
    change = {
        "data_type": {"type": "string", "enum": list(DataType)},
        "removed": {"type": "boolean"},
        "sequence": {
            "type": "integer",
            "description": "Orders changes: of two about one entry the one with the greater number holds; of two with "
            "the same number the one that is not removed. It is the start of the run, or when an import ended or was "
            "taken back, in milliseconds since 1970",
        },
        "entry_id": {**TEXT, "description": "The same for all changes of one entry of one list"},
        "list": {**TEXT, "nullable": True, "description": "The time range, or the playlist's id; else null"},
        "imported": {
            "type": "integer",
            "nullable": True,
            "description": "Of an import: how many records of the data type its file told of. The fields of a record "
            "are null then. Null for a record",
        },
        "same_play": {
            **TEXT,
            "nullable": True,
            "description": "Of a play that an import told and another entry tells, too: that one's entry_id",
        },
        "why": object_of(why),
        **common,
    }
    kind = {"type": "string", "enum": ["webhook_disabled"]}
    disabled = {"kind": kind, "webhook_id": TEXT, "at": MOMENT, "why": TEXT}
    kinds = {"type": "string", "enum": [JOINED, LEFT, ENDED]}
    of_blend = {"kind": kinds, "blend_id": TEXT, "at": MOMENT}
    page = page_of(object_of(change, closed=False))
    page["properties"]["notices"] = {
        "type": "array",
        "items": {"oneOf": [object_of(disabled), object_of(of_blend)]},
        "description": "On a first page, if there are any: webhooks that are told nothing any more, and that somebody "
        "else joined, left or ended a blend, the latest first",
    }
    return {
        "/me/changes": {
            "get": operation(
                "What was recorded and what was removed, of all data types together, newest first",
                {200: in_json(page)},
                [_CHANGES_PARAMETERS[name] for name in OF_CHANGES],
                errors=(400,),
            )
        }
    }


_CHANGES_PARAMETERS: Mapping[str, Schema] = {
    "since": {
        "name": "since",
        "in": "query",
        "description": "Only what runs recorded that began at this moment or later; it must be in the past",
        "schema": MOMENT,
    },
    "until": {
        "name": "until",
        "in": "query",
        "description": "Only what runs recorded that began at this moment or earlier; it must be in the past",
        "schema": MOMENT,
    },
    "import_id": {
        "name": "import_id",
        "in": "query",
        "description": "In place of all that: what this import told, record by record, if it has ended and was not "
        "taken back",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_IMPORT_ID_CHARACTERS},
    },
    "data_type": {
        "name": "data_type",
        "in": "query",
        "description": "Only this data type; given several times, these",
        "schema": {"type": "array", "items": {"type": "string", "enum": list(DataType)}},
    },
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "Maximum number of items of a page",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_CHANGES, "default": DEFAULT_CHANGES},
    },
    "cursor": {
        "name": "cursor",
        "in": "query",
        "description": "The `next_cursor` of the page before",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_VALUE_CHARACTERS},
    },
}


def _has(data_type: DataType, name: str) -> bool:
    return has_parameter(data_type, name)


def _parameter(data_type: DataType, name: str) -> Schema:
    offering = [name for name, provider in PROVIDERS.items() if data_type in provider.endpoints]
    schemas: Mapping[str, Schema] = {
        "provider": {"type": "string", "enum": offering},
        "time_range": {"type": "string", "enum": time_ranges(data_type)},
        "playlist_id": {"type": "string", "minLength": 1, "maxLength": MAX_LIST_ID_BYTES},
        "as_of": MOMENT,
        "view": {"type": "string", "enum": list(VIEWS), "default": VIEWS[0]},
        "raw": {"type": "string", "enum": ["true", "false"], "default": "false"},
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_ITEMS, "default": DEFAULT_ITEMS},
        "cursor": {"type": "string", "minLength": 1, "maxLength": MAX_VALUE_CHARACTERS},
    }
    descriptions = {
        "provider": "Only records of this provider",
        "time_range": "Only this period",
        "playlist_id": "Only this playlist",
        "as_of": "The state at this moment, which must be in the past",
        "view": "`current`: what is there. `distinct`: the newest version of every record and list that ever was there",
        "raw": f"Whether to add the provider's full response as `{metadata_field(data_type)}`",
        "limit": "Maximum number of items of a page; pages of large items may have fewer",
        "cursor": "The `next_cursor` of the page before",
    }
    return {"name": name, "in": "query", "description": descriptions[name], "schema": schemas[name]}


SAME_AS = "The same recording or release at other providers, by ISRC, MusicBrainz id or UPC"


def record(data_type: DataType) -> Schema:
    fields = {**COMMON, **FIELDS[data_type]}
    full: Schema = {"description": "The provider's full response, with raw=true", "nullable": True}
    link: Schema = {"provider": TEXT, "record_id": TEXT}
    removed_at: Schema = {**MOMENT, "nullable": True, "description": "When it left its list, with view=distinct"}
    return {
        "type": "object",
        "required": [*fields, "same_as"],
        "properties": {
            **{name: _field(field) for name, field in fields.items()},
            metadata_field(data_type): full,
            "same_as": {"type": "array", "items": object_of(link), "description": SAME_AS},
            "removed_at": removed_at,
        },
    }


def _field(field: Field) -> Schema:
    schema: Schema = {"type": field.json_type, "nullable": True, "description": field.description}
    return {**schema, "items": {"$ref": "#/components/schemas/Artist"}} if field.json_type == ARTISTS else schema
