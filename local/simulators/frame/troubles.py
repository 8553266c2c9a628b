"""
What providers really do, by name: one table for all simulators. A service adds its own in `Service.refusals`.

A trouble is a `Fault` of which some fields are set already; whoever asks for it says where, when and how often. Set one
by `POST /_simulator/faults {"trouble": "count_too_high", "endpoint": "GET /v1/me/tracks"}`, or in a process by
`service.trouble("count_too_high", "GET /v1/me/tracks")`. Other fields add to it or replace it; edits are put together.
"""

from collections.abc import Mapping

from local.simulators.frame.faults import Fault, fault_from
from local.simulators.frame.responses import Json

_COUNTS: Mapping[str, Mapping[str, Json]] = {
    "count_too_high": {"edit": {"total_off": 1}},
    "count_too_low": {"edit": {"total_off": -1}},
    "count_differs_by_page": {"edit": {"total_off": -3}, "offsets": [1, None]},
    "count_huge": {"edit": {"total": 2_000_000}},
    "count_null": {"edit": {"total_as": "null"}},
    "count_absent": {"edit": {"total_as": "absent"}},
    "count_text": {"edit": {"total_as": "text"}},
    "count_float": {"edit": {"total_as": "float"}},
    "ends_early": {"edit": {"ends_at": 4}},
    "ends_at_once": {"edit": {"ends_at": 0}},
}

_PAGES: Mapping[str, Mapping[str, Json]] = {
    "pages_smaller": {"edit": {"at_most": 3}},
    "pages_larger": {"edit": {"larger": 1}},
    "pages_overlap": {"edit": {"overlap": 1}},
    "page_again": {"edit": {"repeat": True}},
    "page_short": {"edit": {"keep": 2}},
    "page_empty": {"edit": {"keep": 0}},
    "page_without_next": {"edit": {"next": False}},
    "next_in_vain": {"edit": {"next": True}},
    "entry_twice": {"edit": {"twice": [3]}},
    "entry_hidden": {"edit": {"hidden": [4]}},
    "entry_null": {"edit": {"null": [1]}},
    "entries_missing": {"edit": {"gaps": 4}},
}

_FIELDS: Mapping[str, Mapping[str, Json]] = {
    "numbers_float": {"edit": {"numbers": "float"}},
    "numbers_text": {"edit": {"numbers": "text"}},
    "numbers_plain": {"edit": {"numbers": "number"}},
    "numbers_huge": {"edit": {"fields": {"durations": "huge"}}},
    "pictures_change": {"edit": {"fields": {"pictures": "changed"}}},
    "pictures_vanish": {"edit": {"fields": {"pictures": "empty"}}},
    "codes_vanish": {"edit": {"fields": {"codes": "absent"}}},
    "codes_empty": {"edit": {"fields": {"codes": "empty"}}},
    "names_corrected": {"edit": {"fields": {"names": "changed"}}},
    "genres_change": {"edit": {"fields": {"genres": "changed"}}},
    "dates_missing": {"edit": {"fields": {"dates": "absent"}, "some": 2}},
    "fields_null": {"edit": {"fields": {"optional": "null"}}},
    "profile_without_ids": {"edit": {"fields": {"ids": "absent"}}},
}

_BODIES: Mapping[str, Mapping[str, Json]] = {
    "body_with_bom": {"edit": {"bytes": "bom"}},
    "body_blank": {"edit": {"bytes": "blank"}},
    "body_null": {"edit": {"bytes": "null"}},
    "body_text": {"edit": {"bytes": "text"}},
    "body_controls": {"edit": {"bytes": "controls"}},
    "body_gzip": {"edit": {"bytes": "gzip"}},
    "body_cut_gzip": {"edit": {"bytes": "cut gzip"}},
    "body_cut": {"kind": "truncate"},
    "body_empty": {"kind": "empty"},
    "body_html": {"kind": "html", "status": 200},
    "body_large": {"edit": {"padding": 24 << 20}},
    "no_content": {"kind": "empty", "status": 204},
    "dribble": {"kind": "dribble", "seconds": 0.5},
    "endless": {"kind": "endless"},
    "reset": {"kind": "reset"},
    "stall": {"kind": "stall"},
}

_REFUSALS: Mapping[str, Mapping[str, Json]] = {
    **{f"refused_{status}": {"status": status} for status in (400, 401, 403, 404)},
    "refused_html": {
        "kind": "html",
        "status": 403,
        "body": "<html><head><title>403 Forbidden</title></head><body><h1>Error: Forbidden</h1></body></html>",
    },
    "refused_now_and_then": {"status": 401, "share": 0.2},
    "broken": {"status": 500},
    "broken_gateway": {"kind": "html"},
    "unavailable": {"status": 503, "body": "upstream connect error"},
    "broken_large_pages": {"status": 504, "limits": [51, None]},
    "broken_behind": {"status": 500, "offsets": [8, None]},
    "broken_page": {"status": 500, "offsets": [4, 7]},
}

_LIMITS: Mapping[str, Mapping[str, Json]] = {
    "throttled": {"status": 429},
    "throttled_3_seconds": {"status": 429, "headers": {"retry-after": "3"}},
    "throttled_zero": {"status": 429, "headers": {"retry-after": "0"}},
    "throttled_day": {"status": 429, "headers": {"retry-after": "86400"}},
    "throttled_milliseconds": {"status": 429, "headers": {"retry-after": "3600000"}, "ban_seconds": 3_600},
    "throttled_years": {"status": 429, "headers": {"retry-after": "999999999"}, "ban_seconds": 60},
    "throttled_year_9999": {
        "status": 429,
        "headers": {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"},
        "ban_seconds": 60,
    },
    "throttled_year_10000": {
        "status": 429,
        "headers": {"retry-after": "Fri, 31 Dec 9999 23:59:59 -2300"},
        "ban_seconds": 60,
    },
}

TROUBLES: Mapping[str, Mapping[str, Json]] = {**_COUNTS, **_PAGES, **_FIELDS, **_BODIES, **_REFUSALS, **_LIMITS}
"""By name the fields of a `Fault`."""


def fault_of(name: str, own: Mapping[str, Mapping[str, Json]], more: Mapping[str, Json]) -> Fault:
    """The fault of a trouble, or one that has no name. Raises ValueError or TypeError."""
    known: Mapping[str, Mapping[str, Json]] = {"": {}, **TROUBLES, **own}
    if name not in known:
        raise ValueError(f"There is no trouble {name!r}; there are {', '.join(sorted(known)[1:])}.")
    preset = known[name]
    edit = {**preset.get("edit", {}), **more.get("edit", {})}
    # What it is counted as, unless something else is asked for.
    called = {"name": name} if name else {}
    return fault_from({**called, **preset, **more, **({"edit": edit} if edit else {})})
