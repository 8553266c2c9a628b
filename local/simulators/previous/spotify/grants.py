"""Keeps consents and tokens over a restart of the simulator, in a file that only its owner can read."""

import json
from pathlib import Path

from local.simulators.previous.spotify.tokens import Access, Accounts, Consent, Refresh


def save(accounts: Accounts, file: Path) -> None:
    """Write every consent with its tokens; codes and pending requests end with the process."""
    consents = list(accounts.consents)
    place = {id(consent): index for index, consent in enumerate(consents)}
    kept = {
        "consents": [[one.listener, one.scopes, one.until, one.revoked] for one in consents],
        "access": [[token, place[id(one.consent)], one.until] for token, one in accounts.access_tokens.items()],
        "refresh": [
            [token, place[id(one.consent)], one.public, one.uses] for token, one in accounts.refresh_tokens.items()
        ],
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(kept))


def load(accounts: Accounts, file: Path) -> None:
    """Take back what `save` wrote; nothing happens when there is no such file."""
    if not file.is_file():
        return
    kept = json.loads(file.read_text())
    consents = [
        Consent(listener, tuple(scopes), until, revoked) for listener, scopes, until, revoked in kept["consents"]
    ]
    accounts.consents.extend(consents)
    for token, place, until in kept["access"]:
        accounts.access_tokens[token] = Access(consents[place], until)
    for token, place, public, uses in kept["refresh"]:
        accounts.refresh_tokens[token] = Refresh(consents[place], public, uses)
    accounts.secrets.extend([*accounts.access_tokens, *accounts.refresh_tokens])
