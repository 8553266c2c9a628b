"""
Checkpoints: what all lists of a data type held after a run, so that an earlier moment costs no fold from the beginning.

Key      `<user>#<data type>#checkpoints` and `<provider>#<the run's moment>`; appended as facts are, never changed
Content  zlib (RFC 1950) of JSON: [[list id, [[identity, key of the newest fact], …]], …], lists and entries in order
When     as many facts came since the last one as a quarter of the lists' entries: writing costs a fifth of what the
         facts cost, and a moment between two is at most a quarter of the library away
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence

from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.history.append import NOTHING, Written, append
from blendify.history.facts import CHECKPOINTS, Fact
from blendify.history.list_versions import versions

LEAST = 100
"""Facts between two checkpoints of a small library."""
SHARE = 4

Lists = dict[str, dict[str, str]]
"""Per list the sort keys of its entries' newest facts, by identity, in the list's order."""


def note(user_id: str, provider: str, data_type: DataType, moment: str, changes: int) -> Written:
    """A run of that moment has appended so many facts, and has come to a sound end: a checkpoint may be due."""
    if not changes:
        return NOTHING
    where = keys.user(user_id), keys.checkpoint(provider, data_type)
    since = int(state_table().update(*where, Change(add={"since": changes}))["since"])
    if since < LEAST:
        return NOTHING
    lists = versions(user_id, provider, data_type)
    if since * SHARE < sum(one.count for one in lists.values()):
        return NOTHING
    held = {name: [(one.identity, one.key) for one in lists[name].entries()] for name in sorted(lists)}
    written = _append(user_id, provider, data_type, moment, held)
    state_table().update(*where, Change(set={"since": 0}))
    return written


def lists_of(packed: bytes) -> Lists:
    """What `note` has packed."""
    return {list_id: dict(entries) for list_id, entries in json.loads(zlib.decompress(packed))}


def _append(
    user_id: str,
    provider: str,
    data_type: DataType,
    moment: str,
    held: Mapping[str, Sequence[tuple[str, str]]],
) -> Written:
    lists: Iterable[tuple[str, Sequence[tuple[str, str]]]] = held.items()
    packed = zlib.compress(json.dumps([one for one in lists if one[1]], separators=(",", ":")).encode(), 6)
    where = f"{user_id}#{data_type}{CHECKPOINTS}"
    return append([Fact(where, f"{provider}#{moment}", provider, {}, packed)])
