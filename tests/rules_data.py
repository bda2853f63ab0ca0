"""Small registers and plans for the tests of rules, and the facts of 1286 read anew, past the code under test."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from geo.register import Figure, Register, Unit
from plans.plan import NewUnit, Plan, Transfer

ROOT = Path(__file__).resolve().parents[1]
BASE = "2024-12-31"


def unit(
    code: str,
    area: str | None = "30",
    population: int | None = 8000,
    *,
    kind: str = "commune",
    name: str = "",
    district: str = "271",
    district_kind: str = "rural_district",
    terrain: str = "plain",
    region: str = "",
    province: str = "Thành phố Hà Nội",
    vintage: str = BASE,
    **figures: str,
) -> Unit:
    """Return a unit; region “none” is a region that takes no factor."""
    values = {
        "area_km2": Figure(None if area is None else Decimal(area)),
        "population": Figure(None if population is None else Decimal(population)),
        **{key: Figure(Decimal(value)) for key, value in figures.items()},
    }
    return Unit(
        code=code,
        vintage=vintage,
        name=name or f"Đơn vị {code}",
        kind=kind,  # type: ignore[arg-type]
        district_code=district,
        district_name=f"Huyện {district}" if district else "",
        district_kind=district_kind,  # type: ignore[arg-type]
        province_code="01",
        province_name=province,
        terrain=terrain,  # type: ignore[arg-type]
        region=region,
        figures=values,
    )


def register(*units: Unit) -> Register:
    """Return a register of these units."""
    return Register(units[0].vintage, units, f"test-{units[0].vintage}")


def formed(
    code: str,
    sources: Iterable[str | Transfer],
    *,
    name: str = "Mới",
    kind: str = "commune",
    **rest: object,
) -> NewUnit:
    """Return a unit formed of whole units, or of the transfers given."""
    transfers = tuple(s if isinstance(s, Transfer) else Transfer(s) for s in sources)
    return NewUnit(code, name, kind, transfers, **rest)  # type: ignore[arg-type]


def plan(*units: NewUnit, decided: date = date(2024, 11, 14), **rest: object) -> Plan:
    """Return a plan on the base vintage of the tests."""
    values: dict[str, object] = {
        "id": "thu",
        "title_vi": "Thử",
        "title_en": "Test",
        "instrument": "1/NQ-UBTVQH15",
        "decided": decided,
        "effective": max(date(2025, 1, 1), decided),
        "base": BASE,
    }
    return Plan(units=units, **(values | rest))  # type: ignore[arg-type]


def rows(path: str) -> list[dict[str, str]]:
    """Return a CSV of the project as rows of text."""
    with (ROOT / path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
