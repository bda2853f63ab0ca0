"""Reading registers: the embedded ones by id, a user's own from CSV, every problem listed at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Final, cast

from geo.errors import Problem, RegisterError
from geo.files import DATA, Table, read_csv, write_rows
from geo.register import (
    DISTRICT_KIND_NAMES,
    KIND_NAMES,
    REGIONS,
    DistrictKind,
    Figure,
    Register,
    Terrain,
    Unit,
    district_kind_of,
    kind_of,
)
from geo.text import comparable_name

REQUIRED: Final = ("code", "name", "kind", "district_code", "district_name", "area_km2", "population")
_IDENTITY: Final = (
    "code",
    "vintage",
    "name",
    "kind",
    "district_code",
    "district_name",
    "district_kind",
    "province_code",
    "province_name",
    "terrain",
    "region",
)
_SUFFIXES: Final = ("_source", "_as_of", "_confidence", "_low", "_high")
# wider than any commune of Vietnam, so that only slips of the pen are refused
LIMITS: Final[Mapping[str, Decimal]] = {"area_km2": Decimal(5000), "population": Decimal(1_000_000)}


def embedded_ids() -> tuple[str, ...]:
    """Return the ids of the embedded registers, such as hanoi-2024-12-31."""
    return tuple(sorted(path.stem for path in (DATA / "units").glob("*-????-??-??.csv")))


def embedded_for(vintage: str) -> str | None:
    """Return the id of Hanoi's embedded register of a vintage, or None."""
    return name if (name := f"hanoi-{vintage}") in embedded_ids() else None


@lru_cache(maxsize=8)
def embedded_register(register_id: str) -> Register:
    """Return an embedded register by its id. Raises RegisterError naming the ids there are."""
    if register_id not in embedded_ids():
        raise RegisterError(
            Problem(
                "không có sổ đơn vị này",
                "there is no such register",
                found=register_id,
                accepted=", ".join(embedded_ids()),
            )
        )
    return read_register(DATA / "units" / f"{register_id}.csv", register_id[-10:], register_id)


def load_register(name: str, vintage: str = "") -> Register:
    """Return an embedded register by id, else the register read from the file of that name."""
    return embedded_register(name) if name in embedded_ids() else read_register(name, vintage)


def read_register(path: Path | str, vintage: str = "", register_id: str = "") -> Register:
    """Read a register from CSV (contract: Register).

    ``vintage`` is used where the file has no such column. Raises InputFileError when the file is not a CSV,
    and RegisterError listing every row that cannot be used.
    """
    return register_of(read_csv(path), vintage, register_id)


@lru_cache(maxsize=1)
def _province_regions() -> tuple[dict[str, str], ...]:
    return read_csv(DATA / "units" / "regions.csv").rows


@lru_cache(maxsize=256)
def _province_row(province: str, vintage: str) -> Mapping[str, str]:
    name = comparable_name(province)
    for prefix in ("thành phố", "thủ đô", "tỉnh"):
        name = name.removeprefix(comparable_name(prefix) + " ")
    for row in _province_regions():
        if comparable_name(row["province_name"]) == name and (
            row["since"] <= vintage <= row["until"] if row["until"] else vintage >= row["since"]
        ):
            return row
    return {}


def region_of(province: str, vintage: str) -> str:
    """Return the region that a province lies in at a date, empty when it is unknown or lies in two.

    Provinces formed on 1 July 2025 may join two regions (data/units/README.md).
    """
    return _province_row(province, vintage).get("region", "")


def has_coast(province: str, vintage: str) -> bool | None:
    """Return whether a province has a sea coast, None when the province is unknown; without one, no islands."""
    return {"yes": True, "no": False}.get(_province_row(province, vintage).get("coast", ""))


