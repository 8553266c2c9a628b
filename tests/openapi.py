"""
The API's description, generated from the code: data types, fields, parameters, providers.

    PYTHONPATH=layers/blendify python -m tests.openapi      writes docs/openapi.yaml; a test fails when it is outdated
"""

import os
from collections.abc import Mapping
from typing import Any

import yaml

from blendify.core.data_types import DataType, Outcome, Status
from blendify.export.status import State
from blendify.importing.counting import MOST_SECONDS
from blendify.importing.imports import State as ImportState
from blendify.leaving.receipts import ERASED, ERASING
from blendify.providers import PROVIDERS
from blendify.reading.changes import DEFAULT_CHANGES, MAX_CHANGES
from blendify.reading.question import DEFAULT_ITEMS, MAX_ITEMS, MAX_LIST_ID_BYTES, MAX_VALUE_CHARACTERS, VIEWS
from blendify.reading.reasons import IMPORT, POLL, SYNC
from blendify.reading.records import ARTISTS, COMMON, FIELDS, Field, metadata_field
from blendify.sharing.consent import MAX_NAME_CHARACTERS, MOST_PRIVATE
from blendify.web.parameters import (
    MAX_IMPORT_ID_CHARACTERS,
    OF_CHANGES,
    OF_HISTORY,
    OF_LISTS,
    has_parameter,
    time_ranges,
)
from blendify.web.recommendations import MAX_ARTIST_CHARACTERS
from blendify.web.sharing.api import SWITCHES
from blendify.web.similar import affinity as affinity_api
from blendify.web.similar.people import Missing
from blendify.web.taste import api as taste_api
from blendify.web.taste.catalogue import VIEWS as TASTE_VIEWS
from blendify.webhooks.addresses import MAX_CHARACTERS
from local.paths import ROOT
from local.template import template

Schema = dict[str, Any]
FILE = ROOT / "docs" / "openapi.yaml"
TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}
PLAY_SECONDS: Schema = {
    "type": "integer",
    "minimum": 0,
    "maximum": MOST_SECONDS,
    "description": "For how long something must have been heard to count as a play; what was played to its end does",
}
ARTIST: Schema = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string", "nullable": True}, "name": {"type": "string", "nullable": True}},
}


