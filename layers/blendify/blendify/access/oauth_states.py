"""OAuth states: random, single-use, bound to provider and browser, good for ten minutes. Only hashes are stored."""

import time
from enum import StrEnum
from hashlib import sha256

from boto3.dynamodb.conditions import Attr

from blendify.db.state_table import Change, ConditionFailed, Item, state_table

LIFETIME_SECONDS = 600


class StateRefused(StrEnum):
    """Why a state that came back cannot be used."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    FOREIGN = "foreign"


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def keep(state: str, *, provider: str, browser: str) -> None:
    """Remember a login that has begun in this browser."""
    item = {
        "provider": provider,
        "browser": _hash(browser),
        "good_until": int(time.time()) + LIFETIME_SECONDS,
        "expires_at": int(time.time()) + 24 * 3600,
    }
    state_table().put(f"state#{_hash(state)}", "state", item)


def consume(state: str, *, provider: str, browser: str) -> StateRefused | None:
    """Use the state up, in one conditional write; answers why not. Another browser's attempt does not use it up."""
    good = (
        Attr("used_at").not_exists()
        & Attr("good_until").gte(int(time.time()))
        & Attr("provider").eq(provider)
        & Attr("browser").eq(_hash(browser))
    )
    try:
        state_table().update(f"state#{_hash(state)}", "state", Change(set={"used_at": int(time.time())}), only_if=good)
    except ConditionFailed as refused:
        return _why(refused.found, provider=provider, browser=browser)
    return None


def _why(found: Item | None, *, provider: str, browser: str) -> StateRefused:
    if found is None:
        return StateRefused.UNKNOWN
    if found["provider"] != provider or found["browser"] != _hash(browser):
        return StateRefused.FOREIGN
    return StateRefused.USED if "used_at" in found else StateRefused.EXPIRED