def register_of(table: Table, vintage: str = "", register_id: str = "") -> Register:
    """Turn a table into a register; see read_register."""
    problems: list[Problem] = []
    reports = list(table.notes)
    missing = [column for column in REQUIRED if column not in table.columns]
    if missing:
        raise RegisterError(
            Problem(
                f"thiếu cột {', '.join(missing)}",
                f"missing columns: {', '.join(missing)}",
                file=table.file,
                row=1,
                found=", ".join(table.columns),
                accepted=", ".join(REQUIRED),
            )
        )
    if not table.rows:
        raise RegisterError(Problem("không có dòng dữ liệu nào", "there are no rows", file=table.file))
    figures = _figure_columns(table)
    first_line: dict[str, int] = {}
    units: list[Unit] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        reader = _Row(table.file, row, line, problems, reports)
        unit = reader.unit(figures, vintage)
        if unit is None:
            continue
        if unit.code in first_line:
            problems.append(
                Problem(
                    f"mã đã có ở dòng {first_line[unit.code]}",
                    f"the code stands already in row {first_line[unit.code]}",
                    file=table.file,
                    row=line,
                    field="code",
                    found=unit.code,
                    accepted="mỗi mã một lần / each code once",
                )
            )
            continue
        first_line[unit.code] = line
        units.append(unit)
    vintages = {unit.vintage for unit in units}
    if len(vintages) > 1:
        problems.append(
            Problem(
                "nhiều thời điểm trong một sổ",
                "more than one vintage in one register",
                file=table.file,
                field="vintage",
                found=", ".join(sorted(vintages)),
                accepted="một thời điểm / one vintage",
            )
        )
    if problems:
        raise RegisterError(problems)
    return Register(units[0].vintage, tuple(units), register_id or table.file, tuple(reports))


def _figure_columns(table: Table) -> list[str]:
    """Return the columns that hold figures: those required, and any other whose cells are all numbers."""
    found = ["area_km2", "population"]
    for column in table.columns:
        if (
            column in found
            or column in _IDENTITY
            or column.endswith((*_SUFFIXES, "_code", "_note", "_basis"))
        ):
            continue
        cells = [row[column] for row in table.rows if row[column]]
        if cells and all(re.fullmatch(r"-?\d+(\.\d+)?", cell) for cell in cells):
            found.append(column)
    return found


