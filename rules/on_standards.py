"""A unit formed against its standard, the orientation of 2025, and the outlook of 2026-2030."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from plans.apply import Amount, FormedUnit
from rules.book import Rule
from rules.conditions import Finding, Number, Outcome, register
from rules.on_procedure import flags
from rules.on_sources import SHARES, calculation, decided, limit, quantities
from rules.standards import QUANTITIES, Standard, applies, facts_of, standard_for
from rules.view import View, all_of, reached
from rules.words import TERRAIN_VI, line

_OUTCOME: Final[dict[bool | None, Outcome]] = {True: "pass", False: "fail", None: "undetermined"}
_HEAD_VI: Final = {True: "Đạt", False: "Chưa đạt", None: "Chưa xác định"}
_HEAD_EN: Final = {True: "Met", False: "Not met", None: "Undetermined"}


def amounts_of(item: FormedUnit) -> dict[str, Amount]:
    """Return the amounts on which a unit formed is judged: stated where stated, else on the register's base."""
    return {quantity: item.judged(quantity) for quantity in QUANTITIES}


def basis_text(item: FormedUnit, vi: bool) -> str:
    """Return on which base each figure stands, in words."""
    bases = {quantity: item.basis(quantity) for quantity in QUANTITIES}
    names = {
        "stated": "số liệu văn bản nêu" if vi else "stated figures",
        "register": "số liệu sổ đơn vị" if vi else "the register's figures",
    }
    if len(set(bases.values())) == 1:
        return names[bases["area_km2"]]
    area, persons = ("diện tích", "dân số") if vi else ("area", "population")
    return f"{area}: {names[bases['area_km2']]}, {persons}: {names[bases['population']]}"


def waived_by(rule: Rule, view: View, item: FormedUnit) -> str | None:
    """Return the id of the rule that waives this one for a unit formed, or None."""
    for name in rule.exceptions:
        waiver = view.rule.get(name)
        if waiver is not None and waiver.has("units"):
            if Decimal(len(item.plan.transfers)) >= waiver.number("units"):
                return name
        elif waiver is not None:
            return name
    return None


