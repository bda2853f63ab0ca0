# ruff: noqa: ARG001 - every condition takes rule, view and subject, whether it reads them or not
"""Rules on the plan as a whole: regime, dates, exemptions, what is left undone, the figures' day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from plans.apply import QUANTITIES
from rules.book import Rule
from rules.conditions import Finding, Outcome, register
from rules.standards import Facts, standard_for
from rules.view import View, all_of, amount_of, reached
from rules.words import joined, line

EXEMPTING: Final = ("exemption", "exemption-urban")


def _regime(rule: Rule, view: View) -> Iterator[Finding]:
    decided = view.plan.decided
    chosen = view.book.regime_of(decided) if decided >= _first_day(view) else None
    if chosen == view.regime:
        yield Finding(
            "pass",
            f"Quyết định ngày {decided:%d/%m/%Y}: chế độ {view.regime}",
            f"Decided on {decided.isoformat()}: regime {view.regime}",
        )
        return
    yield Finding(
        "undetermined",
        f"Xét thử theo chế độ {view.regime}; theo ngày quyết định {decided:%d/%m/%Y} là {chosen or 'chưa mã hoá'}",
        f"Judged under {view.regime} for comparison; by the date {decided.isoformat()} it is {chosen or 'not encoded'}",
        severity="information",
    )


def _first_day(view: View) -> date:
    return view.book.regimes[0].regime_from or date.min


def _effective(rule: Rule, view: View) -> Iterator[Finding]:
    plan = view.plan
    ok = plan.decided <= plan.effective and plan.base < plan.target
    yield Finding(
        "pass" if ok else "fail",
        f"Đơn vị cũ đến hết {plan.base}, đơn vị mới từ {plan.target}, quyết định ngày {plan.decided.isoformat()}",
        f"Old units to {plan.base}, new ones from {plan.target}, decided on {plan.decided.isoformat()}",
    )


def _due_not_done(rule: Rule, view: View) -> Iterator[Finding]:
    grounds = exempting(view)
    exempted = {e.code for e in view.plan.exempt if e.ground in grounds}
    hints = {code: other for other in grounds.values() if other.has("codes") for code in _codes(other)}
    for code in sorted(view.due):
        if not view.due[code] or code in view.plan.by_source or code in exempted:
            continue
        hint = hints.get(code)
        unit = view.register[code]
        yield Finding(
            "fail",
            f"{unit.full_name} thuộc diện sắp xếp nhưng không có trong phương án, cũng không nêu lý do"
            + (f"; có thể áp dụng {hint.id} ({hint.cited()})" if hint else ""),
            f"{unit.name} is due, but the plan neither rearranges it nor gives a reason"
            + (f"; {hint.id} may apply ({hint.cited(False)})" if hint else ""),
            subject=code,
        )


def _codes(rule: Rule) -> tuple[str, ...]:
    value = rule.parameters["codes"].value
    return value if isinstance(value, tuple) else ()


def exempting(view: View) -> dict[str, Rule]:
    """Return the rules in force that can be the ground of an exemption, by id."""
    return {rule.id: rule for rule in view.rules if rule.condition in EXEMPTING}


def _exemptions(rule: Rule, view: View) -> Iterator[Finding]:
    """An exemption by this rule: it holds with a note or document, else its evidence is missing."""
    for item in view.plan.exempt:
        if item.ground != rule.id:
            continue
        unit = view.register[item.code]
        due = view.due.get(item.code)
        evidence = "; ".join(filter(None, (item.note, item.document)))
        state: bool | None = True if evidence else None
        vi = f"Căn cứ: {evidence}" if evidence else "Thiếu ghi chú hoặc văn bản làm căn cứ"
        en = f"Evidence: {evidence}" if evidence else "A note or a document as evidence is missing"
        if rule.has("codes") and item.code in _codes(rule):
            state = True
            vi, en = f"Có trong danh sách đã sắp xếp. {vi}", f"On the list of those rearranged. {en}"
        if rule.condition == "exemption-urban":
            met, text_vi, text_en = _urban(view, item.code, dict(item.extra))
            state = False if met is False else all_of((state, met))
            vi, en = f"{vi}. {text_vi}", f"{en}. {text_en}"
        if due is False:
            vi, en = f"{vi}. Đơn vị không thuộc diện", f"{en}. The unit is not due"
        outcomes: dict[bool | None, Outcome] = {True: "exempt", False: "fail", None: "undetermined"}
        yield Finding(
            outcomes[state],
            f"{unit.full_name}: {vi}",
            f"{unit.name}: {en}",
            exception=rule.id if state else None,
            severity="information" if due is False else "advisory",
            subject=item.code,
        )


def _urban(view: View, code: str, extra: dict[str, object]) -> tuple[bool | None, str, str]:
    """Return whether a unit meets the standard of the urban kind that it is planned to become."""
    kind, district_kind = str(extra.get("target_kind", "")), str(extra.get("target_district_kind", ""))
    if kind not in ("ward", "township"):
        return (
            None,
            "Thiếu loại đô thị dự kiến (target_kind)",
            "The urban kind planned is missing (target_kind)",
        )
    standard = standard_for(Facts(kind, district_kind), view.regime, view.options, view.book)
    if standard is None or standard.alternatives:
        return None, "Thiếu target_district_kind", "target_district_kind is missing"
    unit = view.register[code]
    amounts = {quantity: amount_of(unit, quantity) for quantity in QUANTITIES}
    met = all_of(reached(amounts[q], standard.required(q)) for q in QUANTITIES)
    texts = [
        "; ".join(
            line(amounts[q], q, standard.required(q), standard.base(q), Decimal(1), (), vi)
            for q in QUANTITIES
        )
        for vi in (True, False)
    ]
    return met, texts[0], texts[1]


def _opt_in(rule: Rule, view: View) -> Iterator[Finding]:
    for item in view.plan.exempt:
        if item.code in view.plan.by_source:
            yield Finding(
                "pass",
                f"{view.register[item.code].full_name} không bắt buộc nhưng được đưa vào phương án",
                f"{view.register[item.code].name} is exempt and rearranged all the same",
                subject=item.code,
            )


def _grounds(rule: Rule, view: View) -> Iterator[Finding]:
    known = exempting(view)
    for item in view.plan.exempt:
        if item.ground not in known:
            yield Finding(
                "undetermined",
                f"Căn cứ “{item.ground}” không phải quy tắc miễn đang có hiệu lực; có: {joined(sorted(known))}",
                f"The ground “{item.ground}” is no exempting rule in force; there are: {joined(sorted(known))}",
                subject=item.code,
            )


def _dated(rule: Rule, view: View) -> Iterable[Finding]:
    """How many figures of the units concerned are of the day that the law names."""
    day = str(rule.parameters["cutoff"].value)
    units = [view.register[code] for code in view.plan.by_source]
    counts = {q: sum(unit.figure(q).as_of == day for unit in units) for q in QUANTITIES}
    area, persons = (joined(sorted({unit.figure(q).as_of or "?" for unit in units})) for q in QUANTITIES)
    ok = all(count == len(units) for count in counts.values())
    return [
        Finding(
            "pass" if ok else "fail",
            f"Số liệu ngày {day}: diện tích {counts['area_km2']}/{len(units)} đơn vị (sổ: {area}), "
            f"dân số {counts['population']}/{len(units)} (sổ: {persons})",
            f"Figures of {day}: area {counts['area_km2']} of {len(units)} units (register: {area}), "
            f"population {counts['population']} of {len(units)} (register: {persons})",
            {"area_dated": counts["area_km2"], "population_dated": counts["population"]},
            {"area_dated": len(units), "population_dated": len(units)},
        )
    ]


register("regime", plan=_regime)
register("effective-date", plan=_effective)
register("due-not-done", plan=_due_not_done)
register("exemption", plan=_exemptions)
register("exemption-urban", plan=_exemptions)
register("exemption-opt-in", plan=_opt_in)
register("exemption-ground", plan=_grounds)
register("figures-dated", "cutoff", plan=_dated)
