"""The sides, rows and styles of the Compare page."""

from __future__ import annotations

import pytest

from geo.errors import PlanError
from geo.registers import embedded_register
from plans.difference import compare
from plans.edit import Detach, RecordExemption
from plans.files import embedded_plan
from rules.on_plan import exempting
from ui.page_compare import MOVED_MARK, figures_frame, figures_html, rows_frame, side_styles, sides_of
from ui.rules_data import status
from ui.session import judgement, work_of
from ui.table import Column


def test_nothing_stands_on_the_register_of_the_others_and_is_judged_too() -> None:
    plan = embedded_plan("nq1286")
    alone = next(s.code for s in judgement(work_of(plan)).sources if s.result == "due-not-done")
    ground = next(iter(exempting(judgement(work_of(plan)).view)))
    plan = RecordExemption(alone, ground, "", "").apply(plan, embedded_register("hanoi-2024-12-31"))
    sides = sides_of({"nothing": "N", "a": "1286"}, {"nothing": None, "a": plan})
    assert [side.label for side in sides] == ["A", "B"]
    assert sides[0].work.plan.base == plan.base
    found = compare([side.plan for side in sides], [side.work.register for side in sides])
    frame = figures_frame(sides, found).set_index("label")
    assert list(frame["after"]) == [579, 526]
    assert frame.loc["A", "due_not_done"] > frame.loc["B", "due_not_done"] > 0
    # as on the Dashboard: a failure of what only informs is a remark, and units that are exempt are no verdicts
    shown = [judgement(side.work) for side in sides]
    for name in ("fail", "advisory", "information", "exempt"):
        assert list(frame[f"verdicts_{name}"]) == [
            sum(status(verdict) == name for verdict in judged.verdicts) for judged in shown
        ]
    assert list(frame["exempt"]) == [0, 1]
    with pytest.raises(PlanError, match="one plan at least"):
        sides_of({"nothing": "N"}, {"nothing": None})


def test_rows_say_the_difference_and_moved_units_are_marked() -> None:
    register, plan = embedded_register("hanoi-2024-12-31"), embedded_plan("nq1286")
    other = Detach("10357").apply(plan, register)
    found = compare((plan, other), (register,))
    rows = rows_frame(found, vi=True)
    assert "10357" in set(rows["code"])
    assert rows.loc[rows["code"] == "10357", "words"].item().startswith("Viên An: ")
    styles = side_styles(plan, found.moved)
    assert styles["10357"].mark == MOVED_MARK
    untouched = next(code for code in plan.by_source if code not in found.moved)
    assert styles[untouched].mark == ""


def test_figures_stand_one_column_a_plan_and_scenarios_of_one_instrument_keep_their_names() -> None:
    plan = embedded_plan("nq1286")
    names = {
        "scenario:1": "Kịch bản: một",
        "scenario:2": "Kịch bản: hai",
        "embedded:nq1286": "1286 · Sắp xếp",
    }
    sides = sides_of(names, dict.fromkeys(names, plan))
    assert [side.short for side in sides] == ["Kịch bản: một", "Kịch bản: hai", plan.instrument]
    frame = figures_frame(sides, compare([plan] * 3, [side.work.register for side in sides]))
    html = figures_html(frame, [Column("before", "Before", 0), Column("after", "After", 0)])
    assert "".join(f'<th scope="col">{label}</th>' for label in "ABC") in html
    assert "<tr><td>After</td><td>526</td><td>526</td><td>526</td></tr>" in html
