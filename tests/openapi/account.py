"""The listener, their syncs, logins, tokens, applications, webhooks, export, and leaving."""

from blendify.core.data_types import DataType, Outcome, Status
from blendify.export.status import State
from blendify.importing.counting import MOST_SECONDS
from blendify.leaving.receipts import ERASED, ERASING
from blendify.providers import PROVIDERS
from blendify.webhooks.addresses import MAX_CHARACTERS
from tests.openapi.schemas import COUNT, MOMENT, TEXT, Schema, in_json, in_path, object_of, operation, page_of

PLAY_SECONDS: Schema = {
    "type": "integer",
    "minimum": 0,
    "maximum": MOST_SECONDS,
    "description": "For how long something must have been heard to count as a play; what was played to its end does",
}


def account() -> Schema:
    nullable = {**TEXT, "nullable": True}
    connection = object_of(
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
    me = object_of(
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
    started = object_of(
        {"provider": TEXT, "status": {"type": "string", "enum": ["starting", "running"]}, "sync_id": nullable}
    )
    started_all = in_json(object_of({"syncs": {"type": "array", "items": started}}))
    return {
        "/me": {
            "get": operation("The user, their connections, and the newest sync", {200: in_json(me)}),
            "put": operation(
                "Keep the listener's time zone, or what counts as a play; another choice makes their insights anew",
                {200: in_json(chosen)},
                body=chosen,
                errors=(400, 403),
                session=True,
                body_required=True,
            ),
            "delete": operation(
                "Erase everything that is stored about the listener; tokens are destroyed first",
                {202: in_json(object_of({"erasure_id": TEXT}))},
                errors=(400, 403, 503),
                session=True,
            ),
        },
        "/me/syncs": {
            "get": operation("The newest twenty syncs, newest first", {200: in_json(page_of(sync))}),
            "post": operation(
                "Start a sync of the connections; once a minute",
                {202: started_all},
                body=request,
                errors=(400, 403, 404, 409, 429, 503),
                session=True,
            ),
        },
        "/me/syncs/{sync_id}": {
            "get": operation("One sync", {200: in_json(sync)}, [in_path("sync_id", "The sync's id")], errors=(404,))
        },
    }


def sync() -> Schema:
    progress = object_of(
        {
            "outcome": {"type": "string", "enum": list(Outcome)},
            "why": {**TEXT, "nullable": True},
            "waiting_until": {**MOMENT, "nullable": True},
            **dict.fromkeys(("records", "appended", "removed", "holes", "unavailable", "expected", "calls"), COUNT),
            "seconds": {"type": "number", "minimum": 0},
        }
    )
    return object_of(
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


def export() -> Schema:
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
    progress = object_of({"records": COUNT, "data_types_done": {"type": "array", "items": TEXT}})
    over = {"type": "object", "required": list(begun), "properties": {**begun, **ready}}
    fresh = {"type": "string", "enum": ["true", "false"], "default": "false"}
    return {
        "/me/export": {
            "get": operation(
                "Everything stored about the listener, as a zip behind a link that expires; built when asked for",
                {200: in_json(over), 202: in_json(object_of({**begun, "progress": progress}))},
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


def tokens() -> Schema:
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
            "get": operation(
                "The listener's bearer tokens, without the tokens",
                {200: in_json(page_of(object_of(token)))},
                session=True,
                errors=(403,),
            ),
            "post": operation(
                "Make a bearer token; it is shown only this once",
                {201: in_json(object_of({**token, "token": TEXT}))},
                body=wanted,
                errors=(400, 403, 409),
                session=True,
                body_required=True,
            ),
        },
        "/me/tokens/{token_id}": {
            "delete": operation(
                "Revoke a bearer token at once",
                {204: {"description": "Revoked"}},
                [in_path("token_id", "The token's id")],
                errors=(403, 404),
                session=True,
            )
        },
    }


def sessions() -> Schema:
    session = {"session_id": TEXT, "created_at": MOMENT, "expires_at": MOMENT, "current": {"type": "boolean"}}
    return {
        "/me/sessions": {
            "get": operation(
                "Where the listener is logged in, oldest first",
                {200: in_json(page_of(object_of(session)))},
                session=True,
                errors=(403,),
            )
        },
        "/me/sessions/{session_id}": {
            "delete": operation(
                "End a session at once",
                {204: {"description": "Ended"}},
                [in_path("session_id", "The session's id")],
                errors=(403, 404),
                session=True,
            )
        },
    }


def applications() -> Schema:
    application = {
        "provider": TEXT,
        "client_id": TEXT,
        "created_at": MOMENT,
        "connected": {"type": "boolean", "description": "Whether the present connection goes through it"},
        "redirect_uri": {**TEXT, "nullable": True, "description": "What has to be registered with it, to the letter"},
    }
    credentials = object_of({"client_id": {**TEXT, "minLength": 1}, "client_secret": {**TEXT, "minLength": 1}})
    provider = [in_path("provider", "The provider's name")]
    return {
        "/me/applications/{provider}": {
            "get": operation(
                "The listener's own application, without its secret",
                {200: in_json(object_of(application))},
                provider,
                errors=(403, 404),
                session=True,
            ),
            "put": operation(
                "Bring an application; the next login uses it",
                {200: in_json(object_of(application))},
                provider,
                errors=(400, 403, 404),
                body=credentials,
                body_required=True,
                session=True,
            ),
            "delete": operation(
                "Delete the application with its secret, and disconnect what goes through it",
                {204: {"description": "Deleted"}},
                provider,
                errors=(403, 404),
                session=True,
            ),
        }
    }


def webhooks() -> Schema:
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
    webhook_id = [in_path("webhook_id", "The webhook's id")]
    return {
        "/me/webhooks": {
            "get": operation(
                "The listener's webhooks, without their secrets, and how each fares",
                {200: in_json(page_of(object_of(webhook)))},
                session=True,
                errors=(403,),
            ),
            "post": operation(
                "Make a webhook; its secret is shown only this once",
                {201: in_json(object_of({**webhook, "secret": TEXT}))},
                body=object_of({"url": {**TEXT, "minLength": 1, "maxLength": MAX_CHARACTERS}}),
                errors=(400, 403, 409),
                session=True,
                body_required=True,
            ),
        },
        "/me/webhooks/{webhook_id}": {
            "delete": operation(
                "Delete a webhook at once",
                {204: {"description": "Deleted"}},
                webhook_id,
                errors=(403, 404),
                session=True,
            )
        },
        "/me/webhooks/{webhook_id}/test": {
            "post": operation(
                "Send a test event; an answer enables a webhook that was disabled",
                {202: in_json(object_of({"webhook_id": TEXT}))},
                webhook_id,
                errors=(403, 404),
                session=True,
            )
        },
    }


def leaving() -> Schema:
    history = {
        "name": "history",
        "in": "query",
        "description": "What happens to the collected history",
        "schema": {"type": "string", "enum": ["keep", "erase"], "default": "keep"},
    }
    receipt = object_of(
        {
            "erasure_id": TEXT,
            "status": {"type": "string", "enum": [ERASING, ERASED]},
            "scope": TEXT,
            "requested_at": MOMENT,
            "finished_at": {**MOMENT, "nullable": True},
            "deleted": {"type": "object", "additionalProperties": COUNT},
        }
    )
    show = operation(
        "The state of an erasure",
        {200: in_json(receipt)},
        [in_path("erasure_id", "The erasure's id")],
        errors=(404,),
    )
    return {
        "/me/connections/{provider}": {
            "delete": operation(
                "Disconnect a provider: its tokens are destroyed at once",
                {204: {"description": "Disconnected"}, 202: in_json(object_of({"erasure_id": TEXT}))},
                [in_path("provider", "The provider's name"), history],
                errors=(400, 403, 404, 503),
                session=True,
            )
        },
        "/erasures/{erasure_id}": {"get": {**show, "security": []}},
    }
