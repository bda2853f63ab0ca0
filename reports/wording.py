"""The sentences of a draft resolution, in our own words, from transfers and figures; what is unknown is said to be.

A figure that rests on the register is named as such, an estimate as an estimate; what a person must write stands in
square brackets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from geo.register import KIND_NAMES, Unit
from geo.text import comparable_name, vietnamese_number
from plans.apply import Amount, FormedUnit
from plans.plan import NewUnit, Transfer
from reports.context import Context
from reports.table import visible
from reports.tables import lowest_confidence, moved_amounts

_ORIGINS: Final = {"proposal": "đề án", "encyclopedia": "bách khoa thư, cần kiểm tra"}
KINDS: Final = ("commune", "ward", "township", "special_zone")
LOW_VI: Final = "[cần kiểm tra: dòng này trong phương án có độ tin cậy thấp]"


@dataclass(frozen=True, slots=True)
class DistrictClauses:
    """The clauses of one district: its heading, one paragraph a unit formed, and the closing sentence."""

    code: str
    heading: str
    points: tuple[str, ...]
    closing: str


def by_district(context: Context) -> tuple[DistrictClauses, ...]:
    """Return the clauses of Article 1, one a district, in the order of district codes."""
    groups: dict[str, list[FormedUnit]] = {}
    for formed in context.formed:
        groups.setdefault(formed.unit.district_code, []).append(formed)
    found = []
    for code, units in sorted(groups.items()):
        name = units[0].unit.district_name or "[tên huyện]"
        found.append(
            DistrictClauses(
                code,
                f"Sắp xếp các đơn vị hành chính cấp xã thuộc {name} như sau:"
                if code
                else "Sắp xếp các đơn vị hành chính cấp xã như sau:",
                tuple(unit_clause(context, unit) for unit in units),
                _closing(context, code, name),
            )
        )
    return tuple(found)


def unit_clause(context: Context, formed: FormedUnit) -> str:
    """Return the sentence that forms or changes one unit, with its figures and their basis."""
    unit = formed.plan
    keeps = [t for t in unit.transfers if t.code == unit.code and t.part in ("whole", "remainder")]
    same_name = bool(keeps) and comparable_name(context.register[unit.code].name) == comparable_name(
        unit.name
    )
    taken = [
        _taken(context, unit, transfer)
        for transfer in unit.transfers
        if transfer not in keeps or not same_name
    ]
    kind = KIND_NAMES[unit.kind]
    name = f"{kind} {shown_name(unit.name)}"
    if same_name and keeps[0].part == "remainder" and not taken:
        text = f"Điều chỉnh {name} trên cơ sở phần còn lại sau khi chuyển một phần cho đơn vị khác"
    elif same_name and taken:
        rest = "" if keeps[0].part == "whole" else ", phần còn lại sau điều chỉnh,"
        text = f"Nhập {_joined(taken)} vào {name}{rest}".rstrip(",")
    else:
        text = f"Thành lập {name} trên cơ sở {_joined(taken)}"
    sentence = f"{text}. Sau khi sắp xếp, {name} {figures_text(formed)}."
    if unit.seat:
        seat = context.register.by_code.get(unit.seat)
        if seat is not None:
            sentence += f" Trụ sở làm việc đặt tại {seat.full_name} cũ."
    if lowest_confidence(unit) == "low":
        sentence += f" {LOW_VI}"
    return sentence


def shown_name(name: str) -> str:
    """Return a name fit for a page: control characters visible, spaces single."""
    return " ".join(str(visible(name)).split())


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else "; ".join(parts[:-1]) + " và " + parts[-1]


def _taken(context: Context, unit: NewUnit, transfer: Transfer) -> str:
    former = context.register[transfer.code]
    name = f"{KIND_NAMES[former.kind]} {shown_name(former.name)}"
    what = {"whole": "toàn bộ", "part": "một phần", "remainder": "phần còn lại"}[transfer.part]
    return f"{what} diện tích tự nhiên và quy mô dân số của {name} ({moved_text(context, unit, transfer, former)})"


def moved_text(context: Context, unit: NewUnit, transfer: Transfer, former: Unit) -> str:
    """Return what is known of a transfer: stated figures, else the register's; parts without figures are unknown."""
    moved = moved_amounts(context, unit.code, former.code)
    return ", ".join(_moved_figures(transfer, moved))


def _moved_figures(transfer: Transfer, moved: dict[str, Amount]) -> Iterator[str]:
    for figure, unit, unknown in (("area_km2", "km²", "diện tích"), ("population", "người", "dân số")):
        stated = transfer.stated(figure)
        if stated is not None:
            basis = (
                ""
                if transfer.figures_from in ("", "resolution")
                else f" theo {_ORIGINS.get(transfer.figures_from, transfer.figures_from)}"
            )
            yield f"{number(stated, figure)} {unit}{basis}"
        elif (amount := moved[figure]).value is not None:
            mark = " ước tính" if amount.estimated else ""
            yield f"{number(amount.value, figure)} {unit}{mark} theo sổ đơn vị"
        else:
            yield f"{unknown} của phần chuyển: [chưa có số liệu]"


def figures_text(formed: FormedUnit) -> str:
    """Return the figures of a unit formed with their basis; bounds and unknown figures are said to be such."""
    words = (("area_km2", "diện tích tự nhiên", "km²"), ("population", "quy mô dân số", "người"))
    return "có " + " và ".join(_figure_text(formed, *item) for item in words)


def _figure_text(formed: FormedUnit, figure: str, label: str, unit: str) -> str:
    amount = formed.judged(figure)
    basis = "" if formed.basis(figure) == "stated" else " theo sổ đơn vị"
    if amount.value is not None:
        mark = " (ước tính)" if amount.estimated else ""
        return f"{label} là {number(amount.value, figure)} {unit}{basis}{mark}"
    if amount.low is not None and amount.high is not None:
        low, high = number(amount.low, figure), number(amount.high, figure)
        return f"{label} chưa xác định, trong khoảng từ {low} đến {high} {unit}{basis}"
    return f"{label} [chưa có số liệu]"


def number(value: Decimal | int, figure: str) -> str:
    """Return a figure in the Vietnamese form: persons whole, areas with the decimals of their source."""
    if figure == "population":
        return vietnamese_number(Decimal(value), 0)
    text = Decimal(value).normalize()
    exponent = text.as_tuple().exponent
    return vietnamese_number(text, max(2, -exponent if isinstance(exponent, int) else 2))


def _closing(context: Context, code: str, name: str) -> str:
    units = [unit for unit in context.after if unit.district_code == code]
    counts = counted(units)
    where = name if code else "[tên đơn vị cấp tỉnh]"
    return f"Sau khi sắp xếp, {where} có {len(units)} đơn vị hành chính cấp xã, gồm {counts}."


def counted(units: Sequence[Unit]) -> str:
    """Return how many units of each kind there are: “5 phường và 2 xã”."""
    parts = [
        f"{vietnamese_number(n)} {KIND_NAMES[kind]}"
        for kind in KINDS
        if (n := sum(unit.kind == kind for unit in units))
    ]
    return ", ".join(parts[:-1]) + (" và " if len(parts) > 1 else "") + parts[-1] if parts else "0 đơn vị"
