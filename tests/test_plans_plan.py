from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import PlanError, SapxepError
from geo.register import Register
from geo.registers import embedded_register, read_register, write_register
from plans.apply import apply_plan, formed_units
from plans.build_nq1286 import build
from plans.check import check_plan
from plans.files import embedded_plan, load_plan, parse_plan, plan_text, read_plan, write_plan
from plans.plan import Exemption, NewUnit, Plan, Totals, Transfer

HANOI = embedded_register("hanoi-2024-12-31")
NQ1286 = embedded_plan("nq1286")


def rows_of_facts() -> list[dict[str, str]]:
    with Path("data/plans/source/plan_1286.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_embedded_plan_is_what_the_command_builds() -> None:
    assert build() == NQ1286


def test_the_plan_holds_every_row_of_the_facts() -> None:
    found = sorted((t.code, t.part, unit.code, unit.name) for unit, t in NQ1286.transfers)
    assert found == sorted((r["old_code"], r["part"], r["new_code"], r["new_name"]) for r in rows_of_facts())
    assert NQ1286.totals == Totals(109, 56, 579, 526)
    assert (NQ1286.decided, NQ1286.target) == (date(2024, 11, 14), "2025-01-01")


def test_figures_of_units_formed_come_from_the_resolution_alone() -> None:
    stated = {unit.code: (unit.area_km2, unit.population) for unit in NQ1286.units if unit.area_km2}
    assert stated == {
        "00181": (Decimal("0.48"), 17203),
        "09646": (Decimal("16.67"), 29153),
        "10096": (Decimal("7.17"), 12742),
        "10108": (Decimal("8.01"), 12435),
    }
    assert NQ1286.by_code["00151"].stated("area_km2") is None, "a proposal's figures are not the resolution's"


def test_applying_gives_526_units_and_keeps_what_is_known() -> None:
    after = apply_plan(NQ1286, HANOI)
    kinds = [unit.kind for unit in after]
    assert (len(after), kinds.count("commune"), kinds.count("ward"), kinds.count("township")) == (
        526,
        345,
        160,
        21,
    )
    assert after.vintage == "2025-01-01"
    parents = [HANOI[code].population for code in ("09631", "09637", "09646")]
    assert after["09646"].population == sum(p for p in parents if p)
    assert after["10417"].population == (HANOI["10417"].population or 0) + (HANOI["10414"].population or 0)
    assert after["10417"].population != after["10108"].population


def test_a_part_without_figures_lies_between_zero_and_the_whole() -> None:
    figure = apply_plan(NQ1286, HANOI)["00277"].figure("population")
    own, part = HANOI["00277"].population or 0, HANOI["00274"].population or 0
    assert (figure.value, figure.low, figure.high) == (None, own, own + part)


def test_split_by_stated_people_and_stated_area_is_exact_and_marked() -> None:
    after = apply_plan(NQ1286, HANOI)
    population, area = HANOI["00142"].population or 0, HANOI["00142"].area_km2 or Decimal(0)
    assert after["00151"].population == (HANOI["00151"].population or 0) + round(population * 4817 / 17909)
    parents = sum(HANOI[code].population or 0 for code in ("00136", "00142", "00151"))
    assert (after["00151"].population or 0) + (after["00136"].population or 0) == parents
    assert after["00151"].area_km2 == (HANOI["00151"].area_km2 or 0) + round(area * 13 / 86, 3)
    assert after["00151"].figure("population").confidence == "estimated"


def test_the_next_register_can_be_written_and_read(tmp_path: Path) -> None:
    after = apply_plan(NQ1286, HANOI)
    write_register(after, tmp_path / "next.csv")
    assert read_register(tmp_path / "next.csv").units == after.units


def test_two_bases_are_kept_apart() -> None:
    formed = {unit.code: unit for unit in formed_units(NQ1286, HANOI)}
    phu_hong = formed["09646"]
    assert phu_hong.judged("population").value == 29153
    assert phu_hong.register["population"].value == 22979
    assert phu_hong.basis("population") == "stated"
    assert formed["10417"].basis("population") == "register"


def test_reading_writing_and_reading_again_gives_an_equal_plan(tmp_path: Path) -> None:
    write_plan(NQ1286, tmp_path / "p.toml")
    again = read_plan(tmp_path / "p.toml")
    assert again == NQ1286
    assert plan_text(again) == plan_text(NQ1286)


def test_keys_of_other_programs_are_carried_along() -> None:
    text = plan_text(replace(NQ1286, extra={"office": {"desk": 7}}))
    assert parse_plan(text).extra == {"office": {"desk": 7}}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans over the units of one district: whole mergers, splits with and without figures, exemptions."""
    codes = [unit.code for unit in HANOI if unit.district_code == "281"]
    random.Random(draw(st.integers(0, 10**6))).shuffle(codes)
    units, at = [], 0
    for _ in range(draw(st.integers(0, 6))):
        size = draw(st.integers(1, 3))
        group, at = codes[at : at + size], at + size
        transfers = [
            Transfer(
                code,
                area_km2=draw(st.none() | st.decimals(0, 9, places=2)),
                population=draw(st.none() | st.integers(0, 9999)),
                figures_from=draw(st.sampled_from(["", "resolution", "proposal"])),
                note=draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)),
            )
            for code in group
        ]
        units.append(NewUnit(group[0], HANOI[group[0]].name + " mới", "commune", tuple(transfers)))
    if len(units) >= 2:
        part = codes[at]
        first, second = units[0], units[1]
        units[0] = replace(first, transfers=(*first.transfers, Transfer(part, "part", Decimal("0.5"), 300)))
        units[1] = replace(second, transfers=(*second.transfers, Transfer(part, "remainder")))
    exempt = (
        (Exemption(codes[at + 1], "exempt-isolated", 'nói "rõ"', "123/TTr"),) if draw(st.booleans()) else ()
    )
    return Plan(
        "p", "Thử", "Trial", "", date(2024, 11, 14), date(2025, 1, 1), "2024-12-31", tuple(units), exempt
    )


@given(plans())
@settings(max_examples=40, deadline=None)
def test_any_plan_survives_its_file(plan: Plan) -> None:
    assert parse_plan(plan_text(plan)) == plan


@given(plans(), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_does_not_count(plan: Plan, seed: int) -> None:
    units = list(plan.units)
    random.Random(seed).shuffle(units)
    assert replace(plan, units=tuple(units)) == plan
    assert apply_plan(replace(plan, units=tuple(units)), HANOI) == apply_plan(plan, HANOI)


@given(plans())
@settings(max_examples=30, deadline=None)
def test_every_person_and_hectare_is_somewhere(plan: Plan) -> None:
    after = apply_plan(plan, HANOI)
    for figure in ("population", "area_km2"):
        low = sum(bounds[0] for unit in after if (bounds := unit.figure(figure).bounds))
        high = sum(bounds[1] for unit in after if (bounds := unit.figure(figure).bounds))
        assert low <= (HANOI.total(figure) or 0) <= high
        if not any(transfer.part != "whole" for _, transfer in plan.transfers):
            assert after.total(figure) == HANOI.total(figure)


HEAD = """id = "x"
title_vi = "x"
title_en = "x"
instrument = "x"
decided = 2024-11-14
effective = 2025-01-01
base = "2024-12-31"
"""
UNIT = '[[unit]]\ncode = "{}"\nname = "A"\nkind = "commune"\n'
FROM = '[[unit.from]]\ncode = "{}"\npart = "{}"\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[unit", "TOML"),
        ("", "id"),
        (HEAD.replace("2025-01-01", '"mai"'), "effective"),
        (HEAD.replace('"2024-12-31"', '"hôm qua"'), "base"),
        (HEAD + UNIT.format("10417"), "10417"),
        (HEAD + UNIT.format("10417") + FROM.format("99999", "whole"), "99999"),
        (HEAD + UNIT.format("10417") + FROM.format("10417", "half"), "half"),
        (HEAD + UNIT.format("1") + FROM.format("10417", "whole"), "unit 1"),
        (
            HEAD
            + UNIT.format("10417")
            + FROM.format("10417", "whole")
            + UNIT.format("10414")
            + FROM.format("10417", "whole"),
            "10417",
        ),
        (
            HEAD
            + UNIT.format("10417")
            + FROM.format("10417", "whole")
            + UNIT.format("10414")
            + FROM.format("10417", "part"),
            "10417",
        ),
        (
            HEAD
            + UNIT.format("10417")
            + FROM.format("10417", "part")
            + "population = 900\nwhole_population = 1000\n"
            + UNIT.format("10414")
            + FROM.format("10417", "remainder")
            + "population = 200\n",
            "1100",
        ),
        (HEAD + UNIT.format("10417") + FROM.format("10414", "whole"), "10417"),
        (HEAD + UNIT.format("10417") + FROM.format("10417", "whole") + "area_km2 = -1.0\n", "area_km2"),
        (
            HEAD + UNIT.format("10417") + FROM.format("10417", "whole") + 'population = "nhiều"\n',
            "population",
        ),
        (HEAD + '[[exempt]]\ncode = "99999"\nground = "exempt-isolated"\n', "99999"),
        (HEAD + "unit = 5\n", "unit"),
    ],
)
def test_a_bad_plan_is_refused_naming_what_is_wrong(text: str, named: str) -> None:
    with pytest.raises(SapxepError) as caught:
        check_plan(parse_plan(text, "bad.toml"), HANOI)
    assert isinstance(caught.value, PlanError)
    assert named in caught.value.text("vi")
    assert named in caught.value.text("en")


def test_an_empty_plan_changes_nothing_but_the_date() -> None:
    plan = parse_plan(HEAD)
    after = apply_plan(plan, HANOI)
    assert [replace(unit, vintage=HANOI.vintage) for unit in after] == list(HANOI.units)


def test_a_register_of_another_date_is_refused() -> None:
    with pytest.raises(PlanError, match="2024-12-31"):
        check_plan(NQ1286, Register("2025-07-01", ()))


def test_a_plan_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(PlanError, match="nq1286"):
        load_plan("nq9999")
