"""The tables that a plan itself fills: transfers, units formed, parts, codes, districts, and the plan's own fields.

Together they hold all of a plan: reports.importer rebuilds it from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import tomli_w

from geo.register import Register
from plans.apply import Amount, FormedUnit
from plans.plan import NewUnit, Transfer
from plans.shares import source_shares, split
from reports.context import Context
from reports.table import KIND_WORDS, PART_WORDS, Cell, CellKind, Column, Sheet

LOW_CONFIDENCE: Final = "độ tin cậy thấp / low confidence"
ESTIMATED: Final = "ước tính / estimated"
BOUNDED: Final = "chỉ biết khoảng / bounds only"
UNKNOWN: Final = "chưa biết / unknown"

_AREA = "Diện tích (km²)"
_POP = "Dân số (người)"

TRANSFER_COLUMNS: Final = (
    Column("former_code", "Mã đơn vị cũ", "Former code", "code", 8),
    Column("former_name", "Tên đơn vị cũ", "Former name", "text", 19),
    Column("former_kind", "Loại cũ", "Former kind", "text", 8, words=KIND_WORDS),
    Column("district_code", "Mã huyện", "District code", "code", 8),
    Column("district_name", "Huyện", "District", "text", 17),
    Column("part", "Toàn bộ hay một phần", "Whole or part", "text", 10, words=PART_WORDS),
    Column("area_km2", "Diện tích chuyển, văn bản nêu (km²)", "Area transferred, stated (km²)", "area", 11),
    Column("population", "Dân số chuyển, văn bản nêu", "Population transferred, stated", "count", 11),
    Column("figures_from", "Số liệu nêu từ", "Stated figures from", "text", 11),
    Column("register_area_km2", "Diện tích cả đơn vị theo sổ (km²)", "Area of whole unit, register (km²)", "area", 11),
    Column("register_population", "Dân số cả đơn vị theo sổ", "Population of whole unit, register", "count", 11),
    Column("new_code", "Mã đơn vị mới", "New code", "code", 8),
    Column("new_name", "Tên đơn vị mới", "New name", "text", 19),
    Column("new_kind", "Loại mới", "New kind", "text", 8, words=KIND_WORDS),
    Column("clause", "Điều khoản", "Clause", "text", 10),
    Column("mark", "Đánh dấu", "Mark", "text", 17),
    Column("confidence", "Độ tin cậy", "Confidence", "text", 10),
    Column("moved_area_km2", "Diện tích chuyển theo sổ (km²)", "Area transferred, register (km²)", "area", 13, True),
    Column("moved_population", "Dân số chuyển theo sổ", "Population transferred, register", "count", 13, True),
    Column("whole_area_km2", "Diện tích cả đơn vị, văn bản nêu (km²)", "Area of whole unit, stated (km²)", "area", 12),
    Column("whole_population", "Dân số cả đơn vị, văn bản nêu", "Population of whole unit, stated", "count", 12),
    Column("source", "Nguồn", "Source", "text", 64),
    Column("note", "Ghi chú", "Note", "text", 90),
    Column("shares", "Tỷ lệ nhập tay", "Shares entered", "text", 14),
    Column("extra", "Trường khác (TOML)", "Other fields (TOML)", "text", 14),
)  # fmt: skip
# fields of a unit formed, and of the plan, that the CSV repeats on every row so that it rebuilds the plan alone
CSV_UNIT: Final = {
    "unit_district_code": "district_code",
    "unit_seat": "seat",
    "unit_area_km2": "area_km2",
    "unit_population": "population",
    "unit_source": "source",
    "unit_confidence": "confidence",
    "unit_note": "note",
    "unit_extra": "extra",
}
CSV_PLAN: Final = ("plan", "instrument", "decided", "effective", "base")

UNIT_COLUMNS: Final = (
    Column("new_code", "Mã đơn vị mới", "New code", "code", 9),
    Column("new_name", "Tên đơn vị mới", "New name", "text", 20),
    Column("new_kind", "Loại", "Kind", "text", 9, words=KIND_WORDS),
    Column("district_code", "Mã huyện", "District code", "code", 8),
    Column("district_name", "Huyện", "District", "text", 18),
    Column("predecessors", "Hình thành từ", "Formed from", "text", 34),
    Column("area_km2", _AREA, "Area (km²)", "area", 11),
    Column("area_basis", "Cơ sở diện tích", "Basis of area", "text", 11),
    Column("population", _POP, "Population", "count", 11),
    Column("population_basis", "Cơ sở dân số", "Basis of population", "text", 11),
    Column("register_area_low", "Diện tích theo sổ, từ (km²)", "Area by register, from (km²)", "area", 11, True),
    Column("register_area_high", "Diện tích theo sổ, đến (km²)", "Area by register, to (km²)", "area", 11, True),
    Column("register_population_low", "Dân số theo sổ, từ", "Population by register, from", "count", 11, True),
    Column("register_population_high", "Dân số theo sổ, đến", "Population by register, to", "count", 11, True),
    Column("mark", "Đánh dấu", "Mark", "text", 16),
    Column("seat", "Mã nơi đặt trụ sở", "Seat (code)", "code", 9),
    Column("clause", "Điều khoản", "Clause", "text", 10),
    Column("confidence", "Độ tin cậy", "Confidence", "text", 9),
    Column("source", "Nguồn", "Source", "text", 64),
    Column("note", "Ghi chú", "Note", "text", 80),
    Column("own_district_code", "Mã huyện phương án nêu", "District code, as the plan states", "code", 9),
    Column("own_area_km2", "Diện tích văn bản nêu (km²)", "Area, stated (km²)", "area", 11),
    Column("own_population", "Dân số văn bản nêu", "Population, stated", "count", 11),
    Column("extra", "Trường khác (TOML)", "Other fields (TOML)", "text", 14),
)  # fmt: skip
BASIS_NAMES: Final = {"stated": "văn bản / stated", "register": "sổ đơn vị / register"}


def toml_cell(values: Mapping[str, object]) -> str:
    """Return fields that have no column as TOML text for one cell."""
    return tomli_w.dumps(dict(values), multiline_strings=False).strip() if values else ""


def transfers_sheet(context: Context) -> Sheet:
    """Return the merger table: one row a transfer, in the plan's order."""
    rows = [
        _transfer_row(context, unit, transfer, moved_amounts(context, unit.code, transfer.code))
        for unit, transfer in context.plan.transfers
    ]
    return Sheet(
        "transfers",
        "Điều chuyển",
        "Transfers",
        TRANSFER_COLUMNS,
        tuple(rows),
        ("former_code", "new_code"),
        "Mỗi dòng một lần điều chuyển. Số liệu văn bản nêu và số liệu theo sổ là hai cơ sở, không cộng chung. "
        "Ô trống là chưa biết, không phải bằng 0.",
        "One row a transfer. Stated figures and the register's are two bases and are never added together. "
        "An empty cell is unknown, not zero.",
    )


