"""OAuth states: random, single-use, bound to provider and browser, valid for ten minutes. Only hashes are stored."""

import time
from enum import StrEnum
from hashlib import sha256

from boto3.dynamodb.conditions import Attr

from blendify.db.state_table import Change, ConditionFailed, Item, state_table

LIFETIME_SECONDS = 600


class StateRefused(StrEnum):
    """Why a returned state cannot be used."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    FOREIGN = "foreign"


def store(state: str, *, provider: str, browser_secret: str) -> None:
    """Store the state of a login that starts in this browser."""
    item = {
        "provider": provider,
        "browser": _hash(browser_secret),
        "good_until": int(time.time()) + LIFETIME_SECONDS,
        "expires_at": int(time.time()) + 24 * 3600,
    }
    state_table().put(f"state#{_hash(state)}", "state", item)


def consume(state: str, *, provider: str, browser_secret: str) -> StateRefused | None:
    """
    Use the state up, in one conditional write; returns the reason when it cannot be used, else None.

    An attempt from another browser does not use it up.
    """
    usable = (
        Attr("used_at").not_exists()
        & Attr("good_until").gte(int(time.time()))
        & Attr("provider").eq(provider)
        & Attr("browser").eq(_hash(browser_secret))
    )
    change = Change(set={"used_at": int(time.time())})
    try:
        state_table().update(f"state#{_hash(state)}", "state", change, only_if=usable)
    except ConditionFailed as refused:
        return _reason(refused.stored, provider=provider, browser_secret=browser_secret)
    return None


def _reason(item: Item | None, *, provider: str, browser_secret: str) -> StateRefused:
    if item is None:
        return StateRefused.UNKNOWN
    if item["provider"] != provider or item["browser"] != _hash(browser_secret):
        return StateRefused.FOREIGN
    return StateRefused.USED if "used_at" in item else StateRefused.EXPIRED


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
