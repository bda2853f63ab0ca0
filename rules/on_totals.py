# ruff: noqa: ARG001 - every condition takes rule, view and subject, whether it reads them or not
"""Nothing is lost, created or counted twice: partition, conservation, the plan's own totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from geo.register import KIND_NAMES, exact_sum
from plans.apply import QUANTITIES, Amount
from plans.plan import NewUnit, Transfer
from plans.shares import source_shares, split
from rules.book import Rule
from rules.conditions import Finding, Number, Outcome, register
from rules.on_sources import quantities
from rules.standards import central_city
from rules.view import View, all_of, amount_of
from rules.words import KIND_EN, en_number, joined, percent_of, vi_number

Pairs = tuple[tuple[NewUnit, Transfer], ...]
TOLERANCES: Final = {"area_km2": "area_tolerance", "population": "population_tolerance"}


def complete(pairs: Pairs) -> bool:
    """Whether a source is accounted for: whole once; parts with one remainder; or two parts or more alone."""
    kinds = Counter(transfer.part for _, transfer in pairs)
    if kinds["whole"]:
        return len(pairs) == 1
    if kinds["remainder"]:
        return kinds["remainder"] == 1 and kinds["part"] >= 1
    return kinds["part"] >= 2


def _partition(rule: Rule, view: View) -> Iterator[Finding]:
    bad = []
    for code, pairs in view.plan.by_source.items():
        ok = complete(pairs)
        bad += [] if ok else [code]
        vi = ", ".join(f"{_part(t, True)} vào {u.name} ({u.code})" for u, t in pairs)
        en = ", ".join(f"{_part(t, False)} to {u.name} ({u.code})" for u, t in pairs)
        yield Finding(
            "pass" if ok else "fail",
            f"{vi}" if ok else f"{vi}: chưa tính đủ đơn vị nguồn",
            f"{en}" if ok else f"{en}: the source is not fully accounted for",
            subject=code,
        )
    n = len(view.plan.by_source)
    yield Finding(
        "fail" if bad else "pass",
        f"Chưa đủ: {joined(view.names(bad))}" if bad else f"{n} đơn vị nguồn đều được tính đủ, đúng một lần",
        f"Not complete: {joined(view.names(bad))}"
        if bad
        else f"All {n} sources are accounted for exactly once",
        {"complete": n - len(bad)},
        {"complete": n},
    )


def _part(transfer: Transfer, vi: bool) -> str:
    words = {
        "whole": ("toàn bộ", "whole"),
        "part": ("một phần", "a part"),
        "remainder": ("phần còn lại", "the remainder"),
    }
    return words[transfer.part][0 if vi else 1]


def totals(view: View) -> dict[str, dict[str, Amount | int]]:
    """Return units, area and population before and after on the register's base.

    Where every source is fully accounted for, the total after is the total before, even where single units are not
    known; else it lies between what is known to arrive and all of it.
    """
    broken = [pairs for pairs in view.plan.by_source.items() if not complete(pairs[1])]
    before: dict[str, Amount | int] = {"units": len(view.register)}
    after: dict[str, Amount | int] = {"units": len(view.staying) + len(view.plan.units)}
    for quantity in QUANTITIES:
        figures = [amount_of(unit, quantity) for unit in view.register]
        total = Amount(
            exact_sum(amount.value for amount in figures),
            exact_sum(amount.low for amount in figures),
            exact_sum(amount.high for amount in figures),
        )
        before[quantity] = total
        lost = Decimal(0)
        for code, _ in broken:
            source = amount_of(view.register[code], quantity)
            if source.high is None:
                lost = Decimal(-1)
                break
            lost += source.high
        if not broken:
            after[quantity] = total
        elif lost < 0 or total.low is None:
            after[quantity] = Amount(None)
        else:
            after[quantity] = Amount(None, total.low - lost, total.high)
    return {"before": before, "after": after}


def _conservation(rule: Rule, view: View) -> Iterator[Finding]:
    """By source through the structure and its shares; for the plan as a whole through all of them."""
    for code, pairs in view.plan.by_source.items():
        yield _source_conserved(rule, view, code, pairs)
    found = totals(view)
    before, after = found["before"], found["after"]
    measured: dict[str, Number | None] = {}
    required: dict[str, Number | None] = {}
    states: list[bool | None] = []
    for quantity in QUANTITIES:
        a, b = after[quantity], before[quantity]
        assert isinstance(a, Amount)
        assert isinstance(b, Amount)
        measured |= quantities({quantity: a})
        required[quantity] = b.value
        states.append(True if a == b else None)
    ok = all_of(states)
    text = "; ".join(
        f"{vi_number(v)} {unit}"
        for v, unit in ((required["area_km2"], "km²"), (required["population"], "người"))
        if isinstance(v, Decimal)
    )
    text_en = "; ".join(
        f"{en_number(v)} {unit}"
        for v, unit in ((required["area_km2"], "km²"), (required["population"], "persons"))
        if isinstance(v, Decimal)
    )
    yield Finding(
        "pass" if ok else "undetermined",
        f"Tổng trước và sau như nhau: {text or 'số liệu thiếu, xét theo cấu trúc'}"
        if ok
        else "Có đơn vị nguồn chưa được tính đủ nên tổng sau chưa xác định",
        f"Totals before and after are equal: {text_en or 'figures are missing, judged on structure'}"
        if ok
        else "A source is not fully accounted for, so the total after is not known",
        measured,
        required,
    )


def _source_conserved(rule: Rule, view: View, code: str, pairs: Pairs) -> Finding:
    measured: dict[str, Number | None] = {}
    required: dict[str, Number | None] = {}
    states: list[bool | None] = []
    structure = complete(pairs)
    for quantity in QUANTITIES:
        total = view.register[code].figure(quantity).value
        required[quantity] = total
        measured[quantity] = None
        if len(pairs) == 1 and structure:
            measured[quantity] = total
        elif total is not None and structure:
            parts = split(total, source_shares(view.plan, code, quantity.removesuffix("_km2")))
            known = exact_sum(value for value, _, _ in parts.values())
            if known is not None:
                slack = rule.number(TOLERANCES[quantity]) * len(parts)
                states.append(abs(known - total) <= slack)
            measured[quantity] = known if known is not None else total
        states.append(True if structure else None)
    ok = all_of(states)
    outcome: Outcome = {True: "pass", False: "fail", None: "undetermined"}[ok]  # type: ignore[assignment]
    return Finding(
        outcome,
        "Các phần cộng lại bằng toàn bộ (theo cấu trúc)" if ok else "Các phần chưa chắc là toàn bộ",
        "The parts are together the whole (by structure)"
        if ok
        else "The parts are not known to be the whole",
        measured,
        required,
        subject=code,
    )


def _stated(rule: Rule, view: View) -> Iterator[Finding]:
    """Stated parts against the stated whole of one source, and a unit's stated figure against its transfers'."""
    found: dict[str, list[tuple[str, Decimal, Decimal, int]]] = {}
    for code, pairs in view.plan.by_source.items():
        if len(pairs) > 1:
            transfers = [transfer for _, transfer in pairs]
            for quantity in QUANTITIES:
                _compare(found, code, quantity, transfers, None)
    for unit in view.plan.units:
        for quantity in QUANTITIES:
            own = unit.area_km2 if quantity == "area_km2" else unit.population
            if own is not None:
                _compare(found, unit.code, quantity, list(unit.transfers), Decimal(own))
    for code, rows in sorted(found.items()):
        bad = [row for row in rows if abs(row[1] - row[2]) > rule.number(TOLERANCES[row[0]]) * row[3]]
        vi, en = [], []
        for quantity, parts, whole, _ in rows:
            unit_vi, unit_en = ("km²", "km²") if quantity == "area_km2" else ("người", "persons")
            gap = parts - whole
            vi.append(
                f"các phần {vi_number(parts)} {unit_vi}, toàn bộ {vi_number(whole)} {unit_vi}"
                + (f", lệch {vi_number(gap)}" if gap else "")
            )
            en.append(
                f"parts {en_number(parts)} {unit_en}, whole {en_number(whole)} {unit_en}"
                + (f", difference {en_number(gap)}" if gap else "")
            )
        yield Finding(
            "fail" if bad else "pass",
            "Số liệu nêu: " + "; ".join(vi),
            "As stated: " + "; ".join(en),
            {row[0]: row[1] for row in rows},
            {row[0]: row[2] for row in rows},
            subject=code,
        )


def _compare(
    found: dict[str, list[tuple[str, Decimal, Decimal, int]]],
    code: str,
    quantity: str,
    transfers: list[Transfer],
    whole: Decimal | None,
) -> None:
    parts = exact_sum(transfer.stated(quantity) for transfer in transfers)
    if parts is None or len({transfer.figures_from for transfer in transfers}) > 1:
        return
    if whole is None:
        wholes = {w for transfer in transfers if (w := transfer.stated_whole(quantity)) is not None}
        whole = wholes.pop() if len(wholes) == 1 else None
    if whole is not None and not any(row[0] == quantity for row in found.get(code, ())):
        found.setdefault(code, []).append((quantity, parts, whole, len(transfers) + 1))


def _totals(rule: Rule, view: View) -> Iterator[Finding]:
    stated, plan = view.plan.totals, view.plan
    computed = {
        "units_before": len(view.register),
        "units_after": len(view.staying) + len(plan.units),
        "units_concerned": len(plan.by_source),
        "units_formed": len(plan.units),
    }
    required: dict[str, Number | None] = {
        name: value for name in computed if (value := getattr(stated, name)) is not None
    }
    measured: dict[str, Number | None] = dict(computed)
    kinds = Counter(unit.kind for unit in view.after)
    after_vi = ", ".join(f"{n} {KIND_NAMES[kind]}" for kind, n in sorted(kinds.items()))
    after_en = ", ".join(f"{n} {KIND_EN[kind]}s" for kind, n in sorted(kinds.items()))
    vi = [f"{computed['units_before']} đơn vị trước, {computed['units_after']} sau ({after_vi})"]
    en = [f"{computed['units_before']} units before, {computed['units_after']} after ({after_en})"]
    wrong = [n for n in ("units_before", "units_after") if n in required and required[n] != computed[n]]
    low = {
        "units_concerned": sum(
            any("low" in (t.confidence, u.confidence) for u, t in pairs) for pairs in plan.by_source.values()
        ),
        "units_formed": sum(unit.confidence == "low" for unit in plan.units),
    }
    unexplained = []
    for name, (word_vi, word_en) in {
        "units_concerned": ("đơn vị liên quan", "units concerned"),
        "units_formed": ("đơn vị hình thành", "units formed"),
    }.items():
        value = required.get(name)
        if value is not None and value != computed[name]:
            gap = abs(computed[name] - int(value))
            explained = gap <= low[name]
            vi.append(
                f"{word_vi}: bảng có {computed[name]}, văn bản nêu {value}"
                + (" (giải thích được bằng các dòng tin cậy thấp)" if explained else "")
            )
            en.append(
                f"{word_en}: {computed[name]} listed, {value} stated"
                + (" (explained by rows of low confidence)" if explained else "")
            )
            unexplained += [] if explained else [name]
    for name in wrong:
        before = name == "units_before"
        vi.append(f"văn bản nêu {required[name]} {'trước' if before else 'sau'}")
        en.append(f"the instrument states {required[name]} {'before' if before else 'after'}")
    if not {"units_before", "units_after"} & set(required):
        yield Finding(
            "undetermined",
            "; ".join([*vi, "văn bản không nêu số đơn vị trước và sau"]),
            "; ".join([*en, "the instrument states no numbers before and after"]),
            measured,
            required,
            severity="information",
        )
        return
    yield Finding(
        "fail" if wrong or unexplained else "pass",
        "; ".join(vi),
        "; ".join(en),
        measured,
        required,
        severity=None if wrong or not unexplained else "advisory",
    )


register("partition", plan=_partition)
register("conservation", *TOLERANCES.values(), plan=_conservation)
register("conservation-stated", *TOLERANCES.values(), plan=_stated)
register("totals", plan=_totals)


def _reduction(rule: Rule, view: View) -> Iterator[Finding]:
    """The cut in units beside the national target, which binds no single province."""
    before, after = len(view.register), len(view.after)
    if not before:
        return
    percent = percent_of(Decimal(before - after), Decimal(before))
    low, high = (vi_number(rule.number(name) * 100) for name in ("low", "high"))
    assert percent is not None
    yield Finding(
        "undetermined",
        f"Giảm {vi_number(percent)} % ({before} còn {after}); mục tiêu {low}–{high} % là của cả nước",
        f"Cut by {en_number(percent)} % ({before} to {after}); the target of {low}–{high} % is the nation's",
        {"percent": percent},
        {"percent": rule.number("low") * 100},
    )


def _ward_share(rule: Rule, view: View) -> Iterator[Finding]:
    """Wards among all commune-level units of a centrally-run city after the plan."""
    provinces = {unit.province_name for unit in view.after}
    if len(provinces) != 1 or not central_city(provinces.pop()):
        return
    wards = sum(unit.kind == "ward" for unit in view.after)
    percent = percent_of(Decimal(wards), Decimal(len(view.after)))
    need = rule.number("ward_share") * 100
    assert percent is not None
    ok = wards >= rule.number("ward_share") * len(view.after)
    yield Finding(
        "pass" if ok else "fail",
        f"{wards} phường trên {len(view.after)} đơn vị: {vi_number(percent)} % (yêu cầu từ {vi_number(need)} %)",
        f"{wards} wards of {len(view.after)} units: {en_number(percent)} % (at least {en_number(need)} %)",
        {"percent": percent},
        {"percent": need},
    )


register("reduction", "low", "high", plan=_reduction)
register("ward-share", "ward_share", plan=_ward_share)
