"""What differs between plans, in words and in counts."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import PlanError
from geo.registers import embedded_register
from plans.difference import compare, difference, plan_figures
from plans.edit import (
    ChangeKind,
    ChooseSeat,
    Detach,
    EditPart,
    EditUnit,
    GivePart,
    Merge,
    Move,
    RecordExemption,
    Rename,
    SetMetadata,
    SetProcedure,
    SetTotals,
    empty_plan,
)
from plans.files import embedded_plan
from tests.test_plans_edit import EMPTY, R, actions, done

HANOI = embedded_register("hanoi-2024-12-31")
NOTHING = empty_plan(HANOI, date(2024, 11, 14), date(2025, 1, 1), "khong")
GROUP = done(Merge(("10001", "10002"), name="Một"))


def test_the_sentence_of_the_brief() -> None:
    a = Merge(("10456", "10459"), name="Mỹ Xuyên").apply(NOTHING, HANOI)
    found = difference(a, NOTHING, HANOI)
    row = next(row for row in found.rows if row.code == "10459")
    assert row.words.vi == "Bột Xuyên: với Mỹ Thành ở A, giữ nguyên ở B"
    assert row.words.en == "Bột Xuyên: with Mỹ Thành in A, alone in B"
    assert (row.changes, row.district_name) == (("moved",), "Huyện Mỹ Đức")
    assert found.moved == ("10456", "10459")
    assert difference(a, None, HANOI).rows == found.rows


def test_equal_plans_do_not_differ() -> None:
    plan = embedded_plan("nq1286")
    found = difference(plan, plan, HANOI)
    assert (found.rows, dict(found.counts), found.moved, found.differs) == ((), {}, (), False)
    assert not difference(None, None, HANOI).differs


def test_1286_against_nothing() -> None:
    found = difference(embedded_plan("nq1286"), None, HANOI)
    assert len(found.codes) == len(embedded_plan("nq1286").by_source) == 110
    assert [row.code for row in found.rows] == sorted(found.codes)
    a, b = found.figures
    assert (a.units_before, a.units_after, a.concerned, a.formed) == (579, 526, 110, 57)
    assert (b.units_before, b.units_after, b.concerned, b.formed) == (579, 579, 0, 0)
    assert a.before == {"commune": 383, "ward": 175, "township": 21}
    assert sum(a.after.values()) == 526
    assert (b.id, b.after) == ("", b.before)
    split = next(row for row in found.rows if row.code == "00142")
    assert split.changes == ("moved", "split")
    assert "một phần (0,73 km², 13.092 người) với Phúc Lợi" in split.words.vi
    assert "a part (0.73 km², 13,092 persons) with Phúc Lợi" in split.words.en


@pytest.mark.parametrize(
    ("action", "change", "vi", "en"),
    [
        (Rename("10002", "Hai"), "renamed", "thành xã Một ở A, thành xã Hai ở B", "becomes Một commune in A"),
        (ChangeKind("10002", "ward"), "kind", "thành phường Một ở B", "becomes Một ward in B"),
        (ChooseSeat("10002", "10002"), "seat", "chưa ghi trụ sở ở A, trụ sở tại Bình Minh ở B", "no seat"),
        (ChooseSeat("10002", "10001"), "code", "mã 10002 ở A, mã 10001 ở B", "code 10002 in A"),
        (
            EditUnit("10002", Decimal("7.3"), 12000),
            "figures",
            "không ghi số liệu ở A, đơn vị mới (7,3 km², 12.000 người) ở B",
            "the unit formed (7.3 km², 12,000 persons) in B",
        ),
        (
            EditUnit("10002", clause="Điều 1"),
            "details",
            "không ghi chú ở A, “Điều 1” ở B",
            "nothing noted in A",
        ),
    ],
)
def test_changes_within_one_group(action: object, change: str, vi: str, en: str) -> None:
    found = difference(GROUP, done(action, plan=GROUP), R)  # type: ignore[arg-type]
    assert change in found.counts
    assert found.moved == ()
    assert set(found.codes) == {"10001", "10002"}
    assert vi in found.rows[0].words.vi
    assert en in found.rows[0].words.en


def test_parts_exemptions_and_metadata() -> None:
    part = done(GivePart("10001", "10002", Decimal(1)))
    more = done(EditPart("10001", "10002", Decimal(2)), plan=part)
    found = difference(part, more, R)
    assert dict(found.counts) == {"figures": 1}  # of 10001 alone: 10002 goes whole to the same unit in both
    assert "a part: stated (1 km²), by the register in A" in found.rows[0].words.en
    assert "một phần: ghi (2 km²), theo sổ ở B" in found.rows[0].words.vi
    exempt = difference(EMPTY, done(RecordExemption("10006", "exempt-island", document="QĐ 1")), R)
    assert exempt.rows[0].words.vi == "Giang Biên: không miễn ở A, miễn (exempt-island – QĐ 1) ở B"
    other = done(SetMetadata(title_vi="Khác"), SetTotals(units_after=9), SetProcedure("voters_for", 91))
    words = [row.words.vi for row in difference(EMPTY, other, R).rows]
    assert words == [
        "Tên tiếng Việt: Thử ở A, Khác ở B",
        "Tổng số đơn vị sau: — ở A, 9 ở B",
        "Thủ tục voters_for: — ở A, 91 ở B",
    ]
    assert difference(EMPTY, other, R).codes == ()


def test_three_plans_name_those_that_agree_together() -> None:
    moved = done(Move("10001", "10003"), plan=GROUP)
    found = compare((GROUP, moved, None), (R,))
    row = found.rows[0]
    assert row.words.vi == "An Phú: với Bình Minh ở A, với Cao Sơn ở B, giữ nguyên ở C"
    assert (
        compare((GROUP, GROUP, None), (R,)).rows[0].words.en == "An Phú: with Bình Minh in A, B, alone in C"
    )
    assert row.units == (("10002",), ("10003",), ("10001",))


def test_tables() -> None:
    found = difference(GROUP, done(Detach("10001"), plan=GROUP), R)
    frame = found.frame()
    assert list(frame.columns) == [
        *("code", "name", "district_code", "district_name", "changes", "units_A", "units_B", "vi", "en")
    ]
    assert list(frame["code"]) == ["10001", "10002"]
    document = json.loads(json.dumps(found.as_json()))
    assert document["moved"] == ["10001", "10002"]
    assert document["plans"][0]["after_commune"] == 3
    assert document["rows"][0]["units"] == {"A": ["10002"], "B": ["10001"]}
    assert list(found.figures_frame()["units_after"]) == [5, 6]
    assert difference(None, None, R).frame().empty


def test_refusals() -> None:
    with pytest.raises(PlanError, match="different vintages"):
        difference(GROUP, replace(EMPTY, base="2024-01-01"), R)
    with pytest.raises(PlanError, match="no such source"):
        difference(GROUP, None, HANOI)
    with pytest.raises(PlanError, match="two plans"):
        compare((GROUP,), (R,))


def test_figures_of_a_split() -> None:
    figures = plan_figures(done(GivePart("10003", "99998", Decimal(1), name="Mới")), R)
    assert (figures.units_before, figures.units_after, figures.concerned, figures.formed) == (6, 7, 1, 2)
    assert figures.after["ward"] == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(actions, max_size=8), st.lists(actions, max_size=8))
def test_rows_name_exactly_the_sources_that_differ(first: list[object], second: list[object]) -> None:
    plans = []
    for sequence in (first, second):
        plan = EMPTY
        for item in sequence:
            try:
                plan = item.apply(plan, R)  # type: ignore[attr-defined]
            except PlanError:
                continue
        plans.append(plan)
    a, b = plans
    found, back = difference(a, b, R), difference(b, a, R)
    # no difference is said exactly where the two plans are the same but for their ids
    assert found.differs == (replace(a, id="x") != replace(b, id="x"))
    assert [(r.code, r.changes) for r in found.rows if r.code] == [
        (r.code, r.changes) for r in back.rows if r.code
    ]
    assert all(row.words.vi and row.words.en for row in found.rows)


def test_fast_enough_for_a_city() -> None:
    plan = embedded_plan("nq1286")
    started = time.perf_counter()
    difference(plan, None, HANOI)
    assert time.perf_counter() - started < 0.5
