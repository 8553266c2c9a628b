"""All formats: which of them a file is of, and what the files of one upload say of each other."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from blendify.importing.formats import (
    apple_library,
    apple_plays,
    csv_columns,
    deezer,
    lastfm,
    listenbrainz,
    own_servers,
    scrobbler_log,
    spotify_account,
    spotify_extended,
    takeout_history,
    takeout_tables,
)
from blendify.importing.formats.format import Entry, Format
from blendify.importing.formats.outline import Outline, outline
from blendify.importing.refusals import ImportRefused

MOST_NAMES = 200_000
"""A library holds at most 100,000 songs, with two names each."""
MOST_CHARACTERS = 20_000_000
"""Of all these names."""
_FILES_LOOKED_AT = 2
FORMATS = (
    "spotify_extended",
    "spotify_account_history",
    "spotify_account_library",
    "spotify_account_playlists",
    "spotify_account_follow",
    "spotify_account",
    "lastfm_csv",
    "lastfm_to_csv",
    "lastfm_pages",
    "lastfm_loved",
    "listenbrainz",
    "listenbrainz_feedback",
    "scrobbler_log",
    "maloja",
    "koito",
    "pano_scrobbler",
    "apple_play_activity",
    "apple_daily_tracks",
    "apple_library_tracks",
    "apple_library_playlists",
    "apple_library_albums",
    "apple_library_artists",
    "apple_favorites",
    "takeout_history",
    "takeout_playlist",
    "takeout_likes",
    "takeout_songs",
    "takeout_subscriptions",
    "deezer",
    "tidal_history",
    "tidal_favorites",
    "soundcloud_history",
    "librefm",
    "csv",
)
"""The names of all formats, in the order of the documentation."""
RECOGNIZERS: tuple[Callable[[Outline], Format | None], ...] = (
    spotify_extended.recognize,
    spotify_account.recognize,
    lastfm.recognize,
    listenbrainz.recognize,
    scrobbler_log.recognize,
    own_servers.recognize,
    apple_plays.recognize,
    apple_library.recognize,
    takeout_history.recognize,
    takeout_tables.recognize,
    deezer.recognize,
    csv_columns.recognize,
)
"""The more specific first."""


def recognize(entry: Entry) -> Format | None:
    """
    The format of a file, by its content; None for a file of no format.

    Raises  ImportRefused, as reading the entry does
    """
    beginning = outline(entry)
    return next((format_ for by_content in RECOGNIZERS if (format_ := by_content(beginning))), None)


def names_in(recognized: Iterable[tuple[Entry, Format]]) -> Mapping[str, str]:
    """
    What the files of one upload say that others of them lack, for `Options.names`.

    Of contradicting names none is right: two songs of one title may have different artists.
    """
    names: dict[str, str] = {}
    characters = 0
    for entry, format_ in recognized:
        if format_.names:
            with entry.open() as stream:
                for key, name in format_.names(stream):
                    if key in names:
                        names[key] = name if names[key] == name else ""
                    elif len(names) < MOST_NAMES and characters < MOST_CHARACTERS:
                        names[key] = name
                        characters += len(key) + len(name)
    return names


def refusal(entries: Iterable[Entry]) -> ImportRefused:
    """Why an upload in which nothing is recognised is refused: it may hold nothing, or be a page that wants a login."""
    heads = [outline(entry).head[:1_000].lower() for entry in islice(entries, _FILES_LOOKED_AT)]
    if not heads:
        return ImportRefused("no_files")
    html = len(heads) == 1 and (b"<html" in heads[0] or b"<!doctype html" in heads[0])
    return ImportRefused("html" if html else "not_recognized")
