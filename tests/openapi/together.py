"""What several listeners have of each other: sharing, likeness, recommendations, blends."""

from blendify.sharing.consent import MAX_NAME_CHARACTERS, MOST_PRIVATE
from blendify.web.recommendations import MAX_ARTIST_CHARACTERS
from blendify.web.sharing.api import ONE_BY_ONE, SWITCHES
from blendify.web.similar import affinity as affinity_api
from blendify.web.similar.people import Missing
from tests.openapi.schemas import (
    COUNT,
    DAY,
    MOMENT,
    NULLABLE_TEXT,
    TEXT,
    Schema,
    in_json,
    in_path,
    object_of,
    operation,
    page_of,
)


def sharing() -> Schema:
    artist = {"key": TEXT, "name": TEXT}
    name: Schema = {**NULLABLE_TEXT, "maxLength": MAX_NAME_CHARACTERS}
    switches: Schema = {field: {"type": "boolean"} for field in SWITCHES}
    artists: Schema = {"type": "array", "maxItems": MOST_PRIVATE, "items": object_of(artist)}
    sharing = {**switches, "name": name, "private_artists": artists, "left_out": _left_out()}
    given_artists: Schema = {**artists, "items": {"oneOf": [TEXT, object_of(artist)]}}
    body: Schema = {
        "type": "object",
        "minProperties": 1,
        "properties": {
            **switches,
            "name": name,
            **dict.fromkeys(("private_artists", *ONE_BY_ONE), given_artists),
        },
        "additionalProperties": False,
    }
    query = {"name": "name", "in": "query", "description": "A part of an artist's name", "schema": TEXT}
    changed = operation(
        "Changes what the body has; `null` as name is the name at the service that was connected first",
        {200: in_json(object_of(sharing))},
        errors=(400, 403),
        body=body,
        body_required=True,
        session=True,
    )
    return {
        "/me/sharing": {
            "get": operation("What the listener lets others know of their taste", {200: in_json(object_of(sharing))}),
            "put": changed,
        },
        "/me/sharing/artists": {
            "get": operation(
                "The listener's own artists by a part of the name, to keep some private",
                {200: in_json(page_of(object_of(artist)))},
                [query],
                errors=(400,),
            )
        },
    }


def _left_out() -> Schema:
    fields = {"provider": TEXT, "feature": {"type": "string", "enum": ["comparing", "blending"]}, "why": TEXT}
    return {"type": "array", "items": object_of(fields), "description": "Services left out by the operator's decision"}


def similar() -> Schema:
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
        "artists": {"type": "array", "items": object_of(artist)},
        "songs": {"type": "array", "items": object_of(song)},
    }
    missing: Schema = {"type": "string", "enum": list(Missing), "nullable": True}
    person = {
        "name": TEXT,
        "likeness": {**object_of(likeness), "nullable": True},
        "reasons": {"type": "array", "items": TEXT},
        "missing": missing,
    }
    friend = {**person, "blend_ids": {"type": "array", "items": TEXT}}
    people = {
        "friends": {"type": "array", "items": object_of(friend)},
        "no_friends": missing,
        "strangers": {"type": "array", "items": object_of(person)},
        "no_strangers": missing,
        "left_out": _left_out(),
    }
    cared_for = {
        "key": TEXT,
        "weight": share,
        "parts": {"type": "object", "additionalProperties": share, "description": "Source → its share of the weight"},
        "why": TEXT,
    }
    of_artists = object_of({"name": TEXT, "image": NULLABLE_TEXT, **cared_for})
    of_songs = object_of(
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
            "get": operation(
                "How alike the listener and people they named are, and strangers who show themselves",
                {200: in_json(object_of(people))},
                errors=(400,),
            )
        },
        "/me/affinity": {
            "get": operation(
                "What the listener cares for, the most first, and why",
                {200: in_json(object_of(affinity))},
                parameters,
                errors=(400,),
            )
        },
    }


