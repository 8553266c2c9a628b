"""
OAuth states: random, single-use, bound to provider and browser, valid for ten minutes. Only hashes are stored.

A used state remembers how its login ended, for the browser that asks for the same page once more.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from boto3.dynamodb.conditions import Attr

from blendify.access import brought_applications
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.providers.application import BroughtApplication

LIFETIME_SECONDS = 600
PENDING_SECONDS = 30
"""How long a login may take from its callback on: as long as its Lambda lives."""


class StateRefused(StrEnum):
    """Why a returned state cannot be used."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    COOKIE_MISSING = "cookie_missing"
    """The browser sent no cookie of this login."""
    FOREIGN = "foreign"
    """The login belongs to another browser or provider."""
    PENDING = "pending"
    """Another request has used the state, and the login has not ended yet."""
    CONNECTED = "connected"
    """The login has succeeded."""
    USED = "used"
    """The login has ended without a connection."""


@dataclass(frozen=True)
class Origin:
    """Where a login began."""

    user_id: str | None = None
    """Who was logged in."""
    own_site: bool = True
    """Whether no other site has led the browser there."""
    owner: str | None = None
    """Whose stored application it uses; None for the operator's, and for one that is brought with this login."""


@dataclass(frozen=True)
class LoginState:
    """A state that can be used by this browser."""

    browser_secret: str = field(repr=False)
    own_site: bool
    listener: str | None
    """The hash of the user who was logged in when the login began."""
    brought: BroughtApplication | None = field(default=None, repr=False)
    """The application of a listener's own that this login uses; None for the operator's."""
    owner: str | None = None
    """The hash of the user whose that application is, if it is stored already."""

    def began_for(self, user_id: str) -> bool:
        """
        Whether the login began on our own site, by this user or before anybody was logged in.

        Such a login may add an account to the user's without asking.
        """
        return self.own_site and self.listener in (None, _hash(user_id))


def is_user(digest: str, user_id: str | None) -> bool:
    """Whether a state's hash is that of this user."""
    return user_id is not None and digest == _hash(user_id)


def store(
    state: str, *, provider: str, browser_secret: str, origin: Origin, brought: BroughtApplication | None = None
) -> None:
    """Store the state of a login that starts in this browser; of an application that is brought, all of it."""
    item = {
        "provider": provider,
        "browser": _hash(browser_secret),
        "own_site": origin.own_site,
        "good_until": int(time.time()) + LIFETIME_SECONDS,
        "expires_at": int(time.time()) + 24 * 3600,
    }
    # Hashes, as an erasure of a user does not find the item.
    if origin.user_id:
        item["listener"] = _hash(origin.user_id)
    if origin.owner:
        item["owner"] = _hash(origin.owner)
    if brought:
        item["brought"] = brought_applications.attributes(brought)
    state_table().put(keys.oauth_state(_hash(state)), "state", item)


def find(state: str, *, provider: str, browser_secrets: Sequence[str]) -> LoginState | StateRefused:
    """The state, or the reason why this browser cannot use it; nothing is used up."""
    item = state_table().get(keys.oauth_state(_hash(state)), "state")
    secret = next((secret for secret in browser_secrets if item and item["browser"] == _hash(secret)), "")
    if item and secret and _usable(item, provider):
        brought = brought_applications.of_item(item["brought"]) if "brought" in item else None
        return LoginState(secret, bool(item["own_site"]), item.get("listener"), brought, item.get("owner"))
    return _reason(item, provider=provider, cookie=bool(browser_secrets), own=bool(secret))


def consume(state: str, *, provider: str, browser_secret: str) -> StateRefused | None:
    """Use the state up, in one conditional write; returns the reason when it cannot be used, else None."""
    now = int(time.time())
    usable = (
        Attr("used_at").not_exists()
        & Attr("good_until").gte(now)
        & Attr("provider").eq(provider)
        & Attr("browser").eq(_hash(browser_secret))
    )
    # An application that was brought is stored with the connection now, or nowhere.
    change = Change(set={"used_at": now}, remove=("brought",))
    try:
        state_table().update(keys.oauth_state(_hash(state)), "state", change, only_if=usable)
    except ConditionFailed as refused:
        item = refused.stored
        own = item is not None and item["browser"] == _hash(browser_secret)
        return _reason(item, provider=provider, cookie=True, own=own)
    return None


def conclude(state: str, *, connected: bool) -> None:
    """Remember how the login of a used state has ended."""
    change = Change(set={"connected": connected})
    state_table().update(keys.oauth_state(_hash(state)), "state", change, only_if=Attr("used_at").exists())


def _usable(item: Item, provider: str) -> bool:
    return "used_at" not in item and item["good_until"] >= time.time() and item["provider"] == provider


def _reason(item: Item | None, *, provider: str, cookie: bool, own: bool) -> StateRefused:
    if item is None:
        return StateRefused.UNKNOWN
    if item["provider"] != provider:
        return StateRefused.FOREIGN
    # The browser gives the cookie up when its login has ended: what has ended needs none.
    if "used_at" in item:
        return _end(item)
    if not own:
        return StateRefused.FOREIGN if cookie else StateRefused.COOKIE_MISSING
    return StateRefused.EXPIRED


def _end(item: Item) -> StateRefused:
    if "connected" in item:
        return StateRefused.CONNECTED if item["connected"] else StateRefused.USED
    return StateRefused.PENDING if item["used_at"] + PENDING_SECONDS > time.time() else StateRefused.USED


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="backslashreplace")).hexdigest()
