"""The statements for Athena say what the sums in memory say, and are in SQL that both engines have."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from blendify.affinity.profile import Profile
from blendify.fleet import profile_rows, shelf, statements
from blendify.fleet import sums as sums_module
from blendify.fleet.parquet import Column, written
from blendify.fleet.sums import Sums
from blendify.likeness.near_artists import Near
from tests.unit.counted_listeners import drawn

RUN = "2026-11-28-00c0ffee"
PROFILES = {number: profile_rows.counted(profile) for number, profile in drawn(60).items()}
SUMS = Sums(PROFILES)
STATEMENTS = {
    "listeners": statements.listeners(RUN),
    "audience": statements.audience(RUN),
    "neighbours": statements.neighbours(RUN, 0, 1),
    "near": statements.near(RUN, shelf.LETTERS),
}
IN_BOTH = {
    *("Count", "Sum", "Min", "Sqrt", "Ln", "Round", "RowNumber", "Cast", "Case", "If", "Nullif", "StrPosition"),
    *("Substring", "And", "Or", "Mod"),
}
"""What Trino and DuckDB compute alike; And and Or are functions to the parser."""


def put(folder: Path, run: str, profiles: dict[int, Profile]) -> None:
    """Two files of a run, as the worker writes them."""
    for part in range(2):
        (folder / f"run={run}").mkdir(exist_ok=True, parents=True)
        here = {number: profile for number, profile in profiles.items() if number % 2 == part}
        (folder / f"run={run}" / f"{part}.parquet").write_bytes(profile_rows.file_of(here))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The profiles in files, and those of another run on the day, which are none of this one's."""
    folder = tmp_path_factory.mktemp("profiles")
    put(folder, RUN, PROFILES)
    put(folder, "2026-11-28-00000000", {number + 1: profile for number, profile in PROFILES.items()})
    with duckdb.connect() as connection:
        files = connection.read_parquet(f"{folder}/*/*.parquet", hive_partitioning=True)
        files.create_view("profiles")
        yield connection


def rows(database: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[Any, ...]]:
    return database.execute(statement).fetchall()


def test_they_say_how_many_listeners_and_audiences_there_are(database: duckdb.DuckDBPyConnection) -> None:
    assert rows(database, STATEMENTS["listeners"]) == [(60,)]
    assert dict(rows(database, STATEMENTS["audience"])) == SUMS.audience.of


@pytest.mark.parametrize("batches", [1, 4])
def test_they_say_who_is_alike(database: duckdb.DuckDBPyConnection, batches: int) -> None:
    """In one batch or in several."""
    neighbours = [row for batch in range(batches) for row in rows(database, statements.neighbours(RUN, batch, batches))]
    expected = [(number, *each) for number in sorted(PROFILES) for each in SUMS.neighbours(number)]
    assert sorted(neighbours, key=lambda row: row[0]) == expected
    assert len({number for number, _, _ in neighbours}) == 60


