"""One provider under test: a world in virtual time, with small pages, and syncs of a connected listener."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blendify.collecting.collector import collect
from blendify.core import aws
from blendify.core.data_types import DataType
from blendify.history.stored_facts import StoredFact
from blendify.jobs.job import Job
from operations.folded_lists import canonical
from operations.history_reader import HistoryReader
from tests.unit import sync_steps
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.providers import TRAITS, Traits
from tests.unit.sync_steps import plenty, standing
from tests.unit.world import Socket, World

DAY = 24 * 3600


@dataclass
class Subject(World):
    """A provider's simulator, and a listener who has connected."""

    clock: Clock = field(default_factory=Clock)
    user_id: str = ""
    _syncs: int = field(default=0, repr=False)

    @classmethod
    def connected(cls, sockets: Mapping[str, Socket], name: str, clock: Clock) -> "Subject":
        """All new; lists of a few small pages."""
        subject = cls.begin(sockets[name], clock=clock.seconds, **TRAITS[name].sizes)
        subject.clock, subject.user_id = clock, subject.connect()
        return subject

    @property
    def traits(self) -> Traits:
        """What random stories know of the provider."""
        return TRAITS[self.name]

    @property
    def another(self) -> DataType:
        """A data type that the provider offers beside the saved tracks, and that needs no other."""
        kinds = (DataType.TOP_TRACKS, DataType.FOLLOWED_ARTISTS)
        return next(data_type for data_type in kinds if data_type in self.provider.offered)

    def begun(self, *data_types: DataType, mode: str = "changes") -> Job:
        """A sync of these data types that has begun just now."""
        self._syncs += 1
        return sync_steps.begun(
            self.user_id,
            *data_types,
            provider=self.name,
            execution=f"execution-of-{self._syncs}",
            started_at=self.clock.now(),
            mode=mode,
        )

    def ready(self, data_type: DataType, *more: DataType) -> Job:
        """A sync in which the data type can be collected next."""
        job = self.begun(*self.needs(data_type), *more)
        for need in self.needs(data_type)[:-1]:
            collect(need, job, plenty)
        return job

    def run(self, *data_types: DataType, days: float = 0, mode: str = "changes") -> tuple[Job, str]:
        """A whole sync with all its waits, so many days after now; and its status."""
        self.clock.sleep(days * DAY)
        machine = Machine(self.user_id, data_types, self.clock, Reaper(()), provider=self.name, mode=mode)
        return machine.run()

    def counts(self, job: Job, data_type: DataType) -> Counter[str]:
        """The counts of a data type of a sync."""
        return Counter(standing(job, data_type).counts)

    def facts(self, job: Job, data_type: DataType) -> list[StoredFact]:
        """What a sync appended."""
        return sync_steps.facts(job, data_type)

    def differences(self, data_type: DataType) -> list[str]:
        """How the history, folded, differs from what the listener has."""
        stored = HistoryReader(aws.client("dynamodb"), "history", self.user_id).lists(data_type)
        return stored.differences(self.lists(data_type))

    def is_stored(self, job: Job, data_type: DataType, entries: Sequence[Any]) -> bool:
        """Whether a sync appended exactly these entries, each once."""
        appended = Counter(canonical(fact.answer()) for fact in self.facts(job, data_type) if fact.raw)
        return appended == Counter(map(canonical, entries))

    def at_call(self, number: int, do: Callable[[], object]) -> None:
        """Something that the listener does when the provider is called for the n-th time from now on."""
        before = self.calls()

        def on_call(_: str, __: int) -> None:
            if self.calls() - before == number:
                do()

        self.traffic.on_call = on_call
