"""The table that pages share: what filters leave, numbers on screen, and the files."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData

from ui.table import Column, csv_bytes, matching, styled, xlsx_bytes

NAN = float("nan")
COLUMNS = (
    Column("code", "Mã"),
    Column("name", "Tên"),
    Column("kind", "Loại", words={"commune": "xã", "ward": "phường"}, filter=True),
    Column("area_km2", "Diện tích (km²)", 2),
    Column("population", "Dân số", 0),
)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["00004", "09646", "10393"],
            "name": ["Phú Đô", "Phú Hồng", "=1+1"],
            "kind": ["ward", "commune", "commune"],
            "area_km2": [2.39, 16.67, NAN],
            "population": [1234567.0, 29153.0, 0.0],
        },
        index=["a", "b", "c"],
    )


def found(frame: pd.DataFrame, chosen: dict[str, list[str]], search: str = "") -> list[str]:
    return list(frame.index[matching(frame, COLUMNS, chosen, search)])


def test_an_empty_choice_leaves_every_row(frame: pd.DataFrame) -> None:
    assert found(frame, {}) == found(frame, {"kind": []}) == ["a", "b", "c"]


def test_filters_and_search_hold_together(frame: pd.DataFrame) -> None:
    assert found(frame, {"kind": ["commune"]}) == ["b", "c"]
    assert found(frame, {"kind": ["commune", "ward"]}, "phu") == ["a", "b"]
    assert found(frame, {"kind": ["commune"]}, "PHU") == ["b"]
    assert found(frame, {"kind": ["no such"]}) == []


def test_search_needs_no_accents_and_reads_the_words_of_the_screen(frame: pd.DataFrame) -> None:
    assert found(frame, {}, "phu do") == ["a"]
    assert found(frame, {}, "đô phú") == ["a"]
    assert found(frame, {}, "phuong") == ["a"]
    assert found(frame, {}, "ward") == []
    assert found(frame, {}, "09646") == ["b"]


def test_csv_keeps_codes_raw_values_and_a_decimal_point(frame: pd.DataFrame) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_bytes(frame, COLUMNS).decode())))
    assert rows[0] == {
        "code": "00004",
        "name": "Phú Đô",
        "kind": "ward",
        "area_km2": "2.39",
        "population": "1234567",
    }
    assert rows[2]["area_km2"] == ""
    assert rows[2]["population"] == "0"
    assert rows[2]["name"] == "'=1+1"


def test_workbook_has_codes_as_text_numbers_as_numbers_and_no_formula(frame: pd.DataFrame) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(frame, COLUMNS))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Mã", "Tên", "Loại", "Diện tích (km²)", "Dân số"]
    assert rows[1] == ["00004", "Phú Đô", "phường", 2.39, 1234567]
    assert rows[3] == ["10393", "=1+1", "xã", None, 0]
    assert sheet["B4"].data_type == "s"


@given(st.lists(st.decimals(min_value=-10_000, max_value=10_000, places=4), min_size=1, max_size=20))
def test_figures_survive_the_file_to_the_last_decimal(values: list[Decimal]) -> None:
    frame = pd.DataFrame({"n": [float(value) for value in values]})
    lines = csv_bytes(frame, (Column("n", "n", 4),)).decode().splitlines()
    assert [Decimal(line) for line in lines[1:]] == values


def test_numbers_are_shown_the_vietnamese_way_and_stay_numbers(frame: pd.DataFrame) -> None:
    # guards the way the styler is filled against changes of Streamlit and pandas
    table = frame.reset_index(drop=True)
    styler = styled(table, {"area_km2": 2, "population": 0})
    message = ArrowData()
    marshall_styler(message, styler, "id")  # type: ignore[arg-type]
    shown = convert_arrow_bytes_to_pandas_df(message.styler.display_values)
    assert list(shown["area_km2"]) == ["2,39", "16,67", "—"]
    assert list(shown["population"]) == ["1.234.567", "29.153", "0"]
    assert list(shown["code"]) == ["00004", "09646", "10393"]
    assert table["population"].dtype == float


def test_a_table_without_numbers_needs_no_styler(frame: pd.DataFrame) -> None:
    assert styled(frame, {}) is frame
