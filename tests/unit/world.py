"""A simulated provider on a real socket, our application registered with it, and listeners who have connected."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

from starlette.applications import Starlette

from blendify.access import connections, users
from blendify.access.connections import Grant
from blendify.access.token_vault import seal
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.providers.apple_music import developer_tokens
from blendify.providers.endpoint import Endpoint
from blendify.providers.paging import Offset, Paging, Single
from local.simulators.frame.bans import RateLimit
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from tests.aws import aws_in_memory
from tests.unit.simulated import SIMULATED, Consent, Simulated


@dataclass(frozen=True)
class Socket:
    """A socket for many tests. Each puts a simulator of its own behind it."""

    provider: Simulated
    app: Starlette
    base: str


@contextmanager
def socket_of(provider: str) -> Iterator[Socket]:
    """A socket on which a provider's simulator can serve."""
    simulated = SIMULATED[provider]
    app = create_app(simulated.service, simulated.options())
    with running(app) as base:
        yield Socket(simulated, app, base)


def product_clock() -> float:
    """The simulator's time is the product's, also where a test moves that."""
    return times.now().timestamp()


@dataclass
class World:
    """One simulator, and our application registered with it. A method without a listener means the usual one."""

    provider: Simulated
    base: str
    simulator: Any

    @classmethod
    def begin(cls, behind: Socket, *, clock: Callable[[], float] = product_clock, **options: Any) -> Self:
        """A new simulator on this socket. The options are the simulator's own, among them the sizes of its lists."""
        provider = behind.provider
        simulator = provider.service(provider.options(**{**provider.sizes, **options}), clock)
        # A token of an earlier test may be of a later time, and then it is not valid yet.
        developer_tokens.forget()
        behind.app.state.simulator = simulator
        world = cls(provider, behind.base, simulator)
        world.register()
        return world

    def register(self, **more: Any) -> None:
        """Register our application; `more` replaces parts of what the secret holds."""
        parameters = {**self.provider.application(self.base), **more}
        aws_in_memory.application(provider=self.name, **parameters)

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.provider.name

    @property
    def listener(self) -> str:
        """The usual listener."""
        return self.provider.listener

    @property
    def traffic(self) -> Any:
        """What happens to calls: counters, faults, limits."""
        return self.simulator.traffic

    @property
    def secrets(self) -> list[str]:
        """All that the provider ever issued to us."""
        return list(self.simulator.accounts.secrets)

    def consent(self, listener: str = "", *scopes: Any, **more: Any) -> Consent:
        """A listener consents without a browser; the options are those of the provider's row in `SIMULATED`."""
        return self.provider.consent(self.simulator, listener or self.listener, *scopes, **more)

    def connect(self, listener: str = "", *scopes: Any, **more: Any) -> str:
        """The user id of a listener who has consented and whose connection is stored."""
        consent = self.consent(listener, *scopes, **more)
        user_id = users.find_or_create_user(self.name, consent.profile.account_id)
        sealed = seal(consent.tokens, provider=self.name, user_id=user_id)
        grant = Grant("default", consent.scopes, sealed, consent.tokens.expires_at)
        connections.connect(user_id, self.name, consent.profile, grant)
        return user_id

    def truth(self, listener: str = "", *data_types: DataType) -> dict[str, Any]:
        """What the listener has, by data type, of these or all; a list, or lists by our names if there are several."""
        listener = listener or self.listener
        self.provider.view(self.simulator.listeners[listener])
        names = {theirs: ours for ours, theirs in self.provider.lists.items()}
        data: dict[str, Any] = self.simulator.truth(listener, *data_types)["data"]
        return {
            data_type: {names.get(name, name): entries for name, entries in held.items()}
            if isinstance(held, dict)
            else held
            for data_type, held in data.items()
        }

    def lists(self, data_type: DataType, listener: str = "") -> dict[str, list[Any]]:
        """What the listener has, by list; "" is the name of an only list. Lists that cannot be read are left out."""
        held = self.truth(listener, data_type)[data_type]
        if isinstance(held, dict):
            return {name: entries for name, entries in held.items() if entries is not None}
        return {"": held}

    def size(self, data_type: DataType) -> int:
        """How many entries the lists have together."""
        return sum(map(len, self.lists(data_type).values()))

    def change(self, act: str, data_type: str, name: str = "", *, listener: str = "", **details: Any) -> Any:
        """Something that a listener does, see `local.simulators.frame.acts`; `name` is ours of a list."""
        theirs = self.provider.lists.get(name, name)
        return self.simulator.change(listener or self.listener, act, data_type, theirs, **details)

    def fault(self, endpoint: DataType | str, trouble: str = "", **details: Any) -> None:
        """
        Spoil the responses for a data type, or of an endpoint like `POST /api/token`; `*` is the whole API.

        trouble  one of `TROUBLES`, if any
        details  as in `Fault`
        """
        name = self.provider.endpoints(endpoint)[0] if isinstance(endpoint, DataType) else endpoint
        self.simulator.trouble(trouble, name, **details)

    def limit(self, calls: int, retry_after: str | None) -> None:
        """Respond with 429 after so many calls."""
        self.traffic.limit = RateLimit(calls, 3600, float(retry_after or 0), silent=retry_after is None)

    def calls(self, endpoint: DataType | str | None = None) -> int:
        """Calls so far: to the API, for a data type, or to endpoints with this text in their name."""
        if endpoint is None:
            return int(self.traffic.web_api_calls)
        counters = self.traffic.endpoints
        if isinstance(endpoint, DataType):
            names = list(self.provider.endpoints(endpoint))
        else:
            names = [name for name in counters if endpoint in name]
        return sum(int(counters[name]["calls"]) for name in names if name in counters)

    @property
    def refreshes(self) -> int:
        """Tokens that were asked for by refresh tokens."""
        return int(self.traffic.refreshes)

    def endpoint(self, data_type: DataType) -> Endpoint:
        """The product's row for a data type."""
        return PROVIDERS[self.name].endpoints[data_type]

    def needs(self, data_type: DataType) -> tuple[DataType, ...]:
        """The data type, behind the one whose entries name its lists."""
        parent = self.endpoint(data_type).parent
        return (parent, data_type) if parent else (data_type,)

    def fewest(self, data_type: DataType) -> int:
        """The fewest calls that read all of it: one for an empty list, and what pages have in common is read twice."""
        endpoint = self.endpoint(data_type)
        read = self.provider.read(self.simulator.listeners[self.listener], data_type)
        if read is not None:
            return sum(_pages(endpoint.paging, entries) for entries in read)
        return sum(
            _pages(endpoint.for_list(name).paging, len(entries)) for name, entries in self.lists(data_type).items()
        )

    def fewest_calls(self, *data_types: DataType) -> int:
        """The same with the calls for what pages leave out, and for the length of a log that another call tells."""
        more = 0
        for data_type in data_types:
            endpoint, lists = self.endpoint(data_type), self.lists(data_type).values()
            pages = self.fewest(data_type) - sum(not entries for entries in lists)
            more += (pages if endpoint.completion else 0) + (endpoint.other_count is not None)
        return sum(map(self.fewest, data_types)) + more


def _pages(paging: Paging, entries: int) -> int:
    if isinstance(paging, Single):
        return 1
    common = paging.overlap if isinstance(paging, Offset) else 0
    return max(1, ceil((entries - common) / (paging.limit - common)))
