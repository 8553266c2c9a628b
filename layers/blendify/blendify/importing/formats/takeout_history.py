"""
Google Takeout: what was watched on YouTube and YouTube Music, from the product's export or from My Activity.

JSON     [{"header": "YouTube Music", "title": "Watched Glass Harbour", "titleUrl", "subtitles": [{"name": "The Four -
         Topic", "url"}], "time": "2025-08-30T21:14:55.120Z"}]; the title has a phrase of the account's language before
         or after it. Searches and advertisements stand between. Before about 2017 {"snippet": {"publishedAt", "title"}}
HTML     the same for people: blocks with links, and a local time in the form of the language. English and German forms
         are read, with the listener's zone; everything else is counted
Time     when it began. How long it was watched is in neither: what is followed by another within 30 seconds was skipped
Music    YouTube Music's own, and channels named `… - Topic`, are music; what else is watched is kept as `watched`
"""

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain, islice
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit

from blendify.importing.formats import fields
from blendify.importing.formats.fields import text
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.json_rows import entries, rows
from blendify.importing.formats.outline import Outline
from blendify.importing.formats.row_keys import RowKeys, named_id, normal
from blendify.importing.formats.rows import Play, Row, Skipped
from blendify.importing.formats.text import chunks

SERVICE = "youtube_music"
FIELDS = ("header", "title", "titleUrl", "time")
SKIPPED_WITHIN = timedelta(seconds=30)
ROWS_TO_LEARN = 200
"""Of the phrase around titles."""
_LEAST_TITLES = 5
"""Different ones, before what they share is taken for the phrase."""
_PHRASES = (
    *(("Watched ", ""), ("Listened to ", ""), ("Vous avez regardé ", ""), ("Has visto ", ""), ("Hai guardato ", "")),
    *(("", " angesehen"), ("", " を視聴しました"), ("", "を視聴しました"), ("Assistiu a ", ""), ("Menonton ", "")),
)
_TOPIC = re.compile(r" - (Topic|トピック|Thema|Tema|Sujet)$")
_RELEASE = "Release"
"""A channel of this name stands for an unknown artist."""
_SPACES = re.compile(r"[\u00a0\u2003\u202f]")
_BLOCK = '<div class="outer-cell'
LARGEST_BLOCK = 16 * 1024
"""Characters; a real one has about 1,200. No pattern below looks at a character often."""
_CELL = re.compile(r'<div class="content-cell[^"<>]*mdl-typography--body-1">(.*?)</div>', re.DOTALL)
_LINK = re.compile(r'<a href="([^"<>]*)"[^<>]*>([^<]*)</a>')
_BREAK = re.compile(r"<br ?/?>")
_HEADER = re.compile(r'mdl-typography--title">([^<]*)')
_TAG = re.compile(r"<[^<>]*>")
_EN_US = re.compile(r"([A-Z][a-z]{2})[a-z]* (\d{1,2}), (\d{4}), (\d{1,2}):(\d\d):(\d\d)\s?([AP]M)(?:\s(\S+))?")
_EN_GB = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2})[a-z]* (\d{4}), (\d\d):(\d\d):(\d\d)(?:\s(\S+))?")
_DE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}), (\d\d):(\d\d):(\d\d)(?:\s(\S+))?")
_OFFSET = re.compile(r"(?:UTC|GMT)(?:([+-])(\d{1,2})(?::?([0-5]\d))?)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_json(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The plays of a history or an activity."""
    every = (row for _, row in rows(stream, entries) if row != [])
    first = list(islice(every, ROWS_TO_LEARN))
    phrase = learned_phrase(row for row in first if isinstance(row, Mapping))
    yield from _with_skips(_plays(chain(first, every), phrase, options))


def read_html(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """The plays of the page for people, as far as its times can be read."""
    keys = RowKeys(JSON.name)
    blocks = (_told_by_html(block, options.zone) if len(block) < LARGEST_BLOCK else None for block in _blocks(stream))
    yield from _with_skips(
        _play(entry, ("", ""), keys, options) if entry else Skipped("unreadable") for entry in blocks
    )


JSON = Format("takeout_history", "Google Takeout, YouTube history", "JSON", SERVICE, read_json)
HTML = Format("takeout_history", "Google Takeout, YouTube history", "HTML", SERVICE, read_html, asks_zone=True)


def recognize(outline: Outline) -> Format | None:
    """By the fields of the first entries, or by the classes of the page."""
    activity = outline.has(("*", "header"), ("*", "time"), ("*", "title"))
    if activity and "youtube.com" in outline.text:
        return JSON
    old = outline.has(("*", "snippet", "publishedAt"), ("*", "snippet", "title"))
    if old and re.search(r"history|verlauf|historique", outline.path, re.IGNORECASE):
        return JSON
    if b"<html" in outline.head[:1_000].lower() and _has_blocks(outline):
        return HTML
    return None


def learned_phrase(every: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """What stands before and behind the titles of what was watched: a known phrase, or what many titles share."""
    titles = {
        _SPACES.sub(" ", title)
        for row in every
        if (title := text(row, "title")) and _video(text(row, "titleUrl")) and "://" not in title
    }
    for before, behind in _PHRASES:
        if titles and sum(title.startswith(before) and title.endswith(behind) for title in titles) * 10 > 8 * len(
            titles
        ):
            return before, behind
    if len(titles) < _LEAST_TITLES:
        return "", ""
    before = _shared(titles)
    behind = _shared({title[::-1] for title in titles})[::-1]
    return before[: before.rfind(" ") + 1], behind[behind.find(" ") :] if " " in behind else ""


def _shared(titles: Collection[str]) -> str:
    """What all of them begin with."""
    first, last = min(titles), max(titles)
    return first[
        : next((place for place, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), len(first))
    ]


def _plays(every: Iterable[Any], phrase: tuple[str, str], options: Options) -> Iterator[Play | Skipped]:
    keys = RowKeys(JSON.name)
    for row in every:
        if isinstance(row, Mapping):
            yield _play(_told(row), phrase, keys, options)
        else:
            yield row if isinstance(row, Skipped) else Skipped("unreadable")


def _with_skips(every: Iterable[Play | Skipped]) -> Iterator[Row]:
    """The rows; a play after which another begins before it could count is skipped. The newest row comes first."""
    later: datetime | None = None
    for row in every:
        if isinstance(row, Play):
            if later and timedelta(0) < later - row.at < SKIPPED_WITHIN:
                yield replace(row, flags={**row.flags, "skipped": True})
            else:
                yield row
            later = row.at
        else:
            yield row


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row of either age, with the channel."""
    snippet = row.get("snippet")
    if isinstance(snippet, Mapping):
        resource = snippet.get("resourceId")
        video = text(resource, "videoId") if isinstance(resource, Mapping) else None
        address = f"https://www.youtube.com/watch?v={video}" if video else None
        return {"title": snippet.get("title"), "time": snippet.get("publishedAt"), "titleUrl": address}
    subtitles = row.get("subtitles")
    channel = subtitles[0] if isinstance(subtitles, list) and subtitles and isinstance(subtitles[0], Mapping) else {}
    details = row.get("details")
    named = (
        [text(detail, "name") or "" for detail in details if isinstance(detail, Mapping)]
        if isinstance(details, list)
        else []
    )
    return {
        **{name: row.get(name) for name in FIELDS},
        "channel": channel.get("name"),
        "advertisement": any("google" in name.lower() for name in named),
    }


def _play(entry: Mapping[str, Any], phrase: tuple[str, str], keys: RowKeys, options: Options) -> Play | Skipped:
    if entry.get("advertisement"):
        return Skipped("advertisement")
    address, written = text(entry, "titleUrl"), text(entry, "time")
    video, said = _video(address), text(entry, "title")
    if address and not video:
        return Skipped("no_play")
    at = entry["at"] if "at" in entry else fields.moment(written)
    if at is None:
        return Skipped("time_unreadable" if written else "time_missing")
    if fields.unlikely(at, options.latest):
        return Skipped("time_unlikely")
    title = _title(said, phrase) if said and "://" not in said and (video or address is None) else None
    if not video and not title:
        return Skipped("empty")
    channel = text(entry, "channel")
    music = (
        text(entry, "header") == "YouTube Music"
        or urlsplit(address or "").hostname == "music.youtube.com"
        or bool(_TOPIC.search(channel or ""))
    )
    artist = _TOPIC.sub("", channel) if channel else None
    return Play(
        key=keys.key(video or normal(title), fields.iso(at)),
        record_id=video or named_id(title, artist),
        track_name=title,
        artist_name=None if artist == _RELEASE else artist,
        started_at=at,
        kind=None if music else "watched",
        service=SERVICE,
        answer=fields.allowed(entry, (*FIELDS, "channel")),
    )


def _title(said: str, phrase: tuple[str, str]) -> str:
    plain = _SPACES.sub(" ", said)
    before, behind = phrase
    if plain.startswith(before) and plain.endswith(behind):
        plain = plain[len(before) : len(plain) - len(behind)]
    return plain.strip()


def _video(address: str | None) -> str | None:
    """The id of the video at an address, which may begin with a dash."""
    try:
        parts = urlsplit(address or "")
        host = parts.hostname or ""
    except ValueError:
        return None
    if not host.endswith(("youtube.com", "youtu.be")):
        return None
    if host == "youtu.be" or parts.path.startswith("/shorts/"):
        return parts.path.rpartition("/")[2] or None
    return parse_qs(parts.query).get("v", [None])[0] if parts.path == "/watch" else None


def _has_blocks(outline: Outline) -> bool:
    """Whether the page has blocks; a long style sheet comes before the first."""
    with outline.open() as stream:
        text_before = "".join(islice(chunks(stream), 24))
    return _BLOCK in text_before and "youtube.com" in text_before


def _blocks(stream: BinaryIO) -> Iterator[str]:
    """The blocks below the head of the page; an endless one comes in pieces."""
    rest, in_head = "", True
    for chunk in chunks(stream):
        first, *more = (rest + chunk).split(_BLOCK)
        whole, rest = ([first, *more[:-1]], more[-1]) if more else ([], first)
        yield from whole[in_head:]
        in_head = in_head and not more
        if len(rest) > LARGEST_BLOCK:
            if not in_head:
                yield rest[:LARGEST_BLOCK]
            rest = rest[-len(_BLOCK) :]
    if not in_head:
        yield rest


def _told_by_html(block: str, zone: str) -> dict[str, Any] | None:
    cell = _CELL.search(block)
    if not cell:
        return None
    links = [(html.unescape(address), _plain(content)) for address, content in _LINK.findall(cell[1])]
    lines = [line for part in _BREAK.split(cell[1]) if (line := _plain(part))]
    header = _HEADER.search(block)
    return {
        "header": _plain(header[1]) if header else None,
        "title": links[0][1] if links else _plain(cell[1].partition("<br")[0]),
        "titleUrl": links[0][0] if links else None,
        "channel": links[1][1] if len(links) > 1 else None,
        "time": lines[-1] if lines else None,
        "at": _of_page(lines[-1] if lines else None, zone),
        "advertisement": "Google Ads" in block or "Google Anzeigen" in block,
    }


def _plain(markup: str) -> str:
    return _SPACES.sub(" ", html.unescape(_TAG.sub("", markup))).strip()


def _of_page(written: str | None, zone: str) -> datetime | None:
    """A moment as the page writes it: local, with the name of the zone at the time of the export, which is no proof."""
    for pattern, order in ((_EN_US, "mdyHMS"), (_EN_GB, "dmyHMS"), (_DE, "dmyHMS")):
        match = pattern.fullmatch(written or "")
        if match:
            part = dict(zip(order, match.groups(), strict=False))
            rest = match.groups()[len(order) :]
            return _local(part, rest[0] if pattern is _EN_US else None, rest[-1], zone)
    return None


def _offset(named: str | None) -> timezone | None:
    """The offset in `UTC` or `GMT-03:00`; None for the name of a zone."""
    match = _OFFSET.fullmatch(named or "")
    if not match:
        return None
    minutes = int(match[2] or 0) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _local(part: Mapping[str, str], half: str | None, named: str | None, zone: str) -> datetime | None:
    month = _MONTHS.index(part["m"]) + 1 if part["m"] in _MONTHS else int(part["m"]) if part["m"].isdigit() else 0
    hour = int(part["H"]) % 12 + (12 if half == "PM" else 0) if half else int(part["H"])
    try:
        at = datetime(int(part["y"]), month, int(part["d"]), hour, int(part["M"]), int(part["S"]))  # noqa: DTZ001
        return fields.in_utc(at.replace(tzinfo=_offset(named)), zone)
    except (ValueError, OverflowError):
        return None
