"""Deezer's workbook, tables of known columns, and any table whose columns the listener names."""

import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.formats import csv_columns, registry
from blendify.importing.formats.format import Options
from blendify.importing.formats.rows import Play, SavedTrack, Skipped
from blendify.importing.formats.xlsx import Workbook
from blendify.importing.refusals import ImportRefused
from tests.unit.importing.uploads import File, entries_of, imported, plays, reasons, recognized, zipped

AT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
HEAD = [
    "Song Title",
    "Artist",
    "ISRC",
    "Album Title",
    "IP Address",
    "Listening Time",
    "Platform Name",
    "Platform Model",
    "Date",
]
ROW: list[Any] = [
    "Glass & Harbour",
    "The Four, Ana",
    "at-ab1-24-00001",
    "Notes",
    "SECRET",
    201,
    "web",
    "SECRET",
    "2024-05-06 07:08:09",
]
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*rows: Sequence[Any], sheet: str = "10_listeningHistory", shared: bool = True, before: str = "") -> bytes:
    """A workbook with a sheet before, whose texts are shared or stand in their cells."""
    texts: list[str] = []

    def cell(value: Any) -> str:
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        if not shared:
            return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        texts.append(
            f"<si><r><t>{escape(value[:2])}</t></r><r><t>{escape(value[2:])}</t></r><rPh><t>SECRET</t></rPh></si>"
        )
        return f'<c t="s"><v>{len(texts) - 1}</v></c>'

    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<w><sheets><sheet name="1" r:id="r1"/><sheet name="{sheet}" r:id="r2"/></sheets></w>',
            "xl/_rels/workbook.xml.rels": (
                '<R><Relationship Id="r1" Target="worksheets/a.xml"/>'
                '<Relationship Id="r2" Target="/xl/worksheets/b.xml"/></R>'
            ),
            "xl/worksheets/a.xml": f"<worksheet {NAMESPACE}><sheetData/></worksheet>",
            "xl/worksheets/b.xml": f"{before}<worksheet {NAMESPACE}><sheetData>{lines}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f"<sst>{''.join(texts)}</sst>",
        }
    )


@pytest.mark.parametrize("shared", [True, False])
def test_a_row_of_the_workbook_is_a_play_without_address_and_device(shared: bool) -> None:
    (play,) = plays(workbook(HEAD, ROW, shared=shared))
    assert (play.track_name, play.artist_name, play.album_name) == ("Glass & Harbour", "The Four, Ana", "Notes")
    assert (play.isrc, play.record_id, play.started_at, play.ms_played) == (
        "ATAB12400001",
        "isrc:ATAB12400001",
        AT,
        201_000,
    )
    assert (play.service, "SECRET" in str(play)) == ("deezer", False)


def test_dates_may_be_numbers_of_a_spreadsheet_and_columns_french() -> None:
    french = [
        "Titre de la chanson",
        "Artiste",
        "ISRC",
        "Titre de l'album",
        "Adresse IP",
        "Temps d'écoute",
        "x",
        "y",
        "Date",
    ]
    (play,) = plays(workbook(french, [*ROW[:5], -1, "", "", 45418.29732638889]))
    assert (play.started_at, play.ms_played) == (AT, None)


def test_rows_without_a_time_or_a_title_are_counted() -> None:
    rows = [[*ROW[:8], date] for date in ("", "soon", "1970-01-01 00:00:00", "999999999999")] + [["", *ROW[1:]]]
    assert reasons(workbook(HEAD, *rows)) == [
        "time_missing",
        "time_unreadable",
        "time_unlikely",
        "time_unreadable",
        "empty",
    ]


def test_a_workbook_may_lie_in_a_zip_and_another_workbook_is_none_of_ours() -> None:
    assert (
        len(plays(zipped({"deezer-data_1.xlsx": workbook(HEAD, ROW), "other.xlsx": workbook(HEAD, ROW, sheet="x")})))
        == 1
    )
    assert imported(workbook(HEAD, ROW, sheet="x")) == []


