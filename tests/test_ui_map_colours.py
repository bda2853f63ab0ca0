"""What the maps are coloured by, as pure functions: groups, dues, outcomes, changes, missing figures."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
import shapely
from shapely.geometry import box

from geo.layer import Layer
from geo.register import Figure, Register
from geo.registers import embedded_register
from plans.apply import apply_plan
from plans.files import embedded_plan
from rules.engine import judge
from ui import colours
from ui.colouring import (
    DENSITY,
    by_due,
    by_figure,
    by_group,
    by_outcome,
    choices,
    density_changes,
    due_state,
    on_layer,
    outcome_of,
)
from ui.data import fit_for_map, schematic_geometries
from ui.groups import group_colours
from ui.map import MISSING
from ui.unit_facts import day, facts, fate, figure_words, in_language, provenance, sources, split_codes

PLAN = embedded_plan("nq1286")
BEFORE = embedded_register("hanoi-2024-12-31")
AFTER = apply_plan(PLAN, BEFORE)
GEOMETRIES = schematic_geometries("2024-12-31") or {}


@pytest.mark.parametrize("name", ["nq1286", "nq1656"])
def test_units_formed_that_touch_differ_in_colour(name: str) -> None:
    plan = embedded_plan(name)
    after = name == "nq1656"
    shapes = schematic_geometries(plan.target if after else plan.base) or {}
    fills = group_colours(plan, shapes, after=after)
    assert set(fills) == set(plan.by_code)
    owners = (
        {unit.code: [unit.code] for unit in plan.units}
        if after
        else {code: [unit.code for unit, _ in pairs] for code, pairs in plan.by_source.items()}
    )
    codes = [code for code in owners if code in shapes]
    array = np.array([shapes[code] for code in codes], dtype=object)
    pairs = shapely.STRtree(array).query(array, predicate="intersects").T
    touching = {
        frozenset((a, b))
        for i, j in pairs.tolist()
        for a in owners[codes[i]]
        for b in owners[codes[j]]
        if a != b
    }
    assert len(touching) > 30
    assert all(fills[a] != fills[b] for a, b in map(sorted, touching))
    assert len(set(fills.values())) > 4


def test_without_polygons_colours_take_turns() -> None:
    assert len(set(group_colours(PLAN, {}).values())) == len(colours.GROUPS)


def test_split_units_are_striped_in_the_colours_of_those_that_share_them() -> None:
    fills = group_colours(PLAN, GEOMETRIES)
    found = by_group(PLAN, fills)
    striped = found.styles["before"]["00142"]
    assert (striped.fill, striped.hatch) == (fills["00136"], fills["00151"])
    assert found.styles["after"]["00142*"] == striped
    assert found.styles["after"]["00136"].fill == fills["00136"]
    assert not found.styles["before"]["09637"].hatch
    assert "00001" not in found.styles["before"]
    assert "repeating-linear-gradient" in found.legend


def test_figures_of_both_sides_share_one_scale_and_bounds_count_as_missing() -> None:
    found = by_figure("population", {"before": BEFORE, "after": AFTER}, split_codes(PLAN))
    assert found.styles["after"]["00160"] == MISSING == found.styles["after"]["00142*"]
    one = BEFORE["00001"].population
    assert one == AFTER["00001"].population
    assert found.styles["before"]["00001"] == found.styles["after"]["00001"]
    assert "12" in found.legend.rsplit("repeating", 1)[1]
    notes = by_figure(DENSITY, {"before": BEFORE}, ()).notes["before"]
    assert notes["00001"].endswith(": 20.290")


def test_density_changes_only_where_it_is_known() -> None:
    changes = density_changes(PLAN, BEFORE, AFTER)
    assert changes["00001"] == 0
    assert changes["00142"] is None
    source, formed = BEFORE["09637"], AFTER["09646"]
    assert source.area_km2
    assert formed.area_km2
    assert source.population
    assert formed.population
    expected = formed.population / formed.area_km2 - source.population / source.area_km2
    assert changes["09637"] == pytest.approx(float(expected))


def test_all_figures_of_a_register_can_be_chosen() -> None:
    rainy = replace(BEFORE["00001"], figures={**BEFORE["00001"].figures, "rain": Figure(Decimal(5))})
    register = Register(BEFORE.vintage, (rainy, *(unit for unit in BEFORE if unit.code != "00001")))
    assert "rain" in choices(register, ("before",))
    assert "due" not in choices(register, ("after",))
    found = by_figure("rain", {"before": register}, ())
    assert sum(style == MISSING for style in found.styles["before"].values()) == 578
    assert found.notes["before"]["00001"] == "rain: 5"


def test_dues_and_outcomes_say_the_same_as_the_judgement() -> None:
    judgement = judge(PLAN, BEFORE)
    due = by_due(judgement)
    results = {source.code: (source.due, source.result) for source in judgement.sources}
    shown = {code: style.fill for code, style in due.styles["before"].items()}
    for code, (is_due, result) in results.items():
        coloured = shown.get(code)
        assert (coloured is None) == (is_due is False and result != "rearranged"), code
    outcome = by_outcome(PLAN, judgement)
    assert set(outcome.styles["after"]) >= set(PLAN.by_code)
    for code, (_, verdicts) in judgement.by_unit.items():
        every = (*verdicts, *judgement.shared[code])
        mandatory = any(v.outcome == "fail" and v.severity == "mandatory" for v in every)
        assert (outcome_of(every) == "fail") == mandatory


@pytest.mark.parametrize(
    ("due", "result", "state"),
    [
        (True, "rearranged", "due-rearranged"),
        (True, "exempt", "due-exempt"),
        (True, "due-not-done", "due-not-done"),
        (False, "rearranged", "rearranged"),
        (False, "not-due", "not"),
        (None, None, "unknown"),
        (None, "rearranged", "unknown"),
    ],
)
def test_what_is_unknown_is_neither_due_nor_not(due: bool | None, result: str | None, state: str) -> None:
    assert due_state(due, result) == state


def test_lines_that_an_earlier_plan_left_unknown_are_hatched() -> None:
    assert on_layer({}, ["1", "2*"]) == {"2*": MISSING}


def test_facts_name_basis_source_and_confidence() -> None:
    unit = BEFORE["00016"]
    words = dict(sources(unit))
    assert "tính từ ranh giới" in words["Diện tích"] or "nêu trong tài liệu" in words["Diện tích"]
    assert "độ tin cậy" in words["Diện tích"]
    assert "số nêu so với số tính" in words["Diện tích"]
    assert "Tổng điều tra dân số và nhà ở 2019" in words["Dân số"]
    assert "01/04/2019" in words["Dân số"]
    assert facts(unit)["Địa hình"].startswith("đồng bằng")
    assert fate(PLAN, "00142") == [("00136", "part"), ("00151", "part")]
    assert fate(PLAN, "00001") == []


def test_figures_are_never_shown_surer_than_they_are() -> None:
    assert figure_words(Figure(None, low=Decimal(1000), high=Decimal("2000.5")), "km²") == (
        "từ 1.000 đến 2.000,5 km²"
    )
    assert figure_words(Figure(Decimal(7), confidence="estimated")) == "≈ 7"
    assert figure_words(Figure(None), "km²") == "—"
    assert provenance(Figure(Decimal(1))) == ""
    assert "chưa kiểm chứng" in provenance(Figure(Decimal(1), confidence="low"))


def test_dates_and_sources_in_two_languages() -> None:
    assert (day("2024-12-31"), day("1999-2005"), day("2024")) == ("31/12/2024", "1999-2005", "2024")
    assert in_language("tính từ ranh giới / computed (x)") == "tính từ ranh giới (x)"
    assert in_language("https://a.vn/b / c") == "https://a.vn/b / c"
    assert in_language("resolution") == "resolution"


def test_a_layer_that_is_no_coverage_is_mended_for_the_map_alone() -> None:
    overlapping = Layer.of({"a": box(105, 21, 105.1001, 21.1), "b": box(105.1, 21, 105.2, 21.1)}, "x")
    assert not overlapping.is_coverage
    shown, notes = fit_for_map(overlapping)
    assert notes == ("cleaned",)
    assert shown.is_coverage
    assert shown.codes == ("a", "b")
    assert not overlapping.is_coverage
    exact = Layer.of({"a": box(105, 21, 105.1, 21.1), "b": box(105.1, 21, 105.2, 21.1)}, "x")
    assert fit_for_map(exact) == (exact, ())


def test_a_unit_wholly_under_another_does_not_vanish() -> None:
    hidden = Layer.of({"a": box(105, 21, 105.2, 21.2), "b": box(105.05, 21.05, 105.06, 21.06)}, "x")
    shown, _ = fit_for_map(hidden)
    assert shown.codes == ("a", "b")


def test_a_layer_too_detailed_for_a_browser_is_simplified_alike_on_both_sides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ui import data

    monkeypatch.setattr(data, "VERTICES", 60)
    bent = (
        shapely.segmentize(box(105, 21, 105.1, 21.1), 0.001),
        shapely.segmentize(box(105.1, 21, 105.2, 21.1), 0.001),
    )
    layer = Layer.of(dict(zip("ab", bent, strict=True)), "bent")
    assert layer.is_coverage
    shown, notes = fit_for_map(layer)
    assert notes == ("simplified",)
    assert shown.is_coverage
    assert shapely.get_num_coordinates(shown.geometries).sum() <= 60
