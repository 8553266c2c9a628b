"""
One worker's part of an import: recognise the files, append their rows, compare with what was polled, end.

Nothing is stored before all files are recognised and none is another person's. Then rows are appended in parts; after
each the place is saved: the entry, and the row in it. A worker that dies leaves rows behind its place; the next one
appends them again, and each meets its own key. Only for the count does it look whether they were of this import.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO

from blendify.access import users
from blendify.core import times
from blendify.core.telemetry import logger
from blendify.history import lookup, queries
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.importing import imports, timeline, uploads
from blendify.importing.formats.format import Entry, Format, Options
from blendify.importing.formats.rows import Row
from blendify.importing.import_item import ENDED, Import, Place, Report, State
from blendify.importing.imported_facts import Importer
from blendify.importing.imports import Superseded
from blendify.importing.recognised import Kinds, described, question
from blendify.importing.refusals import ImportRefused
from blendify.importing.report_counts import compared, counted
from blendify.importing.uploads import UploadGone

PART = 1_000
"""Rows between two places: what a death costs, and a few seconds' work."""
RESERVE_SECONDS = 60.0
"""A part is begun only with this much of the Lambda's time left."""
MOST_NAMED = 100
"""Files that the report names; it counts all."""
MOST_ROWS = 5_000_000


@dataclass(frozen=True)
class Readers:
    """How files are read."""

    entries: Callable[[BinaryIO], Iterator[Entry]]
    """The files in an upload."""
    recognize: Callable[[Entry], Format | None]
    names: Callable[[Iterable[tuple[Entry, Format]]], Mapping[str, str]]
    """What some of the files say for others. It goes through all of them."""
    refusal: Callable[[Iterable[Entry]], ImportRefused]
    """Why an upload is refused in which nothing is recognised."""
    columns: Callable[[Entry], dict[str, Any]]
    """The question for a table whose columns the listener names."""
    advice: Callable[[Iterable[Format]], tuple[str, str] | None]
    """Code and text where something better could be brought."""