def test_document_types_and_entities_are_refused() -> None:
    declared = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(ImportRefused):
        imported(workbook(HEAD, ROW, before=declared))


def test_broken_xml_ends_the_sheet_and_keeps_what_was_before() -> None:
    whole = workbook(HEAD, ROW, ROW)
    assert len(plays(whole)) == 2
    with pytest.raises(ImportRefused):
        entries_of(whole[:-40])


def test_an_endless_tag_is_refused_before_it_fills_memory() -> None:
    tracemalloc.start()
    with pytest.raises(ImportRefused):
        imported(workbook(HEAD, ROW, before=f'<a b="{"x" * 12_000_000}"/>'))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


def test_memory_has_only_where_each_text_begins() -> None:
    peaks = []
    for count in (1_000, 2_000):
        (entry,) = entries_of(workbook(HEAD, *([f"Song {n}", *ROW[1:]] for n in range(count))))
        tracemalloc.start()
        with entry.open() as stream, Workbook(stream) as book:
            assert sum(1 for _ in book.rows("10_listeningHistory")) == count + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    texts = 1_000 * 9
    assert (peaks[1] - peaks[0]) / texts < 30


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 3_000), value=st.integers(0, 255))
def test_a_workbook_with_a_wrong_byte_is_read_or_refused(place: int, value: int) -> None:
    upload = bytearray(workbook(HEAD, ROW))
    upload[place % len(upload)] = value
    assert refused_or_read(bytes(upload))


def refused_or_read(upload: bytes) -> bool:
    try:
        return all(isinstance(row, Play | Skipped) for row in imported(upload))
    except ImportRefused:
        return True


TIDAL = (
    "artist_name,track_title,entry_date,stream_duration_ms,product_type,client_name_from_session,country_name,"
    "region_name,city_name\n"
)


def test_presets_are_known_by_their_columns() -> None:
    (tidal,) = plays(TIDAL + "The Four,Harbour,2024-05-06 07:08:09,201543,TRACK,SECRET,SECRET,SECRET,SECRET\n")
    assert (tidal.started_at, tidal.ms_played, tidal.service, "SECRET" in str(tidal)) == (AT, 201_543, "tidal", False)
    (saved,) = imported(
        "artist_name,track_title,album_title,date_added,duration\nThe Four,Harbour,Notes,2024-05-06,201\n"
    )
    assert isinstance(saved, SavedTrack)
    assert (saved.album_name, saved.added_at, saved.precision) == ("Notes", datetime(2024, 5, 6, tzinfo=UTC), "day")
    (cloud,) = plays(
        "play_time,track_title,track_url\n2024-05-06 07:08:09,The Four - Harbour,https://soundcloud.com/four/harbour\n"
    )
    assert (cloud.artist_name, cloud.track_name, cloud.ms_played) == ("The Four", "Harbour", None)
    assert (cloud.service, cloud.record_id) == ("soundcloud", "https://soundcloud.com/four/harbour")
    (libre,) = plays(
        f"# from libre.fm\n# of somebody\ntime,artist,track,album\n{int(AT.timestamp())},The Four,Harbour,Notes\n"
    )
    assert (libre.started_at, libre.scrobble, libre.service) == (AT, True, "librefm")


TIDAL_HEAD = (
    "artist_name,track_title,entry_date,stream_duration_ms,product_type,ip_address,client_name_from_session,"
    "country_name,region_name,city_name,postal_code,time_zone\n"
)


@pytest.mark.parametrize(
    ("day", "zone", "began"),
    [
        ("08/03/2022 19:01", "America/Toronto", datetime(2022, 3, 9, 0, 1, tzinfo=UTC)),
        ("09/03/2022 3:07", "null", datetime(2022, 3, 9, 2, 7, tzinfo=UTC)),
        ("09/03/2022 3:07", "Not/AZone", datetime(2022, 3, 9, 2, 7, tzinfo=UTC)),
    ],
)
def test_tidal_writes_days_first_in_the_zone_of_the_row(day: str, zone: str, began: datetime) -> None:
    """Rows of a phone name none: they are of the listener's, as all others without. The zone itself is not kept."""
    text = f"{TIDAL_HEAD}The Four,Harbour,{day},201543.0,TRACK,null,SECRET,null,null,null,null,{zone}\n"
    (play,) = plays(text, Options(zone="Europe/Vienna"))
    assert (play.started_at, play.precision, play.ms_played, play.kind) == (began, "minute", 201_543, None)
    assert zone not in str(play.answer)


