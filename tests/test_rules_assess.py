from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from geo.errors import RuleBookError
from geo.register import Figure
from geo.registers import embedded_ids, embedded_register
from rules.assess import assess
from rules.standards import Options
from tests.rules_data import register, unit

TODAY = date(2026, 9, 1)
DELTA, ELSEWHERE = "red-river-delta", "southeast"
COASTAL = "Thành phố Hồ Chí Minh"


@pytest.mark.parametrize(
    ("area", "population", "due"),
    [
        # every standard a commune of unknown terrain could have outside the delta: 30/16,000, 100/5,000, 15/2,500
        ("14.9", 50000, True),
        ("500", 2499, True),
        ("100", 16000, False),
        ("99.9", 16000, None),
        ("100", 15999, None),
    ],
)
def test_unknown_terrain_is_judged_by_every_standard(area: str, population: int, due: bool | None) -> None:
    [item] = assess(
        register(unit("00001", area, population, terrain="", region=ELSEWHERE, province=COASTAL)), TODAY
    ).units
    assert item.due.due is due
    assert bool(item.due.reason_en) is (due is None)
    assert item.due.due_by == (("r26-std-xa",) if due else ())


def test_the_reason_says_what_each_standard_gives() -> None:
    [item] = assess(
        register(unit("00001", "50", 16000, terrain="", region=ELSEWHERE, province=COASTAL)), TODAY
    ).units
    assert item.due.reason_en == "if plain: not due; if mountain: due; if island: not due"
    assert item.due.percent == {"area_km2": None, "population": None}
    options = Options(unknown_terrain=("plain", "island"))
    [narrowed] = assess(
        register(unit("00001", "50", 16000, terrain="", region=ELSEWHERE, province=COASTAL)), TODAY, options
    ).units
    assert narrowed.due.due is False


def test_unknown_region_matters_only_between_the_two_standards() -> None:
    units = register(*(unit(f"0000{i}", a, 16000, region="") for i, a in enumerate(("20.9", "21", "30"), 1)))
    assert [item.due.due for item in assess(units, TODAY).units] == [True, None, False]


def test_a_missing_figure_leaves_open_what_the_other_does_not_settle() -> None:
    units = register(
        unit("00001", None, 20000, region=DELTA),
        unit("00002", None, 100, region=DELTA),
        unit("00003", "30", None),
    )
    assessment = assess(units, TODAY)
    assert [item.due.due for item in assessment.units] == [None, True, None]
    assert assessment.units[0].due.reason_en == "area missing"
    assert assessment.summary == {"due": 1, "not_due": 0, "undetermined": 2}


def test_shortfall_in_km2_and_persons_and_how_sure_it_is() -> None:
    subject = unit("00001", "20.5", 17000, region=DELTA)
    subject = replace(
        subject,
        figures={
            **subject.figures,
            "area_km2": Figure(Decimal("20.5"), "công bố", "2025", "medium"),
            "area_km2_stated": Figure(Decimal("20.5")),
            "area_km2_computed": Figure(Decimal("40")),
        },
        notes={"area_km2_basis": "stated", "area_km2_note": "khác số tính"},
    )
    found = assess(register(subject), TODAY).as_json()
    assert list(found)[:5] == ["register", "regime", "date", "summary", "sources"]
    [source] = found["sources"]
    assert source["short"] == {"area_km2": 0.5, "population": 0}
    assert source["percent"] == {"area_km2": 97.62, "population": 106.25}
    assert source["sure"]["area_km2"] == {
        "source": "công bố", "as_of": "2025", "confidence": "medium", "basis": "stated", "note": "khác số tính",
    }  # fmt: skip
    assert source["doubtful_area"] is True
    assert "role" not in source
    assert json.loads(json.dumps(found, ensure_ascii=False, allow_nan=False)) == found


def test_kinds_without_figures_are_named_not_judged() -> None:
    units = register(unit("00001", kind="special_zone", terrain="island"), unit("00002", region=DELTA))
    assessment = assess(units, TODAY)
    assert assessment.unjudged == ("00001",)
    assert [item.unit.code for item in assessment.units] == ["00002"]


def test_the_law_of_the_day_is_taken() -> None:
    units = register(unit("00001", "14.7", 7000, region=DELTA))
    assert [assess(units, day).units[0].due.due for day in (date(2024, 1, 1), date(2025, 5, 1), TODAY)] == [
        False, True, True,
    ]  # fmt: skip
    with pytest.raises(RuleBookError, match="no regime"):
        assess(units, date(2020, 1, 1))


def test_a_mountain_commune_of_the_delta_reports_the_other_reading() -> None:
    [item] = assess(register(unit("00001", "80", 6000, terrain="mountain", region=DELTA)), TODAY).units
    assert item.due.due is False
    assert item.due.reason_en == "if a mountain commune does not take the region's factor: due"


def test_hanoi_today_counted_a_second_time() -> None:
    if "hanoi-2025-07-01" not in embedded_ids():
        pytest.skip("the register of July 2025 is not embedded")
    units = embedded_register("hanoi-2025-07-01")
    counts = {True: 0, False: 0}
    both = 0
    for one in units:
        assert one.terrain
        assert one.area_km2 is not None
        assert one.population is not None
        size, people = {"plain": (21.0, 16000), "mountain": (70.0, 5000)}[one.terrain]
        if one.kind == "ward":
            size, people = 5.5, 21000
        short = (float(one.area_km2) < size, one.population < people)
        counts[any(short)] += 1
        both += all(short)
    assert assess(units, TODAY).summary == {"due": counts[True], "not_due": counts[False], "undetermined": 0}
    assert assess(units, TODAY, Options(due_2026="both")).summary["due"] == both


def test_the_calculation_in_words() -> None:
    [item] = assess(register(unit("00001", "20.5", 17000, region=DELTA)), TODAY).units
    assert item.calculation() == (
        "20,5 km² so với ngưỡng 21 km² (70 % của 30 km², đồng bằng sông Hồng): 97,6 %, thiếu 0,5 km²; "
        "17.000 người so với ngưỡng 16.000 người: 106,3 %, vượt 1.000 người"
    )
