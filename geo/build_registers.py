"""Build the embedded registers from the tables of facts: `python -m geo.build_registers`.

Which area counts. Before July 2025: a stated area of high or medium confidence (a dated document names it for
this unit and this territory) is used; a stated area of low confidence (mostly a gazetteer of 1999 to 2005, older
than several boundary changes, up to ten times off) is kept beside it but not used; then the area computed from
boundaries counts. Since July 2025: the published area is used, unless it differs from the computed one by more
than 20 % (a name that occurs in two provinces often got the other one's figure): then the computed one counts, and
the population published with it is of low confidence. The choice stands in area_km2_basis, a notable difference
in area_km2_note.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, cast

from geo.errors import Problem, RegisterError
from geo.files import DATA, read_csv
from geo.register import Figure, Register, Terrain, Unit, district_kind_of, kind_of
from geo.registers import decimal_of, region_of, write_register

BEFORE: Final = "2024-12-31"
SINCE: Final = "2025-07-01"
TRUSTED: Final = ("high", "medium")
NOTABLE_DIFFERENCE: Final = Decimal("0.15")
DOUBTFUL_DIFFERENCE: Final = Decimal("0.20")
CENSUS: Final = "Tổng điều tra dân số và nhà ở 2019 (Tổng cục Thống kê) / Population and housing census 2019"
COMPUTED: Final = "tính từ ranh giới / computed from boundaries (censusVN2009, sapnhap.bando.com.vn)"
PUBLISHED: Final = "số liệu công bố năm 2025 / as published in 2025 (sapnhap.bando.com.vn)"
# the city before Resolution 1286 as its Article 1 and the census publish it, and the country since July 2025
EXPECTED: Final[Mapping[str, Mapping[str, int]]] = {
    "hanoi-2024-12-31": {
        "units": 579,
        "commune": 383,
        "ward": 175,
        "township": 21,
        "districts": 30,
        "population": 8_053_663,
    },
    "hanoi-2025-07-01": {"units": 126, "commune": 75, "ward": 51, "districts": 0},
    "vietnam-2025-07-01": {"units": 3321, "commune": 2621, "ward": 687, "special_zone": 13, "districts": 0},
}


def build(register_id: str) -> Register:
    """Return an embedded register made from data/units/source, by its id."""
    maker = {
        "hanoi-2024-12-31": _hanoi_before,
        "hanoi-2025-07-01": _hanoi_since,
        "vietnam-2025-07-01": _country,
    }
    return Register(register_id[-10:], maker[register_id](), register_id)


def _rows(name: str) -> tuple[dict[str, str], ...]:
    return read_csv(DATA / "units" / "source" / name).rows


def _difference(stated: Decimal | None, computed: Decimal | None) -> Decimal | None:
    return stated / computed - 1 if stated is not None and computed else None


def _area_note(difference: Decimal | None) -> dict[str, str]:
    if difference is None or abs(difference) <= NOTABLE_DIFFERENCE:
        return {}
    return {"area_km2_note": f"stated/computed {difference * 100:+.0f} %"}


def _hanoi_before() -> tuple[Unit, ...]:
    return tuple(_unit_before(row) for row in _rows("units_2024.csv"))


def _unit_before(row: Mapping[str, str]) -> Unit:
    stated, computed = decimal_of(row["area_km2_stated"]), decimal_of(row["area_km2_computed"])
    as_stated = Figure(stated, row["area_source"], row["area_stated_as_of"], row["area_confidence"])
    as_computed = Figure(computed, COMPUTED, "2024", "medium")
    trusted = stated is not None and row["area_confidence"] in TRUSTED
    kind = kind_of(row["kind"])
    assert kind is not None, row
    return Unit(
        code=row["code"],
        vintage=BEFORE,
        name=row["name"],
        kind=kind,
        district_code=row["district_code"],
        district_name=row["district_name"],
        district_kind=district_kind_of(row["district_name"]),
        province_code="01",
        province_name="Thành phố Hà Nội",
        terrain=cast(Terrain, row["terrain"]),
        region="red-river-delta",
        figures={
            "area_km2": as_stated if trusted else as_computed,
            "population": Figure(decimal_of(row["population_2019"]), CENSUS, "2019-04-01", "high"),
            "area_km2_stated": as_stated,
            "area_km2_computed": as_computed,
        },
        notes={
            "area_km2_basis": "stated" if trusted else "computed",
            **_area_note(_difference(stated, computed)),
            "terrain_confidence": row["terrain_confidence"],
        },
    )


def _hanoi_since() -> tuple[Unit, ...]:
    terrain = {row["code"]: row for row in _rows("hanoi_units_2025-07.csv")}
    return tuple(
        _unit_since(row, terrain[row["code"]]["terrain"], terrain[row["code"]]["terrain_confidence"])
        for row in _rows("units_2025-07.csv")
        if row["code"] in terrain
    )


def _country() -> tuple[Unit, ...]:
    hanoi = {unit.code: unit for unit in _hanoi_since()}
    return tuple(
        hanoi[row["code"]] if row["code"] in hanoi else _unit_since(row) for row in _rows("units_2025-07.csv")
    )


def _unit_since(row: Mapping[str, str], terrain: str = "", terrain_confidence: str = "") -> Unit:
    published, computed = decimal_of(row["area_km2"]), decimal_of(row["area_km2_computed"])
    difference = _difference(published, computed)
    trusted = difference is not None and abs(difference) <= DOUBTFUL_DIFFERENCE
    as_published = Figure(published, PUBLISHED, "2025", "medium" if trusted else "low")
    as_computed = Figure(computed, COMPUTED, "2025", "medium")
    kind = kind_of(row["kind"])
    assert kind is not None, row
    population = decimal_of(row["population"])
    return Unit(
        code=row["code"],
        vintage=SINCE,
        name=row["name"],
        kind=kind,
        province_code=row["province_code"],
        province_name=_province(row["province_name"]),
        terrain=cast(Terrain, terrain),
        region=region_of(row["province_name"], SINCE),
        figures={
            "area_km2": as_published if trusted else as_computed,
            "population": Figure(
                population, PUBLISHED, "2025", "" if population is None else "medium" if trusted else "low"
            ),
            "area_km2_stated": as_published,
            "area_km2_computed": as_computed,
        },
        notes={
            "area_km2_basis": "stated" if trusted else "computed",
            **_area_note(difference),
            **({"terrain_confidence": terrain_confidence} if terrain else {}),
            **({"seat": row["seat_vi"]} if row["seat_vi"] else {}),
            "predecessors_vi": row["predecessors_vi"],
        },
    )


def _province(name: str) -> str:
    """Return a province's name in one form: “Thành phố Hà Nội”, not “Thủ đô Hà Nội”; one row has “Ninh BÌnh”."""
    mended = name.replace("Ninh BÌnh", "Ninh Bình").replace("Thủ đô", "Thành phố")
    return mended[:1].upper() + mended[1:]


def check(register: Register) -> None:
    """Check the register against what is published. Raises RegisterError with every difference."""
    kinds = [unit.kind for unit in register]
    found = {
        "units": len(register),
        "districts": len(register.districts),
        "population": int(register.total("population") or 0),
        **{kind: kinds.count(kind) for kind in ("commune", "ward", "township", "special_zone")},
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
        for key, value in EXPECTED[register.id].items()
        if found[key] != value
    ]
    if problems:
        raise RegisterError(problems)


def main() -> None:
    """Build, check and write the registers."""
    for register_id in EXPECTED:
        register = build(register_id)
        check(register)
        write_register(register, DATA / "units" / f"{register_id}.csv")


if __name__ == "__main__":
    main()
