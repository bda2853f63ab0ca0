"""What an edit changes in the verdicts, where a verdict leads on the map, selections, dividing lines, indicators."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from shapely.geometry import box

from geo.adjacency import embedded_adjacency, pieces
from geo.layer import embedded_layer
from geo.register import Register
from geo.registers import embedded_register
from plans.edit import GivePart, Merge, empty_plan, touched
from plans.files import embedded_plan
from plans.plan import Plan
from rules.engine import Judgement, judge, rejudge
from ui.map import Click
from ui.workbench_changes import group_outcomes, loose_and_missing, places, verdict_changes
from ui.workbench_indicators import group_lines, observations_for
from ui.workbench_line import deviation_percent, divided, kept_lines
from ui.workbench_map import dividing_lines, group_outlines, group_styles
from ui.workbench_scenarios import start_dates
from ui.workbench_select import listed, search_labels, toggled
from ui.workbench_words import file_name, plain, time_words

HOA_VIEN = Merge(("10357", "10360", "10363"), name="Hoa Viên", seat="10363")


@pytest.fixture(scope="module")
def register() -> Register:
    return embedded_register("hanoi-2024-12-31")


@pytest.fixture(scope="module")
def nothing(register: Register) -> Plan:
    return empty_plan(register, date(2024, 11, 14), date(2025, 1, 1), "mine")


@pytest.fixture(scope="module")
def judged(register: Register, nothing: Plan) -> Judgement:
    layer = embedded_layer("2024-12-31")
    assert layer is not None
    return judge(nothing, register, embedded_adjacency("2024-12-31"), pieces(layer))


def after(before: Judgement, action: Merge, register: Register) -> Judgement:
    plan = action.apply(before.plan, register)
    view = before.view
    return rejudge(before, plan, register, view.graph, view.pieces, touched(before.plan, plan).codes)


def test_a_merger_brings_verdicts_and_its_undoing_takes_the_same_away(
    judged: Judgement, register: Register
) -> None:
    start = time.perf_counter()
    merged = after(judged, HOA_VIEN, register)
    there = verdict_changes(judged, merged)
    print(f"judged again and compared: {1000 * (time.perf_counter() - start):.0f} ms")
    new = {(c.verdict.rule, c.verdict.subject) for c in there if c.how == "new"}
    assert ("contiguity", "10363") in new
    standard = next(c for c in there if c.verdict.rule == "post-merge-meets-standard")
    assert (standard.how, standard.verdict.outcome) == ("new", "fail")
    gone = {(c.verdict.rule, c.verdict.subject) for c in there if c.how == "gone"}
    assert ("due-not-done", "10360") in gone
    back = verdict_changes(merged, judged)
    assert {(c.verdict.rule, c.verdict.subject) for c in back if c.how == "gone"} == new
    assert {(c.verdict.rule, c.verdict.subject) for c in back if c.how == "new"} == gone
    flipped = {"worse": "better", "better": "worse"}
    assert {(c.verdict.rule, flipped[c.how]) for c in there if c.how in flipped} == {
        (c.verdict.rule, c.how) for c in back if c.how in flipped
    }
    assert verdict_changes(merged, merged) == ()


def test_a_verdict_leads_to_the_loose_piece_and_the_missing_neighbour(
    judged: Judgement, register: Register
) -> None:
    graph = judged.view.graph
    assert graph is not None
    # 10357 and the nearest unit two steps away do not touch
    far = next(
        code for near in sorted(graph["10357"]) for code in sorted(graph[near])
        if code != "10357" and code not in graph["10357"]
    )  # fmt: skip
    broken = after(judged, Merge(("10357", far)), register)
    code = broken.plan.units[0].code
    verdict = next(v for v in broken.of(code) if v.rule == "contiguity")
    assert verdict.outcome == "fail"
    found = places(verdict, broken)
    loose, *missing = found
    assert loose in ("10357", far)
    assert len(missing) == 1
    assert {"10357", far} <= set(graph[missing[0]])
    assert loose_and_missing(judged, HOA_VIEN.sources) == ()
    assert places(next(v for v in broken.whole if v.subject is None), broken) == ()


def test_the_map_marks_a_group_once_by_colour_and_symbol(judged: Judgement, register: Register) -> None:
    merged = after(judged, HOA_VIEN, register)
    assert group_outcomes(merged) == {"10363": "advisory"}
    styles = group_styles(merged)
    assert [styles[code].mark for code in HOA_VIEN.sources] == ["", "", "!"]
    assert len({styles[code].fill for code in HOA_VIEN.sources}) == 1
    due = next(source.code for source in merged.sources if source.result == "due-not-done")
    assert styles[due].hatch
    chosen = group_styles(merged, [due])[due]
    assert not chosen.hatch
    assert chosen.fill != styles[due].fill
    assert {line.codes for line in group_outlines(merged, [])} == {HOA_VIEN.sources}


def test_clicks_and_boxes_add_and_take_away(register: Register) -> None:
    def at(code: str = "", codes: tuple[str, ...] | None = None, more: bool = False) -> Click:
        return Click(code, more, 1, codes)

    assert toggled([], at("10357"), register) == ["10357"]
    assert toggled(["10357", "10360"], at("10357"), register) == ["10360"]
    assert toggled(["10357"], at(""), register) == ["10357"]
    assert toggled(["10357"], at("10357*"), register) == ["10357"]
    assert toggled(["10357"], at(codes=("10357", "10360", "xxxxx")), register) == ["10357", "10360"]
    assert toggled(["10357", "10360"], at(codes=("10357",), more=True), register) == ["10360"]


def test_a_line_divides_a_polygon_and_its_area_is_checked() -> None:
    square = box(105, 21, 106, 22)
    cut = divided(square, [(105.25, 20.9), (105.25, 22.1)])  # northwards: the small part lies left
    assert cut is not None
    assert (cut.left, cut.right) == (Decimal("0.25"), Decimal("0.75"))
    back = divided(square, [(105.25, 22.1), (105.25, 20.9)])
    assert back is not None
    assert back.left == Decimal("0.75")
    assert divided(square, [(104, 23), (106, 23)]) is None
    assert divided(square, [(105.2, 21.2), (105.4, 21.4)]) is None, "a line that ends inside divides nothing"
    assert divided(square, [(105, 21)]) is None
    bent = divided(square, [(104.9, 21.5), (105.5, 21.5), (105.5, 22.1)])
    assert bent is not None
    assert {bent.left, bent.right} == {Decimal("0.25"), Decimal("0.75")}
    assert deviation_percent(Decimal("5.5"), Decimal(5)) == Decimal("10.0")
    assert deviation_percent(Decimal(1), Decimal(0)) is None


def test_indicators_of_a_group_are_pooled_from_its_parts(register: Register, nothing: Plan) -> None:
    plan = HOA_VIEN.apply(nothing, register)
    found = observations_for("2024-12-31")
    assert found is not None
    lines = group_lines(found, plan, register, "10363", ["ILL_RECEIVED", "ILL_RATE_ONTIME"])
    assert [line.indicator.id for line in lines] == ["ILL_RECEIVED", "ILL_RATE_ONTIME"]
    count, rate = lines
    parts = [count.parts[code] for code in HOA_VIEN.sources]
    assert count.value == sum(part for part in parts if part is not None) > 0
    frame = found.frame
    mine = frame[frame["unit_code"].isin(HOA_VIEN.sources) & (frame["indicator"] == "ILL_RATE_ONTIME")]
    assert rate.value == pytest.approx(100 * mine["numerator"].sum() / mine["denominator"].sum())
    rates = [value for value in rate.parts.values() if value is not None]
    assert rate.value != pytest.approx(sum(rates) / len(rates), abs=1e-6), "a rate is never averaged"
    assert (
        group_lines(found, embedded_plan("nq1286"), register, "10363", ["ILL_RECEIVED"])[0].value
        == count.value
    )
    assert observations_for("2025-07-01") is None


def test_dates_words_and_names() -> None:
    assert start_dates("2024-12-31", date(2026, 3, 1)) == (date(2024, 11, 14), date(2025, 1, 1))
    assert start_dates("2025-07-01", date(2026, 3, 1)) == (date(2026, 3, 1), date(2027, 1, 1))
    assert time_words("2026-11-24T05:58:20.1+00:00") == "24/11/2026 05:58 UTC"
    assert time_words("") == "—"
    assert file_name("Phương án 1/2: ../x") == "Phương-án-1-2-..-x"
    assert file_name("///") == "plan"
    assert plain("a *b* [c]") == r"a \*b\* \[c\]"


def test_the_lines_that_a_plan_keeps_are_drawn_and_what_is_no_line_is_left_out(
    register: Register, nothing: Plan
) -> None:
    line = "LINESTRING (105.7 20.7, 105.8 20.75)"
    points = ((105.7, 20.7), (105.8, 20.75))
    plan = GivePart("10357", "10363", line=line).apply(nothing, register)
    assert kept_lines(plan) == (points,)
    assert [(drawn.points, drawn.dash) for drawn in dividing_lines(plan, ((1.0, 2.0), (3.0, 4.0)))] == [
        (points, ""),
        (((1.0, 2.0), (3.0, 4.0)), "6 4"),
    ]
    for wrong in ("nonsense", "POINT (1 2)", "LINESTRING EMPTY", "LINESTRING (500 20, 501 21)"):
        assert kept_lines(GivePart("10357", "10363", line=wrong).apply(nothing, register)) == ()


def test_the_list_of_what_is_due_keeps_what_is_selected(register: Register) -> None:
    units = [register[code] for code in ("10357", "10360", "10363")]
    assert listed(units, {"10360"}, only_due=False, kept=()) == ["10357", "10360", "10363"]
    assert listed(units, {"10360"}, only_due=True, kept=("10363",)) == ["10360", "10363"]


def test_labels_of_the_search_are_made_once_a_register(register: Register) -> None:
    first = search_labels(register)
    assert "vien an" in first["10357"]
    assert search_labels(register) is first
    other = embedded_register("hanoi-2025-07-01")
    assert search_labels(other).keys() == set(other.by_code)
