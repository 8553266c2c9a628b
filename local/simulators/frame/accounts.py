"""What a service remembers of who allowed what: requests that wait for a decision, grants, tokens."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, ClassVar

from local.simulators.frame.library import Clock
from local.simulators.frame.options import Options

TIME_TO_DECIDE = 600


class UnreadableGrantsError(Exception):
    """The file of grants was written by another version of the simulator, or is damaged."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"{file} does not hold grants that this version of the simulator can read. Delete it, or run `make clean`,"
            " which also deletes what was collected. Then connect the simulated listeners again."
        )


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What an application asked a listener for, checked and kept until the listener decides."""

    client: str
    permissions: Sequence[str]
    """In the words of the consent page."""
    denied: str
    """Where the browser is sent if the listener refuses."""
    allowed: Callable[[str], str]
    """Where it is sent if the listener of this name agrees."""
    until: float


class Accounts:
    """
    A service adds its grants and tokens as dictionaries by id or by secret, and names them in `SAVED`.

    `clock` gives seconds since 1970; tests move it.
    """

    SAVED: ClassVar[dict[str, type[Any]]] = {}
    """The dictionaries that outlive a restart, and the dataclass of their values; requests and codes do not."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options: Any = options
        self.clock = clock
        self.secrets: list[str] = []
        """Every code and token ever issued, and the application's secret."""
        self._requests: dict[str, ConsentRequest] = {}
        if options.grants is not None and options.grants.is_file():
            self._load(options.grants)

    def listener_behind(self, secret: str) -> str | None:
        """Whose code or token this is or was."""
        raise NotImplementedError

    def revoke(self, listener: str) -> None:
        """End what a listener allowed, as on the page of connected applications."""
        raise NotImplementedError

    def ask(self, request: ConsentRequest) -> str:
        """Keep a request until it is decided; the id is all that travels through the listener's browser."""
        identity = token_urlsafe(24)
        self._requests[identity] = request
        return identity

    def pending(self, identity: str) -> ConsentRequest | None:
        """A request that still waits for a decision."""
        request = self._requests.get(identity)
        return request if request is not None and self.clock() < request.until else None

    def decided(self, identity: str) -> None:
        del self._requests[identity]

    def issue(self, prefix: str, size: int) -> str:
        secret = prefix + token_urlsafe(size)
        self.secrets.append(secret)
        return secret

    def save(self) -> None:
        """Write what outlives a restart, to a file that only its owner can read; nothing without such a file."""
        if (file := self.options.grants) is None:
            return
        values = {name: {key: asdict(value) for key, value in getattr(self, name).items()} for name in self.SAVED}
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(values))
        fresh.replace(file)

    def _load(self, file: Path) -> None:
        try:
            values = json.loads(file.read_text())
            for name, kind in self.SAVED.items():
                setattr(self, name, {key: kind(**value) for key, value in values[name].items()})
                self.secrets += values[name]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnreadableGrantsError(file) from error
