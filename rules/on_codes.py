# ruff: noqa: ARG001 - every condition takes rule, view and subject, whether it reads them or not
"""Rules on codes: 124/2004/QĐ-TTg Art. 1 to June 2025, 19/2025/QĐ-TTg Art. 3 since."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from plans.apply import FormedUnit
from rules.book import Rule
from rules.conditions import Finding, register
from rules.view import View, closed_codes, doubtful_codes, name_key
from rules.words import joined


def _seat(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """A merged unit takes the code of the source where its People's Committee sits."""
    plan = item.plan
    if len(plan.transfers) < 2:
        return None
    if not plan.seat:
        return Finding(
            "undetermined",
            f"Chưa biết trụ sở Ủy ban nhân dân đặt ở đơn vị nào; mã ghi là {plan.code}",
            f"Where the People's Committee sits is not known; the code given is {plan.code}",
        )
    if plan.seat not in plan.sources:
        return Finding(
            "fail",
            f"Trụ sở {plan.seat} không thuộc các đơn vị nguồn",
            f"The seat {plan.seat} is in none of the sources",
        )
    ok = plan.seat == plan.code
    return Finding(
        "pass" if ok else "fail",
        f"Trụ sở ở {joined(view.names([plan.seat]))}, mã ghi là {plan.code}",
        f"The seat is in {joined(view.names([plan.seat]))}, the code given is {plan.code}",
    )


def _closed(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """The code is one of the sources', or new and never closed before."""
    code = item.plan.code
    if code in item.plan.sources:
        return Finding("pass", f"Mã {code} của đơn vị nguồn", f"Code {code} of a source")
    if code in view.register:
        return Finding(
            "fail",
            f"Mã {code} của {view.register[code].name}, không phải đơn vị nguồn",
            f"Code {code} is that of {view.register[code].name}, which is no source",
        )
    if closer := closed_codes(view.plan.base).get(code):
        if code in doubtful_codes(view.plan.base):
            return Finding(
                "undetermined",
                f"Theo bảng của {closer} mã {code} đã đóng, nhưng mã của đơn vị hình thành khi đó chưa chắc chắn",
                f"By the table of {closer} code {code} was closed, but the code of the unit formed then is in doubt",
            )
        return Finding(
            "fail",
            f"Mã {code} đã đóng theo {closer}",
            f"Code {code} was closed by {closer}",
        )
    return Finding("pass", f"Mã mới {code}", f"A new code, {code}")


def _split(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Codes of split units may be carried on by a unit that took a part; only a code closed earlier fails."""
    cut = sorted(t.code for t in item.plan.transfers if t.part != "whole")
    if not cut:
        return None
    code = item.plan.code
    carried = code in cut
    return Finding(
        "pass",
        f"Mã {code} của đơn vị bị tách được dùng tiếp (chưa rõ trụ sở cũ thuộc phần nào)"
        if carried
        else f"Nhận một phần của {joined(view.names(cut))}, mang mã {code}",
        f"Code {code} of a split unit is carried on (where the old seat lies is not known)"
        if carried
        else f"Takes a part of {joined(view.names(cut))} and has code {code}",
    )


def _rename(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """A unit only renamed or changed in kind keeps its code."""
    transfers = item.plan.transfers
    if len(transfers) != 1 or transfers[0].part != "whole":
        return None
    source = item.sources[0]
    if name_key(source.name) == name_key(item.plan.name) and source.kind == item.plan.kind:
        return None
    ok = item.plan.code == source.code
    return Finding(
        "pass" if ok else "fail",
        f"Đổi tên hoặc loại, mã trước {source.code}, mã sau {item.plan.code}",
        f"Renamed or of a new kind; code before {source.code}, after {item.plan.code}",
    )


def _move(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """A unit only moved to another district keeps its code."""
    transfers = item.plan.transfers
    if len(transfers) != 1 or transfers[0].part != "whole":
        return None
    source = item.sources[0]
    if not item.plan.district_code or source.district_code == item.plan.district_code:
        return None
    ok = item.plan.code == source.code
    return Finding(
        "pass" if ok else "fail",
        f"Chuyển huyện, mã trước {source.code}, mã sau {item.plan.code}",
        f"Moved to another district; code before {source.code}, after {item.plan.code}",
    )


def _format(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    ok = re.fullmatch(str(rule.parameters["pattern"].value), item.plan.code) is not None
    return Finding(
        "pass" if ok else "fail",
        f"Mã {item.plan.code}" + ("" if ok else " không đúng dạng"),
        f"Code {item.plan.code}" + ("" if ok else " is not of the form"),
    )


def _unique(rule: Rule, view: View) -> Iterable[Finding]:
    """Codes after the plan are unique, and every unit that stays keeps its own."""
    counts = Counter(unit.code for unit in view.staying)
    counts.update(unit.code for unit in view.plan.units)
    twice = sorted(code for code, n in counts.items() if n > 1)
    yield Finding(
        "fail" if twice else "pass",
        f"Mã lặp lại: {joined(twice)}" if twice else f"{len(counts)} đơn vị, mỗi đơn vị một mã",
        f"Codes that occur twice: {joined(twice)}" if twice else f"{len(counts)} units, a code each",
        {"twice": len(twice)},
        {"twice": 0},
    )


register("code-seat", unit=_seat)
register("code-closed", unit=_closed)
register("code-split", unit=_split)
register("code-rename", unit=_rename)
register("code-move", unit=_move)
register("code-format", "pattern", unit=_format)
register("code-unique", plan=_unique)
