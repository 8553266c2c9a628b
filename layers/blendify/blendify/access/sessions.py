"""Browser sessions: the cookie holds 256 random bits, the table their hash. An ended session is invalid everywhere."""

import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from blendify.access import users
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import state_table

LIFETIME_SECONDS = 30 * 24 * 3600
ID_CHARACTERS = 16
"""Of the hash: enough to tell a user's sessions apart, and useless as a cookie."""


@dataclass(frozen=True)
class Session:
    """A session as its user can list it: without its secret."""

    session_id: str
    created_at: str
    expires_at: str


def begin(user_id: str) -> str:
    """A new session of this user; returns the secret for the browser's cookie."""
    session = secrets.token_urlsafe(32)
    expires_at = int(time.time()) + LIFETIME_SECONDS
    # The user's own item comes first: with it an erasure finds every session.
    state_table().put(keys.user(user_id), _key(session), {"expires_at": expires_at})
    state_table().put(_key(session), "session", {"user_id": user_id, "expires_at": expires_at})
    return session


def session_id_of(session: str) -> str:
    """The id under which `list_sessions` has the session of this cookie."""
    return _digest(session)[:ID_CHARACTERS]


def list_sessions(user_id: str) -> list[Session]:
    """The user's sessions that are valid, oldest first."""
    seconds = [
        (int(item["expires_at"]), item["sk"].removeprefix(keys.session())[:ID_CHARACTERS])
        for item in state_table().query(keys.user(user_id), keys.session())
    ]
    return [
        Session(
            session_id,
            times.iso(times.from_milliseconds((expires_at - LIFETIME_SECONDS) * 1000)),
            times.iso(times.from_milliseconds(expires_at * 1000)),
        )
        for expires_at, session_id in sorted(seconds)
        if expires_at > time.time()
    ]


def end_by_id(user_id: str, session_id: str) -> bool:
    """End one of the user's sessions; False when there is none with this id."""
    if len(session_id) != ID_CHARACTERS:
        return False
    ended = [item["sk"] for item in state_table().query(keys.user(user_id), keys.session(session_id))]
    for key in ended:
        state_table().delete(key, "session")
        state_table().delete(keys.user(user_id), key)
    return bool(ended)


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
    return keys.session(_digest(session))


def _digest(session: str) -> str:
    return sha256(session.encode(errors="backslashreplace")).hexdigest()
