"""How listeners get each export, and what to tell those who bring another one than they meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from blendify.importing.formats.format import Format


@dataclass(frozen=True)
class Guide:
    """How to get an export: what to ask for, step by step."""

    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """Something better can be brought than what was uploaded."""

    code: str
    text: str
    guide: Guide


GUIDES: Mapping[str, Guide] = {
    "spotify": Guide(
        "Spotify",
        (
            "Open spotify.com/account/privacy and log in.",
            "Under “Download your data” tick “Extended streaming history”. For the library and the playlists tick "
            "“Account data” too; they come separately.",
            "Request the data, and confirm it by the link in the mail that Spotify sends.",
            "A second mail brings the download, after hours or up to 30 days. Upload the zip as it is.",
        ),
    ),
    "apple_music": Guide(
        "Apple Music",
        (
            "Open privacy.apple.com and log in.",
            "Choose “Request a copy of your data” and tick only “Apple Media Services information”.",
            "After up to 7 days a mail tells you to download it, for about two weeks. Upload the zip as it is. Put "
            "several into one, as they tell names for one another.",
        ),
    ),
    "youtube_music": Guide(
        "YouTube and YouTube Music",
        (
            "Open takeout.google.com, deselect all, and tick “YouTube and YouTube Music”.",
            "Under “Multiple formats” set history to JSON: the preset HTML has less exact times.",
            "Under “All YouTube data included” deselect videos.",
            "Where the history reaches back months only, export “My Activity”, YouTube, as JSON too.",
        ),
    ),
    "lastfm": Guide(
        "Last.fm",
        (
            "Last.fm has no export; connect Last.fm instead, and everything is read from there.",
            "For an account that is closed, bring a table or the pages that a tool such as lastfm.ghan.nl or "
            "lastfm-to-csv has saved.",
        ),
    ),
    "listenbrainz": Guide(
        "ListenBrainz",
        (
            "Open listenbrainz.org/settings/export and start the export.",
            "Download the zip when it is ready, within 30 days, and upload it as it is.",
        ),
    ),
    "deezer": Guide(
        "Deezer",
        (
            "Open the account settings, and there “My personal data”.",
            "Request the data; a workbook (.xlsx) comes after some days. Upload it as it is.",
        ),
    ),
    "tidal": Guide(
        "Tidal",
        ("Open the account settings and choose “Download my data”.", "Upload the tables that come, as they are."),
    ),
    "soundcloud": Guide(
        "SoundCloud", ("Request your data in the account settings. Upload the table of your history as it is.",)
    ),
    "players": Guide("Portable players", ("Upload the file .scrobbler.log from the top folder of the player's disk.",)),
    "servers": Guide("Maloja, Koito, Pano Scrobbler", ("Use the export in the settings, and upload its file.",)),
    "csv": Guide(
        "Any other service",
        ("Upload a table (CSV) with a line of columns: a time and a title at least. You say which column is which.",),
    ),
}


WRONG_PACKAGE = Advice(
    "wrong_package",
    "This is Spotify's account data. Of what you played it has the last year alone, to the minute and without ids. All "
    "since the account began is in another package, the extended streaming history.",
    GUIDES["spotify"],
)
HTML_HISTORY = Advice(
    "html_history",
    "This history is a web page. Its times are local and in the form of a language, so some may be read wrong or not "
    "at all. The same history as JSON has exact times.",
    GUIDES["youtube_music"],
)


def advice(recognized: Iterable[Format]) -> tuple[Advice, ...]:
    """What to tell a listener about an upload of these formats."""
    formats = list(recognized)
    names = {format_.name for format_ in formats}
    advised = []
    if any(name.startswith("spotify_account") for name in names) and "spotify_extended" not in names:
        advised.append(WRONG_PACKAGE)
    if any(format_.name == "takeout_history" and format_.generation == "HTML" for format_ in formats):
        advised.append(HTML_HISTORY)
    return tuple(advised)


def steps(code: str | None) -> tuple[str, ...]:
    """How to get what an advice with this code recommends; nothing for every other code."""
    return next((each.guide.steps for each in (WRONG_PACKAGE, HTML_HISTORY) if each.code == code), ())