class _Row:
    """One row on its way to a unit; what is wrong goes to ``problems``, what was mended to ``reports``."""

    def __init__(
        self, file: str, row: Mapping[str, str], line: int, problems: list[Problem], reports: list[Problem]
    ) -> None:
        self.file, self.row, self.line = file, row, line
        self.problems, self.reports = problems, reports

    def _problem(
        self, vi: str, en: str, field: str, accepted: str, into: list[Problem] | None = None
    ) -> None:
        (self.problems if into is None else into).append(
            Problem(vi, en, self.file, self.line, field, self.row.get(field, ""), accepted)
        )

    def unit(self, figures: Iterable[str], vintage: str) -> Unit | None:
        row = self.row
        before = len(self.problems)
        code = restored_code(row["code"])
        if code is None:
            self._problem("không phải mã đơn vị", "not a unit's code", "code", "00001-99999")
        elif code != row["code"]:
            self._problem(
                f"mã mất số 0 ở đầu, đã khôi phục thành {code}",
                f"the code had lost leading zeros; restored to {code}",
                "code",
                "00001-99999",
                self.reports,
            )
        if not row["name"]:
            self._problem("thiếu tên", "no name", "name", "văn bản / text")
        kind = kind_of(row["kind"])
        if kind is None:
            self._problem("không phải loại đơn vị", "not a kind of unit", "kind", words(KIND_NAMES))
        district_kind = row.get("district_kind", "") or district_kind_of(row["district_name"])
        if district_kind and district_kind not in DISTRICT_KIND_NAMES:
            self._problem(
                "không phải loại huyện", "not a kind of district", "district_kind", words(DISTRICT_KIND_NAMES)
            )
        terrain = row.get("terrain", "")
        if terrain not in ("", "plain", "mountain", "island"):
            self._problem("không phải địa hình", "not a terrain", "terrain", "plain, mountain, island")
        province = row.get("province_code", "")
        region = row.get("region", "")
        if region and region not in REGIONS:
            self._problem(
                "vùng không có trong danh mục, không áp dụng yếu tố vùng",
                "an unknown region takes no regional factor",
                "region",
                ", ".join(REGIONS),
                self.reports,
            )
        values = {name: self._figure(name) for name in figures}
        if len(self.problems) > before or code is None or kind is None:
            return None
        taken = {name + suffix for name in values for suffix in ("", *_SUFFIXES)} | set(_IDENTITY)
        return Unit(
            code=code,
            vintage=row.get("vintage", "") or vintage,
            name=row["name"],
            kind=kind,
            district_code=row["district_code"].zfill(3) if row["district_code"] else "",
            district_name=row["district_name"],
            district_kind=cast(DistrictKind, district_kind),
            province_code=province.zfill(2) if province else "",
            province_name=row.get("province_name", ""),
            terrain=cast(Terrain, terrain),
            region=region or region_of(row.get("province_name", ""), row.get("vintage", "") or vintage),
            figures=values,
            notes={name: cell for name, cell in row.items() if name not in taken and cell},
        )

    def _figure(self, name: str) -> Figure:
        def number(field: str) -> Decimal | None:
            cell = self.row.get(field, "")
            if not cell:
                return None
            value = decimal_of(cell)
            whole = name == "population"
            limit = LIMITS.get(name)
            accepted = "số, dấu chấm thập phân / a number with a decimal point"
            if limit is not None:
                accepted += f", {'≥ 0' if whole else '> 0'}, ≤ {limit}" + (
                    ", nguyên / whole" if whole else ""
                )
            if value is None:
                self._problem("không phải là số", "not a number", field, accepted)
            elif limit is not None and field == name and not (0 <= value <= limit and (whole or value > 0)):
                self._problem("số liệu vô lý", "an impossible figure", field, accepted)
            elif whole and value != value.to_integral_value():
                self._problem("dân số phải là số nguyên", "persons must be whole", field, accepted)
            else:
                return value
            return None

        text = self.row.get
        return Figure(
            number(name),
            text(f"{name}_source", ""),
            text(f"{name}_as_of", ""),
            text(f"{name}_confidence", ""),
            number(f"{name}_low"),
            number(f"{name}_high"),
        )


def decimal_of(text: str) -> Decimal | None:
    """Return the number that a cell holds (decimal point, no grouping, finite), or None."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text.strip()):
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def restored_code(text: str) -> str | None:
    """Return a five-digit code, leading zeros restored (“1”, “1.0” give 00001); None when it is none."""
    digits = re.sub(r"\.0+$", "", text.strip())
    if not re.fullmatch(r"\d{1,5}", digits) or not int(digits):
        return None
    return digits.zfill(5)


def words(names: Mapping[str, str]) -> str:
    """Return accepted words in both languages: “commune (xã), ward (phường)”."""
    return ", ".join(f"{english} ({vietnamese})" for english, vietnamese in names.items())


def write_register(register: Register, path: Path | str) -> None:
    """Write a register as CSV (contract: Register), whole or not at all; read again it is equal."""
    figures = register.figure_names()
    suffixes = {
        name: [
            (suffix, attribute)
            for suffix, attribute in zip(
                _SUFFIXES, ("source", "as_of", "confidence", "low", "high"), strict=True
            )
            if any(getattr(unit.figure(name), attribute) not in ("", None) for unit in register)
        ]
        for name in figures
    }
    notes = tuple(dict.fromkeys(note for unit in register for note in unit.notes))
    columns = [*_IDENTITY, *(n + s for n in figures for s in ("", *(s for s, _ in suffixes[n]))), *notes]
    rows = [
        [
            *(getattr(unit, column) for column in _IDENTITY),
            *(
                getattr(unit.figure(name), attribute)
                for name in figures
                for attribute in ("value", *(a for _, a in suffixes[name]))
            ),
            *(unit.notes.get(note, "") for note in notes),
        ]
        for unit in register
    ]
    write_rows(path, columns, rows)
