"""Listeners' sessions: the cookie holds 256 random bits, the table their hash. What was ended is over everywhere."""

import secrets
import time
from hashlib import sha256

from blendify.storage.accounts import accounts

LIFETIME_SECONDS = 30 * 24 * 3600


def _key(session: str) -> str:
    return f"session#{sha256(session.encode()).hexdigest()}"


def begin(user_id: str) -> str:
    """A new session of this user; the answer is a secret of the browser."""
    session = secrets.token_urlsafe(32)
    accounts().put(_key(session), "session", {"user_id": user_id, "expires_at": int(time.time()) + LIFETIME_SECONDS})
    return session


def user(session: str | None) -> str | None:
    """Whose session it is; None when there is none, it is forged, over or expired."""
    if not session:
        return None
    item = accounts().get(_key(session), "session")
    # DynamoDB may take days to remove what has expired.
    return str(item["user_id"]) if item and int(item["expires_at"]) > time.time() else None


def end(session: str) -> None:
    """Forget the session; a copy of its cookie is worth nothing from now on."""
    accounts().delete(_key(session), "session")
