"""What the Assess page shows of an assessment, as tables and counts; no drawing here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from geo.errors import Language
from geo.register import Register, Unit
from plans.apply import Amount
from rules.assess import Assessed, Assessment, assess
from rules.book import Rule, load_book
from rules.standards import QUANTITIES, Options

if TYPE_CHECKING:
    import pandas as pd

ZERO: Final = Decimal(0)
NAN: Final = float("nan")
OUTCOMES: Final = ("due", "undetermined", "not-due")
# which figure falls short; “open” = that depends on what is not known
FALLS: Final = ("both", "area", "population", "area-open", "population-open", "open", "none")
# what makes a unit's result less sure
DOUBTS: Final = ("terrain", "population", "area", "contradiction", "computed", "low")
PUBLISHED: Final = "r26-rearrange-below-standard-2026"


def outcome(item: Assessed) -> str:
    """Return due, undetermined or not-due."""
    return {True: "due", False: "not-due", None: "undetermined"}[item.due.due]


def shortfall(item: Assessed, quantity: str) -> tuple[float, float]:
    """Return the least and the greatest shortfall (km² or persons) from the standards that the unit could have.

    0 where nothing is lacking; NaN where the figure is unknown. The two are equal where all is known.
    """
    limits = [standard.required(quantity) for standard in item.due.standard.possible]
    low, high = _bounds(item.amounts[quantity])
    least = NAN if high is None else float(max(min(limits) - high, ZERO))
    most = NAN if low is None else float(max(max(limits) - low, ZERO))
    return least, most


def _bounds(amount: Amount) -> tuple[Decimal | None, Decimal | None]:
    return (amount.low, amount.high) if amount.value is None else (amount.value, amount.value)


def falls(item: Assessed) -> str:
    """Return which figure falls short of the standard, one of FALLS."""
    known: dict[str, bool | None] = {}
    for quantity in QUANTITIES:
        least, most = shortfall(item, quantity)
        known[quantity] = True if least > 0 else False if most == 0 else None
    area, population = known["area_km2"], known["population"]
    if area and population:
        return "both"
    if area:
        return "area" if population is False else "area-open"
    if population:
        return "population" if area is False else "population-open"
    return "none" if area is False and population is False else "open"


def doubts(item: Assessed) -> tuple[str, ...]:
    """Return what makes the result less sure, of DOUBTS."""
    unit = item.unit
    found = {
        "terrain": len(item.due.standard.possible) > 1 and not unit.terrain,
        "population": item.amounts["population"].value is None,
        "area": item.amounts["area_km2"].value is None,
        "contradiction": item.doubtful_area,
        "computed": unit.notes.get("area_km2_basis") == "computed",
        "low": "low" in (unit.figure(quantity).confidence for quantity in QUANTITIES),
    }
    return tuple(name for name in DOUBTS if found[name])


def assess_table(assessment: Assessment, words: Mapping[str, str], language: Language) -> pd.DataFrame:
    """Return one row a unit judged, those that are due first; index = code. ``words`` for doubts, joined in a cell.

    area_km2 (km²), population (persons), required and short (least and most) in the same units, percent in %.
    """
    import pandas as pd

    rows = []
    for item in assessment.units:
        unit = item.unit
        row: dict[str, object] = {
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "province": unit.province_name,
            "district": unit.district_name,
            "terrain": unit.terrain,
            "outcome": outcome(item),
            "falls": falls(item),
        }
        for quantity in QUANTITIES:
            limits = {standard.required(quantity) for standard in item.due.standard.possible}
            row[quantity] = _float(item.amounts[quantity].value)
            row[f"required_{quantity}"] = float(limits.pop()) if len(limits) == 1 else NAN
            row[f"short_{quantity}"], row[f"most_{quantity}"] = shortfall(item, quantity)
            row[f"percent_{quantity}"] = _float(item.due.percent[quantity])
            row[f"confidence_{quantity}"] = unit.figure(quantity).confidence
        row["area_basis"] = unit.notes.get("area_km2_basis", "")
        row["doubts"] = "; ".join(words[name] for name in doubts(item))
        row["reason"] = item.due.reason_vi if language == "vi" else item.due.reason_en
        rows.append(row)
    frame = pd.DataFrame(rows, index=[item.unit.code for item in assessment.units])
    if frame.empty:
        return frame
    order = frame["outcome"].map({name: at for at, name in enumerate(OUTCOMES)})
    return frame.assign(_order=order).sort_values("_order", kind="stable").drop(columns="_order")


def _float(value: Decimal | None) -> float:
    return NAN if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Reading:
    """The counts under one reading of what is not known."""

    name: str
    due: int
    undetermined: int
    not_due: int


def published(day: date) -> Rule | None:
    """Return the rule that carries the published number of units below standard, where it is in force."""
    return load_book().rule(PUBLISHED, day)


def readings(register: Register, day: date, options: Options) -> tuple[Reading, ...]:
    """Return the counts as chosen, and what they would be were the unknown read otherwise, one change at a time.

    Terrain is never assumed in the result; these are what-ifs that show how far the unknown reaches.
    """
    other: Literal["any", "both"] = "both" if options.due_2026 == "any" else "any"
    asked: dict[str, tuple[Register, Options]] = {
        "chosen": (register, options),
        "no-islands": (register, replace(options, unknown_terrain=("plain", "mountain"))),
        "all-plain": (register, replace(options, unknown_terrain=("plain",))),
        "all-mountain": (register, replace(options, unknown_terrain=("mountain",))),
        other: (register, replace(options, due_2026=other)),
        "published-area": (with_published_areas(register), options),
    }
    found = []
    for name, (units, chosen) in asked.items():
        summary = assess(units, day, chosen).summary
        found.append(Reading(name, summary["due"], summary["undetermined"], summary["not_due"]))
    return tuple(found)


def with_published_areas(register: Register) -> Register:
    """Return a register in which every area is the stated one, where there is one."""

    def stated(unit: Unit) -> Unit:
        figure = unit.figure("area_km2_stated")
        if figure.value is None or figure.value == unit.area_km2:
            return unit
        return replace(unit, figures={**unit.figures, "area_km2": figure})

    return Register(register.vintage, tuple(map(stated, register)), register.id)


def counted_doubts(assessment: Assessment) -> dict[str, tuple[int, int]]:
    """Return for each of DOUBTS the number of units, and of those undetermined among them."""
    found = dict.fromkeys(DOUBTS, (0, 0))
    for item in assessment.units:
        for name in doubts(item):
            every, unsure = found[name]
            found[name] = (every + 1, unsure + (item.due.due is None))
    return found
