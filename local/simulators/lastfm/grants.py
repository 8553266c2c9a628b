"""Keeps sessions over a restart of the simulator, in a file that only its owner can read."""

import json
from pathlib import Path

from local.simulators.lastfm.accounts import Accounts, Session


def save(accounts: Accounts, file: Path) -> None:
    """Write every session; tokens and pending requests end with the process."""
    file.touch(mode=0o600)
    file.write_text(json.dumps([[key, one.listener, one.revoked] for key, one in accounts.sessions.items()]))


def load(accounts: Accounts, file: Path) -> None:
    """Take back what `save` wrote; nothing happens when there is no such file."""
    if not file.is_file():
        return
    for key, listener, revoked in json.loads(file.read_text()):
        accounts.sessions[key] = Session(listener, revoked)
        accounts.secrets.append(key)
