"""What a service remembers of who allowed what: requests that wait for a decision, permissions, codes and tokens."""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, ClassVar

from local.simulators.frame.library import Clock
from local.simulators.frame.options import Options


class UnreadableGrantsError(Exception):
    """The file of grants was written by another version of the simulator, or is damaged."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"{file} does not hold grants that this version of the simulator can read. Delete it, or run `make clean`,"
            " which also deletes what was collected. Then connect the simulated listeners again."
        )


@dataclass(slots=True)
class Grant:
    """A permission, code or token, or the request for one: whose it is, and how long or how often it works."""

    kind: str
    listener: str
    until: float = math.inf
    """Seconds since 1970."""
    uses: int | None = None
    """How often it still works; None for as long as it lives."""
    consent: str = ""
    """The id of the permission that it came of."""
    about: dict[str, Any] = field(default_factory=dict)
    """What it was asked for with."""


class Accounts:
    """
    All grants by id or by secret.

    `clock` gives seconds since 1970; tests move it.
    """

    LASTING: ClassVar[frozenset[str]]
    """The kinds of grants that outlive a restart; requests do not."""
    REVOKED: ClassVar[str]
    """The kind that a listener ends."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options: Any = options
        self.clock = clock
        self.grants: dict[str, Grant] = {}
        self.secrets: list[str] = []
        """Every code and token ever issued, and the application's secret."""
        if options.grants is not None and options.grants.is_file():
            self._load(options.grants)
        if secret := getattr(options, "client_secret", None):
            self.secrets.append(secret)

    def issue(self, kind: str, listener: str, seconds: float = math.inf, secret: str = "", **more: Any) -> str:
        """A new secret that lives so long; `more` are fields of `Grant`."""
        secret = secret or token_urlsafe(24)
        self.grants[secret] = Grant(kind, listener, self.clock() + seconds, **more)
        self.secrets.append(secret)
        return secret

    def find(self, secret: str, kind: str) -> Grant | None:
        """The grant of this kind, dead or alive."""
        grant = self.grants.get(secret)
        return grant if grant is not None and grant.kind == kind else None

    def living(self, secret: str, kind: str) -> Grant | None:
        """The grant of this kind, unless it is dead."""
        grant = self.find(secret, kind)
        return grant if grant is not None and self.lives(grant) else None

    def lives(self, grant: Grant) -> bool:
        return grant.uses != 0 and self.clock() < grant.until

    def listener_behind(self, secret: str) -> str | None:
        """Whose code or token this is or was."""
        grant = self.grants.get(secret)
        return None if grant is None else grant.listener

    def revoke(self, listener: str) -> None:
        """End what a listener allowed, as on the page of connected applications."""
        self.end(listener, self.REVOKED)

    def end(self, listener: str, kind: str) -> None:
        for grant in self.grants.values():
            if (grant.listener, grant.kind) == (listener, kind):
                grant.until = 0

    def save(self) -> None:
        """Write what outlives a restart, to a file that only its owner can read; nothing without such a file."""
        if (file := self.options.grants) is None:
            return
        lasting = {key: asdict(grant) for key, grant in self.grants.items() if grant.kind in self.LASTING}
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"grants": lasting}))
        fresh.replace(file)

    def _load(self, file: Path) -> None:
        try:
            self.grants = {key: Grant(**grant) for key, grant in json.loads(file.read_text())["grants"].items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnreadableGrantsError(file) from error
        self.secrets += [key for key, grant in self.grants.items() if grant.kind != "consent"]
