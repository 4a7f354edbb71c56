"""CSV files of rows: what was written is read again, and a mistake names its line and column."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city.errors import ImportRefused
from city.tables import rows_of, write


@dataclass(frozen=True)
class Sample:
    """One row with every kind of column."""

    id: str
    value: float
    count: int
    flag: bool
    at: datetime
    day: date
    maybe: float | None = None
    note: str = ""
    parts: tuple[str, ...] = ()


HEAD = "id,value,count,flag,at,day"
GOOD = "a,1.5,3,true,2027-01-12T02:00:00Z,2027-01-12"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
AWARE = st.datetimes(
    datetime(1900, 1, 2),
    datetime(2199, 12, 30),
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
SAMPLES = st.builds(
    Sample,
    id=TEXT.filter(bool),
    value=st.floats(allow_nan=False, allow_infinity=False),
    count=st.integers(-(2**53), 2**53),
    flag=st.booleans(),
    at=AWARE,
    day=st.dates(),
    maybe=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    note=TEXT,
    parts=st.lists(TEXT.filter(lambda text: text and "|" not in text), max_size=3).map(tuple),
)


def csv_file(folder: Path, text: str) -> Path:
    file = folder / "rows.csv"
    file.write_text(text, encoding="utf-8")
    return file


@given(rows=st.lists(SAMPLES, max_size=5))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_written_is_read_again(rows: list[Sample], tmp_path: Path) -> None:
    """Any rows come back equal to the last digit, with commas, quotes, umlauts and empty cells."""
    file = tmp_path / "round.csv"
    write(file, [field.name for field in dataclasses.fields(Sample)], [dataclasses.asdict(row) for row in rows])
    assert rows_of(file, Sample) == tuple(rows)


def test_columns_with_a_default_may_be_left_out_and_unknown_ones_are_passed_over(tmp_path: Path) -> None:
    """Only the columns without default must be there; a spreadsheet's own columns do no harm."""
    file = csv_file(tmp_path, f"{HEAD},anmärkning\n{GOOD},hej\n")
    assert rows_of(file, Sample) == (
        Sample("a", 1.5, 3, True, datetime(2027, 1, 12, 2, tzinfo=UTC), date(2027, 1, 12)),
    )


def test_a_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    """Excel's UTF-8 with a mark is read."""
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEAD}\n{GOOD}\n", encoding="utf-8-sig")
    assert rows_of(file, Sample)[0].id == "a"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("b,one,3,true,2027-01-12T02:00:00Z,2027-01-12", "value"),
        ("b,1,3.5,true,2027-01-12T02:00:00Z,2027-01-12", "count"),
        ("b,1,3,perhaps,2027-01-12T02:00:00Z,2027-01-12", "flag"),
        ("b,1,3,true,yesterday,2027-01-12", "at"),
        ("b,1,3,true,2027-01-12T02:00:00,2027-01-12", "at"),
        ("b,1,3,true,2027-01-12T02:00:00Z,12/1", "day"),
        ("b,,3,true,2027-01-12T02:00:00Z,2027-01-12", "value"),
        ("b,nan,3,true,2027-01-12T02:00:00Z,2027-01-12", "value"),
    ],
)
def test_a_wrong_cell_names_line_and_column(tmp_path: Path, line: str, says: str) -> None:
    """A cell of the wrong type, an empty one, a naive time and a NaN are refused with line and column."""
    file = csv_file(tmp_path, f"{HEAD}\n{GOOD}\n{line}\n")
    with pytest.raises(ImportRefused, match=rf"rows\.csv: line 3: .*{says}"):
        rows_of(file, Sample)


def test_the_line_is_the_one_that_an_editor_shows(tmp_path: Path) -> None:
    """Blank lines and cells of several lines do not shift the number."""
    text = f'{HEAD},note\n\n{GOOD},"two\nlines"\n\nb,one,3,true,2027-01-12T02:00:00Z,2027-01-12,\n'
    with pytest.raises(ImportRefused, match="line 6: "):
        rows_of(csv_file(tmp_path, text), Sample)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """A file without a needed column says which."""
    with pytest.raises(ImportRefused, match="count"):
        rows_of(csv_file(tmp_path, "id,value,flag,at,day\na,1,true,2027-01-12T02:00:00Z,2027-01-12\n"), Sample)


@pytest.mark.parametrize("raw", [HEAD.encode() + b"\n" + "Växjö".encode("latin-1"), b'id\n"open', b"\x00\xff\xfe\x01"])
def test_a_file_that_is_no_csv_in_utf8_says_so(tmp_path: Path, raw: bytes) -> None:
    """Latin-1, an open quote and plain bytes are refused with the file and what to save it as."""
    file = tmp_path / "rows.csv"
    file.write_bytes(raw)
    with pytest.raises(ImportRefused, match="UTF-8"):
        rows_of(file, Sample)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """A wrong path is one line."""
    with pytest.raises(ImportRefused, match="check the path"):
        rows_of(tmp_path / "gone.csv", Sample)


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    """An empty file is refused rather than taken for no rows."""
    with pytest.raises(ImportRefused, match="empty"):
        rows_of(csv_file(tmp_path, ""), Sample)