def document() -> Schema:
    """The whole description, as OpenAPI 3.0."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Blendify data collection",
            "version": "1",
            "description": "The music that a listener has, or had at any moment, and the history of each record. "
            "Times are ISO 8601, UTC. A session cookie gives access to everything; a bearer token, which the listener "
            "makes, can only read.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{"session": []}, {"bearer": []}],
        "paths": {
            **_account(),
            **_music(),
            **_taste(),
            **_recommendations(),
            **_sharing(),
            **_similar(),
            **_changes(),
            **_export(),
            **_imports(),
            **_tokens(),
            **_sessions(),
            **_applications(),
            **_webhooks(),
            **_blends(),
            **_leaving(),
            **_pages(),
        },
        "components": {
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {
                "Error": _error(),
                "Sync": _sync(),
                "Import": _import(),
                "Artist": ARTIST,
                **{_name(data_type): _record(data_type) for data_type in DataType},
            },
        },
    }


def _music() -> Schema:
    paths: Schema = {}
    for data_type in DataType:
        items = {"$ref": f"#/components/schemas/{_name(data_type)}"}
        removed = _object({"removed": {"type": "boolean"}}, closed=False)
        record_id = _path("record_id", "The record's id, percent-encoded")
        paths[f"/me/music/{data_type}"] = {
            "get": _operation(
                f"{data_type.words.capitalize()}: now, at a past moment, or all that ever were there",
                {200: _json(_page(items))},
                [_parameter(data_type, name) for name in OF_LISTS if _has(data_type, name)],
                errors=(400,),
            )
        }
        paths[f"/me/music/{data_type}/{{record_id}}/history"] = {
            "get": _operation(
                "Every appearance, change and removal of one record, oldest first",
                {200: _json(_page({"allOf": [items, removed]}))},
                [record_id, *(_parameter(data_type, name) for name in OF_HISTORY if _has(data_type, name))],
                errors=(400,),
            )
        }
    return paths


def _changes() -> Schema:
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
        "why": _object(why),
        **common,
    }
    notice = {"kind": {"type": "string", "enum": ["webhook_disabled"]}, "webhook_id": TEXT, "at": MOMENT, "why": TEXT}
    page = _page(_object(change, closed=False))
    page["properties"]["notices"] = {
        "type": "array",
        "items": _object(notice),
        "description": "On a first page, if there are any: webhooks that are told nothing any more",
    }
    return {
        "/me/changes": {
            "get": _operation(
                "What was recorded and what was removed, of all data types together, newest first",
                {200: _json(page)},
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


def _record(data_type: DataType) -> Schema:
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
            "same_as": {"type": "array", "items": _object(link), "description": SAME_AS},
            "removed_at": removed_at,
        },
    }


def _field(field: Field) -> Schema:
    schema: Schema = {"type": field.json_type, "nullable": True, "description": field.description}
    return {**schema, "items": {"$ref": "#/components/schemas/Artist"}} if field.json_type == ARTISTS else schema


def _account() -> Schema:
    nullable = {**TEXT, "nullable": True}
    connection = _object(
        {
            "provider": TEXT,
            "title": TEXT,
            "display_name": TEXT,
            "status": {"type": "string", "enum": ["active", "reconnect"]},
            "scopes": {"type": "array", "items": TEXT},
            "authorized_at": MOMENT,
            "access_ends_at": {**MOMENT, "nullable": True},
            "plays_read_at": {**MOMENT, "nullable": True},
        }
    )
    sync: Schema = {"$ref": "#/components/schemas/Sync"}
    me = _object(
        {
            "user_id": TEXT,
            "time_zone": nullable,
            "play_seconds": PLAY_SECONDS,
            "connections": {"type": "array", "items": connection},
            "latest_sync": {"allOf": [sync], "nullable": True},
        }
    )
    request = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "provider": {"type": "string", "nullable": True, "enum": [*PROVIDERS, None]},
            "mode": {"type": "string", "nullable": True, "enum": ["changes", "full", None]},
            "data_types": {
                "type": "array",
                "nullable": True,
                "minItems": 1,
                "items": {"type": "string", "enum": list(DataType)},
            },
        },
    }
    chosen = {
        "type": "object",
        "minProperties": 1,
        "properties": {"time_zone": TEXT, "play_seconds": PLAY_SECONDS},
        "additionalProperties": False,
    }
    started = _object(
        {"provider": TEXT, "status": {"type": "string", "enum": ["starting", "running"]}, "sync_id": nullable}
    )
    started_all = _json(_object({"syncs": {"type": "array", "items": started}}))
    return {
        "/me": {
            "get": _operation("The user, their connections, and the newest sync", {200: _json(me)}),
            "put": _operation(
                "Keep the listener's time zone, or what counts as a play; another choice makes their insights anew",
                {200: _json(chosen)},
                body=chosen,
                errors=(400, 403),
                session=True,
                body_required=True,
            ),
            "delete": _operation(
                "Erase everything that is stored about the listener; tokens are destroyed first",
                {202: _json(_object({"erasure_id": TEXT}))},
                errors=(400, 403, 503),
                session=True,
            ),
        },
        "/me/syncs": {
            "get": _operation("The newest twenty syncs, newest first", {200: _json(_page(sync))}),
            "post": _operation(
                "Start a sync of the connections; once a minute",
                {202: started_all},
                body=request,
                errors=(400, 403, 404, 409, 429, 503),
                session=True,
            ),
        },
        "/me/syncs/{sync_id}": {
            "get": _operation("One sync", {200: _json(sync)}, [_path("sync_id", "The sync's id")], errors=(404,))
        },
    }


def _sync() -> Schema:
    progress = _object(
        {
            "outcome": {"type": "string", "enum": list(Outcome)},
            "why": {**TEXT, "nullable": True},
            "waiting_until": {**MOMENT, "nullable": True},
            **dict.fromkeys(("records", "appended", "removed", "holes", "unavailable", "expected", "calls"), COUNT),
            "seconds": {"type": "number", "minimum": 0},
        }
    )
    return _object(
        {
            "sync_id": TEXT,
            "provider": TEXT,
            "status": {"type": "string", "enum": list(Status)},
            "started_at": MOMENT,
            "finished_at": {**MOMENT, "nullable": True},
            "waiting_until": {**MOMENT, "nullable": True},
            "round": COUNT,
            "why": {**TEXT, "nullable": True},
            "data_types": {"type": "object", "additionalProperties": progress},
        }
    )


def _export() -> Schema:
    link = {"type": "string", "format": "uri"}
    counts = {"type": "object", "additionalProperties": COUNT}
    begun = {"status": {"type": "string", "enum": list(State)}, "export_id": TEXT, "started_at": MOMENT}
    ready = {
        "url": link,
        "url_expires_at": MOMENT,
        "expires_at": MOMENT,
        "bytes": COUNT,
        "counts": counts,
        "unreadable": COUNT,
        "finished_at": MOMENT,
        "why": TEXT,
    }
    progress = _object({"records": COUNT, "data_types_done": {"type": "array", "items": TEXT}})
    over = {"type": "object", "required": list(begun), "properties": {**begun, **ready}}
    fresh = {"type": "string", "enum": ["true", "false"], "default": "false"}
    return {
        "/me/export": {
            "get": _operation(
                "Everything stored about the listener, as a zip behind a link that expires; built when asked for",
                {200: _json(over), 202: _json(_object({**begun, "progress": progress}))},
                [
                    {
                        "name": "fresh",
                        "in": "query",
                        "description": "Whether to build a new export in place of the one that exists",
                        "schema": fresh,
                    }
                ],
                errors=(400, 403, 429, 503),
            )
        }
    }


DAY: Schema = {"type": "string", "format": "date"}
MONTH: Schema = {"type": "string", "pattern": f"^{taste_api.MONTH}$"}
NULLABLE_TEXT: Schema = {**TEXT, "nullable": True}


def _taste() -> Schema:
    known = {
        "time_zone": TEXT,
        **{
            name: {**DAY, "nullable": True}
            for name in ("connected_on", "plays_since", "rankings_since", "library_since")
        },
        "updated_at": {**MOMENT, "nullable": True},
        "today": DAY,
        "features": {
            "type": "object",
            "additionalProperties": _object({feature: {"type": "boolean"} for feature in taste_api.FEATURES}),
        },
    }
    routes = {
        "": ("Since when what is known of the listener's taste, and which features may use which provider", known),
        "/tops": ("A top list as it changed, by day; it stayed so until the next one", _top_list()),
        "/listening": ("Plays by month: days, hours, and the most played artists and songs", _month_of_plays()),
        "/library": ("What was added to the library and removed from it, by day", _library_change()),
    }
    return {
        f"/me/taste{path}": {
            "get": _operation(
                summary,
                {200: _json(_page(_object(fields)) if path else _object(fields))},
                [_taste_parameter(path[1:], name) for name in taste_api.PARAMETERS.get(path[1:], ())],
                errors=(400,) if path else (),
            )
        }
        for path, (summary, fields) in routes.items()
    }


def _sharing() -> Schema:
    artist = {"key": TEXT, "name": TEXT}
    name: Schema = {**NULLABLE_TEXT, "maxLength": MAX_NAME_CHARACTERS}
    switches: Schema = {field: {"type": "boolean"} for field in SWITCHES}
    artists: Schema = {"type": "array", "maxItems": MOST_PRIVATE, "items": _object(artist)}
    sharing = {**switches, "name": name, "private_artists": artists, "left_out": _left_out()}
    body: Schema = {
        "type": "object",
        "minProperties": 1,
        "properties": {
            **switches,
            "name": name,
            "private_artists": {**artists, "items": {"oneOf": [TEXT, _object(artist)]}},
        },
        "additionalProperties": False,
    }
    query = {"name": "name", "in": "query", "description": "A part of an artist's name", "schema": TEXT}
    changed = _operation(
        "Changes what the body has; `null` as name is the name at the service that was connected first",
        {200: _json(_object(sharing))},
        errors=(400, 403),
        body=body,
        body_required=True,
        session=True,
    )
    return {
        "/me/sharing": {
            "get": _operation("What the listener lets others know of their taste", {200: _json(_object(sharing))}),
            "put": changed,
        },
        "/me/sharing/artists": {
            "get": _operation(
                "The listener's own artists by a part of the name, to keep some private",
                {200: _json(_page(_object(artist)))},
                [query],
                errors=(400,),
            )
        },
    }


def _left_out() -> Schema:
    fields = {"provider": TEXT, "feature": {"type": "string", "enum": ["comparing", "blending"]}, "why": TEXT}
    return {"type": "array", "items": _object(fields), "description": "Services left out by the operator's decision"}


def _similar() -> Schema:
    share: Schema = {"type": "number", "minimum": 0, "maximum": 1}
    artist = {
        "key": TEXT,
        "name": TEXT,
        "image": NULLABLE_TEXT,
        "share": share,
        "listeners": {**COUNT, "nullable": True, "description": "How many here have the artist; null below three"},
    }
    song = {"key": TEXT, "title": TEXT, "artist_line": TEXT, "cover": NULLABLE_TEXT}
    likeness = {
        "percent": {"type": "integer", "minimum": 0, "maximum": 100},
        "words": TEXT,
        "shared_artists": COUNT,
        "artists": {"type": "array", "items": _object(artist)},
        "songs": {"type": "array", "items": _object(song)},
    }
    missing: Schema = {"type": "string", "enum": list(Missing), "nullable": True}
    person = {
        "name": TEXT,
        "likeness": {**_object(likeness), "nullable": True},
        "reasons": {"type": "array", "items": TEXT},
        "missing": missing,
    }
    friend = {**person, "blend_ids": {"type": "array", "items": TEXT}}
    people = {
        "friends": {"type": "array", "items": _object(friend)},
        "no_friends": missing,
        "strangers": {"type": "array", "items": _object(person)},
        "no_strangers": missing,
        "left_out": _left_out(),
    }
    cared_for = {
        "key": TEXT,
        "weight": share,
        "parts": {"type": "object", "additionalProperties": share, "description": "Source → its share of the weight"},
        "why": TEXT,
    }
    of_artists = _object({"name": TEXT, "image": NULLABLE_TEXT, **cared_for})
    of_songs = _object(
        {
            "title": TEXT,
            "artist_line": TEXT,
            "artist_keys": {"type": "array", "items": TEXT},
            "album": NULLABLE_TEXT,
            "cover": NULLABLE_TEXT,
            **cared_for,
        }
    )
    affinity = {
        "items": {"type": "array", "items": {"oneOf": [of_artists, of_songs]}},
        "next_cursor": NULLABLE_TEXT,
        "providers": {"type": "array", "items": TEXT},
        "has_log": {"type": "boolean", "description": "Whether a log of plays is behind it"},
    }
    what: Schema = {"type": "string", "enum": list(affinity_api.WHAT), "default": affinity_api.WHAT[0]}
    parameters: list[Schema] = [
        {"name": "what", "in": "query", "description": "Artists or songs", "schema": what},
        {"name": "cursor", "in": "query", "description": "The `next_cursor` of the page before", "schema": TEXT},
    ]
    return {
        "/me/similar": {
            "get": _operation(
                "How alike the listener and people they named are, and strangers who show themselves",
                {200: _json(_object(people))},
                errors=(400,),
            )
        },
        "/me/affinity": {
            "get": _operation(
                "What the listener cares for, the most first, and why",
                {200: _json(_object(affinity))},
                parameters,
                errors=(400,),
            )
        },
    }


def _taste_parameter(route: str, name: str) -> Schema:
    ranges = dict.fromkeys(name for data_type in taste_api.WHAT.values() for name in time_ranges(data_type))
    span: Schema = DAY if route == "tops" else MONTH
    schemas: Mapping[str, Schema] = {
        "what": {"type": "string", "enum": list(taste_api.WHAT), "default": "artists"},
        "time_range": {"type": "string", "enum": list(ranges), "default": "short_term"},
        "from": span,
        "to": span,
        "cursor": {"type": "string", "pattern": r"^\d{1,9}$"},
    }
    descriptions = {
        "what": "Songs or artists",
        "time_range": "The period over which the ranks are counted",
        "from": "The first day; 90 days before the last without it" if route == "tops" else "The first month",
        "to": "The last day; today without it" if route == "tops" else "The last month",
        "cursor": "The `next_cursor` of the page before",
    }
    return {"name": name, "in": "query", "description": descriptions[name], "schema": schemas[name]}


def _top_list() -> Schema:
    entry = {
        "rank": {"type": "integer", "minimum": 1},
        "key": TEXT,
        "record_id": TEXT,
        "name": TEXT,
        "artist_line": NULLABLE_TEXT,
        "image": NULLABLE_TEXT,
        "play_count": {**COUNT, "nullable": True},
    }
    return {
        "provider": TEXT,
        "what": TEXT,
        "time_range": TEXT,
        "day": DAY,
        "entries": {"type": "array", "items": _object(entry)},
    }


def _month_of_plays() -> Schema:
    played = {
        "key": TEXT,
        "name": TEXT,
        "artist_line": NULLABLE_TEXT,
        "image": NULLABLE_TEXT,
        "plays": {
            "type": "number",
            "minimum": 0,
            "description": "Plays; of an artist 1 for each song on which they come first, 0.25 for a guest",
        },
    }
    hour = {"weekday": {**COUNT, "maximum": 6, "description": "0 is Monday"}, "hour": {**COUNT, "maximum": 23}}
    share: Schema = {"type": "number", "minimum": 0, "maximum": 1, "nullable": True}
    return {
        "month": MONTH,
        "plays": COUNT,
        "minutes": {**COUNT, "nullable": True, "description": "Plays times length: about; null if too little is known"},
        "minutes_coverage": {**share, "description": "The share of plays whose length is known"},
        "days": {"type": "array", "items": _object({"day": DAY, "plays": COUNT})},
        "hours": {"type": "array", "items": _object({**hour, "plays": COUNT})},
        "artists": {"type": "array", "items": _object(played), "maxItems": taste_api.ROWS},
        "songs": {"type": "array", "items": _object(played), "maxItems": taste_api.ROWS},
        "providers": {"type": "array", "items": TEXT},
    }


def _library_change() -> Schema:
    return {
        "change": {"type": "string", "enum": ["added", "removed"]},
        **dict.fromkeys(("data_type", "provider", "record_id", "key", "name"), TEXT),
        "artist_line": NULLABLE_TEXT,
        "artist_keys": {"type": "array", "items": TEXT},
        "image": NULLABLE_TEXT,
        "day": DAY,
        "dated": {"type": "boolean", "description": "Whether the provider gave the day; else it is that of a sync"},
        "release_year": {"type": "integer", "nullable": True},
        "playlist_id": NULLABLE_TEXT,
        "playlist_name": NULLABLE_TEXT,
        "added_by": {**NULLABLE_TEXT, "description": "Of an entry of a playlist, the provider's id of who added it"},
    }


def _imports() -> Schema:
    item: Schema = {"$ref": "#/components/schemas/Import"}
    import_id = _path("import_id", "The import's id")
    upload = _object(
        {
            "url": {"type": "string", "format": "uri"},
            "fields": {"type": "object", "additionalProperties": TEXT},
            "most_bytes": COUNT,
            "within_seconds": COUNT,
        }
    )
    announced = {"allOf": [item, _object({"upload": upload}, closed=False)]}
    options = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "zone": {**TEXT, "description": "The time zone of a file whose times have none, an IANA name"},
            "columns": {
                "type": "object",
                "additionalProperties": TEXT,
                "description": "Of a table of no known kind: which of its columns is what",
            },
            "another_account": {
                "type": "boolean",
                "description": "Whether a file of another account than the connected one is meant all the same",
            },
        },
    }
    return {
        "/me/imports": {
            "get": _operation("What the listener has imported, newest first", {200: _json(_page(item))}),
            "post": _operation(
                "Where to upload a file: `multipart/form-data` to `upload.url`, its fields first, `file` last",
                {201: _json(announced)},
                errors=(403,),
                session=True,
            ),
        },
        "/me/imports/{import_id}": {
            "get": _operation("One import with its report", {200: _json(item)}, [import_id], errors=(404,)),
            "post": _operation(
                "Start an import whose file is uploaded, or answer its question; it goes on in the background",
                {202: _json(item)},
                [import_id],
                body=options,
                errors=(400, 403, 404, 409, 503),
                session=True,
            ),
            "delete": _operation(
                "Take an import back: everything that it stored is erased. 204 for one that never began",
                {202: _json(_object({"erasure_id": TEXT})), 204: {"description": "Forgotten"}},
                [import_id],
                errors=(403, 404, 409, 503),
                session=True,
            ),
        },
    }


def _import() -> Schema:
    nullable = {**TEXT, "nullable": True}
    moment = {**MOMENT, "nullable": True}
    lists: Schema = {
        "files": _object(dict.fromkeys(("path", "format", "title", "generation", "service"), TEXT)),
        "skipped": _object({"reason": TEXT, "rows": COUNT, "words": TEXT}),
        "covers": _object({"service": TEXT, "from": MOMENT, "until": MOMENT}),
        "differences": _object({"near": TEXT, "seconds_from": {"type": "integer"}, "plays": COUNT}),
    }
    return _object(
        {
            "import_id": TEXT,
            "status": {"type": "string", "enum": list(ImportState)},
            "created_at": MOMENT,
            "started_at": moment,
            "finished_at": moment,
            "bytes": COUNT,
            "code": nullable,
            "why": nullable,
            "steps": {"type": "array", "items": TEXT, "description": "How to get the file that `why` recommends"},
            "question": {"type": "object", "nullable": True},
            "files": {"type": "array", "items": lists["files"]},
            "ignored_files": COUNT,
            "read": COUNT,
            "stored": COUNT,
            "known": COUNT,
            "skipped": {"type": "array", "items": lists["skipped"]},
            "by_data_type": {"type": "object", "additionalProperties": COUNT},
            "covers": {"type": "array", "items": lists["covers"]},
            "linked": COUNT,
            "differences": {"type": "array", "items": lists["differences"]},
        },
        closed=False,
    )


def _tokens() -> Schema:
    token = {"token_id": TEXT, "name": TEXT, "created_at": MOMENT, "expires_at": {**MOMENT, "nullable": True}}
    name = {"type": "string", "minLength": 1, "maxLength": 100}
    wanted = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": name, "expires_at": {**MOMENT, "nullable": True}},
        "additionalProperties": False,
    }
    return {
        "/me/tokens": {
            "get": _operation(
                "The listener's bearer tokens, without the tokens",
                {200: _json(_page(_object(token)))},
                session=True,
                errors=(403,),
            ),
            "post": _operation(
                "Make a bearer token; it is shown only this once",
                {201: _json(_object({**token, "token": TEXT}))},
                body=wanted,
                errors=(400, 403, 409),
                session=True,
                body_required=True,
            ),
        },
        "/me/tokens/{token_id}": {
            "delete": _operation(
                "Revoke a bearer token at once",
                {204: {"description": "Revoked"}},
                [_path("token_id", "The token's id")],
                errors=(403, 404),
                session=True,
            )
        },
    }


def _sessions() -> Schema:
    session = {"session_id": TEXT, "created_at": MOMENT, "expires_at": MOMENT, "current": {"type": "boolean"}}
    return {
        "/me/sessions": {
            "get": _operation(
                "Where the listener is logged in, oldest first",
                {200: _json(_page(_object(session)))},
                session=True,
                errors=(403,),
            )
        },
        "/me/sessions/{session_id}": {
            "delete": _operation(
                "End a session at once",
                {204: {"description": "Ended"}},
                [_path("session_id", "The session's id")],
                errors=(403, 404),
                session=True,
            )
        },
    }


def _applications() -> Schema:
    application = {
        "provider": TEXT,
        "client_id": TEXT,
        "created_at": MOMENT,
        "connected": {"type": "boolean", "description": "Whether the present connection goes through it"},
        "redirect_uri": {**TEXT, "nullable": True, "description": "What has to be registered with it, to the letter"},
    }
    credentials = _object({"client_id": {**TEXT, "minLength": 1}, "client_secret": {**TEXT, "minLength": 1}})
    provider = [_path("provider", "The provider's name")]
    return {
        "/me/applications/{provider}": {
            "get": _operation(
                "The listener's own application, without its secret",
                {200: _json(_object(application))},
                provider,
                errors=(403, 404),
                session=True,
            ),
            "put": _operation(
                "Bring an application; the next login uses it",
                {200: _json(_object(application))},
                provider,
                errors=(400, 403, 404),
                body=credentials,
                body_required=True,
                session=True,
            ),
            "delete": _operation(
                "Delete the application with its secret, and disconnect what goes through it",
                {204: {"description": "Deleted"}},
                provider,
                errors=(403, 404),
                session=True,
            ),
        }
    }


def _webhooks() -> Schema:
    moment = {**MOMENT, "nullable": True}
    webhook = {
        "webhook_id": TEXT,
        "url": TEXT,
        "created_at": MOMENT,
        "status": {"type": "string", "enum": ["active", "failing", "disabled"]},
        "failing_since": moment,
        "disabled_at": moment,
        "why": {**TEXT, "nullable": True, "description": "Why the latest delivery failed"},
        "delivered_at": moment,
    }
    webhook_id = [_path("webhook_id", "The webhook's id")]
    return {
        "/me/webhooks": {
            "get": _operation(
                "The listener's webhooks, without their secrets, and how each fares",
                {200: _json(_page(_object(webhook)))},
                session=True,
                errors=(403,),
            ),
            "post": _operation(
                "Make a webhook; its secret is shown only this once",
                {201: _json(_object({**webhook, "secret": TEXT}))},
                body=_object({"url": {**TEXT, "minLength": 1, "maxLength": MAX_CHARACTERS}}),
                errors=(400, 403, 409),
                session=True,
                body_required=True,
            ),
        },
        "/me/webhooks/{webhook_id}": {
            "delete": _operation(
                "Delete a webhook at once",
                {204: {"description": "Deleted"}},
                webhook_id,
                errors=(403, 404),
                session=True,
            )
        },
        "/me/webhooks/{webhook_id}/test": {
            "post": _operation(
                "Send a test event; an answer enables a webhook that was disabled",
                {202: _json(_object({"webhook_id": TEXT}))},
                webhook_id,
                errors=(403, 404),
                session=True,
            )
        },
    }


def _recommendations() -> Schema:
    artist = _object({"key": TEXT, "name": TEXT, "image": NULLABLE_TEXT})
    song = {"key": TEXT, "title": TEXT, "artist_line": TEXT, "cover": NULLABLE_TEXT}
    songs: Schema = {
        "type": "array",
        "items": _object({**song, "records": {"type": "object", "additionalProperties": TEXT}}),
        "description": "Songs to begin with; `records` has the record id at each provider where it is known",
    }
    because = _object({"key": TEXT, "name": TEXT, "listeners_of_both": COUNT})
    suggestion = _object(
        {
            "artist": artist,
            "reason": {**TEXT, "description": "The sentence that the page shows"},
            "because_of": {"type": "array", "items": because},
            "listeners_like_you": {**COUNT, "description": "Of the 50 nearest listeners; 0 when fewer than 3"},
            "songs": songs,
        }
    )
    shelf: Schema = {"type": "array", "items": suggestion}
    friend = _object(
        {
            "name": TEXT,
            "percent": COUNT,
            "artists": {"type": "array", "items": _object({"artist": artist, "songs": songs})},
        }
    )
    favourite = _object(
        {
            "song": _object(song),
            "plays": COUNT,
            "last_played_on": {"type": "string", "format": "date"},
            "silent_days": COUNT,
        }
    )
    day: Schema = {"type": "string", "format": "date"}
    answer = {
        "close_to_you": shelf,
        "off_the_beaten_track": shelf,
        "from_friends": {"type": "array", "items": friend},
        "forgotten_favourites": {"type": "array", "items": favourite},
        "listeners_counted": {**COUNT, "description": "0 below twenty: then nothing anonymous is suggested"},
        "day": day,
    }
    key = [{**_path("key", "The artist's key"), "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{12}$"}}]
    name = {**TEXT, "minLength": 1, "maxLength": MAX_ARTIST_CHARACTERS}
    return {
        "/me/recommendations": {
            "get": _operation(
                "What the listener may like, on four shelves, with reasons", {200: _json(_object(answer))}
            )
        },
        "/me/recommendations/dismissed": {
            "get": _operation(
                "The artists that are never suggested, the latest first",
                {200: _json(_page(_object({"key": TEXT, "name": TEXT, "dismissed_at": MOMENT})))},
            )
        },
        "/me/recommendations/dismissed/{key}": {
            "put": _operation(
                "Never suggest an artist again",
                {204: {"description": "Dismissed"}},
                key,
                errors=(400, 403, 409),
                body=_object({"name": name}),
                body_required=True,
                session=True,
            ),
            "delete": _operation(
                "Suggest an artist again",
                {204: {"description": "Taken back"}},
                key,
                errors=(403, 404),
                session=True,
            ),
        },
    }


def _blends() -> Schema:
    maybe, number = {**TEXT, "nullable": True}, {"type": "number"}
    names = {"type": "array", "items": TEXT}
    member = {"member_id": TEXT, "name": TEXT, "you": {"type": "boolean"}, "joined_at": MOMENT}
    blend: Schema = {
        "blend_id": TEXT,
        "title": TEXT,
        "created_at": MOMENT,
        "mine": {"type": "boolean", "description": "Whether the listener invites, and can end it"},
        "invited_until": {**MOMENT, "nullable": True, "description": "Until when its invitation can be accepted"},
        "members": {"type": "array", "items": _object(member)},
    }
    share = {
        "member_id": TEXT,
        "part": {**number, "description": "From 0 to 1: each song in equal parts for those who know it"},
        "songs": {**COUNT, "description": "How many of the songs they know"},
        "worth": {**number, "description": "The mean worth of the songs to them; 1 is as good as a playlist of theirs"},
    }
    score = {"members": names, "percent": COUNT, "words": TEXT, "artists": names}
    song = {
        **dict.fromkeys(("key", "title", "artist_line"), TEXT),
        **dict.fromkeys(("album", "cover"), maybe),
        "milliseconds": {**COUNT, "nullable": True},
        "whose": {**names, "description": "Ids of the members who know it"},
        "by": {**maybe, "description": "Id of the member who chose it; null for what several know"},
        "why": TEXT,
        "since": {**DAY, "description": "The first day of its stay"},
        "links": {"type": "object", "additionalProperties": TEXT, "description": "An address for each provider"},
    }
    whole = {
        **blend,
        "day": DAY,
        "made_at": MOMENT,
        "services": names,
        "together": {**maybe, "description": "Key of the song that brings the members together"},
        "shares": {"type": "array", "items": _object(share)},
        "scores": {"type": "array", "items": _object(score), "description": "Of pairs who both agreed"},
        "songs": {"type": "array", "items": _object(song)},
    }
    url = {"invitation_url": {**TEXT, "description": "Shown this once"}}
    blend_id = [_path("blend_id", "The blend's id")]
    return {
        "/me/blends": {
            "get": _operation("The listener's blends, oldest first", {200: _json(_page(_object(blend)))}),
            "post": _operation(
                "Make a blend and its invitation",
                {201: _json(_object({**blend, **url}))},
                body={"type": "object", "properties": {"title": {**TEXT, "maxLength": 60}}},
                errors=(400, 403, 409),
                session=True,
            ),
        },
        "/me/blends/{blend_id}": {
            "get": _operation("A blend with today's playlist", {200: _json(_object(whole))}, blend_id, errors=(404,)),
            "delete": _operation(
                "End a blend for all, by who invites; leave it, by any other member",
                {204: {"description": "Ended, or left"}},
                blend_id,
                errors=(403, 404),
                session=True,
            ),
        },
        "/me/blends/{blend_id}/invitation": {
            "post": _operation(
                "A new invitation in place of the one before",
                {201: _json(_object({"blend_id": TEXT, **url}))},
                blend_id,
                errors=(403, 404, 409),
                session=True,
            ),
            "delete": _operation(
                "Withdraw the invitation",
                {204: {"description": "Withdrawn"}},
                blend_id,
                errors=(403, 404),
                session=True,
            ),
        },
    }


def _leaving() -> Schema:
    history = {
        "name": "history",
        "in": "query",
        "description": "What happens to the collected history",
        "schema": {"type": "string", "enum": ["keep", "erase"], "default": "keep"},
    }
    receipt = _object(
        {
            "erasure_id": TEXT,
            "status": {"type": "string", "enum": [ERASING, ERASED]},
            "scope": TEXT,
            "requested_at": MOMENT,
            "finished_at": {**MOMENT, "nullable": True},
            "deleted": {"type": "object", "additionalProperties": COUNT},
        }
    )
    show = _operation(
        "The state of an erasure", {200: _json(receipt)}, [_path("erasure_id", "The erasure's id")], errors=(404,)
    )
    return {
        "/me/connections/{provider}": {
            "delete": _operation(
                "Disconnect a provider: its tokens are destroyed at once",
                {204: {"description": "Disconnected"}, 202: _json(_object({"erasure_id": TEXT}))},
                [_path("provider", "The provider's name"), history],
                errors=(400, 403, 404, 503),
                session=True,
            )
        },
        "/erasures/{erasure_id}": {"get": {**show, "security": []}},
    }


def _pages() -> Schema:
    """The pages and redirects that browsers go through."""
    page: Schema = {"description": "A page", "content": {"text/html": {"schema": TEXT}}}
    redirect: Schema = {"description": "A redirect to the next page"}
    page_or_picture = {**page, "content": {**page["content"], "image/svg+xml": {"schema": TEXT}}}
    provider = _path("provider", "The provider's name")

    def step(summary: str, responses: Mapping[int, Schema], parameters: list[Schema] | None = None) -> Schema:
        by_status = {str(status): response for status, response in responses.items()}
        return {"summary": summary, "security": [], "parameters": parameters or [], "responses": by_status}

    def file_of(media_type: str) -> Schema:
        return {"description": "A file", "content": {media_type: {"schema": TEXT}}}

    blend_id = _path("blend_id", "The blend's id")
    form: Schema = {
        "type": "object",
        "properties": {"state": {"type": "string"}, "error": {"type": "string"}},
        "additionalProperties": {"type": "string"},
        "description": "The login's state, and the token that the provider's script got, under the provider's name",
    }
    asset: Schema = {"description": "The file", "content": {"text/css": {"schema": TEXT}}}
    import_id = _path("import_id", "The import's id")
    file = _path("file", "`{name}-{first 12 hex digits of its SHA-256}.{css|js|svg}`, as pages name it")
    return {
        "/": {"get": step("The start page", {200: page, 303: redirect})},
        "/assets/{file}": {
            "get": step("A stylesheet, a script or the icon of our pages", {200: asset, 404: page}, [file])
        },
        "/dashboard": {"get": step("The listener's home page", {200: page, 303: redirect})},
        "/sync": {
            "get": step("What is read, and what came of it", {200: page, 303: redirect}),
            "post": step(
                "Start a sync by form", {303: redirect, 400: page, 403: page, 404: page, 409: page, 429: page}
            ),
        },
        "/account": {"get": step("Connections, data, logins, tokens", {200: page, 303: redirect})},
        "/account/leave": {
            "get": step("The question before an account is disconnected or all is erased", {200: page, 303: redirect}),
            "post": step("Disconnect or erase by form", {200: page, 303: redirect, 400: page, 403: page, 503: page}),
        },
        "/account/export": {
            "get": step("To the export that is ready", {303: redirect}),
            "post": step("Prepare an export by form", {303: redirect, 403: page, 429: page, 503: page}),
        },
        "/account/applications": {"post": step("Remove an own application by form", {303: redirect, 403: page})},
        "/applications/{provider}": {
            "get": step("How to register an own application, and a form for it", {200: page, 404: page}, [provider]),
            "post": step(
                "Begin a login with an own application",
                {200: page, 303: redirect, 400: page, 403: page, 404: page},
                [provider],
            ),
        },
        "/account/plays": {"post": step("Keep what counts as a play, by form", {303: redirect, 403: page})},
        "/imports": {"get": step("Upload a file; the listener's imports", {200: page, 303: redirect})},
        "/imports/{import_id}": {
            "get": step(
                "One import: how far it is, what came of it", {200: page, 303: redirect, 404: page}, [import_id]
            ),
            "post": step(
                "Answer an import's question, or take it back, by form",
                {303: redirect, 400: page, 403: page, 404: page, 409: page, 503: page},
                [import_id],
            ),
        },
        "/imports/{import_id}/uploaded": {
            "get": step(
                "Back from an upload by form; the import begins",
                {303: redirect, 404: page, 409: page, 503: page},
                [import_id],
            )
        },
        "/account/sessions": {"post": step("End a session by form", {303: redirect, 403: page})},
        "/account/tokens": {
            "post": step("Make or revoke a token by form", {200: page, 303: redirect, 400: page, 403: page, 409: page})
        },
        "/account/webhooks": {
            "post": step(
                "Make, test or delete a webhook by form", {200: page, 303: redirect, 400: page, 403: page, 409: page}
            )
        },
        "/discover": {
            "get": step("What the listener may like, with reasons", {200: page, 303: redirect}),
            "post": step("Dismiss an artist by form, or take that back", {303: redirect, 403: page, 409: page}),
        },
        "/taste": {"get": step("The way to all views of the listener's taste", {200: page, 303: redirect, 400: page})},
        "/taste/{view}": {
            "get": step(
                "One view, with its choices in the query; `review.svg` is a month or a year in review, to save",
                {200: page_or_picture, 303: redirect, 400: page, 404: page},
                [{**_path("view", "The view"), "schema": {"type": "string", "enum": [*TASTE_VIEWS, "review.svg"]}}],
            )
        },
        "/taste/artists/{key}": {
            "get": step(
                "One artist", {200: page, 303: redirect, 400: page, 404: page}, [_path("key", "The artist's key")]
            )
        },
        "/sharing": {
            "get": step("What others may know of the listener's taste", {200: page, 303: redirect}),
            "post": step("Change that by form", {303: redirect, 400: page, 403: page}),
        },
        "/similar": {"get": step("Who is like the listener", {200: page, 303: redirect})},
        "/together": {
            "get": step("Blends, people like the listener, recommendations, sharing", {200: page, 303: redirect})
        },
        "/together/blends": {
            "post": step("Make a blend by form", {200: page, 303: redirect, 403: page, 409: page}),
        },
        "/together/blends/{blend_id}": {
            "get": step("One blend, for its members", {200: page, 303: redirect, 404: page}, [blend_id]),
            "post": step(
                "Invite, withdraw an invitation, leave or end, by form",
                {200: page, 303: redirect, 403: page},
                [blend_id],
            ),
        },
        "/together/blends/{blend_id}/links.txt": {
            "get": step(
                "The links of all songs to a provider",
                {200: file_of("text/plain"), 303: redirect, 400: page, 404: page},
                [
                    blend_id,
                    {
                        "name": "provider",
                        "in": "query",
                        "description": "Whose links",
                        "schema": {"type": "string", "enum": list(PROVIDERS)},
                    },
                ],
            )
        },
        "/together/blends/{blend_id}/songs.csv": {
            "get": step("The songs as a table", {200: file_of("text/csv"), 303: redirect, 404: page}, [blend_id])
        },
        "/blends/{invitation}": {
            "get": step(
                "What a blend uses and who sees what, before joining",
                {200: page, 303: redirect, 404: page},
                [_path("invitation", "The secret of the invitation")],
            )
        },
        "/blends/{invitation}/join": {
            "post": step(
                "Accept an invitation by form: the consent for this blend",
                {303: redirect, 403: page, 404: page, 409: page},
                [_path("invitation", "The secret of the invitation")],
            )
        },
        "/auth/{provider}/login": {
            "get": step(
                "To the provider's consent page, or our own page that asks for consent",
                {200: page, 303: redirect, 404: page, 503: page},
                [provider],
            )
        },
        "/auth/{provider}/callback": {
            "get": step(
                "Back from the provider's consent page",
                {200: page, 303: redirect, 400: page, 403: page, 404: page, 409: page, 502: page, 503: page},
                [provider],
            ),
            "post": {
                **step(
                    "The form of our own consent page, or of the page that asks a listener who is logged in",
                    {200: page, 303: redirect, 400: page, 403: page, 404: page, 409: page, 502: page, 503: page},
                    [provider],
                ),
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
            },
        },
        "/auth/logout": {"post": step("End the session on all devices that share it", {303: redirect, 403: page})},
    }


def _operation(
    summary: str,
    responses: Mapping[int, Schema],
    parameters: list[Schema] | None = None,
    *,
    errors: tuple[int, ...] = (),
    body: Schema | None = None,
    body_required: bool = False,
    session: bool = False,
) -> Schema:
    error = _json({"$ref": "#/components/schemas/Error"}, "Refused: `error.message` says why, and what is allowed")
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


def _json(schema: Schema, description: str = "The response") -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _page(items: Schema) -> Schema:
    return _object({"items": {"type": "array", "items": items}, "next_cursor": {**TEXT, "nullable": True}})


def _path(name: str, description: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {**TEXT, "minLength": 1},
    }


def _object(properties: Schema, *, closed: bool = True) -> Schema:
    more = {"additionalProperties": False} if closed else {}
    return {"type": "object", "required": list(properties), "properties": properties, **more}


def _error() -> Schema:
    return _object({"error": _object({"code": TEXT, "message": TEXT})})


def _name(data_type: DataType) -> str:
    return "".join(word.capitalize() for word in data_type.split("_"))


def text() -> str:
    """The content of the file."""
    return yaml.dump(_plain(document()), sort_keys=False, allow_unicode=True, width=120, Dumper=_NoAliases)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 -- PyYAML's own signature
        return True


def _plain(value: Any) -> Any:
    """A copy with enum members as plain strings."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def main() -> None:
    """Write the file. The providers' tables read the settings, so each variable of the template gets a value."""
    for name in template()["Globals"]["Function"]["Environment"]["Variables"]:
        os.environ.setdefault(name, "1")
    FILE.write_text(text())


if __name__ == "__main__":
    main()