def recommendations() -> Schema:
    artist = object_of({"key": TEXT, "name": TEXT, "image": NULLABLE_TEXT})
    song = {"key": TEXT, "title": TEXT, "artist_line": TEXT, "cover": NULLABLE_TEXT}
    songs: Schema = {
        "type": "array",
        "items": object_of({**song, "records": {"type": "object", "additionalProperties": TEXT}}),
        "description": "Songs to begin with; `records` has the record id at each provider where it is known",
    }
    because = object_of({"key": TEXT, "name": TEXT, "listeners_of_both": COUNT})
    suggestion = object_of(
        {
            "artist": artist,
            "reason": {**TEXT, "description": "The sentence that the page shows"},
            "because_of": {"type": "array", "items": because},
            "listeners_like_you": {**COUNT, "description": "Of the 50 nearest listeners; 0 when fewer than 3"},
            "songs": songs,
        }
    )
    shelf: Schema = {"type": "array", "items": suggestion}
    friend = object_of(
        {
            "name": TEXT,
            "percent": COUNT,
            "artists": {"type": "array", "items": object_of({"artist": artist, "songs": songs})},
        }
    )
    favourite = object_of(
        {
            "song": object_of(song),
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
    key = [{**in_path("key", "The artist's key"), "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{12}$"}}]
    name = {**TEXT, "minLength": 1, "maxLength": MAX_ARTIST_CHARACTERS}
    return {
        "/me/recommendations": {
            "get": operation(
                "What the listener may like, on four shelves, with reasons", {200: in_json(object_of(answer))}
            )
        },
        "/me/recommendations/dismissed": {
            "get": operation(
                "The artists that are never suggested, the latest first",
                {200: in_json(page_of(object_of({"key": TEXT, "name": TEXT, "dismissed_at": MOMENT})))},
            )
        },
        "/me/recommendations/dismissed/{key}": {
            "put": operation(
                "Never suggest an artist again",
                {204: {"description": "Dismissed"}},
                key,
                errors=(400, 403, 409),
                body=object_of({"name": name}),
                body_required=True,
                session=True,
            ),
            "delete": operation(
                "Suggest an artist again",
                {204: {"description": "Taken back"}},
                key,
                errors=(403, 404),
                session=True,
            ),
        },
    }


def blends() -> Schema:
    maybe, number = {**TEXT, "nullable": True}, {"type": "number"}
    names = {"type": "array", "items": TEXT}
    member = {"member_id": TEXT, "name": TEXT, "you": {"type": "boolean"}, "joined_at": MOMENT}
    blend: Schema = {
        "blend_id": TEXT,
        "title": TEXT,
        "created_at": MOMENT,
        "mine": {"type": "boolean", "description": "Whether the listener invites, and can end it"},
        "invited_until": {**MOMENT, "nullable": True, "description": "Until when its invitation can be accepted"},
        "members": {"type": "array", "items": object_of(member)},
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
        "shares": {"type": "array", "items": object_of(share)},
        "scores": {"type": "array", "items": object_of(score), "description": "Of the listener, with whom both agreed"},
        "songs": {"type": "array", "items": object_of(song)},
    }
    url = {"invitation_url": {**TEXT, "description": "Shown this once"}}
    blend_id = [in_path("blend_id", "The blend's id")]
    return {
        "/me/blends": {
            "get": operation("The listener's blends, oldest first", {200: in_json(page_of(object_of(blend)))}),
            "post": operation(
                "Make a blend and its invitation",
                {201: in_json(object_of({**blend, **url}))},
                body={"type": "object", "properties": {"title": {**TEXT, "maxLength": 60}}},
                errors=(400, 403, 409),
                session=True,
            ),
        },
        "/me/blends/{blend_id}": {
            "get": operation(
                "A blend with today's playlist", {200: in_json(object_of(whole))}, blend_id, errors=(404,)
            ),
            "delete": operation(
                "End a blend for all, by who invites; leave it, by any other member",
                {204: {"description": "Ended, or left"}},
                blend_id,
                errors=(403, 404),
                session=True,
            ),
        },
        "/me/blends/{blend_id}/invitation": {
            "post": operation(
                "A new invitation in place of the one before",
                {201: in_json(object_of({"blend_id": TEXT, **url}))},
                blend_id,
                errors=(403, 404, 409),
                session=True,
            ),
            "delete": operation(
                "Withdraw the invitation",
                {204: {"description": "Withdrawn"}},
                blend_id,
                errors=(403, 404),
                session=True,
            ),
        },
    }
