"""
Three switches, all off until the listener turns one on, and the artists that they keep to themselves.

Stored  one item in the listener's partition of the accounts table. Who agreed to be counted is also listed in shards,
        so that the daily sums find them without reading the whole table
Leaving every change is read by the next request. A listener whose erasure has begun has no consent any more
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypedDict

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.access import connections, users
from blendify.access.users import UserGone
from blendify.db import keys
from blendify.db.retries import TRIES, pause
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import Write, check, commit, delete, put, update
from blendify.sharing.legible import legible

SHARDS = 8
"""One shard takes a thousand writes a second; a run over all reads one after another."""
MOST_PRIVATE = 500
"""Artists that somebody can keep to themselves: the item stays small."""
MAX_NAME_CHARACTERS = 40
NAMELESS = "A listener"


@dataclass(frozen=True)
class Consent:
    """What a listener lets others know of their taste."""

    compare: bool = False
    """Compare me with people I name, who agree as well."""
    count: bool = False
    """Count me anonymously in sums over all listeners."""
    show: bool = False
    """Show me to strangers who are like me."""
    name: str | None = None
    """How others see the listener; None for the name at the service that they connected first."""
    private_artists: frozenset[str] = frozenset()
    """Keys of the artists that are left out of all that others see."""
    private_names: Mapping[str, str] = field(default_factory=dict)
    """Their names by key, as they were when the listener chose them."""


def consent(user_id: str) -> Consent:
    """What the listener agreed to; nothing as long as they have not said anything."""
    return _of(state_table().get(keys.user(user_id), keys.sharing()))


def consents(user_ids: Collection[str]) -> dict[str, Consent]:
    """What several listeners agreed to. Who is not in it has left, or never was: nothing of them is shown."""
    wanted = [
        (keys.user(user_id), sk) for user_id in dict.fromkeys(user_ids) for sk in (keys.profile(), keys.sharing())
    ]
    items = state_table().get_all(wanted)
    return {
        user_id: _of(items.get((keys.user(user_id), keys.sharing())))
        for user_id in dict.fromkeys(user_ids)
        if (keys.user(user_id), keys.profile()) in items
    }


class TooManyPrivate(Exception):
    """The listener keeps as many artists to themselves as can be kept."""


class Changes(TypedDict, total=False):
    """What a listener changes; what is left out stays as it is."""

    compare: bool
    count: bool
    show: bool
    name: str | None
    """None for the name at their service."""
    private: Mapping[str, str]
    """All artists that they keep to themselves, name by key, in place of those of before; at most `MOST_PRIVATE`."""
    keep: Mapping[str, str]
    """Artists that they keep to themselves besides."""
    reveal: Collection[str]
    """Keys of artists that they keep to themselves no longer."""


def change(user_id: str, changes: Changes) -> None:
    """
    Change what is given, and nothing else: two changes at a time do not undo each other.

    Raises  UserGone, TooManyPrivate
    """
    for attempt in range(TRIES):
        try:
            commit(*_writes(user_id, changes))
        except ConditionFailed as refused:
            if not users.exists(user_id):
                raise UserGone("the user has left") from refused
            if attempt == TRIES - 1:
                raise
            # Another change of the private list came between.
            pause(attempt)
        else:
            return


def _writes(user_id: str, changes: Changes) -> list[Write]:
    """The writes of a change; with `keep` or `reveal` only as long as the private list is what it is now."""
    chosen: dict[str, object] = {name: changes[name] for name in ("compare", "count", "show") if name in changes}
    chosen |= {"name": changes["name"]} if changes.get("name") else {}
    dropped = ("name",) if "name" in changes and not changes["name"] else ()
    same_list: ConditionBase | None = None
    if "private" in changes:
        chosen["private"] = changes["private"]
    elif "keep" in changes or "reveal" in changes:
        before = (state_table().get(keys.user(user_id), keys.sharing()) or {}).get("private")
        chosen["private"] = _altered(before or {}, changes)
        same_list = Attr("private").not_exists() if before is None else Attr("private").eq(before)
    writes = [check(keys.user(user_id), keys.profile(), only_if=Attr("pk").exists())]
    if chosen or dropped:
        to_write = Change(set=chosen, remove=dropped)
        writes.append(update(keys.user(user_id), keys.sharing(), to_write, only_if=same_list))
    if "count" in changes:
        counted = keys.counted(shard(user_id))
        writes.append(put(counted, user_id, {}) if changes["count"] else delete(counted, user_id))
    return writes


def _altered(private: Mapping[str, str], changes: Changes) -> dict[str, str]:
    """The private list with these artists, and without those."""
    revealed = frozenset(changes.get("reveal", ()))
    altered = {key: name for key, name in {**private, **changes.get("keep", {})}.items() if key not in revealed}
    if len(altered) > max(MOST_PRIVATE, len(private)):
        raise TooManyPrivate(f"{MOST_PRIVATE} artists are kept private")
    return altered


def counted_listeners() -> Iterator[str]:
    """The ids of all who agreed to be counted, shard by shard, read as they are taken."""
    for number in range(SHARDS):
        for item in state_table().query(keys.counted(number)):
            yield str(item["sk"])


def shard(user_id: str) -> int:
    """The shard in which somebody who agreed to be counted is listed."""
    return sha256(user_id.encode()).digest()[0] % SHARDS


def shown_name(user_id: str, chosen: Consent) -> str:
    """
    How others see a listener: by the name that they chose, or that they have at the service connected first.

    Which one that is stays so when a service is connected again: it changes only when the first one is disconnected
    """
    if chosen.name:
        return chosen.name
    first = min(connections.connections(user_id), key=lambda each: (each.connected_at, each.provider), default=None)
    name = legible(first.display_name)[:MAX_NAME_CHARACTERS].rstrip() if first else ""
    return name or NAMELESS


def _of(item: Item | None) -> Consent:
    if item is None:
        return Consent()
    private = {str(key): str(name) for key, name in item.get("private", {}).items()}
    switches = {name: bool(item.get(name, False)) for name in ("compare", "count", "show")}
    return Consent(**switches, name=item.get("name"), private_artists=frozenset(private), private_names=private)
