"""Imports in tests: files of a tiny format of our own, uploaded and worked on by the real worker, without Lambda."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Protocol

from blendify.core import aws, times
from blendify.history import queries
from blendify.history.stored_facts import StoredFact
from blendify.importing import imports, uploads
from blendify.importing.formats.format import Entry, Format, Options
from blendify.importing.formats.rows import FollowedArtist, Play, Playlist, PlaylistEntry, Row, SavedAlbum, Skipped
from blendify.importing.import_item import Import
from blendify.importing.refusals import ImportRefused
from blendify.importing.work import Readers, Worker

BUCKET = "uploads"


def create_uploads_bucket() -> None:
    """The template's bucket, empty."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for name in uploaded():
        s3.delete_object(Bucket=BUCKET, Key=name)


def uploaded() -> list[str]:
    """The keys of all uploads."""
    return [item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


class Readable(Protocol):
    """A line of the tiny format."""

    def row(self) -> Row: ...


@dataclass(frozen=True)
class Listed:
    """A row of the tiny format that is a thing of a library."""

    thing: Row

    def row(self) -> Row:
        return self.thing


def album(name: str, service: str = "deezer", added_at: str | None = None) -> Listed:
    """A saved album."""
    moment = times.parse(added_at) if added_at else None
    key, by = f"album-{name}", "Artist"
    return Listed(
        SavedAlbum(
            key=key, record_id=name, album_name=name, artist_name=by, added_at=moment, service=service, answer={}
        )
    )


def playlist(name: str, *songs: str, service: str = "deezer") -> Listed:
    """A playlist with these songs, without dates."""
    entries = tuple(PlaylistEntry(record_id=song, track_name=song, artist_name="Artist", answer={}) for song in songs)
    key = f"playlist-{name}"
    return Listed(Playlist(key=key, record_id=name, playlist_name=name, entries=entries, service=service, answer={}))


def artist(name: str, service: str = "deezer") -> Listed:
    """A followed artist without a date."""
    return Listed(FollowedArtist(key=f"artist-{name}", record_id=name, artist_name=name, service=service, answer={}))


@dataclass(frozen=True)
class Line:
    """A row of the tiny format that is a play."""

    end: str
    song: str = "Artist/Song"
    ms: int = 200_000
    start: str | None = None
    precision: str = "second"
    reason_end: str = "trackdone"
    service: str = "spotify"
    reason: str | None = None
    """Why it is to be skipped."""

    def row(self) -> Row:
        if self.reason:
            return Skipped(self.reason)
        artist, _, title = self.song.partition("/")
        end = times.parse(self.end)
        # As the reference has it: nothing in a key that another download may tell otherwise.
        key = f"{self.song}#{self.end}#{self.ms}"
        return Play(
            key=key,
            record_id=self.song,
            track_name=title,
            artist_name=artist,
            started_at=times.parse(self.start) if self.start else end - timedelta(milliseconds=self.ms),
            ended_at=end,
            precision=self.precision,  # type: ignore[arg-type]
            ms_played=self.ms,
            flags={"reason_end": self.reason_end, **({"finished": True} if self.reason_end == "trackdone" else {})},
            service=self.service,
            answer={"ts": self.end, "ms": self.ms},
        )


@dataclass(frozen=True)
class FileOfLines:
    """An entry that is in memory."""

    path: str
    lines: tuple[Readable, ...]
    broken_at: int | None = None
    """Reading fails with an error of ours at this row, as long as it is set."""

    def open(self) -> BinaryIO:
        raise AssertionError("the tiny format reads its lines")


@dataclass
class Files:
    """What one upload holds."""

    entries: list[FileOfLines]
    accounts: frozenset[str] = frozenset()
    asks_zone: bool = False
    asks_columns: bool = False
    advice: tuple[str, str] | None = None
    deaths: Callable[[int], None] = lambda _row: None
    """Called before each row is given."""
    given: list[int] = field(default_factory=list)

    @property
    def readers(self) -> Readers:
        def names(known: Iterable[tuple[Entry, Format]]) -> dict[str, str]:
            return {entry.path: "" for entry, _ in known}

        return Readers(
            entries=lambda _: iter(self.entries),
            recognize=self._recognize,
            names=names,
            refusal=lambda _: ImportRefused("not_recognized"),
            columns=lambda _: {"kind": "columns", "columns": ["when", "what"], "fields": []},
            advice=lambda _: self.advice,
        )

    def _recognize(self, entry: Entry) -> Format:
        opened = next(each for each in self.entries if each.path == entry.path)

        def read(_: BinaryIO, options: Options) -> Iterator[Row]:
            assert options.latest is not None
            for number, line in enumerate(opened.lines):
                self.given.append(number)
                self.deaths(number)
                yield line.row()

        return Format(
            "tiny",
            "Tiny",
            "1",
            "spotify",
            read,
            asks_zone=self.asks_zone,
            asks_columns=self.asks_columns,
            accounts=lambda _: self.accounts,
        )


class Opened:
    """A stream that nobody reads."""

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        return None


def files(*lines: Iterable[Readable], **more: Any) -> Files:
    """An upload with a file for each of these."""
    made = [_Stream(f"file-{number}", tuple(each)) for number, each in enumerate(lines)]
    return Files(list(made), **more)


@dataclass(frozen=True)
class _Stream(FileOfLines):
    def open(self) -> Any:
        return Opened()


def begun(user_id: str, options: dict[str, Any] | None = None) -> Import:
    """An import whose file has arrived."""
    made = imports.announce(user_id)
    aws.client("s3").put_object(Bucket=BUCKET, Key=uploads.key(user_id, made.import_id), Body=b"-")
    return imports.begin(user_id, made.import_id, 1, options or {}, nobody)


def nobody(_: Import) -> None:
    """Is told of imports that have ended without a worker."""


def plenty() -> float:
    return 900.0


def work(begun_import: Import, held: Files, seconds_left: Callable[[], float] = plenty) -> str:
    """One worker's work on an import, as it is stored."""
    stored = imports.find(begun_import.user_id, begun_import.import_id)
    assert stored
    return Worker(stored, held.readers, seconds_left).run()


def brought(user_id: str, *lines: Iterable[Readable], **more: Any) -> Import:
    """An import of these lines, worked on to its end."""
    held, started = files(*lines, **more), begun(user_id)
    status = "more"
    while status == "more":
        status = work(started, held)
    return now(started)


def now(each: Import) -> Import:
    """The import as it is stored."""
    stored = imports.find(each.user_id, each.import_id)
    assert stored
    return stored


def plays(user_id: str) -> list[StoredFact]:
    """The imported plays, in the order of their keys."""
    return list(queries.imported(user_id, "recently_played", "0", "~"))


def series(first: str, count: int, every: timedelta = timedelta(minutes=4), **more: Any) -> list[Line]:
    """Plays of different songs, one after another."""
    begin: datetime = times.parse(first)
    return [Line(times.iso(begin + number * every), f"Artist/Song {number}", **more) for number in range(count)]


def shifted(line: Line, **changes: Any) -> Line:
    """The line with other values."""
    return replace(line, **changes)
