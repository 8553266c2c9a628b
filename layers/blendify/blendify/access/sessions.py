"""Listeners' sessions: the cookie holds 256 random bits, the table their hash. What was ended is over everywhere."""

import secrets
import time
from hashlib import sha256

from blendify.access import users
from blendify.db import keys
from blendify.db.state_table import state_table

LIFETIME_SECONDS = 30 * 24 * 3600


def _key(session: str) -> str:
    return keys.session(sha256(session.encode()).hexdigest())


def begin(user_id: str) -> str:
    """A new session of this user; the answer is a secret of the browser."""
    session = secrets.token_urlsafe(32)
    expires_at = int(time.time()) + LIFETIME_SECONDS
    # With the user first: whoever erases them finds every session there is.
    state_table().put(keys.user(user_id), _key(session), {"expires_at": expires_at})
    state_table().put(_key(session), "session", {"user_id": user_id, "expires_at": expires_at})
    return session


def user(session: str | None) -> str | None:
    """Whose session it is; None when there is none, it is forged, over or expired, or its user has left."""
    if not session:
        return None
    item = state_table().get(_key(session), "session")
    # DynamoDB may take days to remove what has expired.
    if item is None or int(item["expires_at"]) <= time.time():
        return None
    user_id = str(item["user_id"])
    return user_id if users.exists(user_id) else None


def end(session: str) -> None:
    """Forget the session; a copy of its cookie is worth nothing from now on."""
    item = state_table().delete(_key(session), "session")
    if item:
        state_table().delete(keys.user(item["user_id"]), _key(session))
