"""The tables and points of the Dashboard."""

from __future__ import annotations

from geo.registers import embedded_register
from plans.apply import apply_plan
from plans.files import embedded_plan
from rules.engine import judge
from rules.procedure import checklist
from ui.page_dashboard import EDGE, district_frame, due_frame, points, procedure_frame, scatter_spec, signed


def test_districts_sum_to_the_city_before_and_after() -> None:
    before = embedded_register("hanoi-2024-12-31")
    after = apply_plan(embedded_plan("nq1286"), before)
    frame = district_frame(before, after)
    assert (frame["before"].sum(), frame["after"].sum(), frame["change"].sum()) == (579, 526, -53)
    kinds = [name for name in frame if str(name).startswith("after_")]
    assert (frame[kinds].sum(axis=1) == frame["after"]).all()
    own = next(row for row in frame.itertuples() if row.district == "Huyện Ứng Hòa")
    assert own.before == sum(unit.district_name == "Huyện Ứng Hòa" for unit in before)


def test_points_stand_where_the_percentages_say_and_what_is_unknown_is_left_away() -> None:
    judged = judge(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31"))
    shown = points(judged)
    known = [u for u in judged.units if None not in (u.percent["area_km2"], u.percent["population"])]
    assert len(shown) == len(known) < len(judged.units)
    assert {point["x"] for point in shown} == {min(float(u.percent["area_km2"] or 0), EDGE) for u in known}
    spec = scatter_spec(shown)
    limits = [layer["data"]["values"] for layer in spec["layer"][:2]]
    assert limits == [[{"at": 100}], [{"at": 100}]]


def test_due_and_not_done_and_the_checklist_agree_with_the_verdicts() -> None:
    register = embedded_register("hanoi-2024-12-31")
    judged = judge(embedded_plan("nq1286"), register)
    frame = due_frame(judged, register)
    assert set(frame["code"]) == {
        v.subject for v in judged.whole if v.rule == "due-not-done" and v.outcome == "fail"
    }
    assert (frame["by"] != "").all()
    items = checklist(embedded_plan("nq1286"))
    steps = procedure_frame(items)
    assert list(steps["outcome"]) == [item.outcome for item in items]


def test_a_change_carries_its_sign() -> None:
    assert [signed(value) for value in (-1053, 0, 2)] == ["−1.053", "0", "+2"]
