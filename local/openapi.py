"""
The API's own description, made from what the code knows: data types, fields, parameters, providers.

    python -m local.openapi     writes docs/openapi.yaml; a test says when it is no longer true
"""

from collections.abc import Mapping
from typing import Any

import yaml

from blendify.core.data_types import DataType, Outcome, Status
from blendify.export.status import State
from blendify.leaving.receipts import ERASED, ERASING
from blendify.providers import PROVIDERS
from blendify.reading.question import DEFAULT, LONGEST, MOST, VIEWS
from blendify.reading.records import COMMON, FIELDS, Field, metadata
from blendify.web.parameters import OF_HISTORY, OF_LISTS, time_ranges
from local.paths import ROOT

Schema = dict[str, Any]
FILE = ROOT / "docs" / "openapi.yaml"
TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def document() -> Schema:
    """The whole of it, as OpenAPI 3.0."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Blendify data collection",
            "version": "1",
            "description": "What a listener has, had at any moment, and what became of it. Times are ISO 8601, UTC. "
            "A session's cookie opens everything; a bearer token, which the listener makes, opens what is read.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{"session": []}, {"bearer": []}],
        "paths": {**_account(), **_music(), **_export(), **_tokens(), **_leaving(), **_pages()},
        "components": {
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {"Error": _error(), "Sync": _sync(), **{_name(one): _record(one) for one in DataType}},
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
                f"{data_type.words.capitalize()}: what is there, was there at a moment, or ever was there",
                {200: _json(_page(items))},
                [_parameter(data_type, name) for name in OF_LISTS if _has(data_type, name)],
                refused=(400,),
            )
        }
        paths[f"/me/music/{data_type}/{{record_id}}/history"] = {
            "get": _operation(
                "Every appearance, change and removal of one record, the oldest first",
                {200: _json(_page({"allOf": [items, removed]}))},
                [record_id, *(_parameter(data_type, name) for name in OF_HISTORY if _has(data_type, name))],
                refused=(400,),
            )
        }
    return paths


def _has(data_type: DataType, name: str) -> bool:
    return name not in ("time_range", "playlist_id") or bool(time_ranges(data_type, name))


def _parameter(data_type: DataType, name: str) -> Schema:
    offering = [one for one, provider in PROVIDERS.items() if data_type in provider.endpoints]
    schemas: Mapping[str, Schema] = {
        "provider": {"type": "string", "enum": offering},
        "time_range": {"type": "string", "enum": time_ranges(data_type)},
        "playlist_id": {"type": "string", "minLength": 1, "maxLength": LONGEST},
        "as_of": MOMENT,
        "view": {"type": "string", "enum": list(VIEWS), "default": VIEWS[0]},
        "raw": {"type": "string", "enum": ["true", "false"], "default": "false"},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT},
        "cursor": {"type": "string", "minLength": 1, "maxLength": LONGEST},
    }
    means = {
        "provider": "Only what this provider told",
        "time_range": "Only this span",
        "playlist_id": "Only this playlist",
        "as_of": "What was known at this moment, which must have passed",
        "view": "What is there, or the newest of every record and list that ever was there",
        "raw": f"Whether the provider's full answer is told as `{metadata(data_type)}`",
        "limit": "Most items of an answer; large answers may have fewer",
        "cursor": "The next_cursor of the answer before",
    }
    return {"name": name, "in": "query", "description": means[name], "schema": schemas[name]}


def _record(data_type: DataType) -> Schema:
    fields = {**COMMON, **FIELDS[data_type]}
    told = {name: _field(one) for name, one in fields.items()}
    full: Schema = {"description": "The provider's full answer, with raw=true", "nullable": True}
    since: Schema = {**MOMENT, "nullable": True, "description": "Since when it is gone, with view=distinct"}
    return {
        "type": "object",
        "required": list(fields),
        "properties": {**told, metadata(data_type): full, "removed_at": since},
    }


def _field(one: Field) -> Schema:
    return {"type": one.kind, "nullable": True, "description": one.means}


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
        }
    )
    sync: Schema = {"$ref": "#/components/schemas/Sync"}
    me = _object(
        {
            "user_id": TEXT,
            "connections": {"type": "array", "items": connection},
            "latest_sync": {"allOf": [sync], "nullable": True},
        }
    )
    wish = {
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
    started = _object(
        {"provider": TEXT, "status": {"type": "string", "enum": ["starting", "running"]}, "sync_id": nullable}
    )
    started_all = _json(_object({"syncs": {"type": "array", "items": started}}))
    return {
        "/me": {
            "get": _operation("Who is connected, and how the newest sync stands", {200: _json(me)}),
            "delete": _operation(
                "Erase everything: tokens first, then all that is kept",
                {202: _json(_object({"erasure_id": TEXT}))},
                refused=(400, 403, 503),
                session=True,
            ),
        },
        "/me/syncs": {
            "get": _operation("The newest twenty runs, newest first", {200: _json(_page(sync))}),
            "post": _operation(
                "Ask for a sync of what is connected; once a minute",
                {202: started_all},
                body=wish,
                refused=(400, 403, 404, 409, 429, 503),
                session=True,
            ),
        },
        "/me/syncs/{sync_id}": {
            "get": _operation("One run", {200: _json(sync)}, [_path("sync_id", "Its id")], refused=(404,))
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
                "Everything that is kept of the listener, as a zip behind an expiring link; prepared when asked for",
                {200: _json(over), 202: _json(_object({**begun, "progress": progress}))},
                [
                    {
                        "name": "fresh",
                        "in": "query",
                        "description": "A new one in place of one that is there",
                        "schema": fresh,
                    }
                ],
                refused=(400, 403, 429, 503),
            )
        }
    }


def _tokens() -> Schema:
    told = {"token_id": TEXT, "name": TEXT, "created_at": MOMENT}
    name = {"type": "string", "minLength": 1, "maxLength": 100}
    return {
        "/me/tokens": {
            "get": _operation(
                "The listener's bearer tokens, without the tokens",
                {200: _json(_page(_object(told)))},
                session=True,
                refused=(403,),
            ),
            "post": _operation(
                "Make a bearer token; it is shown this once",
                {201: _json(_object({**told, "token": TEXT}))},
                body={**_object({"name": name}), "additionalProperties": False},
                refused=(400, 403, 409),
                session=True,
                body_required=True,
            ),
        },
        "/me/tokens/{token_id}": {
            "delete": _operation(
                "Revoke a bearer token at once",
                {204: {"description": "Revoked"}},
                [_path("token_id", "Its id")],
                refused=(403, 404),
                session=True,
            )
        },
    }


def _leaving() -> Schema:
    history = {
        "name": "history",
        "in": "query",
        "description": "What becomes of what was collected",
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
    asked = _operation("How far an erasure is", {200: _json(receipt)}, [_path("erasure_id", "Its id")], refused=(404,))
    return {
        "/me/connections/{provider}": {
            "delete": _operation(
                "Disconnect: the tokens are destroyed at once",
                {204: {"description": "Disconnected"}, 202: _json(_object({"erasure_id": TEXT}))},
                [_path("provider", "Its name"), history],
                refused=(400, 403, 404, 503),
                session=True,
            )
        },
        "/erasures/{erasure_id}": {"get": {**asked, "security": []}},
    }


def _pages() -> Schema:
    """What browsers are sent through."""
    page: Schema = {"description": "A page", "content": {"text/html": {"schema": TEXT}}}
    on: Schema = {"description": "Go on there"}
    provider = _path("provider", "Its name")

    def walk(summary: str, answers: Mapping[int, Schema], parameters: list[Schema] | None = None) -> Schema:
        told = {str(status): one for status, one in answers.items()}
        return {"summary": summary, "security": [], "parameters": parameters or [], "responses": told}

    given: Schema = {
        "type": "object",
        "properties": {"state": {"type": "string"}, "error": {"type": "string"}},
        "additionalProperties": {"type": "string"},
        "description": "The login's state, and what the provider's script was given, by the provider's name of it",
    }
    return {
        "/": {"get": walk("The start page", {200: page, 303: on})},
        "/dashboard": {"get": walk("The listener's page", {200: page, 303: on})},
        "/auth/{provider}/login": {
            "get": walk(
                "To the provider's consent, or our page for it", {200: page, 303: on, 404: page, 503: page}, [provider]
            )
        },
        "/auth/{provider}/callback": {
            "get": walk(
                "Back from the provider", {303: on, 400: page, 403: page, 404: page, 502: page, 503: page}, [provider]
            ),
            "post": {
                **walk(
                    "What our page for it was given",
                    {303: on, 400: page, 403: page, 404: page, 409: page, 502: page, 503: page},
                    [provider],
                ),
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": given}}},
            },
        },
        "/auth/logout": {"post": walk("End the session everywhere", {303: on, 403: page})},
    }


def _operation(
    summary: str,
    answers: Mapping[int, Schema],
    parameters: list[Schema] | None = None,
    *,
    refused: tuple[int, ...] = (),
    body: Schema | None = None,
    body_required: bool = False,
    session: bool = False,
) -> Schema:
    error = _json({"$ref": "#/components/schemas/Error"}, "Refused: `error.message` says why, and what may be asked")
    told: Schema = {
        "summary": summary,
        "parameters": parameters or [],
        "responses": {str(status): one for status, one in answers.items()}
        | {str(status): error for status in sorted({401, 500, *refused})},
    }
    if body is not None:
        told["requestBody"] = {"required": body_required, "content": {"application/json": {"schema": body}}}
    if session:
        told["security"] = [{"session": []}]
    return told


def _json(schema: Schema, means: str = "The answer") -> Schema:
    return {"description": means, "content": {"application/json": {"schema": schema}}}


def _page(items: Schema) -> Schema:
    return _object({"items": {"type": "array", "items": items}, "next_cursor": {**TEXT, "nullable": True}})


def _path(name: str, means: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": means, "schema": {**TEXT, "minLength": 1}}


def _object(properties: Schema, *, closed: bool = True) -> Schema:
    more = {"additionalProperties": False} if closed else {}
    return {"type": "object", "required": list(properties), "properties": properties, **more}


def _error() -> Schema:
    return _object({"error": _object({"code": TEXT, "message": TEXT})})


def _name(data_type: DataType) -> str:
    return "".join(word.capitalize() for word in data_type.split("_"))


def text() -> str:
    """The document as its file holds it."""
    return yaml.dump(_plain(document()), sort_keys=False, allow_unicode=True, width=120, Dumper=_NoAliases)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 -- PyYAML's own signature
        return True


def _plain(value: Any) -> Any:
    """Enum members as the texts that they are."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


if __name__ == "__main__":
    FILE.write_text(text())
