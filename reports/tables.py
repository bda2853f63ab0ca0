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
from reports.columns import PART_COLUMNS, TRANSFER_COLUMNS, UNIT_COLUMNS
from reports.context import Context
from reports.table import PART_WORDS, Cell, CellKind, Column, Sheet

LOW_CONFIDENCE: Final = "độ tin cậy thấp / low confidence"
ESTIMATED: Final = "ước tính / estimated"
BOUNDED: Final = "chỉ biết khoảng / bounds only"
UNKNOWN: Final = "chưa biết / unknown"

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
        former.district_name,
        transfer.part,
        transfer.area_km2,
        transfer.population,
        former.area_km2,
        former.population,
        unit.code,
        unit.name,
        unit.kind,
        unit.clause,
        mark_of(moved, transfer.confidence),
        moved["area_km2"].value,
        _whole(moved["population"].value),
        former.district_code,
        transfer.figures_from,
        transfer.confidence,
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
        unit.clause,
        unit.seat,
        formed.unit.district_code,
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
