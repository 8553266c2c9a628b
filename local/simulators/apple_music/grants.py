"""Keeps user tokens over a restart of the simulator, in a file that only its owner can read."""

import json
from pathlib import Path

from local.simulators.apple_music.tokens import Accounts, UserToken


def save(accounts: Accounts, file: Path) -> None:
    """Write every user token."""
    kept = [[token, one.listener, one.until] for token, one in accounts.user_tokens.items()]
    file.touch(mode=0o600)
    file.write_text(json.dumps({"user_tokens": kept}))


def load(accounts: Accounts, file: Path) -> None:
    """Take back what `save` wrote; nothing happens when there is no such file."""
    if not file.is_file():
        return
    for token, listener, until in json.loads(file.read_text())["user_tokens"]:
        accounts.user_tokens[token] = UserToken(listener, until)
        accounts.secrets.append(token)
