"""What the Indicators page shows, as rows and words: checked without a browser."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from shapely.geometry import box

from geo.errors import Problem
from geo.layer import Layer
from geo.registers import embedded_register
from indicators.catalogue import Indicator, embedded_catalogue
from indicators.columns import ColumnRole, match_columns
from indicators.observations import Observations
from indicators.remap import Remapped
from indicators.tables import TextTable
from plans.files import embedded_plan
from ui import indicators_data as data
from ui import indicators_layers as layers
from ui import indicators_sources as sources
from ui import indicators_ways as ways
from ui.indicators_chart import Bar, bars_html
from ui.indicators_upload import (
    edited_role,
    needs_period,
    own_indicator,
    own_names,
    problem_rows,
    unanswered,
)
from ui.indicators_view import explanation, unit_bars
from ui.session import Work

COLUMN = ("ILL_RECEIVED", "2024")


@pytest.fixture(scope="module")
def current() -> Work:
    return Work(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31"))


@pytest.fixture(scope="module")
def source() -> sources.Source:
    return sources.illustrative_source()


@pytest.fixture(scope="module")
def chain(current: Work, source: sources.Source) -> ways.Chain:
    return ways.chain_of(ways.chains(current.plan, source.vintage)[0], current)


@pytest.fixture(scope="module")
def result(source: sources.Source, chain: ways.Chain) -> Remapped:
    return data.remapped(source, chain, None)


def test_ways_lead_from_the_figures_to_the_plan_and_on_to_what_follows(current: Work) -> None:
    assert [[p.id for p in way] for way in ways.chains(current.plan, "2024-12-31")] == [
        ["nq1286"],
        ["nq1286", "nq1656"],
    ]
    later = embedded_plan("nq1656")
    assert [[p.id for p in way] for way in ways.chains(later, "2024-12-31")] == [["nq1286", "nq1656"]]
    assert [[p.id for p in way] for way in ways.chains(later, later.base)] == [["nq1656"]]
    assert ways.chains(current.plan, "2025-07-01") == ()


def test_the_table_has_one_row_a_new_unit_with_the_old_figures_beside(
    result: Remapped, chain: ways.Chain
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


def test_reasons_stand_in_the_language_asked_for(result: Remapped, chain: ways.Chain) -> None:
    english = data.result_rows(result, COLUMN, chain, "en").set_index("code")
    assert "another territory" in str(english.loc["10417", "reason"])
    assert "lãnh thổ" not in " ".join(english["reason"])
    assert english.loc["10417", "unit"] == "Hòa Phú commune"


def test_figures_go_on_to_the_126_units(current: Work, source: sources.Source) -> None:
    longer = ways.chain_of(ways.chains(current.plan, source.vintage)[1], current)
    assert [len(register) for register in longer.registers] == [579, 526, 126]
    totals = data.remapped(source, longer, "population").totals
    assert totals["equal"].all()


# --- back to the old units ---------------------------------------------------------------------------------------


def test_ways_back_start_where_the_plan_leads_and_go_on_to_what_was_before(current: Work) -> None:
    assert [[p.id for p in way] for way in ways.chains(current.plan, "2025-01-01", True)] == [["nq1286"]]
    later = embedded_plan("nq1656")
    assert [[p.id for p in way] for way in ways.chains(later, later.target, True)] == [
        ["nq1656"],
        ["nq1286", "nq1656"],
    ]
    # figures of the last units go back through the plan that follows the one that is open
    assert [[p.id for p in way] for way in ways.chains(current.plan, later.target, True)] == [
        ["nq1286", "nq1656"]
    ]
    assert ways.chains(current.plan, "2024-12-31", True) == ()


@pytest.fixture(scope="module")
def way_back(current: Work) -> ways.Chain:
    return ways.chain_of(ways.chains(current.plan, current.plan.target, True)[0], current, True)


def test_new_figures_are_carried_back_as_estimates_with_bounds(current: Work, way_back: ways.Chain) -> None:
    source = sources.register_source(current, back=True)
    assert source.vintage == current.plan.target
    assert (len(way_back.given), len(way_back.asked)) == (526, 579)
    back = data.remapped(source, way_back, None)
    assert back.backcast
    column = next(c for c in data.columns_of(back) if c[0] == "POP")
    rows = data.result_rows(back, column, way_back, "vi").set_index("code")
    assert len(rows) == 579
    row = rows.loc["10417"]
    assert row["old"] == "Hòa Phú 18.448"
    assert (row["value"], row["mark"], row["low"], row["high"]) == (7473, "estimated", 0, 18448)
    assert str(row["reason"]).startswith("ước tính ngược")
    assert (rows.loc["00001", "mark"], rows.loc["00001", "change"]) == ("exact", "same")
    assert data.result_key(source, way_back, None) != data.result_key(
        source, ways.chain_of(way_back.plans, current), None
    )


def test_a_kind_that_cannot_go_back_is_refused_with_the_reason(way_back: ways.Chain) -> None:
    frame = pd.DataFrame(
        {
            "unit_code": [unit.code for unit in way_back.given],
            "vintage": way_back.given.vintage,
            "period": "2025-03",
            "indicator": "INCOME_MED",
            "value": 5.0,
            "numerator": float("nan"),
            "denominator": float("nan"),
            "status": "A",
        }
    )
    given = Observations(frame, way_back.given.vintage)
    source = sources.Source(given, embedded_catalogue(), b"", "medians", "medians.csv")
    back = data.remapped(source, way_back, None)
    rows = data.result_rows(back, ("INCOME_MED", "2025-03"), way_back, "en").set_index("code")
    assert rows.loc["10417", "mark"] == "refused"
    assert rows.loc["10417", "reason"] == "this kind cannot be carried back to the old units"
    assert rows.loc["00001", "value"] == 5.0
    said = explanation(back, way_back, "10417", ("INCOME_MED", "2025-03"))
    assert "tính ngược: loại chỉ tiêu này không đưa về đơn vị cũ được" in said


def test_a_backcast_is_named_in_its_file(current: Work, way_back: ways.Chain) -> None:
    source = sources.register_source(current, back=True)
    back = data.remapped(source, way_back, None)
    book = pd.ExcelFile(io.BytesIO(data.file_of(back, source, way_back, None, "xlsx")))
    kept = book.parse("reproducibility").set_index(["what", "name"])["value"]
    assert str(kept["option", "backcast"]) == "True"
    assert kept["option", "register"] == "hanoi-2024-12-31"


def test_illustrative_figures_of_the_new_units_are_the_old_ones_carried_over(current: Work) -> None:
    found = sources.illustrative_after(current)
    assert found is not None
    assert found.illustrative
    assert found.vintage == current.plan.target
    rows = found.observations.frame
    received = rows[rows["indicator"] == "ILL_RECEIVED"].set_index("unit_code")["value"]
    assert received["10417"] == 4199


# --- density -----------------------------------------------------------------------------------------------------


def test_density_is_pooled_from_people_and_area_never_averaged(current: Work) -> None:
    source = sources.register_source(current)
    assert not source.illustrative
    chain = ways.chain_of(ways.chains(current.plan, source.vintage)[0], current)
    result = data.remapped(source, chain, None)
    column = next(c for c in data.columns_of(result) if c[0] == "DENSITY")
    old, new = data.old_values(result, column), data.new_values(result, column)
    first, second = (current.register[code] for code in ("10414", "10417"))
    people = (first.population or 0) + (second.population or 0)
    area = float((first.area_km2 or 0) + (second.area_km2 or 0))
    assert new["10417"] == pytest.approx(people / area)
    assert old["10414"] == pytest.approx((first.population or 0) / float(first.area_km2 or 0))
    assert data.decimals_of(result.catalogue["DENSITY"], data.figures_of(old)) == 0
    mean = sum(float(old[code] or 0) for code in ("10414", "10417")) / 2
    assert new["10417"] != pytest.approx(mean, rel=1e-3)
    # a part takes people and area each by its own share, and the calculation says both
    said = explanation(result, chain, "00151", column)
    assert "% (dân số) / " in said
    assert "% (diện tích)" in said


def test_a_unit_without_people_or_area_has_no_density() -> None:
    frame = pd.DataFrame(
        [
            ("00001", "2024-12-31", "2019", "POP", 10.0, "A"),
            ("00001", "2024-12-31", "2024", "LAND_AREA", 2.0, "E"),
            ("00004", "2024-12-31", "2019", "POP", float("nan"), "O"),
        ],
        columns=["unit_code", "vintage", "period", "indicator", "value", "status"],
    ).assign(numerator=float("nan"), denominator=float("nan"))
    made = sources.with_density(frame)
    rows = made[made["indicator"] == "DENSITY"].set_index("unit_code")
    first = rows.to_dict("index")["00001"]
    assert (first["period"], first["numerator"], first["denominator"], first["status"]) == (
        "2019",
        10,
        2,
        "E",
    )
    assert rows["value"].isna().all()
    assert rows.loc["00004", "status"] == "O"


# --- the maps of a chain -----------------------------------------------------------------------------------------


def own_boundaries(current: Work) -> Layer:
    """Return squares, one a unit: the visitor's own boundaries for all that the page knows."""
    codes = [unit.code for unit in current.register]
    cells = {code: box(105 + i % 25 * 0.01, 21 + i // 25 * 0.01, 105.01 + i % 25 * 0.01, 21.01 + i // 25 * 0.01)
             for i, code in enumerate(codes)}  # fmt: skip
    return Layer.of(cells, "own.geojson", False)


def test_own_boundaries_are_put_together_along_the_whole_chain(current: Work) -> None:
    own = Work(current.plan, current.register, own_boundaries(current))
    chain = ways.chain_of(ways.chains(own.plan, "2024-12-31")[1], own)
    before, after = layers.layers_of(chain, own)
    assert before.layer is not None
    assert after.layer is not None
    assert (before.layer.schematic, after.layer.schematic, after.instead) == (False, False, False)
    assert len(before.layer.codes) == 579
    formed = {code for code in after.layer.codes if not code.endswith("*")}
    assert formed <= {unit.code for unit in chain.asked}
    # 29 of the 126 take nothing but parts, whose lines are not known
    assert len(formed) == 97
    # backwards the same two maps change sides
    back = ways.chain_of(chain.plans, own, True)
    assert [end.layer.codes for end in layers.layers_of(back, own) if end.layer] == [
        after.layer.codes,
        before.layer.codes,
    ]


def test_parts_that_end_in_several_units_keep_their_polygon(current: Work) -> None:
    chain = ways.chain_of(ways.chains(current.plan, "2024-12-31")[1], current)
    polygons, shared = layers.joined(chain, 0, 2)
    assert set(polygons) == {unit.code for unit in current.register}
    assert all(polygons[code] == code + "*" and len(targets) > 1 for code, targets in shared.items())
    # two parts of a unit split by the first plan may meet again in the second
    first = layers.joined(chain, 0, 1)[1]
    walk = ways.crosswalk_of(chain.key, chain)
    for code in set(first) - set(shared):
        assert {link.to_code for link in walk.by_source["population", code]} == {polygons[code]}


def test_a_date_before_the_own_boundaries_is_schematic_and_says_so(current: Work) -> None:
    later = embedded_plan("nq1656")
    register = embedded_register("hanoi-2025-01-01")
    cells = {unit.code: box(i, 0, i + 1, 1) for i, unit in enumerate(register)}
    own = Work(later, register, Layer.of(cells, "own.geojson", False))
    chain = ways.chain_of(ways.chains(later, "2024-12-31")[0], own)
    before, after = layers.layers_of(chain, own)
    assert before.layer is not None
    assert after.layer is not None
    assert (before.layer.schematic, before.instead) == (True, True)
    assert (after.layer.schematic, after.instead) == (False, False)


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


def test_the_calculation_names_the_units_beside_their_codes(result: Remapped, chain: ways.Chain) -> None:
    lines = explanation(result, chain, "10417", COLUMN).split("\n")
    assert lines[0].endswith("(2024), Xã Hòa Phú (10417) (01/01/2025)")
    assert "- Xã Hòa Nam (10414): 2.407" in lines
    assert any("4.199 hồ sơ" in line for line in lines)


def test_numbers_of_english_sentences_take_the_form_of_the_screen(
    result: Remapped, chain: ways.Chain, monkeypatch: pytest.MonkeyPatch
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
    assert (target.limit, target.sign, target.day, target.level) == (60.0, "≥", "2025-07-30", "commune")
    assert "4173" in target.source
    assert data.target_of(catalogue["POP"], catalogue) is None
    bare = replace(catalogue["RATE_ONLINE"], target="")
    assert data.target_of(bare, catalogue.extended(bare)) == target


def test_a_target_of_a_parent_document_is_drawn_as_it_stands_there() -> None:
    catalogue = embedded_catalogue()
    exactly = data.target_of(catalogue["NQ18_01"], catalogue)
    assert exactly is not None
    assert (exactly.limit, exactly.sign, exactly.level) == (100, "≥", "city")
    more = data.target_of(catalogue["NQ18_04"], catalogue)
    assert more is not None
    # “> 50”: 50 itself does not meet it
    assert (more.sign, more.met(50, 50), more.met(50.1, 50.1), more.met(49, 51)) == (">", False, True, None)


def test_embedded_figures_are_compared_with_the_real_target_that_came_later(
    result: Remapped, chain: ways.Chain
) -> None:
    catalogue = embedded_catalogue()
    rate = catalogue["ILL_RATE_ONLINE"]
    assert not data.target_binds(rate, catalogue, "2024")
    assert not data.target_binds(rate, catalogue, "2025-H1")
    assert data.target_binds(rate, catalogue, "2025-07")
    bars = unit_bars(result, chain, "10417", ("ILL_RATE_ONLINE", "2024"))
    assert "≥ 60" in bars
    assert "4173" in bars
    assert "chưa có hiệu lực trong kỳ này" in bars
    assert "dashed" in bars
    assert "Mục tiêu là thật, số liệu đem so là minh họa." in bars


def test_bars_show_bounds_and_target_in_words_too() -> None:
    html = bars_html("T", [Bar("<a>", 50.0), Bar("b", None, 10.0, 40.0, whole=True)], 0, 100.0, "goal")
    assert "width:50.00%" in html
    assert "&lt;a&gt;" in html
    assert "10 – 40" in html
    assert "left:10.00%" in html
    assert "goal" in html


def test_files_carry_metadata_hashes_and_equal_totals(
    result: Remapped, source: sources.Source, chain: ways.Chain
) -> None:
    packed = zipfile.ZipFile(io.BytesIO(data.file_of(result, source, chain, None, "csv")))
    assert packed.namelist() == ["indicators.csv", "indicators.csv-metadata.json"]
    frame = pd.read_csv(packed.open("indicators.csv"), dtype={"unit_code": str})
    assert len(frame) == 526 * 5
    book = pd.ExcelFile(io.BytesIO(data.file_of(result, source, chain, None, "xlsx")))
    assert {"results", "totals", "reproducibility"} <= set(book.sheet_names)
    kept = book.parse("reproducibility")
    assert {"plan nq1286", "register hanoi-2024-12-31", f"observations {sources.ILLUSTRATIVE}"} <= set(
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
