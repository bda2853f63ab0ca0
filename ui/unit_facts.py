"""What a screen says of one unit: its figures with basis, source and confidence, its fate or its origin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from geo.register import Figure, Unit
from plans.apply import FormedUnit
from plans.plan import Plan
from ui.text import language, number, t

UNITS: Final[Mapping[str, str]] = {"area_km2": "km²", "population": "persons"}


def day(value: date | str) -> str:
    """Return a date as day/month/year; what is no ISO date (“2024”, “1999-2005”) stays as it is."""
    try:
        found = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return str(value)
    return f"{found:%d/%m/%Y}"


def in_language(text: str) -> str:
    """Return the half of “tiếng Việt / English” that is of the current language; other text as it is."""
    parts = text.split(" / ")
    if len(parts) != 2 or "://" in text:
        return text
    # what follows in brackets belongs to both
    tail = parts[1].partition(" (")[2]
    return (
        parts[1] if language() == "en" else parts[0] + (f" ({tail}" if tail and "(" not in parts[0] else "")
    )


def range_words(low: Decimal | float, high: Decimal | float, decimals: int | None = None) -> str:
    """Return “from … to …”."""
    return t("map.range", low=number(low, decimals), high=number(high, decimals))


def figure_words(figure: Figure, unit: str = "") -> str:
    """Return a figure as screens show it: the value, its bounds where only they are known, else a dash."""
    if figure.value is not None:
        words = number(figure.value)
        if figure.confidence == "estimated":
            words = f"≈ {words}"
    elif figure.bounds is not None:
        words = range_words(*figure.bounds)
    else:
        return number(None)
    return f"{words} {unit}".rstrip()


def confidence_words(confidence: str) -> str:
    """Return a confidence in words; empty when none is given, the word itself when it is not one of ours."""
    if not confidence:
        return ""
    known = ("high", "medium", "low", "mixed", "estimated")
    return t(f"confidence.{confidence}") if confidence in known else confidence


def provenance(figure: Figure, basis: str = "", note: str = "") -> str:
    """Return where a figure is from: basis, date, source, confidence, note; empty when nothing is said."""
    said = []
    if basis in ("stated", "computed"):
        said.append(t(f"map.basis_{basis}"))
    if figure.source:
        said.append(t("map.source", source=in_language(figure.source)))
    if figure.as_of:
        said.append(t("map.as_of", day=day(figure.as_of)))
    if words := confidence_words(figure.confidence):
        said.append(words)
    if note:
        said.append(t("map.note", note=note.replace("stated/computed", t("map.stated_to_computed"))))
    return "; ".join(said)


def density(unit: Unit) -> float | None:
    """Return persons per km², None when a figure is missing or the area is zero."""
    area, persons = unit.area_km2, unit.population
    return None if area is None or persons is None or not area else float(persons / area)


def facts(unit: Unit) -> dict[str, str]:
    """Return names and values of one unit, in order."""
    found = {t("unit.code"): unit.code, t("unit.kind"): t(f"kind.{unit.kind}")}
    if unit.district_name:
        found[t("unit.district")] = unit.district_name
    found[t("unit.area")] = figure_words(unit.figure("area_km2"), "km²")
    found[t("unit.population")] = figure_words(unit.figure("population"), t("unit.persons"))
    if (known := density(unit)) is not None:
        found[t("map.density")] = f"{number(known, 0)} {t('map.per_km2')}"
    terrain = t(f"terrain.{unit.terrain}") if unit.terrain else number(None)
    sure = confidence_words(unit.notes.get("terrain_confidence", ""))
    found[t("map.terrain")] = f"{terrain} ({sure})" if unit.terrain and sure else terrain
    return found


def sources(unit: Unit) -> list[tuple[str, str]]:
    """Return (figure, where it is from) for area and population, where anything is said."""
    area = provenance(
        unit.figure("area_km2"), unit.notes.get("area_km2_basis", ""), unit.notes.get("area_km2_note", "")
    )
    persons = provenance(unit.figure("population"))
    return [
        (name, words) for name, words in ((t("unit.area"), area), (t("unit.population"), persons)) if words
    ]


def stated(formed: FormedUnit) -> dict[str, str]:
    """Return what the instrument itself states of a unit formed; empty where it states nothing."""
    found = {}
    for quantity, measure in (("area_km2", "km²"), ("population", t("unit.persons"))):
        value = formed.stated.get(quantity)
        if value is not None:
            name = t("unit.area" if quantity == "area_km2" else "unit.population")
            found[t("map.stated_figure", name=name)] = f"{number(value)} {measure}"
    return found


def fate(plan: Plan, code: str) -> list[tuple[str, str]]:
    """Return (code of the unit formed, how much goes to it) for a unit before the plan; empty: it stays."""
    return [(unit.code, transfer.part) for unit, transfer in plan.by_source.get(code, ())]


def split_codes(plan: Plan) -> tuple[str, ...]:
    """Return the codes of units that are not wholly taken by one other: their new lines are unknown."""
    return tuple(code for code, pairs in plan.by_source.items() if [t.part for _, t in pairs] != ["whole"])
