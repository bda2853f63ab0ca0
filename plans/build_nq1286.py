"""Build the embedded plan of Resolution 1286/NQ-UBTVQH15: `python -m plans.build_nq1286`.

From data/plans/source/plan_1286.csv (one row a transfer, each with its source and confidence) and
data/plans/source/stated_new_units_1286.csv. Figures of a unit formed are taken from the resolution alone;
figures of proposals and later documents stand in the note.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from geo.files import DATA, read_csv
from geo.register import kind_of
from geo.registers import decimal_of
from plans.files import write_plan
from plans.plan import CONFIDENCES, NewUnit, Part, Plan, Totals, Transfer

# wholes that the source of the parts' figures states of the same ward: the notes of plan_1286.csv say so
STATED_WHOLES: Final[Mapping[str, Mapping[str, str]]] = {
    "00142": {"population": "17992"},
    "00226": {"area_km2": "0.42"},
}
# one list of the district's 15 wards after the resolution gives Bạch Mai 00292, not 00286 as our table; the ward of
# that name of July 2025 has 00292 too, and a closed code is never issued again: which of the two was kept is open
DOUBTFUL_CODES: Final[Mapping[str, str]] = {
    "00286": "mã chưa chắc: một danh sách phường sau 1/1/2025 ghi 00292 / code in doubt: one list gives 00292"
}


def build() -> Plan:
    """Return the plan made from the tables of facts."""
    source = DATA / "plans" / "source"
    stated: dict[str, list[Mapping[str, str]]] = {}
    for row in read_csv(source / "stated_new_units_1286.csv").rows:
        stated.setdefault(row["new_code"], []).append(row)
    groups: dict[str, list[Mapping[str, str]]] = {}
    for row in read_csv(source / "plan_1286.csv").rows:
        groups.setdefault(row["new_code"], []).append(row)
    return Plan(
        id="nq1286",
        title_vi="Sắp xếp đơn vị hành chính cấp xã của thành phố Hà Nội giai đoạn 2023–2025",
        title_en="Rearrangement of commune-level administrative units of Hanoi, 2023–2025",
        instrument="1286/NQ-UBTVQH15",
        decided=date(2024, 11, 14),
        effective=date(2025, 1, 1),
        base="2024-12-31",
        units=tuple(_unit(code, rows, stated.get(code, [])) for code, rows in groups.items()),
        totals=Totals(units_concerned=109, units_formed=56, units_before=579, units_after=526),
    )


def _unit(code: str, rows: list[Mapping[str, str]], stated: list[Mapping[str, str]]) -> NewUnit:
    first = rows[0]
    own = next((row for row in stated if row["figures_from"] == "resolution"), {})
    others = "; ".join(
        f"{row['figures_from']}: {row['area_km2'] or '?'} km², {row['population'] or '?'} persons ({row['url']})"
        for row in stated
        if row["figures_from"] != "resolution"
    )
    kind = kind_of(first["new_kind"])
    assert kind is not None, first
    population = decimal_of(own.get("population", ""))
    return NewUnit(
        code=code,
        name=first["new_name"],
        kind=kind,
        transfers=tuple(_transfer(row) for row in sorted(rows, key=lambda row: row["old_code"])),
        district_code=first["district_code"],
        area_km2=decimal_of(own.get("area_km2", "")),
        population=None if population is None else int(population),
        source=own.get("url") or first["pairing_url"],
        confidence=max((row["pairing_confidence"] for row in rows), key=CONFIDENCES.index),
        note="; ".join(filter(None, (others, DOUBTFUL_CODES.get(code)))),
        extra={"code_confidence": "low"} if code in DOUBTFUL_CODES else {},
    )


def _transfer(row: Mapping[str, str]) -> Transfer:
    population = decimal_of(row["population"])
    whole = STATED_WHOLES.get(row["old_code"], {})
    parts: dict[str, Part] = {"whole": "whole", "part": "part", "remainder": "remainder"}
    return Transfer(
        code=row["old_code"],
        part=parts[row["part"]],
        area_km2=decimal_of(row["area_km2"]),
        population=None if population is None else int(population),
        whole_area_km2=Decimal(whole["area_km2"]) if "area_km2" in whole else None,
        whole_population=int(whole["population"]) if "population" in whole else None,
        figures_from=row["figures_from"],
        source=row["figures_url"] or row["pairing_url"],
        confidence=row["pairing_confidence"],
        note=row["note"],
    )


def main() -> None:
    """Build and write the plan."""
    write_plan(build(), DATA / "plans" / "nq1286.toml")


if __name__ == "__main__":
    main()
