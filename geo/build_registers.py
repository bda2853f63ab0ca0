"""Build the embedded register of Hanoi before 1 January 2025: `python -m geo.build_registers`.

Which area counts: a stated area of high or medium confidence (a dated document names it for this unit and
this territory) is used; a stated area of low confidence (mostly a gazetteer of 1999 to 2005, older than
several boundary changes, up to ten times off) is kept beside it but not used; then the area computed from
boundaries counts. The choice stands in area_km2_basis; where the two differ by over 15 %, area_km2_note says so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from geo.errors import Problem, RegisterError
from geo.files import DATA, read_csv
from geo.register import Figure, Register, Unit, district_kind_of, kind_of
from geo.registers import decimal_of, write_register

VINTAGE: Final = "2024-12-31"
TRUSTED: Final = ("high", "medium")
NOTABLE_DIFFERENCE: Final = Decimal("0.15")
CENSUS: Final = "Tổng điều tra dân số và nhà ở 2019 (Tổng cục Thống kê) / Population and housing census 2019"
COMPUTED: Final = "tính từ ranh giới / computed from boundaries (censusVN2009, sapnhap.bando.com.vn)"
# what the resolution states of the city before it (579 units; census total as published)
EXPECTED: Final = {
    "units": 579,
    "commune": 383,
    "ward": 175,
    "township": 21,
    "districts": 30,
    "population": 8_053_663,
}


def build() -> Register:
    """Return the register of 579 units made from data/units/source/units_2024.csv."""
    table = read_csv(DATA / "units" / "source" / "units_2024.csv")
    return Register(VINTAGE, tuple(_unit(row) for row in table.rows), f"hanoi-{VINTAGE}")


def _unit(row: dict[str, str]) -> Unit:
    stated = decimal_of(row["area_km2_stated"])
    computed = decimal_of(row["area_km2_computed"])
    trusted = stated is not None and row["area_confidence"] in TRUSTED
    notes = {"area_km2_basis": "stated" if trusted else "computed"}
    if stated is not None and computed and abs(stated / computed - 1) > NOTABLE_DIFFERENCE:
        percent = (stated / computed - 1) * 100
        notes["area_km2_note"] = f"stated/computed {percent:+.0f} %"
    if row["terrain"]:
        notes["terrain_confidence"] = row["terrain_confidence"]
    area = (
        Figure(stated, row["area_source"], row["area_stated_as_of"], row["area_confidence"])
        if trusted
        else Figure(computed, COMPUTED, "2024", "medium")
    )
    kind = kind_of(row["kind"])
    assert kind is not None, row
    return Unit(
        code=row["code"],
        vintage=VINTAGE,
        name=row["name"],
        kind=kind,
        district_code=row["district_code"],
        district_name=row["district_name"],
        district_kind=district_kind_of(row["district_name"]),
        province_code="01",
        province_name="Thành phố Hà Nội",
        terrain=row["terrain"],  # type: ignore[arg-type]
        region="red-river-delta",
        figures={
            "area_km2": area,
            "population": Figure(decimal_of(row["population_2019"]), CENSUS, "2019-04-01", "high"),
            "area_km2_stated": Figure(
                stated, row["area_source"], row["area_stated_as_of"], row["area_confidence"]
            ),
            "area_km2_computed": Figure(computed, COMPUTED, "2024", "medium"),
        },
        notes=notes,
    )


def check(register: Register) -> None:
    """Check the register against what is published. Raises RegisterError with every difference."""
    found = {
        "units": len(register),
        **{kind: sum(unit.kind == kind for unit in register) for kind in ("commune", "ward", "township")},
        "districts": len(register.districts),
        "population": int(register.total("population") or 0),
    }
    problems = [
        Problem(
            "khác số đã công bố",
            "differs from what is published",
            register.id,
            None,
            key,
            str(found[key]),
            str(value),
        )
        for key, value in EXPECTED.items()
        if found[key] != value
    ]
    if problems:
        raise RegisterError(problems)


def main() -> None:
    """Build, check and write the register."""
    register = build()
    check(register)
    write_register(register, DATA / "units" / f"{register.id}.csv")


if __name__ == "__main__":
    main()
