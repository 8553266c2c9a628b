"""
Snapshots of all lists of a data type after a sync, so that a past moment needs no fold from the beginning.

Key      `<user>#<data type>#checkpoints` and `<provider>#<the sync's moment>`; appended like facts, never changed
Content  zlib (RFC 1950) of JSON: [[list id, [[identity, key of the newest fact], …]], …], lists and entries in order
When     facts since the last snapshot are a quarter of the lists' entries: writing costs a fifth of what the facts
         cost, and no moment is further than a quarter of the library from a snapshot
"""

import json
import zlib
from collections.abc import Mapping, Sequence

from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.history.append import NOTHING, Written, append
from blendify.history.facts import CHECKPOINTS, Fact
from blendify.history.list_versions import all_entries, versions

LEAST = 100
"""Fewest facts between two snapshots."""
SHARE = 4

Lists = dict[str, dict[str, str]]
"""Per list the sort keys of its entries' newest facts, by identity, in the list's order."""


def note(user_id: str, provider: str, data_type: DataType, moment: str, changes: int) -> Written:
    """Count the facts of a sync of that moment that ended soundly, and append a snapshot if one is due."""
    if not changes:
        return NOTHING
    where = keys.user(user_id), keys.checkpoint(provider, data_type)
    since = int(state_table().update(*where, Change(add={"since": changes}))["since"])
    if since < LEAST:
        return NOTHING
    lists = versions(user_id, provider, data_type)
    if not is_due(since, sum(version.count for version in lists.values())):
        return NOTHING
    entries = all_entries(lists.values())
    held = {name: [(entry.identity, entry.key) for entry in entries[name]] for name in sorted(lists)}
    written = append([snapshot(user_id, provider, data_type, moment, held)])
    state_table().update(*where, Change(set={"since": 0}))
    return written


def is_due(changes: int, entries: int) -> bool:
    """Whether so many facts since the last snapshot are enough for the next, with so many entries in all lists."""
    return changes >= LEAST and changes * SHARE >= entries


def lists_of(packed: bytes) -> Lists:
    """The lists of a snapshot, unpacked."""
    return {list_id: dict(entries) for list_id, entries in json.loads(zlib.decompress(packed))}


def snapshot(
    user_id: str,
    provider: str,
    data_type: DataType,
    moment: str,
    held: Mapping[str, Sequence[tuple[str, str]]],
) -> Fact:
    """
    The fact that at a moment the lists held these entries: identity and key of the newest fact, in order.

    Empty lists are in it, too: that nothing is in a list is also something that its provider said.
    """
    packed = zlib.compress(json.dumps(list(held.items()), separators=(",", ":")).encode(), 6)
    where = f"{user_id}#{data_type}{CHECKPOINTS}"
    return Fact(where, f"{provider}#{moment}", provider, {}, packed)
