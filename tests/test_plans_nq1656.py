from __future__ import annotations

import csv
from decimal import Decimal

from geo.build_registers import build as build_register
from geo.build_registers import check
from geo.register import Register
from geo.registers import embedded_register, has_coast, region_of
from geo.text import comparable_name
from plans import build_nq1656, build_registers
from plans.apply import apply_plan
from plans.check import check_plan
from plans.crosswalk import chain_crosswalk
from plans.files import embedded_plan
from tests.shared_facts import shared

BEFORE = embedded_register("hanoi-2024-12-31")
BETWEEN = embedded_register("hanoi-2025-01-01")
SINCE = embedded_register("hanoi-2025-07-01")
NQ1286, NQ1656 = embedded_plan("nq1286"), embedded_plan("nq1656")


def test_embedded_registers_and_plan_are_what_their_commands_build() -> None:
    assert build_nq1656.build() == NQ1656
    assert build_registers.build() == BETWEEN
    assert build_register("hanoi-2025-07-01") == SINCE


def test_the_country_is_what_is_published() -> None:
    country = embedded_register("vietnam-2025-07-01")
    check(country)
    assert build_register(country.id) == country
    assert sum(unit.area_km2 is None for unit in country) == 0
    assert sum(unit.population is None for unit in country) == 66
    computed = [unit for unit in country if unit.notes["area_km2_basis"] == "computed"]
    assert len(computed) == 221 + 4, "published areas that differ by over 20 %, and those missing"
    assert {unit.figure("population").confidence for unit in computed} <= {"low", ""}
    assert {unit.terrain for unit in country if unit.province_code != "01"} == {""}, (
        "terrain is never assumed"
    )


def test_every_one_of_the_526_is_accounted_for() -> None:
    check_plan(NQ1656, BETWEEN)
    assert set(NQ1656.by_source) == set(BETWEEN.by_code)
    assert len(NQ1656.units) == 126
    for pairs in NQ1656.by_source.values():
        parts = [transfer.part for _, transfer in pairs]
        assert parts == ["whole"] or (
            len(parts) > 1 and parts.count("remainder") == 1 and "whole" not in parts
        )


def test_the_chain_leads_from_579_to_126_and_the_districts_end() -> None:
    after = apply_plan(NQ1656, apply_plan(NQ1286, BEFORE))
    assert len(after) == 126
    assert not after.districts
    assert {unit.code for unit in after} == set(SINCE.by_code)
    same = [(u.code, comparable_name(u.name), u.kind) for u in SINCE]
    assert [(u.code, comparable_name(u.name), u.kind) for u in after] == same


def test_the_chained_shares_hold_the_true_overlay() -> None:
    """Areas of intersection of real polygons are a second calculation of the shares by area.

    Polygons are coarse inside the city: what must hold is that a unit that goes whole lies there for the most
    part, and that the table names the unit that takes the largest part of every other.
    """
    overlay: dict[str, dict[str, float]] = {}
    with shared("boundaries/overlay_579_x_126.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            overlay.setdefault(row["code"], {})[row["unit"]] = float(row["frac"])
    walk = chain_crosswalk([NQ1286, NQ1656], BEFORE, ("area",))
    wrong = []
    for (_, code), links in walk.by_source.items():
        largest = max(overlay[code], key=lambda unit: overlay[code][unit])
        if largest not in {link.to_code for link in links}:
            wrong.append(code)
        for link in links:
            if link.share == 1 and overlay[code].get(link.to_code, 0) < 0.8:
                wrong.append(code)
    assert len(set(wrong)) <= 6, sorted(set(wrong))


def test_a_province_that_joins_two_regions_has_none() -> None:
    assert region_of("Thủ đô Hà Nội", "2025-07-01") == "red-river-delta"
    assert region_of("Tỉnh Bắc Ninh", "2024-12-31") == "red-river-delta"
    assert region_of("Tỉnh Bắc Ninh", "2025-07-01") == ""
    assert region_of("tỉnh Ninh Bình", "2025-07-01") == "red-river-delta"
    assert region_of("Atlantis", "2025-07-01") == ""


def test_a_province_without_a_coast_has_no_islands() -> None:
    country = embedded_register("vietnam-2025-07-01")
    coastal = {unit.province_name for unit in country if has_coast(unit.province_name, country.vintage)}
    assert len(coastal) == 21
    assert all(
        has_coast(unit.province_name, country.vintage) for unit in country if unit.kind == "special_zone"
    )
    assert has_coast("Atlantis", country.vintage) is None


def test_totals_of_the_city_lie_between_the_bounds() -> None:
    for register in (BETWEEN, Register("2025-07-01", apply_plan(NQ1656, BETWEEN).units)):
        low = sum(bounds[0] for unit in register if (bounds := unit.figure("population").bounds))
        high = sum(bounds[1] for unit in register if (bounds := unit.figure("population").bounds))
        assert low <= Decimal(8_053_663) <= high