def test_the_bound_is_the_same(database: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it takes some listeners of an artist only, both take the same ones."""
    unbounded = [(number, *each) for number in sorted(PROFILES) for each in SUMS.neighbours(number)[:4]]
    monkeypatch.setattr(sums_module, "STRONGEST", 7)
    monkeypatch.setattr(sums_module, "CANDIDATES", 4)
    statement = STATEMENTS["neighbours"].replace("place <= 500", "place <= 7").replace("place <= 50", "place <= 4")
    expected = [(number, *each) for number in sorted(PROFILES) for each in Sums(PROFILES).neighbours(number)]
    assert rows(database, statement) == expected
    assert expected != unbounded


def test_they_say_who_is_near(database: duckdb.DuckDBPyConnection) -> None:
    """With names and pictures, in one statement or by letters."""
    pairs = [row for letters in ("-0123456789ABCDEFGHIJK", shelf.LETTERS[22:]) for row in near(database, letters)]
    expected = [(key, each) for key in sorted(SUMS.audience.of) for each in SUMS.near(key)]
    assert sorted(pairs, key=lambda row: row[0]) == expected
    assert [key for key, _ in groupby(pairs, key=lambda row: row[0])] == sorted({key for key, _ in expected})


def near(database: duckdb.DuckDBPyConnection, letters: str) -> list[tuple[str, Near]]:
    return [(artist, Near(*other)) for artist, *other in rows(database, statements.near(RUN, letters))]


@pytest.mark.parametrize("name", STATEMENTS)
def test_athena_parses_what_duckdb_runs(name: str) -> None:
    """It reads the same in the grammars of Athena, Trino and DuckDB, and has functions of all of them alone."""
    (statement,) = sqlglot.parse(STATEMENTS[name], dialect="trino")
    (of_athena,) = sqlglot.parse(STATEMENTS[name], dialect="athena")
    (of_duckdb,) = sqlglot.parse(STATEMENTS[name], dialect="duckdb")
    assert statement is not None
    assert of_athena is not None
    assert of_duckdb is not None
    assert isinstance(of_athena, exp.Select)
    used = {type(each).__name__ for each in statement.find_all(exp.Func)}
    assert used <= IN_BOTH, used - IN_BOTH
    assert used == {type(each).__name__ for each in of_duckdb.find_all(exp.Func)}


@pytest.mark.parametrize("name", STATEMENTS)
def test_engines_cannot_differ(name: str) -> None:
    """No division of whole numbers, which Trino cuts off; no decimal, which it rounds; no order that has ties."""
    (statement,) = sqlglot.parse(STATEMENTS[name], dialect="trino")
    assert statement is not None
    for division in statement.find_all(exp.Div):
        right = division.right.unnest()
        doubles = isinstance(right, exp.Cast | exp.Sqrt) or right.sql() in ("1e6", "1E6", "l.length")
        assert doubles, division.sql()
    for number in statement.find_all(exp.Literal):
        assert number.is_string or number.is_int or "e" in number.sql().lower()
    for window in statement.find_all(exp.Window):
        order = window.args.get("order")
        assert order is None or len(order.expressions) == 2
    assert all(each.alias for each in statement.expressions if not isinstance(each, exp.Column))


def test_nothing_but_runs_and_letters_goes_into_a_statement() -> None:
    for run in (f"{RUN}' OR 1=1", "", "2026-11-28"):
        with pytest.raises(ValueError, match="no run"):
            statements.audience(run)
    for letters in ("", "a'b", "a b"):
        with pytest.raises(ValueError, match="no letters"):
            statements.near(RUN, letters)


@pytest.mark.parametrize(("listeners", "batches"), [(20, 1), (2_500, 1), (2_501, 2), (100_000, 64), (10**6, 256)])
def test_more_listeners_take_more_batches(listeners: int, batches: int) -> None:
    assert statements.batches_of(listeners) == batches


@pytest.mark.parametrize(("artists", "parts"), [(0, 1), (5_000, 1), (30_000, 8), (10**6, 64)])
def test_more_artists_take_more_statements(artists: int, parts: int) -> None:
    """Together they have every letter once."""
    letters = statements.letters_of(artists)
    assert len(letters) == parts
    assert "".join(letters) == shelf.LETTERS


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every column, the largest numbers, texts of any kind; and more columns than a short list holds."""
    columns = [
        Column("big", [0, 2**62 - 1, -(2**63)], 64),
        Column("small", [1, -1, 2**31 - 1], 32),
        Column("text", ["", "Tyler, The Creator", "Sigur Rós \U0001f3b5"]),
        *(Column(f"c{number}", ["x", "y", "z"]) for number in range(20)),
    ]
    (tmp_path / "some.parquet").write_bytes(written(columns))
    with duckdb.connect() as connection:
        stored = connection.read_parquet(f"{tmp_path}/some.parquet")
        assert [name for name, *_ in stored.description] == [column.name for column in columns]
        assert [str(kind) for _, kind, *_ in stored.description][:3] == ["BIGINT", "INTEGER", "VARCHAR"]
        assert stored.fetchall() == list(zip(*(column.values for column in columns), strict=True))