def moved_amounts(context: Context, target: str, source: str) -> dict[str, Amount]:
    """Return what one unit formed takes of one source unit on the register's base, by figure."""
    found = {}
    unit = context.register[source]
    for figure, base in (("area_km2", "area"), ("population", "population")):
        shares = source_shares(context.plan, source, base)
        whole = unit.figure(figure)
        if whole.value is None:
            found[figure] = Amount(None)
            continue
        value, low, high = split(whole.value, shares)[target]
        found[figure] = Amount(value, low, high, value is not None and shares[target].value != 1)
    return found


def mark_of(amounts: Mapping[str, Amount], confidence: str) -> str:
    """Return what a reader must know of a row's figures: estimated, bounded, unknown, of low confidence."""
    marks = []
    if any(amount.estimated for amount in amounts.values()):
        marks.append(ESTIMATED)
    if any(amount.value is None and amount.low is not None for amount in amounts.values()):
        marks.append(BOUNDED)
    if any(amount.value is None and amount.low is None for amount in amounts.values()):
        marks.append(UNKNOWN)
    if confidence == "low":
        marks.append(LOW_CONFIDENCE)
    return "; ".join(marks)


def _transfer_row(
    context: Context, unit: NewUnit, transfer: Transfer, moved: Mapping[str, Amount]
) -> tuple[Cell, ...]:
    former = context.register[transfer.code]
    return (
        former.code,
        former.name,
        former.kind,
        former.district_code,
        former.district_name,
        transfer.part,
        transfer.area_km2,
        transfer.population,
        transfer.figures_from,
        former.area_km2,
        former.population,
        unit.code,
        unit.name,
        unit.kind,
        unit.clause,
        mark_of(moved, transfer.confidence),
        transfer.confidence,
        moved["area_km2"].value,
        _whole(moved["population"].value),
        transfer.whole_area_km2,
        transfer.whole_population,
        transfer.source,
        transfer.note,
        toml_cell(transfer.shares),
        toml_cell(transfer.extra),
    )


def csv_sheet(context: Context) -> Sheet:
    """Return the merger table with the fields of unit and plan beside each row, as the CSV carries them."""
    base = transfers_sheet(context)
    plan = context.plan
    columns = base.columns + tuple(Column(key, key, key, _csv_kind(key)) for key in (*CSV_UNIT, *CSV_PLAN))
    head = (plan.id, plan.instrument, plan.decided.isoformat(), plan.target, plan.base)
    rows = []
    for (unit, _), row in zip(plan.transfers, base.rows, strict=True):
        own: list[Cell] = [
            toml_cell(unit.extra) if field == "extra" else getattr(unit, field) for field in CSV_UNIT.values()
        ]
        rows.append((*row, *own, *head))
    return Sheet(
        "transfers", base.vi, base.en, columns, tuple(rows), base.identity, base.note_vi, base.note_en
    )


def _csv_kind(key: str) -> CellKind:
    return "area" if key.endswith("_km2") else "count" if key.endswith("_population") else "text"


