"""`/me/taste`: what the views are made of."""

from collections.abc import Mapping

from blendify.web.parameters import (
    time_ranges,
)
from blendify.web.taste import api as taste_api
from tests.openapi.schemas import (
    COUNT,
    DAY,
    MOMENT,
    NULLABLE_TEXT,
    TEXT,
    Schema,
    in_json,
    object_of,
    operation,
    page_of,
)

MONTH: Schema = {"type": "string", "pattern": f"^{taste_api.MONTH}$"}


def taste() -> Schema:
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
            "additionalProperties": object_of({feature: {"type": "boolean"} for feature in taste_api.FEATURES}),
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
            "get": operation(
                summary,
                {200: in_json(page_of(object_of(fields)) if path else object_of(fields))},
                [_taste_parameter(path[1:], name) for name in taste_api.PARAMETERS.get(path[1:], ())],
                errors=(400,) if path else (),
            )
        }
        for path, (summary, fields) in routes.items()
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
        "entries": {"type": "array", "items": object_of(entry)},
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
        "days": {"type": "array", "items": object_of({"day": DAY, "plays": COUNT})},
        "hours": {"type": "array", "items": object_of({**hour, "plays": COUNT})},
        "artists": {"type": "array", "items": object_of(played), "maxItems": taste_api.ROWS},
        "songs": {"type": "array", "items": object_of(played), "maxItems": taste_api.ROWS},
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
        "dated": {
            "type": "boolean",
            "description": "Whether provider or file gave the day; else it is of a sync, or import",
        },
        "release_year": {"type": "integer", "nullable": True},
        "playlist_id": NULLABLE_TEXT,
        "playlist_name": NULLABLE_TEXT,
        "added_by": {**NULLABLE_TEXT, "description": "Of an entry of a playlist, the provider's id of who added it"},
        "origin": {**NULLABLE_TEXT, "description": "import where a file that the listener brought tells of it"},
    }