@dataclass
class Worker:
    """One invocation's work on one import."""

    now: Import
    readers: Readers
    seconds_left: Callable[[], float]

    def run(self) -> str:
        """Work as long as there is time; returns `more`, `ended`, `question` or `superseded`."""
        if self.now.state is not State.READING:
            return "ended" if self.now.state in ENDED else "superseded"
        try:
            return self._stages()
        except Superseded:
            return "superseded"

    def _stages(self) -> str:
        stages = {"recognising": self._recognise, "reading": self._read, "comparing": self._compare}
        try:
            while self.now.place.stage in stages:
                if not stages[self.now.place.stage]():
                    return "more" if self.now.state is State.READING else "question"
            self._end(State.PARTIAL if self._incomplete else State.SUCCEEDED)
        except ImportRefused as refused:
            self.fail(refused.code, refused.message)
        except UploadGone:
            self.fail("upload_gone", "The uploaded file is no longer there. Upload it again.")
        return "ended"

    def fail(self, code: str, why: str) -> None:
        """End the import with a reason; what was stored until then stays. Raises Superseded."""
        self.now = self.now.broken_off(code, why)
        self._end(self.now.state)

    @property
    def _incomplete(self) -> bool:
        return "cut_off" in self.now.report.skipped

    def _end(self, state: State) -> None:
        uploads.remove(self.now.user_id, self.now.import_id)
        self.now = imports.end(replace(self.now, state=state))
        logger.info("Imported", extra={"state": state, "stored": self.now.report.stored, "read": self.now.report.read})

    def _save(self, place: Place, report: Report) -> None:
        self.now = imports.save(self.now, place, report)

    # --- what is in the file ---

    def _recognise(self) -> bool:
        formats: dict[str, Format] = {}
        named: list[tuple[dict[str, Any], Format]] = []
        questions: list[dict[str, Any]] = []
        foreign: Format | None = None
        ignored = 0
        with self._file() as file:
            for entry in self.readers.entries(file):
                format_of = self.readers.recognize(entry)
                if format_of is None:
                    ignored += 1
                    continue
                if self._is_foreign(entry, format_of):
                    foreign = foreign or format_of
                formats[format_of.name] = format_of
                named.append((described(entry, format_of), format_of))
                if format_of.asks_columns and not questions:
                    questions.append(self.readers.columns(entry))
        if not formats:
            with self._file() as file:
                raise self.readers.refusal(self.readers.entries(file))
        if foreign:
            self.now = imports.ask(self.now, {"kind": "another_account", "format": foreign.title})
            return False
        kinds = Kinds.of(formats.values())
        with_rows = [each for each in formats.values() if kinds.has_rows(each)]
        if asked := question(with_rows, questions, self.now.options):
            self.now = imports.ask(self.now, asked)
            return False
        recognised = tuple(entry for entry, each in named if kinds.has_rows(each))[:MOST_NAMED]
        code, why = self.readers.advice(formats.values()) or (None, None)
        self.now = replace(self.now, code=code, why=why)
        self._save(Place("reading"), Report(recognised=recognised, ignored=ignored))
        return True

    def _is_foreign(self, entry: Entry, format_of: Format) -> bool:
        """Whether a file is of an account that is none of the listener's at this service, and they have not said so."""
        own = {account.account_id for account in users.own_accounts(self.now.user_id, format_of.service)}
        if not own or self.now.options.get("another_account"):
            return False
        with entry.open() as stream:
            accounts = format_of.accounts(stream)
        return bool(accounts) and accounts.isdisjoint(own)

    # --- its rows ---

    def _read(self) -> bool:
        importer = Importer(self.now.user_id, self.now.import_id, self.now.started_at or self.now.created_at)
        formats: dict[str, Format] = {}
        with self._file() as file:
            options = self._options(self.readers.names(self._noted(file, formats)))
        kinds = Kinds.of(formats.values())
        # An entry can be opened only while its archive is.
        with self._file() as file:
            for number, (entry, each) in enumerate(self._known(file)):
                if number < self.now.place.entry or not kinds.has_rows(each):
                    continue
                if not self._read_entry(importer, number, entry, each, options):
                    return False
        self._save(Place("comparing"), self.now.report)
        return True

    def _known(self, file: BinaryIO) -> Iterator[tuple[Entry, Format]]:
        for entry in self.readers.entries(file):
            if format_of := self.readers.recognize(entry):
                yield entry, format_of

    def _noted(self, file: BinaryIO, formats: dict[str, Format]) -> Iterator[tuple[Entry, Format]]:
        """The same; notes the formats by name."""
        for entry, format_of in self._known(file):
            formats[format_of.name] = format_of
            yield entry, format_of

    def _options(self, names: Mapping[str, str]) -> Options:
        chosen = self.now.options
        return Options(
            zone=chosen.get("zone", "UTC"),
            latest=times.parse(self.now.started_at or self.now.created_at) + timedelta(days=1),
            columns=chosen.get("columns"),
            names=names,
        )

    def _read_entry(self, importer: Importer, number: int, entry: Entry, format_of: Format, options: Options) -> bool:
        row = self.now.place.row if number == self.now.place.entry else 0
        with entry.open() as stream:
            rows = islice(format_of.read(stream, options), row, None)
            while True:
                if self.seconds_left() < RESERVE_SECONDS:
                    return False
                part = list(islice(rows, PART))
                if not part:
                    break
                self._append(importer, number, row, part)
                row += len(part)
        self._save(Place("reading", number + 1, 0), self.now.report)
        return True

    def _append(self, importer: Importer, number: int, row: int, part: list[Row]) -> None:
        """Append the part of an entry that begins at this row, and save the place behind it."""
        name = f"{number}.{row}"
        facts = [fact for each in part for fact in importer.facts(each, name)]
        place = self.now.place
        before = self._stored_before(facts, name) if place.open else 0
        if not place.open:
            # From here on this worker may die with rows stored that no place tells of.
            self._save(replace(place, open=True), self.now.report)
        written = append(facts)
        listed = append(importer.listings(facts, name))
        report = counted(self.now.report, part, facts)
        report = replace(
            report,
            stored=report.stored + written.records + before,
            known=report.known + written.known - before,
            write_units=report.write_units
            + sum(each.write_units + each.index_write_units for each in (written, listed)),
        )
        if report.read > MOST_ROWS:
            raise ImportRefused("too_large")
        self._save(Place("reading", number, row + len(part)), report)

    def _stored_before(self, facts: Iterable[Fact], part: str) -> int:
        """How many of these a worker has stored that died in this part before it could say so."""
        own = 0
        for fact in {fact.fetched_at: fact for fact in facts}.values():
            partition, key = fact.partition.split("#", 1)[1], fact.fetched_at
            try:
                stored = lookup.fact_at(self.now.user_id, partition, key).fields
            except LookupError:
                continue
            own += (stored["import_id"], stored["import_part"]) == (self.now.import_id, part)
        return own

    # --- what of it was polled, too ---

    def _compare(self) -> bool:
        """Link what the import covers with what was polled, a month at a time, for the report."""
        covered = list(self.now.report.covers.values())
        if not covered:
            self._save(Place("done"), self.now.report)
            return True
        first, last = min(span[0] for span in covered), max(span[1] for span in covered)
        month = self.now.place.month
        while moment := queries.next_play(self.now.user_id, timeline.PLAYS, max(month, first)):
            if moment > last:
                break
            if self.seconds_left() < RESERVE_SECONDS:
                return False
            month = f"{moment[:7]}~"
            self._save(Place("comparing", month=month), self._compared(moment[:7]))
        self._save(Place("done"), self.now.report)
        return True

    def _compared(self, month: str) -> Report:
        first, last = f"{month}-01T00:00:00.000Z", f"{month}-31T23:59:59.999Z"
        keys = list(lookup.plays(self.now.user_id, timeline.PLAYS, first, last))
        polled = queries.facts(self.now.user_id, timeline.PLAYS, keys).values()
        begin, end = f"{month}-01", f"{month}-31T23:59:59.999Z"
        imported = list(queries.imported(self.now.user_id, timeline.PLAYS, begin, end))
        return compared(self.now.report, timeline.pairs(polled, imported))

    def _file(self) -> BinaryIO:
        return uploads.opened(self.now.user_id, self.now.import_id)