def test_what_tidal_played_is_a_track_or_a_video() -> None:
    """An album is no play; nor is a date whose months come first guessed at."""
    row = "The Four,Harbour,{},1000,{},,,,,,,\n"
    text = TIDAL_HEAD + "".join(row.format("09/03/2022 3:07", product) for product in ("VIDEO", "ALBUM", "track"))
    rows = imported(text + row.format("03/31/2022 3:07", "TRACK"))
    assert [row.kind if isinstance(row, Play) else row for row in rows] == [
        *("video", Skipped("no_play"), None, Skipped("time_unreadable")),
    ]


def test_a_table_of_libre_fm_may_be_in_utf_7() -> None:
    """As its comments are, and all marks in its cells."""
    head = (
        "+ACM- Data export from Libre.fm,,,\n+ACM- 2025+AC0-07+AC0-23 15:05:47 +AC0-0400,,,\nArtist,Track,Album,Time\n"
    )
    (play,) = plays(head + f"Anna+AC0-Lena,Caf+AOk-,Notes,{int(AT.timestamp())}\n")
    assert (play.artist_name, play.track_name, play.started_at) == ("Anna-Lena", "Café", AT)


def test_times_without_a_zone_are_of_the_listeners() -> None:
    text = TIDAL + "The Four,Harbour,2024-05-06 09:08:09,1,,,,,\n"
    assert recognized(text).asks_zone
    assert plays(text, Options(zone="Europe/Vienna"))[0].started_at == AT


ANY = (
    "Wann;Stück;Wer;Extra\n2024-05-06T07:08:09Z;Harbour;The Four;SECRET\n"
    "03/04/2024;Harbour;The Four;\n1714979289;Rain;Ana;\n"
)


def test_a_table_that_is_uploaded_alone_is_asked_about_in_any_language() -> None:
    """With a byte order mark, too; in an archive it is one of many files, and a text of lines is no table."""
    table = f"\ufeff{ANY}".encode("utf-16")
    (entry,) = entries_of(table)
    assert getattr(registry.recognize(entry), "asks_columns", False)
    suggestion = csv_columns.suggest(entry)
    assert (suggestion.columns, suggestion.suggested) == (("Wann", "Stück", "Wer", "Extra"), {})
    for other in (zipped({"table.csv": table}), b"Dear all, thanks\nBye\n", b"one\ntwo\n", b"a,a\n1,2\n"):
        assert not [entry for entry in entries_of(other) if registry.recognize(entry)], other


def test_the_listener_says_which_column_is_which() -> None:
    text = ANY.replace("Wann", "Date")
    assert recognized(text).asks_columns
    suggestion = csv_columns.suggest(File("x.csv", text.encode()))
    assert (suggestion.columns, suggestion.suggested) == (("Date", "Stück", "Wer", "Extra"), {"time": "Date"})
    assert imported(text) == []
    options = Options(columns={"time": "Date", "title": "Stück", "artist": "Wer"})
    rows = imported(text, options)
    assert [(row.track_name, row.artist_name, row.started_at) for row in rows if isinstance(row, Play)] == [
        ("Harbour", "The Four", AT),
        ("Rain", "Ana", AT),
    ]
    assert [row.reason for row in rows if isinstance(row, Skipped)] == ["time_unreadable"]
    assert "SECRET" not in str(rows)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200), mapped=st.booleans())
def test_any_table_is_read_or_not_recognised(text: str, mapped: bool) -> None:
    options = Options(columns={"time": "time", "title": "title", "artist": "artist"} if mapped else None)
    rows = imported("time,title,artist\n" + text, options)
    assert all(isinstance(row, Play | Skipped) for row in rows)
    assert refused_or_read(text.encode())
