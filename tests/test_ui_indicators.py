"""What the Indicators page shows, as rows and words: checked without a browser."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from geo.errors import Problem
from geo.registers import embedded_register
from indicators.catalogue import Indicator, embedded_catalogue
from indicators.columns import ColumnRole, match_columns
from indicators.remap import Remapped
from indicators.tables import TextTable
from plans.files import embedded_plan
from ui import indicators_data as data
from ui.indicators_chart import Bar, bars_html
from ui.indicators_upload import (
    edited_role,
    needs_period,
    own_indicator,
    own_names,
    problem_rows,
    unanswered,
)
from ui.indicators_view import explanation
from ui.session import Work

COLUMN = ("ILL_RECEIVED", "2024")


@pytest.fixture(scope="module")
def current() -> Work:
    return Work(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31"))


@pytest.fixture(scope="module")
def source() -> data.Source:
    return data.illustrative_source()


@pytest.fixture(scope="module")
def chain(current: Work, source: data.Source) -> data.Chain:
    return data.chain_of(data.chains(current.plan, source.vintage)[0], current)


@pytest.fixture(scope="module")
def result(source: data.Source, chain: data.Chain) -> Remapped:
    return data.remapped(source, chain, None)


def test_ways_lead_from_the_figures_to_the_plan_and_on_to_what_follows(current: Work) -> None:
    assert [[p.id for p in way] for way in data.chains(current.plan, "2024-12-31")] == [
        ["nq1286"],
        ["nq1286", "nq1656"],
    ]
    later = embedded_plan("nq1656")
    assert [[p.id for p in way] for way in data.chains(later, "2024-12-31")] == [["nq1286", "nq1656"]]
    assert [[p.id for p in way] for way in data.chains(later, later.base)] == [["nq1656"]]
    assert data.chains(current.plan, "2025-07-01") == ()


def test_the_table_has_one_row_a_new_unit_with_the_old_figures_beside(
    result: Remapped, chain: data.Chain
) -> None:
    rows = data.result_rows(result, COLUMN, chain, "vi").set_index("code")
    assert len(rows) == 526
    row = rows.loc["10417"]
    assert row["old"] == "Hòa Nam 2.407 + Hòa Phú 1.792"
    assert row["value"] == 4199
    assert (row["mark"], row["change"]) == ("exact", "formed")
    assert rows["mark"].value_counts()["bounds"] == 10
    bounded = rows[rows["mark"] == "bounds"]
    assert bounded["value"].isna().all()
    assert (bounded["low"] <= bounded["high"]).all()
    estimated = rows[rows["mark"] == "estimated"]
    assert set(estimated["status"]) == {"E"}
    known = rows["value"].sum()
    total = result.totals.set_index("indicator").loc["ILL_RECEIVED"]
    assert known + total["in_bounds"] == total["total_before"]


def test_reasons_stand_in_the_language_asked_for(result: Remapped, chain: data.Chain) -> None:
    english = data.result_rows(result, COLUMN, chain, "en").set_index("code")
    assert "another territory" in english.loc["10417", "reason"]
    assert "lãnh thổ" not in " ".join(english["reason"])
    assert english.loc["10417", "unit"] == "Hòa Phú commune"


def test_figures_go_on_to_the_126_units(current: Work, source: data.Source) -> None:
    longer = data.chain_of(data.chains(current.plan, source.vintage)[1], current)
    assert [len(register) for register in longer.registers] == [579, 526, 126]
    totals = data.remapped(source, longer, "population").totals
    assert totals["equal"].all()


@pytest.mark.parametrize(
    ("value", "low", "method", "base", "status", "mark"),
    [
        (1.0, None, "sum", "", "A", "exact"),
        (0.0, None, "sum", "", "A", "exact"),
        (1.0, 0.5, "sum", "population", "E", "estimated"),
        (None, 0.0, "bounds", "population", "O", "bounds"),
        (None, 1.0, "refused", "", "O", "refused"),
        (float("nan"), float("nan"), "missing", "", "O", "missing"),
    ],
)
def test_what_is_known_of_a_figure_is_one_of_five(
    value: float | None, low: float | None, method: str, base: str, status: str, mark: str
) -> None:
    assert data.mark_of(value, low, method, base, status) == mark


def test_the_calculation_names_the_units_beside_their_codes(result: Remapped, chain: data.Chain) -> None:
    lines = explanation(result, chain, "10417", COLUMN).split("\n")
    assert "Xã Hòa Phú (10417)" in lines[0]
    assert "- Xã Hòa Nam (10414): 2.407" in lines
    assert any("4.199 hồ sơ" in line for line in lines)


def test_numbers_of_english_sentences_take_the_form_of_the_screen(
    result: Remapped, chain: data.Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.indicators_view.language", lambda: "en")
    said = explanation(result, chain, "00151", COLUMN)
    assert "4.671 × 26,8971 % (population)" in said
    assert "Result: 6.072" in said
    assert "Method: by the share" in said


def test_targets_come_from_the_catalogue() -> None:
    catalogue = embedded_catalogue()
    target = data.target_of(catalogue["RATE_ONLINE"], catalogue)
    assert target is not None
    assert target[:2] == (60.0, True)
    assert "4173" in target[2]
    assert data.target_of(catalogue["POP"], catalogue) is None
    bare = replace(catalogue["RATE_ONLINE"], target="")
    assert data.target_of(bare, catalogue.extended(bare)) == target


def test_bars_show_bounds_and_target_in_words_too() -> None:
    html = bars_html("T", [Bar("<a>", 50.0), Bar("b", None, 10.0, 40.0, whole=True)], 0, 100.0, "goal")
    assert "width:50.00%" in html
    assert "&lt;a&gt;" in html
    assert "10 – 40" in html
    assert "left:10.00%" in html
    assert "goal" in html


def test_files_carry_metadata_hashes_and_equal_totals(
    result: Remapped, source: data.Source, chain: data.Chain
) -> None:
    packed = zipfile.ZipFile(io.BytesIO(data.file_of(result, source, chain, None, "csv")))
    assert packed.namelist() == ["indicators.csv", "indicators.csv-metadata.json"]
    frame = pd.read_csv(packed.open("indicators.csv"), dtype={"unit_code": str})
    assert len(frame) == 526 * 5
    book = pd.ExcelFile(io.BytesIO(data.file_of(result, source, chain, None, "xlsx")))
    assert {"results", "totals", "reproducibility"} <= set(book.sheet_names)
    kept = book.parse("reproducibility")
    assert {"plan nq1286", "register hanoi-2024-12-31", f"observations {data.ILLUSTRATIVE}"} <= set(
        kept["what"]
    )
    parquet = pd.read_parquet(io.BytesIO(data.file_of(result, source, chain, None, "parquet")))
    assert len(parquet) == len(frame)


# --- the upload --------------------------------------------------------------------------------------------------


def table(**columns: list[str]) -> TextTable:
    return TextTable("t.csv", pd.DataFrame(columns, dtype=str))


def test_nothing_is_read_before_code_data_and_period_are_said() -> None:
    roles = match_columns(table(ma=["00001"], lead=["3"]))
    assert needs_period(roles)
    assert unanswered(roles, "") == ["period"]
    assert unanswered(roles, "2024-Q9") == ["period"]
    assert unanswered(roles, "2024") == []
    assert unanswered((ColumnRole("x", "ignore"),), "") == ["code", "data"]


def test_a_long_table_asks_for_the_kinds_of_indicators_it_names() -> None:
    long = table(
        unit_code=["00001", "00004"], period=["2024"] * 2, indicator=["MY_COUNT", "POP"], value=["5", "7"]
    )
    roles = match_columns(long)
    assert own_names(long, roles, embedded_catalogue()) == {"MY_COUNT": ["5"]}
    assert not needs_period(roles)


def test_a_column_keeps_its_own_name_where_no_indicator_is_chosen() -> None:
    role = ColumnRole("Số lượt", "data", "")
    row = {"role": "data", "indicator": None, "period": "Quý 3/2024", "part": ""}
    found = edited_role(role, row)
    assert (found.indicator, found.period, found.part) == ("Số_lượt", "2024-Q3", "value")
    assert edited_role(role, row | {"role": "ignore"}).role == "ignore"


def test_a_mean_takes_its_weight_and_a_ratio_its_denominator() -> None:
    row = {"id": "A_B", "kind": "mean", "unit": "", "numerator": "", "denominator": "POP"}
    mean = own_indicator(row)
    assert (mean.weight, mean.denominator, mean.name_vi) == ("POP", "", "A B")
    ratio = own_indicator(row | {"kind": "ratio", "numerator": "X"})
    assert isinstance(ratio, Indicator)
    assert (ratio.numerator, ratio.denominator, ratio.weight) == ("X", "POP", "")


def test_problems_stand_one_a_row() -> None:
    rows = problem_rows([Problem("vi", "en", "f", 7, "value", "x", "y"), Problem("hai", "two")], False)
    assert rows.iloc[0].tolist() == ["7", "value", "en", "x", "y"]
    assert rows.iloc[1].tolist() == ["", "", "two", "", ""]
    assert list(problem_rows([], True).columns) == ["row", "field", "what", "found", "accepted"]
