"""Browser sessions: the cookie holds 256 random bits, the table their hash. An ended session is invalid everywhere."""

import secrets
import time
from hashlib import sha256

from blendify.access import users
from blendify.db import keys
from blendify.db.state_table import state_table

LIFETIME_SECONDS = 30 * 24 * 3600


def begin(user_id: str) -> str:
    """A new session of this user; returns the secret for the browser's cookie."""
    session = secrets.token_urlsafe(32)
    expires_at = int(time.time()) + LIFETIME_SECONDS
    # The user's own item comes first: with it an erasure finds every session.
    state_table().put(keys.user(user_id), _key(session), {"expires_at": expires_at})
    state_table().put(_key(session), "session", {"user_id": user_id, "expires_at": expires_at})
    return session


def user_id_of(session: str | None) -> str | None:
    """The session's user; None when it is absent, forged, ended or expired, or its user has been erased."""
    if not session:
        return None
    item = state_table().get(_key(session), "session")
    # DynamoDB may take days to delete an expired item.
    if item is None or int(item["expires_at"]) <= time.time():
        return None
    user_id = str(item["user_id"])
    return user_id if users.exists(user_id) else None


def end(session: str) -> None:
    """Delete the session: copies of its cookie become invalid."""
    item = state_table().delete(_key(session), "session")
    if item:
        state_table().delete(keys.user(item["user_id"]), _key(session))


def _key(session: str) -> str:
    return keys.session(sha256(session.encode(errors="backslashreplace")).hexdigest())