def units_sheet(context: Context) -> Sheet:
    """Return one row per unit formed or changed, with the figures it is judged on and the register's bounds."""
    return Sheet(
        "units",
        "Đơn vị hình thành",
        "Units formed",
        UNIT_COLUMNS,
        tuple(_unit_row(context, formed) for formed in context.formed),
        ("new_code",),
        "Diện tích và dân số là số liệu dùng để đánh giá, cơ sở ghi bên cạnh; cột “theo sổ” cùng một cơ sở, "
        "cộng được. “Từ” và “đến” khác nhau khi chỉ biết khoảng.",
        "Area and population are the figures judged, their basis beside them; the register's columns share one base "
        "and may be added. From and to differ where only bounds are known.",
    )


def predecessors(register: Register, unit: NewUnit) -> str:
    """Return the names of a unit's sources, parts marked: “Châu Sơn; Phú Đông (một phần)”."""
    return "; ".join(
        register[t.code].name + ("" if t.part == "whole" else f" ({PART_WORDS[t.part]})")
        for t in unit.transfers
    )


def _unit_row(context: Context, formed: FormedUnit) -> tuple[Cell, ...]:
    unit, register = formed.plan, formed.register
    area, population = formed.judged("area_km2"), formed.judged("population")
    return (
        unit.code,
        unit.name,
        unit.kind,
        formed.unit.district_code,
        formed.unit.district_name,
        predecessors(context.register, unit),
        area.value,
        BASIS_NAMES[formed.basis("area_km2")],
        _whole(population.value),
        BASIS_NAMES[formed.basis("population")],
        register["area_km2"].low,
        register["area_km2"].high,
        _whole(register["population"].low),
        _whole(register["population"].high),
        mark_of({"area_km2": area, "population": population}, lowest_confidence(unit)),
        unit.seat,
        unit.clause,
        unit.confidence,
        unit.source,
        unit.note,
        unit.district_code,
        unit.area_km2,
        unit.population,
        toml_cell(unit.extra),
    )


def lowest_confidence(unit: NewUnit) -> str:
    """Return low where the unit or one of its transfers is of low confidence, else the unit's own."""
    return "low" if "low" in {unit.confidence, *(t.confidence for t in unit.transfers)} else unit.confidence


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


PART_COLUMNS: Final = (
    Column("former_code", "Mã đơn vị cũ", "Former code", "code", 9),
    Column("former_name", "Tên đơn vị cũ", "Former name", "text", 19),
    Column("district_name", "Huyện", "District", "text", 18),
    Column("part", "Phần", "Part", "text", 12, words=PART_WORDS),
    Column("new_code", "Mã đơn vị mới", "New code", "code", 9),
    Column("new_name", "Tên đơn vị mới", "New name", "text", 19),
    Column("area_km2", "Diện tích nêu (km²)", "Area, stated (km²)", "area", 11),
    Column("population", "Dân số nêu", "Population, stated", "count", 11),
    Column("figures_from", "Số liệu nêu từ", "Stated figures from", "text", 13),
    Column("area_share_low", "Tỷ lệ diện tích, từ", "Share of area, from", "share", 10),
    Column("area_share_high", "Tỷ lệ diện tích, đến", "Share of area, to", "share", 10),
    Column("population_share_low", "Tỷ lệ dân số, từ", "Share of population, from", "share", 10),
    Column("population_share_high", "Tỷ lệ dân số, đến", "Share of population, to", "share", 10),
    Column("confidence", "Độ tin cậy", "Confidence", "text", 9),
    Column("mark", "Đánh dấu", "Mark", "text", 18),
    Column("note", "Ghi chú", "Note", "text", 80),
)


def parts_sheet(context: Context) -> Sheet:
    """Return one row a partial transfer, with its shares on each base; 0 to 1 where nothing is stated."""
    rows = []
    for code, pairs in context.plan.by_source.items():
        shares = {base: source_shares(context.plan, code, base) for base in ("area", "population")}
        for unit, transfer in pairs:
            if transfer.part == "whole":
                continue
            former = context.register[code]
            area, population = shares["area"][unit.code], shares["population"][unit.code]
            rows.append(
                (
                    code,
                    former.name,
                    former.district_name,
                    transfer.part,
                    unit.code,
                    unit.name,
                    transfer.area_km2,
                    transfer.population,
                    transfer.figures_from,
                    area.low,
                    area.high,
                    population.low,
                    population.high,
                    transfer.confidence,
                    mark_of(moved_amounts(context, unit.code, code), transfer.confidence),
                    transfer.note,
                )
            )
    return Sheet(
        "parts",
        "Chuyển một phần",
        "Partial transfers",
        PART_COLUMNS,
        tuple(rows),
        ("former_code", "new_code"),
        "Tỷ lệ từ 0 đến 1. “Từ” bằng “đến” khi có số liệu; từ 0 đến 1 nghĩa là chưa biết gì, không giả định.",
        "Shares lie between 0 and 1. From equals to where figures exist; 0 to 1 means that nothing is known.",
    )
