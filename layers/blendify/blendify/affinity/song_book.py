"""What is known of each song and artist beside how much the listener cares: names, pictures, records."""

from dataclasses import dataclass, field
from functools import cached_property

from blendify.affinity.credits import credited
from blendify.affinity.evidence import Evidence
from blendify.affinity.same_songs import joined
from blendify.insights.buckets import LibraryChange, Ranked, Song
from blendify.insights.songs import fullest


@dataclass
class AboutSong:
    """A song, as the records of it tell."""

    title: str
    artist_keys: tuple[str, ...]
    artist_line: str
    album: str | None = None
    cover: str | None = None
    milliseconds: int | None = None
    records: dict[str, str] = field(default_factory=dict)
    """Provider → record id."""
    is_private: bool = False
    """Whether any of its records names an artist whom the listener keeps to themselves."""


class SongBook:
    """All songs and artists of a listener. Songs that are one have one key here: see `same_songs`."""

    def __init__(self, evidence: Evidence) -> None:
        self._ranked = sorted(
            ((top.provider, entry) for top in evidence.lists if top.what == "tracks" for entry in top.entries),
            key=lambda each: (each[0], each[1].rank, each[1].key, each[1].record_id, each[1].name, each[1].image or ""),
        )
        self._changes = sorted({*evidence.now.likes, *evidence.now.entries}, key=_by_record)
        named = [(change.provider, change.record_id, change.key) for change in self._changes]
        named += [(provider, entry.record_id, entry.key) for provider, entry in self._ranked]
        self._same = joined(named, evidence.codes)
        self.songs: dict[str, AboutSong] = {}
        self.artist_names: dict[str, str] = {}
        self._images: dict[str, str] = {}
        self._private = evidence.private
        self._name_artists(evidence)
        self._describe_songs(evidence)

    def key(self, key: str) -> str:
        """The key of a song here."""
        return self._same.get(key, key)

    def image(self, artist: str) -> str | None:
        """A picture of an artist, or the cover of a song of theirs."""
        return self._images.get(artist) or self._covers.get(artist)

    @cached_property
    def _covers(self) -> dict[str, str]:
        """By artist the cover of a song of theirs, none with somebody who is private."""
        covers: dict[str, str] = {}
        for about in self.songs.values():
            if about.cover and about.artist_keys and not about.is_private:
                covers.setdefault(about.artist_keys[0], about.cover)
        return covers

    def _name_artists(self, evidence: Evidence) -> None:
        for first in evidence.artists:
            self._name(first.key, first.name, first.image)
        for top in evidence.lists:
            if top.what == "artists":
                for entry in top.entries:
                    self._name(entry.key, entry.name, entry.image)
        for follow in evidence.now.follows:
            self._name(follow.key, follow.name, follow.image)

    def _describe_songs(self, evidence: Evidence) -> None:
        played: dict[str, Song] = {}
        private: set[str] = set()
        for month in sorted(evidence.plays, key=lambda month: month.month):
            for key, song in month.songs.items():
                before = played.get(key)
                played[key] = song if before is None or before == song else fullest((before, song))
                if any(artist.key in self._private for artist in song.artists):
                    private.add(key)
        for key in sorted(played):
            self._played(played[key]).is_private |= key in private
        for change in self._changes:
            self._added(change)
        for provider, entry in self._ranked:
            self._listed(provider, entry)

    def _name(self, key: str, name: str, image: str | None) -> None:
        self.artist_names.setdefault(key, name)
        if image:
            self._images.setdefault(key, image)

    def _played(self, song: Song) -> AboutSong:
        for artist in song.artists:
            self._name(artist.key, artist.name, artist.image)
        keys = tuple(artist.key for artist in song.artists)
        about = AboutSong(song.title, keys, song.artist_line, song.album, song.cover, song.milliseconds)
        return self._about(song.key, about)

    def _added(self, change: LibraryChange) -> None:
        line = change.artist_line or ""
        if len(change.artist_keys) == 1:
            self._name(change.artist_keys[0], line, None)
        about = AboutSong(change.name, change.artist_keys, line, cover=change.image)
        self._about(change.key, about).records.setdefault(change.provider, change.record_id)

    def _listed(self, provider: str, entry: Ranked) -> None:
        line = entry.artist_line or ""
        known = self.songs.get(self.key(entry.key))
        if known is None or self._private:
            keys = credited(entry.key, entry.name, line, self.artist_names.keys() | self._private) if line else ()
            about = AboutSong(entry.name, keys, line, cover=None if known else entry.image)
            if known is None and len(keys) == 1:
                self._name(keys[0], line, None)
            known = self._about(entry.key, about)
        known.records.setdefault(provider, entry.record_id)

    def _about(self, key: str, about: AboutSong) -> AboutSong:
        there = self.songs.setdefault(self.key(key), about)
        there.is_private |= not self._private.isdisjoint(about.artist_keys)
        there.cover = there.cover or about.cover
        there.album = there.album or about.album
        return there


def _by_record(change: LibraryChange) -> tuple[str, ...]:
    """What is told of one record on one day may differ: then all that is told decides which comes first."""
    texts = (change.data_type, change.name, change.artist_line, change.image, change.key, *change.artist_keys)
    return change.provider, change.record_id, change.day, *(text or "" for text in texts)
