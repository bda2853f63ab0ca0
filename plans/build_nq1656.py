"""Build the embedded plan of Resolution 1656/NQ-UBTVQH15: `python -m plans.build_nq1656`.

From the published lists of predecessors of the 126 units of July 2025 (data/units/source/hanoi_units_2025-07.csv):
names of the 526 units, some in part (named under two units), some as the remainder. A name that two units bear
is decided by the district that the list names, else by where the unit's representative points lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from geo.errors import PlanError, Problem
from geo.files import DATA, read_csv
from geo.register import Register, Unit, kind_of
from geo.registers import decimal_of, embedded_register
from geo.text import comparable_name
from plans.apply import apply_plan
from plans.files import embedded_plan, write_plan
from plans.plan import NewUnit, Part, Plan, Totals, Transfer

LIST: Final = "danh sách đơn vị hợp thành đã công bố / published list of predecessors (sapnhap.bando.com.vn)"
BY_DISTRICT: Final = (
    "trùng tên: chọn theo huyện ghi trong danh sách / homonym: by the district that the list names"
)
BY_POINTS: Final = "trùng tên: chọn theo vị trí / homonym: by where its representative points lie"
REMAINDER: Final = "phần còn lại"


def build() -> Plan:
    """Return the plan from the 526 units to the 126. Raises PlanError naming every predecessor not found."""
    base = apply_plan(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31"))
    rows = read_csv(DATA / "units" / "source" / "hanoi_units_2025-07.csv").rows
    finder = _Finder(base, _points_in(base))
    found = {
        row["code"]: [finder.find(item, row) for item in split_list(row["predecessors_vi"])] for row in rows
    }
    if finder.problems:
        raise PlanError(finder.problems)
    times: dict[str, int] = {}
    for items in found.values():
        for unit, _, _ in items:
            times[unit.code] = times.get(unit.code, 0) + 1
    return Plan(
        id="nq1656",
        title_vi="Sắp xếp đơn vị hành chính cấp xã của thành phố Hà Nội năm 2025",
        title_en="Rearrangement of commune-level administrative units of Hanoi, 2025",
        instrument="1656/NQ-UBTVQH15",
        decided=date(2025, 6, 16),
        effective=date(2025, 7, 1),
        base="2025-01-01",
        units=tuple(_unit(row, found[row["code"]], times) for row in rows),
        totals=Totals(units_before=526, units_after=126),
        extra={
            "note": "ngày quyết định theo báo chí, chưa đối chiếu văn bản / date of decision from the press"
        },
    )


def split_list(text: str) -> list[str]:
    """Return the items of a list of predecessors; commas inside parentheses do not part them."""
    return re.split(r",\s*(?![^()]*\))", text)


def _points_in(base: Register) -> Mapping[str, set[str]]:
    """Return in which units of July 2025 the representative points of each of the 526 units lie."""
    origin = embedded_plan("nq1286").by_source
    found: dict[str, set[str]] = {code: set() for code in base.by_code}
    for row in read_csv(DATA / "boundaries" / "source" / "representative_points.csv").rows:
        codes = [unit.code for unit, _ in origin.get(row["code"], ())] or [row["code"]]
        for code in codes:
            if code in found:
                found[code].add(row["unit_2025"])
    return found


def _plain(name: str) -> str:
    return " ".join(comparable_name(name).replace("-", " ").split())


class _Finder:
    """Finds the units that a list names; what is not found, or is borne by two units, goes to ``problems``."""

    def __init__(self, base: Register, points: Mapping[str, set[str]]) -> None:
        self.points = points
        self.problems: list[Problem] = []
        self.by_name: dict[tuple[str, str], list[Unit]] = {}
        for unit in base:
            self.by_name.setdefault((unit.kind, _plain(unit.name)), []).append(unit)
        self.nobody = base.units[0]

    def find(self, item: str, row: Mapping[str, str]) -> tuple[Unit, bool, str]:
        """Return the unit that an item names, whether it is the remainder, and how a homonym was decided."""
        match = re.fullmatch(r"(Phường|Xã|Thị trấn) ([^(]+?)\s*((?:\([^)]*\)\s*)*)", item)
        kind = kind_of(match[1]) if match else None
        inside = re.findall(r"\(([^)]*)\)", match[3]) if match else []
        candidates = self.by_name.get((kind or "", _plain(match[2])), []) if match else []
        districts = [_plain(text) for text in inside if not text.startswith(REMAINDER)]
        how = ""
        if districts:
            candidates = [unit for unit in candidates if _plain(unit.district_name) in districts]
            how = BY_DISTRICT
        if len(candidates) > 1:
            candidates = [unit for unit in candidates if row["code"] in self.points[unit.code]]
            how = BY_POINTS
        if len(candidates) != 1:
            self.problems.append(
                Problem(
                    "không xác định được đơn vị hợp thành",
                    "a predecessor that is no unit, or two",
                    row=row["code"],
                    field="predecessors_vi",
                    found=item,
                    accepted="một trong 526 đơn vị / one of the 526 units",
                )
            )
            return self.nobody, False, how
        return candidates[0], any(text.startswith(REMAINDER) for text in inside), how


def _unit(row: Mapping[str, str], items: list[tuple[Unit, bool, str]], times: Mapping[str, int]) -> NewUnit:
    kind = kind_of(row["kind"])
    assert kind is not None, row
    population = decimal_of(row["population"])
    return NewUnit(
        code=row["code"],
        name=row["name"],
        kind=kind,
        transfers=tuple(_transfer(unit, remainder, how, times) for unit, remainder, how in items),
        area_km2=decimal_of(row["area_km2"]),
        population=None if population is None else int(population),
        source=LIST,
        confidence="medium",
    )


def _transfer(unit: Unit, remainder: bool, how: str, times: Mapping[str, int]) -> Transfer:
    part: Part = "whole" if times[unit.code] == 1 else "remainder" if remainder else "part"
    return Transfer(unit.code, part, source=LIST, confidence="medium", note=how)


def main() -> None:
    """Build and write the plan."""
    write_plan(build(), DATA / "plans" / "nq1656.toml")


if __name__ == "__main__":
    main()
