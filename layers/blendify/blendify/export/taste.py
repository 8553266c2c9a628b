"""`taste.json`: what the listener cares for, as it is computed for their own eyes."""

import json

from blendify.affinity.profiles import profile
from blendify.export.archive import Archive


def write(archive: Archive, user_id: str) -> None:
    """Write the artists and songs of the listener's profile, the most first; an empty one is left out."""
    own = profile(user_id, "views", keep=False)
    if not (own.artists or own.songs):
        return
    value = {
        "artists": [each._asdict() for each in own.artists],
        "songs": [each._asdict() for each in own.songs],
        "has_log": own.has_log,
        "providers": list(own.providers),
    }
    with archive.file("taste.json") as file:
        file.record(json.dumps(value, ensure_ascii=False).encode() + b"\n")
