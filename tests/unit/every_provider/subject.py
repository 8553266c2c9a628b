"""One provider under test: its simulator in virtual time, small pages, and runs over a listener's connection."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from blendify.collecting.collector import collect
from blendify.collecting.job import Job
from blendify.core import aws
from blendify.core.data_types import DataType
from blendify.history.stored_facts import StoredFact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint
from blendify.providers.paging import Offset, Paging, Single
from local.history_reader import HistoryReader, canonical
from tests.unit.provider_worlds import SIMULATED, Behind, World, lists
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.providers import TRAITS, Traits
from tests.unit.spotify_world import begun, plenty, standing

DAY = 24 * 3600


@dataclass
class Subject:
    """A provider, its simulator, and a listener who has connected."""

    name: str
    world: World
    clock: Clock
    user_id: str = ""
    _runs: int = field(default=0, repr=False)

    @classmethod
    def begin(cls, sockets: Mapping[str, Behind], name: str, clock: Clock) -> "Subject":
        """All new; lists of a few small pages."""
        world = SIMULATED[name].world.begin(sockets[name], clock=clock.seconds, **TRAITS[name].sizes)
        subject = cls(name, world, clock)
        subject.user_id = world.connect(subject.listener)
        return subject

    @property
    def listener(self) -> str:
        return SIMULATED[self.name].listener

    @property
    def traits(self) -> Traits:
        return TRAITS[self.name]

    @property
    def traffic(self) -> Any:
        return self.world.simulator.traffic

    @property
    def secrets(self) -> list[str]:
        """All that the provider ever issued to us."""
        return list(self.world.simulator.accounts.secrets)

    def endpoint(self, data_type: DataType) -> Endpoint:
        return PROVIDERS[self.name].endpoints[data_type]

    def needs(self, data_type: DataType) -> tuple[DataType, ...]:
        """The data type, behind the one whose entries name its lists."""
        within = self.endpoint(data_type).parent
        return (within, data_type) if within else (data_type,)

    def lists(self, data_type: DataType) -> dict[str, list[Any]]:
        """What the listener really has, list by list."""
        return lists(self.world, data_type, self.listener)

    def size(self, data_type: DataType) -> int:
        """How many entries that is, all lists together."""
        return sum(map(len, self.lists(data_type).values()))

    def fault(self, data_type: DataType | None, trouble: str = "", **wish: Any) -> None:
        """Spoil the answers about a data type, or all of them, as a trouble of `TROUBLES` or `Fault` says."""
        name = SIMULATED[self.name].endpoints(data_type)[0] if data_type else "*"
        self.world.simulator.trouble(trouble, name, **wish)

    def calls(self, data_type: DataType | None = None) -> int:
        """Calls so far, about one data type or all."""
        if data_type is None:
            return self.world.calls()
        counted = self.traffic.endpoints
        return sum(int(counted.get(name, Counter())["calls"]) for name in SIMULATED[self.name].endpoints(data_type))

    def fewest(self, data_type: DataType) -> int:
        """Pages that hold all of it: one for an empty list, and what pages have in common is read twice."""
        endpoint = self.endpoint(data_type)
        return sum(
            _pages(endpoint.for_list(name).paging, len(entries)) for name, entries in self.lists(data_type).items()
        )

    def begun(self, *data_types: DataType, mode: str = "changes") -> Job:
        """A run of these data types that has begun just now."""
        self._runs += 1
        return begun(
            self.user_id,
            *data_types,
            provider=self.name,
            execution=f"execution-of-{self._runs}",
            started_at=self.clock.now(),
            mode=mode,
        )

    def ready(self, data_type: DataType, *more: DataType) -> Job:
        """A run in which it is this data type's turn."""
        job = self.begun(*self.needs(data_type), *more)
        for need in self.needs(data_type)[:-1]:
            collect(need, job, plenty)
        return job

    def run(self, *data_types: DataType, days: float = 0, mode: str = "changes") -> tuple[Job, str]:
        """A whole run with all its waits, so many days after now; and its status."""
        self.clock.sleep(days * DAY)
        machine = Machine(self.user_id, data_types, self.clock, Reaper(()), provider=self.name, mode=mode)
        return machine.run()

    def counts(self, job: Job, data_type: DataType) -> Counter[str]:
        return Counter(standing(job, data_type).counts)

    def facts(self, job: Job, data_type: DataType) -> list[StoredFact]:
        """What a run appended."""
        return list(StoredFact.of_run(job.user_id, data_type, job.fetched_at))

    def differences(self, data_type: DataType) -> list[str]:
        """Where the history, folded, is not what the listener has."""
        stored = HistoryReader(aws.client("dynamodb"), "history", self.user_id).lists(data_type)
        return stored.differences(self.lists(data_type))

    def is_stored(self, job: Job, data_type: DataType, entries: Sequence[Any]) -> bool:
        """Whether a run appended exactly these, each once."""
        kept = Counter(canonical(fact.answer()) for fact in self.facts(job, data_type) if fact.raw)
        return kept == Counter(map(canonical, entries))

    def at_call(self, number: int, do: Callable[[], object]) -> None:
        """Something that the listener does when the provider is called for the n-th time from now on."""
        before = self.calls()

        def on_call(_: str, __: int) -> None:
            if self.calls() - before == number:
                do()

        self.traffic.on_call = on_call


def _pages(paging: Paging, entries: int) -> int:
    if isinstance(paging, Single):
        return 1
    common = paging.overlap if isinstance(paging, Offset) else 0
    return max(1, ceil((entries - common) / (paging.limit - common)))
