"""The sides, rows and styles of the Compare page."""

from __future__ import annotations

import pytest

from geo.errors import PlanError
from geo.registers import embedded_register
from plans.difference import compare
from plans.edit import Detach
from plans.files import embedded_plan
from ui.page_compare import MOVED_MARK, figures_frame, figures_html, rows_frame, side_styles, sides_of
from ui.table import Column


def test_nothing_stands_on_the_register_of_the_others_and_is_judged_too() -> None:
    plan = embedded_plan("nq1286")
    sides = sides_of({"nothing": "N", "a": "1286"}, {"nothing": None, "a": plan})
    assert [side.label for side in sides] == ["A", "B"]
    assert sides[0].work.plan.base == plan.base
    found = compare([side.plan for side in sides], [side.work.register for side in sides])
    frame = figures_frame(sides, found).set_index("label")
    assert list(frame["after"]) == [579, 526]
    assert frame.loc["A", "due_not_done"] > frame.loc["B", "due_not_done"] > 0
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
