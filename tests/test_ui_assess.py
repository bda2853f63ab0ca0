"""What the Assess page makes of an assessment: shortfalls with bounds, doubts, the published number."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from functools import lru_cache

import pytest

from geo.register import Figure, Register, Unit
from geo.registers import embedded_register
from rules.assess import Assessed, Assessment, assess
from rules.standards import Options
from ui import assess_data, assess_view
from ui.assess_data import DOUBTS, falls, outcome, shortfall

TODAY = date(2026, 11, 24)
WORDS = {name: name for name in DOUBTS}


@lru_cache(maxsize=8)
def assessed(register: str = "vietnam-2025-07-01", due: str = "any") -> Assessment:
    options = Options(due_2026="both") if due == "both" else Options()
    return assess(embedded_register(register), TODAY, options)


def one(area: str | None, population: str | None, kind: str = "ward", terrain: str = "plain") -> Assessed:
    """A unit of its own, with what is given, judged by the law of today."""
    given = {"area_km2": area, "population": population}
    unit = Unit(
        "99999",
        "2025-07-01",
        "Thử",
        kind,  # type: ignore[arg-type]
        terrain=terrain,  # type: ignore[arg-type]
        region="southeast",
        figures={name: Figure(None if value is None else Decimal(value)) for name, value in given.items()},
    )
    return assess(Register("2025-07-01", (unit,)), TODAY).units[0]


@pytest.mark.parametrize(
    ("area", "population", "said", "answer"),
    [
        ("5.5", "21000", "none", "not-due"),
        ("5.49", "21000", "area", "due"),
        ("5.5", "20999", "population", "due"),
        ("1", "2", "both", "due"),
        ("1", None, "area-open", "due"),
        ("6", None, "open", "undetermined"),
        (None, "3", "population-open", "due"),
    ],
)
def test_which_figure_falls_short_of_5_5_km2_and_21000_persons(
    area: str | None, population: str | None, said: str, answer: str
) -> None:
    item = one(area, population)
    assert falls(item) == said
    assert outcome(item) == answer


def test_by_how_much_to_the_last_decimal() -> None:
    item = one("5.49", "20998")
    assert shortfall(item, "area_km2") == (0.01, 0.01)
    assert shortfall(item, "population") == (2, 2)
    assert shortfall(one("9", "30000"), "area_km2") == (0, 0)


def test_a_missing_figure_is_no_shortfall_of_zero() -> None:
    assert all(math.isnan(value) for value in shortfall(one("9", None), "population"))


def test_unknown_terrain_gives_a_least_and_a_greatest_shortfall() -> None:
    # a commune: 30 km² in the plain, 100 in the mountains, 15 on an island; 16.000, 5.000, 2.500 persons
    item = one("20", "4000", kind="commune", terrain="")
    assert shortfall(item, "area_km2") == (0, 80)
    assert shortfall(item, "population") == (0, 12000)
    assert falls(item) == "open"
    assert outcome(item) == "undetermined"
    assert "terrain" in assess_data.doubts(item)
    known = one("20", "4000", kind="commune")
    assert shortfall(known, "area_km2") == (10, 10)
    assert "terrain" not in assess_data.doubts(known)


@pytest.mark.parametrize(
    "register", ["hanoi-2024-12-31", "hanoi-2025-01-01", "hanoi-2025-07-01", "vietnam-2025-07-01"]
)
def test_the_table_holds_every_unit_judged_and_the_summarys_counts(register: str) -> None:
    found = assessed(register)
    frame = assess_data.assess_table(found, WORDS, "vi")
    counts = frame["outcome"].value_counts()
    assert len(frame) == len(found.units)
    for name, key in (("due", "due"), ("not-due", "not_due"), ("undetermined", "undetermined")):
        assert counts.get(name, 0) == found.summary[key]
    assert frame["outcome"].map(assess_data.OUTCOMES.index).is_monotonic_increasing
    assert (frame["reason"] != "")[frame["outcome"] == "undetermined"].all()
    lacking = (frame["short_area_km2"] > 0) | (frame["short_population"] > 0)
    # with “either figure” a certain shortfall is enough, and what is not due lacks nothing
    assert (frame.loc[lacking, "outcome"] == "due").all()
    assert (frame.loc[frame["outcome"] == "not-due", "falls"] == "none").all()
    bounds = frame["short_area_km2"].notna() & frame["most_area_km2"].notna()
    assert (frame["short_area_km2"] <= frame["most_area_km2"])[bounds].all()


def test_one_column_of_shortfall_suffices_where_all_is_known() -> None:
    def names(register: str) -> set[str]:
        return {
            c.name for c in assess_view.columns(assess_data.assess_table(assessed(register), WORDS, "vi"))
        }

    assert "most_area_km2" not in names("hanoi-2025-07-01")
    assert "province" not in names("hanoi-2025-07-01")
    assert "most_area_km2" in names("vietnam-2025-07-01")
    assert {"province", "doubts"} <= names("vietnam-2025-07-01")
    assert "district" in names("hanoi-2024-12-31")


def test_the_published_number_stands_in_the_book_and_within_our_bounds() -> None:
    rule = assess_data.published(TODAY)
    assert rule is not None
    assert (rule.number("units"), rule.number("all_units")) == (705, 3321)
    summary = assessed().summary
    assert summary["due"] <= 705 <= summary["due"] + summary["undetermined"]
    assert assess_view.is_national(assessed())
    assert not assess_view.is_national(assessed("hanoi-2025-07-01"))
    assert assess_data.published(date(2026, 1, 2)) is None


def test_what_ifs_only_settle_what_is_unknown() -> None:
    found = {
        r.name: r for r in assess_data.readings(embedded_register("vietnam-2025-07-01"), TODAY, Options())
    }
    chosen = found["chosen"]
    every = chosen.due + chosen.undetermined + chosen.not_due
    assert all(r.due + r.undetermined + r.not_due == every for r in found.values())
    for name in ("no-islands", "all-plain", "all-mountain"):
        assert found[name].due >= chosen.due
        assert found[name].undetermined <= chosen.undetermined
        assert found[name].not_due >= chosen.not_due
    assert found["both"].due <= chosen.due
    # by that reading the published number cannot be reached
    assert found["both"].due + found["both"].undetermined < 705


def test_published_areas_change_only_the_units_judged_by_the_computed_one() -> None:
    register = embedded_register("vietnam-2025-07-01")
    other = assess_data.with_published_areas(register)
    changed = [unit.code for unit in register if other[unit.code].area_km2 != unit.area_km2]
    assert changed
    assert all(register[code].notes["area_km2_basis"] == "computed" for code in changed)


def test_doubts_are_counted() -> None:
    found = assess_data.counted_doubts(assessed())
    missing = [item for item in assessed().units if item.unit.population is None]
    assert found["population"][0] == len(missing)
    assert found["contradiction"][0] == sum(item.doubtful_area for item in assessed().units)
    assert all(unsure <= every for every, unsure in found.values())
    assert found["terrain"][1] > 1000


def test_the_map_shows_hanoi_and_its_part_of_the_country() -> None:
    for name in ("hanoi-2025-07-01", "vietnam-2025-07-01"):
        register = assess_view.map_register(embedded_register(name))
        assert register is not None
        assert register.id == "hanoi-2025-07-01"
    strange = Register("2025-07-01", (one("1", "1").unit,))
    assert assess_view.map_register(strange) is None


def test_answers_differ_by_more_than_colour() -> None:
    styles = assess_view.styles({"1": "due", "2": "undetermined", "3": "not-due", "4": "unjudged"})
    assert len({style.fill for style in styles.values()}) == 4
    assert len({(style.mark, style.hatch) for style in styles.values()}) == 4