def _meets(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Area >= share × S and population >= share × P (“từ … trở lên”)."""
    facts = facts_of(item.unit)
    # where the terrain is unknown, what a rule of one terrain would require of the unit, if it were of it
    supposed = rule.terrains[0] if rule.terrains and not facts.terrain else ""
    standard = (
        standard_for(replace(facts, terrain=supposed), view.regime, view.options, view.book)
        if supposed
        else view.standard(item.unit)
    )
    if standard is None or not applies(rule, facts):
        return None
    amounts = amounts_of(item)

    def state(other: Standard) -> bool | None:
        return all_of(reached(amounts[quantity], limit(rule, other, quantity)) for quantity in QUANTITIES)

    answer = decided(state(other) for other in standard.possible)
    vi = f"{_HEAD_VI[answer]}: {calculation(rule, standard, amounts, True)} ({basis_text(item, True)})"
    en = f"{_HEAD_EN[answer]}: {calculation(rule, standard, amounts, False)} ({basis_text(item, False)})"
    for other in (*standard.alternatives, *standard.readings):
        if state(other) is not answer:
            vi += f". {other.assumed_vi.capitalize()}: {_HEAD_VI[state(other)].lower()}"
            en += f". {other.assumed_en.capitalize()}: {_HEAD_EN[state(other)].lower()}"
    if supposed:
        # another rule holds for the other terrains, so this one alone settles nothing
        answer = None
        vi = (
            f"Chưa rõ địa hình của đơn vị hình thành. Nếu là {TERRAIN_VI[supposed]}: {vi[:1].lower()}{vi[1:]}"
        )
        en = f"The terrain of the unit formed is not known. If {supposed}: {en[:1].lower()}{en[1:]}"
    required: dict[str, Number | None] = {
        quantity: None if supposed or standard.alternatives else limit(rule, standard, quantity)
        for quantity in QUANTITIES
    }
    return _or_waived(
        rule,
        view,
        item,
        Finding(_OUTCOME[answer], vi, en, quantities(amounts), required, standard.factor_ids),
    )


def _or_waived(rule: Rule, view: View, item: FormedUnit, finding: Finding) -> Finding:
    """Return the finding, or the same as exempt where a waiving rule holds: a waived test is still listed."""
    waiver = waived_by(rule, view, item)
    if waiver is None or finding.outcome == "pass":
        return finding
    title = view.rule[waiver]
    return Finding(
        "exempt",
        f"Không xét ({title.title_vi}). {finding.vi}",
        f"Not tested ({title.title_en}). {finding.en}",
        finding.measured,
        finding.required,
        finding.factors,
        waiver,
    )


def _meets_figures(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Fixed figures that a rule names itself; population by where the unit lies (76/2025 Art. 5 cl. 1 pt c)."""
    facts = facts_of(item.unit)
    if not applies(rule, facts):
        return None
    suffixes: list[str]
    if facts.central_city:
        suffixes = ["_city"]
    elif facts.terrain == "mountain" or facts.border:
        suffixes = ["_mountain"]
    elif facts.central_city is None or not facts.terrain:
        suffixes = ["_mountain", "_other"] + (["_city"] if facts.central_city is None else [])
    else:
        suffixes = ["_other"]
    amounts = amounts_of(item)
    area = rule.number("area_km2")
    limits = [rule.number(f"population{suffix}") for suffix in suffixes]
    one = Decimal(1)
    answer = decided(
        all_of((reached(amounts["area_km2"], area), reached(amounts["population"], least)))
        for least in limits
    )
    vi, en = (
        f"{head[answer]}: "
        + "; ".join(
            [
                line(amounts["area_km2"], "area_km2", area, area, one, (), is_vi),
                *(line(amounts["population"], "population", p, p, one, (), is_vi) for p in limits),
            ]
        )
        + f" ({basis_text(item, is_vi)})"
        for head, is_vi in ((_HEAD_VI, True), (_HEAD_EN, False))
    )
    required: dict[str, Number | None] = {
        "area_km2": area,
        "population": limits[0] if len(limits) == 1 else None,
    }
    return _or_waived(rule, view, item, Finding(_OUTCOME[answer], vi, en, quantities(amounts), required))


def _outlook(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """The tests of 2026-2030 on a unit formed: both figures below their lines would have made it due again."""
    standard = view.standard(item.unit)
    if standard is None:
        return None
    amounts = amounts_of(item)

    def below(other: Standard) -> bool | None:
        states = [reached(amounts[q], limit(rule, other, q)) for q in QUANTITIES]
        return all_of(None if state is None else not state for state in states)

    due = decided(below(other) for other in standard.possible)
    head_vi = {True: "Sẽ thuộc diện", False: "Sẽ không thuộc diện", None: "Chưa xác định"}[due]
    head_en = {True: "Would be due", False: "Would not be due", None: "Undetermined"}[due]
    required: dict[str, Number | None] = {
        q: None if standard.alternatives else limit(rule, standard, q) for q in QUANTITIES
    }
    return Finding(
        {True: "fail", False: "pass", None: "undetermined"}[due],  # type: ignore[arg-type]
        f"{head_vi}: {calculation(rule, standard, amounts, True, line_of_due=True)}",
        f"{head_en}: {calculation(rule, standard, amounts, False, line_of_due=True)}",
        quantities(amounts),
        required,
        standard.factor_ids,
    )


def _relaxation(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Say that an exception may apply where the standard is missed; never grants a pass."""
    n = len(item.plan.transfers)
    standard = view.standard(item.unit)
    if standard is None or n < rule.number("units"):
        return None
    amounts = amounts_of(item)
    if all_of(reached(amounts[q], standard.required(q)) for q in QUANTITIES):
        return None
    return Finding(
        "undetermined",
        f"Hình thành từ {n} đơn vị: có thể có ngoại lệ, văn bản chưa đọc, cần người xem xét",
        f"Formed from {n} units: an exception may apply; its text was not read, a person has to look",
        {"units": n},
        {"units": rule.number("units")},
    )


def _government_report(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Where the orientation is missed and no waiver holds, the Government has to report (76/2025 Art. 5 cl. 3)."""
    if len(item.plan.transfers) >= rule.number("units"):
        return None
    findings = [
        found
        for other in view.rules
        if other.condition in ("meets-standard", "meets-figures")
        and other.exceptions
        and (found := (_meets if other.condition == "meets-standard" else _meets_figures)(other, view, item))
    ]
    if not findings or all(found.outcome == "pass" for found in findings):
        return None
    given = view.plan.procedure.get(rule.inputs[0])
    if given and any(found.outcome == "fail" for found in findings):
        return Finding("pass", f"Có báo cáo của Chính phủ: {given}", f"The Government's report: {given}")
    if any(found.outcome == "fail" for found in findings):
        return Finding(
            "undetermined",
            f"Chưa đạt định hướng: thiếu báo cáo của Chính phủ ({rule.inputs[0]})",
            f"The orientation is missed: the Government's report is missing ({rule.inputs[0]})",
        )
    return Finding(
        "undetermined",
        "Chưa biết có đạt định hướng hay không, nên chưa biết có cần báo cáo của Chính phủ",
        "Not known whether the orientation is met, nor therefore whether a report is needed",
    )


def _with_ground(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """The standards are a condition of a merger; a unit below them needs a stated ground (Law 72 Art. 8 cl. 2 pt đ)."""
    finding = _meets(rule, view, item)
    if finding is None or finding.outcome == "pass":
        return finding
    ground = view.plan.procedure.get(rule.inputs[-1])
    return replace(
        finding,
        vi=finding.vi + (f". Lý do: {ground}" if ground else f". Cần nêu lý do ({rule.inputs[-1]})"),
        en=finding.en
        + (f". Ground: {ground}" if ground else f". A ground has to be stated ({rule.inputs[-1]})"),
    )


register("meets-standard", *SHARES.values(), unit=_meets)
register("meets-figures", "area_km2", "population", unit=_meets_figures)
register("outlook", *SHARES.values(), unit=_outlook)
register("relaxation", "units", unit=_relaxation)
register("government-report", "units", unit=_government_report, shared=True)
register("conditions-merge", *SHARES.values(), unit=_with_ground, plan=flags, shared=True)
