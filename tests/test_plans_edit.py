"""Edits from plan to plan: what each changes, what it refuses, and that the partition always holds."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import PlanError
from geo.register import Figure, Register, Unit
from geo.registers import embedded_register
from plans.apply import apply_plan, formed_units
from plans.check import check_plan
from plans.edit import (
    ACTIONS,
    Action,
    ChangeKind,
    ChooseSeat,
    Detach,
    DissolveGroup,
    EditPart,
    EditUnit,
    GivePart,
    Merge,
    Move,
    RecordExemption,
    RemoveExemption,
    Rename,
    SetMetadata,
    SetProcedure,
    SetTotals,
    action_from_json,
    empty_plan,
    name_suggestions,
)
from plans.files import embedded_plan, parse_plan, plan_text
from plans.plan import Plan, Totals

# code, name, kind, area, population
ROWS = [
    ("10001", "An Phú", "commune", "4.10", 5000),
    ("10002", "Bình Minh", "commune", "3.25", 7000),
    ("10003", "Cao Sơn", "ward", "1.5", 9000),
    ("10004", "Đông Hà", "township", "2", 6000),
    ("10005", "An Phú", "commune", "6", None),
    ("10006", "Giang Biên", "commune", "5", 4000),
]


def register() -> Register:
    return Register(
        "2024-12-31",
        tuple(
            Unit(
                code,
                "2024-12-31",
                name,
                kind,  # type: ignore[arg-type]
                "002" if code == "10005" else "001",
                "Huyện Hai" if code == "10005" else "Huyện Một",
                figures={
                    "area_km2": Figure(Decimal(area)),
                    "population": Figure(None if people is None else Decimal(people)),
                },
            )
            for code, name, kind, area, people in ROWS
        ),
        "small",
    )


R = register()
EMPTY = empty_plan(R, date(2024, 11, 14), date(2025, 1, 1), "thu", "Thử")


def done(*actions: Action, plan: Plan = EMPTY) -> Plan:
    for item in actions:
        plan = item.apply(plan, R)
    return plan


def partition(plan: Plan, base: Register) -> None:
    """Whole once, or parts with one remainder, or two parts or more alone; else it stays (contract: Plan)."""
    check_plan(plan, base)
    for code, pairs in plan.by_source.items():
        parts = sorted(t.part for _, t in pairs)
        assert (
            parts == ["whole"]
            or (parts.count("remainder") == 1 and set(parts) == {"part", "remainder"})
            or (len(parts) > 1 and set(parts) == {"part"})
        ), (code, parts)


def test_hoa_vien_on_the_real_register() -> None:
    hanoi = embedded_register("hanoi-2024-12-31")
    plan = empty_plan(hanoi, date(2024, 11, 14), date(2025, 1, 1), "thu")
    merge = Merge(("10357", "10360", "10363"), name="Hoa Viên")
    after = merge.apply(plan, hanoi)
    assert [t.code for t in after.by_code["10363"].transfers] == ["10357", "10360", "10363"]
    assert after.by_code["10363"].kind == "commune"
    assert merge.description(plan, hanoi).vi == "Gộp Viên An, Viên Nội, Hoa Sơn thành xã Hoa Viên"
    assert (
        merge.description(plan, hanoi).en == "Merge Viên An, Viên Nội, Hoa Sơn into the new Hoa Viên commune"
    )
    assert len(apply_plan(after, hanoi)) == 577
    real = embedded_plan("nq1286").by_code["10363"]
    assert (real.name, real.sources) == (after.by_code["10363"].name, after.by_code["10363"].sources)


def test_merge_takes_code_from_seat_and_kind_by_rule() -> None:
    assert done(Merge(("10001", "10002"))).units[0].code == "10002"  # the most populous
    seated = done(Merge(("10001", "10002"), seat="10001")).units[0]
    assert (seated.code, seated.seat, seated.name) == ("10001", "10001", "An Phú")
    assert done(Merge(("10001", "10002"), seat="10001", code="99999")).units[0].code == "99999"
    assert done(Merge(("10001", "10003"))).units[0].kind == "ward"
    assert done(Merge(("10001", "10004"))).units[0].kind == "township"
    late = empty_plan(R, date(2025, 6, 12), date(2025, 7, 1), "thu")
    assert done(Merge(("10001", "10004")), plan=late).units[0].kind == "commune"
    assert done(Merge(("10001", "10004"), kind="xã")).units[0].kind == "commune"


def test_merge_moves_sources_out_of_other_groups_and_into_existing_units() -> None:
    first = done(Merge(("10001", "10002", "10006"), name="Một"))
    second = Merge(("10002", "10003"), name="Hai").apply(first, R)
    assert second.by_code["10003"].sources == ("10002", "10003")
    assert second.by_code["10001"].sources == ("10001", "10006")  # the code's source left: the next populous
    assert second.by_code["10001"].name == "Một"
    into = Merge(("10004",), into="10001").apply(second, R)
    assert into.by_code["10001"].sources == ("10001", "10004", "10006")
    assert into.by_code["10001"].name == "Một"
    stays = done(Merge(("10001",), into="10006"))
    assert (stays.by_code["10006"].name, stays.by_code["10006"].sources) == ("Giang Biên", ("10001", "10006"))


def test_move_detach_and_dissolve() -> None:
    plan = done(Merge(("10001", "10002"), name="Một"), Merge(("10003", "10004"), name="Hai"))
    moved = Move("10001", "10003").apply(plan, R)
    assert moved.by_code["10003"].sources == ("10001", "10003", "10004")
    assert moved.by_code["10002"].name == "Một"  # alone, and renamed: it stays a changed unit
    assert done(Merge(("10001", "10002")), Detach("10001")) == EMPTY  # whole, unchanged name: gone
    # named after the one that left: back to its own name, so gone as well
    assert done(Merge(("10001", "10002"), name="An Phú"), Detach("10001")) == EMPTY
    # the kind that the group gave is given back
    assert done(Merge(("10001", "10003")), Detach("10003")) == EMPTY
    assert DissolveGroup("10002").apply(plan, R).units == plan.units[1:]
    assert done(Merge(("10001", "10002"), code="99999", name="Mới"), Detach("10001")).units[0].code == "10002"


def test_figures_of_the_instrument_do_not_outlive_what_they_were_stated_of() -> None:
    hanoi, plan = embedded_register("hanoi-2024-12-31"), embedded_plan("nq1286")
    assert plan.by_code["00181"].area_km2 == Decimal("0.48")
    after = Move("00199", "00181").apply(plan, hanoi)
    unit = after.by_code["00181"]
    assert (unit.area_km2, unit.population, unit.source, unit.confidence) == (None, None, "", "")
    renamed = Rename("00181", "Văn Miếu").apply(plan, hanoi).by_code["00181"]
    assert renamed.area_km2 == Decimal("0.48")  # a name changes nothing of it
    assert Merge(("00181",), into="00181", name="Văn Miếu").apply(plan, hanoi).by_code["00181"] == renamed


def test_give_part_keeps_a_remainder_under_the_own_code() -> None:
    give = GivePart("10001", "10002", Decimal("1.02"), 1250, "theo đường")
    plan = done(give)
    assert [t.part for t in plan.by_code["10001"].transfers] == ["remainder"]
    part = plan.by_code["10002"].transfers[0]
    assert (part.part, part.whole_area_km2, part.whole_population, part.note) == (
        "part",
        Decimal("4.10"),
        5000,
        "theo đường",
    )
    # the share is on the register's base, so nothing is stated and both units are judged on the register
    formed = {unit.code: unit for unit in formed_units(plan, R)}
    assert formed["10002"].basis("area_km2") == "register"
    assert formed["10002"].judged("area_km2").value == Decimal("4.27")
    assert formed["10001"].judged("population").value == 3750
    assert (
        give.description(EMPTY, R).vi
        == "Giao một phần An Phú (Huyện Một) (1,02 km², 1.250 người) cho Bình Minh"
    )
    assert Detach("10001", "10002").apply(plan, R) == EMPTY
    assert DissolveGroup("10002").apply(plan, R) == EMPTY


def test_give_part_out_of_a_group_and_to_a_unit_of_its_own() -> None:
    group = done(Merge(("10001", "10002"), name="Một"))
    plan = done(GivePart("10001", "10003", population=10), plan=group)
    assert [t.part for t in plan.by_code["10002"].transfers] == ["remainder", "whole"]
    back = Detach("10001", "10003").apply(plan, R)
    assert back == group
    alone = done(GivePart("10001", "99998", Decimal(1), name="Tách Mới"))
    assert alone.by_code["99998"].kind == "commune"
    assert len(apply_plan(alone, R)) == 7
    # the remainder detached stands alone; dissolving a group that holds one does the same
    for action in (Detach("10001", "10002"), DissolveGroup("10002")):
        split = action.apply(plan, R)
        assert [t.part for t in split.by_code["10001"].transfers] == ["remainder"]
    assert Move("10001", "10003").apply(plan, R).by_source["10001"][0][1].part == "whole"


def test_edit_part_states_figures_anew() -> None:
    plan = done(GivePart("10001", "10002", Decimal(1)), EditPart("10001", "10002", Decimal(2), 70))
    assert plan.by_code["10002"].transfers[0].area_km2 == 2
    own = EditPart(
        "10001", "10001", Decimal(2), figures_from="", whole_area_km2=Decimal(3), line="LINESTRING EMPTY"
    )
    kept = own.apply(plan, R).by_code["10001"].transfers[0]
    assert (kept.figures_from, kept.whole_area_km2, kept.extra) == ("", 3, {"line": "LINESTRING EMPTY"})


def test_name_kind_and_seat() -> None:
    plan = done(Rename("10001", "  An   Mới "))
    assert plan.by_code["10001"].name == "An Mới"
    assert done(Rename("10001", "An Phú"), plan=plan) == EMPTY
    assert done(ChangeKind("10001", "phường")).by_code["10001"].kind == "ward"
    group = done(Merge(("10001", "10002"), name="Một"))
    assert ChooseSeat("10002", "10001").apply(group, R).units[0].code == "10001"
    assert ChooseSeat("10002", "10001", "10002").apply(group, R).units[0].code == "10002"
    fixed = done(Merge(("10001", "10002"), code="99999"))
    assert ChooseSeat("99999", "10001").apply(fixed, R).units[0].code == "99999"
    edited = EditUnit("10002", Decimal("7.4"), 12001, clause="Điều 1").apply(group, R).units[0]
    assert (edited.area_km2, edited.population, edited.clause) == (Decimal("7.4"), 12001, "Điều 1")


def test_records() -> None:
    plan = done(
        RecordExemption("10001", "exempt-island", "ghi chú"),
        SetProcedure("voters_for", 91),
        SetProcedure("council", date(2024, 5, 1)),
        SetMetadata(title_vi="Khác", effective=date(2025, 3, 1)),
        SetTotals(units_after=6),
    )
    assert plan.exempt[0].ground == "exempt-island"
    assert plan.procedure == {"voters_for": 91, "council": date(2024, 5, 1)}
    assert (plan.title_vi, plan.title_en, plan.target) == ("Khác", "Thử", "2025-03-01")
    bare = done(
        RemoveExemption("10001"), SetProcedure("council"), SetTotals(), SetMetadata(title_vi=""), plan=plan
    )
    assert (bare.exempt, bare.procedure, bare.totals, bare.title_vi) == ((), {"voters_for": 91}, Totals(), "")


def test_touched() -> None:
    plan = done(Merge(("10001", "10002"), name="Một"))
    move = Move("10001", "10003").touched(plan, R)
    assert (move.units, move.sources) == ({"10002", "10003"}, {"10001", "10002", "10003"})
    assert Rename("10002", "Hai").touched(plan, R).units == {"10002"}
    assert RecordExemption("10006", "x").touched(plan, R).codes == ("10006",)


GROUP = done(Merge(("10001", "10002"), name="Một"), RecordExemption("10006", "exempt-island"))


@pytest.mark.parametrize(
    ("action", "vi", "en"),
    [
        (Merge(("10003",)), "ít nhất hai", "at least two"),
        (Merge(("10003", "99999")), "trong sổ", "no such unit"),
        (Merge(("10003", "10004"), seat="10001"), "trụ sở", "seat"),
        (Merge(("10003", "10004"), code="10002"), "đã thuộc Một", "belongs to Một"),
        (Merge(("10003", "10004"), code="10005"), "giữ nguyên", "stays as it is"),
        (Merge(("10003", "10004"), code="1"), "mã", "code"),
        (Merge(("10003", "10004"), kind="huyện"), "loại", "kind"),
        (Merge(("10003", "10006")), "miễn", "exempt"),
        (Move("10001", "10002"), "không thay đổi", "nothing"),
        (Move("10003", "10001"), "đã nhập vào Một", "went to Một"),
        (Detach("10003"), "không nằm trong", "not in this group"),
        (Detach("10001", "10003"), "không nằm trong", "not in this group"),
        (DissolveGroup("10003"), "không hình thành", "forms no such"),
        (Rename("10002", " "), "tên", "name"),
        (Rename("10002", "a\x00b"), "không in được", "printed"),
        (Rename("10002", "a\ud800"), "không in được", "printed"),
        (ChooseSeat("10002", "10003"), "trụ sở", "seat"),
        (GivePart("10003", "10002", Decimal("1.5")), "nhỏ hơn", "smaller"),
        (GivePart("10003", "10002", Decimal("NaN")), "nhỏ hơn", "smaller"),
        (GivePart("10005", "10002", population=-1), "vô lý", "impossible"),
        (GivePart("10001", "10002", Decimal(1)), "đã có", "already has"),
        (GivePart("10003", "10003", Decimal(1)), "đã có", "already has"),
        (EditPart("10001", "10002", Decimal(1)), "không nhận", "takes no part"),
        (RecordExemption("10003", ""), "căn cứ", "ground"),
        (RecordExemption("10001", "exempt-island"), "miễn", "exempt"),
        (RemoveExemption("10003"), "không có miễn", "no such exemption"),
        (SetProcedure("a b", 1), "khóa", "key"),
        (SetProcedure("a", datetime(2024, 1, 1)), "không ghi được", "cannot be recorded"),
        (SetMetadata(effective=date(2024, 12, 31)), "ngày hiệu lực", "effective date"),
        (SetTotals(units_after=-1), "số đếm", "count"),
        (EditUnit("10002", Decimal(-1)), "vô lý", "impossible"),
        (EditUnit("10002", district_code="999"), "huyện", "district"),
    ],
)
def test_refusals_are_said_in_both_languages(action: Action, vi: str, en: str) -> None:
    before = plan_text(GROUP)
    with pytest.raises(PlanError) as caught:
        action.apply(GROUP, R)
    assert vi in caught.value.text("vi")
    assert en in caught.value.text("en")
    assert plan_text(GROUP) == before


def test_name_suggestions() -> None:
    assert name_suggestions(EMPTY, R, ("10001", "10002", "10006")) == ("Bình Minh", "An Phú", "Giang Biên")
    taken = done(Merge(("10003", "10004"), name="Bình minh"))
    assert name_suggestions(taken, R, ("10001", "10002")) == ("An Phú", "Bình Minh")


def test_homonyms_are_told_apart() -> None:
    words = Merge(("10001", "10005"), name="Mới").description(EMPTY, R)
    assert words.vi == "Gộp An Phú (Huyện Một), An Phú (Huyện Hai) thành xã Mới"


def test_stored_actions_that_are_none_are_refused() -> None:
    for stored in (
        {"action": "fly"},
        {"action": "move", "source": "10001"},
        {"action": "move", "source": 1, "to": "10002"},
        {"action": "merge", "sources": [1, 2]},
        {"action": "move", "source": "10001", "to": "10002", "more": 1},
        {"action": "set-procedure", "key": "a", "value": {"date": "no"}},
        {"action": "give-part", "source": "1", "to": "2", "area_km2": "much"},
        [],
    ):
        with pytest.raises(PlanError):
            action_from_json(stored)  # type: ignore[arg-type]


codes = st.sampled_from([row[0] for row in ROWS])
targets = st.sampled_from([*(row[0] for row in ROWS), "99999"])
names = st.sampled_from(["", "An Phú", "Mới", "Bình Minh"])
kinds = st.sampled_from(["", "ward", "commune"])
areas = st.none() | st.decimals("0", "3", places=2)
people = st.none() | st.integers(0, 3000)
groups = st.lists(codes, min_size=1, max_size=4).map(tuple)
optional = st.just("") | targets
actions = st.one_of(
    st.builds(Merge, groups, into=optional, name=names, kind=kinds, seat=optional, code=optional),
    st.builds(Move, codes, targets),
    st.builds(GivePart, codes, targets, areas, people, names, st.sampled_from(["register", ""]), name=names),
    st.builds(EditPart, codes, targets, areas, people),
    st.builds(Detach, codes, optional),
    st.builds(DissolveGroup, targets),
    st.builds(Rename, targets, names),
    st.builds(ChangeKind, targets, kinds),
    st.builds(ChooseSeat, targets, codes, optional),
    st.builds(EditUnit, targets, areas, people),
    st.builds(RecordExemption, codes, names),
    st.builds(RemoveExemption, codes),
    st.builds(
        SetProcedure, st.just("key"), st.none() | st.booleans() | areas | st.dates() | st.text(max_size=3)
    ),
    st.builds(SetMetadata, title_vi=st.none() | names, effective=st.none() | st.dates()),
    st.builds(SetTotals, people, people),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(actions, min_size=1, max_size=12))
def test_any_sequence_keeps_the_partition_and_the_totals(sequence: list[Action]) -> None:
    plan = EMPTY
    for item in sequence:
        assert action_from_json(json.loads(json.dumps(item.as_json()))) == item
        try:
            plan = item.apply(plan, R)
        except PlanError:
            continue
        partition(plan, R)
        assert parse_plan(plan_text(plan)) == plan
        assert all(unit.code in R or unit.code == "99999" for unit in plan.units)
    after = apply_plan(plan, R)
    if all(unit.area_km2 is not None for unit in after):
        assert after.total("area_km2") == R.total("area_km2")


def test_every_action_is_registered_and_drawn() -> None:
    assert set(ACTIONS.values()) == {
        Merge,
        Move,
        GivePart,
        EditPart,
        Detach,
        DissolveGroup,
        Rename,
        ChangeKind,
        ChooseSeat,
        EditUnit,
        RecordExemption,
        RemoveExemption,
        SetProcedure,
        SetMetadata,
        SetTotals,
    }
