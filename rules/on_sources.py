"""Tests of being due for rearrangement: 35/2023 Art. 1 cl. 2, 76/2025 Art. 2 cl. 3, 112/2025 Art. 2.

They classify. “Dưới” is strict: a unit exactly at the line is not below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from geo.register import Unit
from plans.apply import Amount
from rules.book import Rule
from rules.conditions import CONDITIONS, Finding, Number, Outcome, register
from rules.standards import QUANTITIES, Options, Standard
from rules.view import View, all_of, amount_of, any_of, reached
from rules.words import line, percent_of

ONE: Final = Decimal(1)
SHARES: Final = {"area_km2": "area_share", "population": "population_share"}
_OUTCOME: Final[dict[bool | None, Outcome]] = {True: "fail", False: "pass", None: "undetermined"}


@lru_cache(maxsize=1024)
def share_of(rule: Rule, quantity: str) -> Decimal:
    """Return the multiple of the standard that a rule asks for, 1 where it names none."""
    return rule.number(SHARES[quantity]) if rule.has(SHARES[quantity]) else ONE


@lru_cache(maxsize=4096)
def limit(rule: Rule, standard: Standard, quantity: str) -> Decimal:
    """Return the line of a rule on one quantity: its share of the standard."""
    return share_of(rule, quantity) * standard.required(quantity)


def short_by(rule: Rule, standard: Standard, amounts: dict[str, Amount], options: Options) -> bool | None:
    """Whether a unit is due by one test against one standard; None where a missing figure leaves it open."""
    states: list[bool | None] = []
    for quantity in QUANTITIES:
        state = reached(amounts[quantity], limit(rule, standard, quantity))
        states.append(None if state is None else not state)
    both = rule.condition == "below-all" or (rule.condition == "standard-due" and options.due_2026 == "both")
    return all_of(states) if both else any_of(states)


def quantities(amounts: dict[str, Amount]) -> dict[str, Number | None]:
    """Return amounts as the measured figures of a verdict, bounds beside what is unknown."""
    found: dict[str, Number | None] = {}
    for quantity, amount in amounts.items():
        found[quantity] = amount.value
        if amount.value is None and amount.low is not None:
            found[f"{quantity}_low"], found[f"{quantity}_high"] = amount.low, amount.high
    return found


def calculation(
    rule: Rule, standard: Standard, amounts: dict[str, Amount], vi: bool, line_of_due: bool = False
) -> str:
    """Return the calculation on both figures in words."""
    return "; ".join(
        line(
            amounts[quantity],
            quantity,
            limit(rule, standard, quantity),
            standard.base(quantity),
            share_of(rule, quantity),
            standard.labels(quantity, vi),
            vi,
            line_of_due,
        )
        for quantity in QUANTITIES
    )


def decided(states: Iterable[bool | None]) -> bool | None:
    """Return what all possible standards agree on, else None."""
    found = set(states)
    return found.pop() if len(found) == 1 else None


def _test(rule: Rule, view: View, unit: Unit) -> Finding | None:
    standard = view.standard(unit)
    if standard is None or (rule.kinds and unit.kind not in rule.kinds):
        return None
    if rule.condition == "standard-due" and standard.rule != rule.id:
        return None
    amounts = {quantity: amount_of(unit, quantity) for quantity in QUANTITIES}
    state = decided(short_by(rule, s, amounts, view.options) for s in standard.possible)
    vi, en = (calculation(rule, standard, amounts, vi, line_of_due=True) for vi in (True, False))
    vi_head = {True: "Thuộc diện", False: "Không thuộc diện", None: "Chưa xác định"}[state]
    en_head = {True: "Due", False: "Not due", None: "Undetermined"}[state]
    for other in (*standard.alternatives, *standard.readings):
        answer = short_by(rule, other, amounts, view.options)
        if answer is not state:
            vi += (
                f". {other.assumed_vi.capitalize()}: "
                + ({True: "thuộc diện", False: "không thuộc diện", None: "chưa xác định"}[answer])
            )
            en += (
                f". {other.assumed_en.capitalize()}: "
                + ({True: "due", False: "not due", None: "undetermined"}[answer])
            )
    certain = not standard.alternatives
    required: dict[str, Number | None] = {
        q: limit(rule, standard, q) if certain else None for q in QUANTITIES
    }
    return Finding(
        _OUTCOME[state],
        f"{vi_head}: {vi}",
        f"{en_head}: {en}",
        quantities(amounts),
        required,
        standard.factor_ids,
        severity="information",
    )


register("below-all", "area_share", "population_share", source=_test)
register("below-any", "area_share", "population_share", source=_test)
register("standard-due", "area_km2", "population", source=_test)


@dataclass(frozen=True, slots=True)
class Due:
    """Whether a unit is due, by which tests, how far it is from its standard, and why it is open if it is.

    ``percent``: of the full standard, in %; ``short``: what is lacking to it (km², persons), 0 where nothing is.
    """

    due: bool | None
    due_by: tuple[str, ...]
    percent: dict[str, Decimal | None]
    short: dict[str, Decimal | None]
    standard: Standard
    reason_vi: str = ""
    reason_en: str = ""


def due_tests(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the tests of being due among rules; those of the outlook are no tests of today."""
    return tuple(
        rule
        for rule in rules
        if CONDITIONS[rule.condition].source is not None and rule.level.startswith("commune")
    )


def tests_of(unit: Unit, standard: Standard, tests: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the tests that speak of a unit."""
    return tuple(
        test
        for test in tests
        if (not test.kinds or unit.kind in test.kinds)
        and (test.condition != "standard-due" or test.id == standard.rule)
    )


def due_of(unit: Unit, standard: Standard, tests: Iterable[Rule], options: Options) -> Due:
    """Judge one unit by every standard that it could have: due or not where all agree, else None with reasons."""
    amounts = {quantity: amount_of(unit, quantity) for quantity in QUANTITIES}
    mine = tests_of(unit, standard, tests)
    by_standard = [{test.id: short_by(test, s, amounts, options) for test in mine} for s in standard.possible]
    verdicts = [any_of(states.values()) for states in by_standard]
    due = decided(verdicts)
    due_by = tuple(
        test.id for test in mine if due and decided(states[test.id] for states in by_standard) is True
    )
    if due and not due_by:
        due_by = tuple(test.id for test in mine if any(states[test.id] for states in by_standard))
    vi, en = _reasons(standard, verdicts, amounts, due)
    vi, en = _reading(standard, mine, amounts, options, due, vi, en)
    percent, short = {}, {}
    for quantity, amount in amounts.items():
        limits = {s.required(quantity) for s in standard.possible}
        full = limits.pop() if len(limits) == 1 else None
        percent[quantity] = percent_of(amount.value, full)
        gap = None if full is None or amount.value is None else max(full - amount.value, Decimal(0))
        short[quantity] = gap
    return Due(due, due_by, percent, short, standard, vi, en)


def _reasons(
    standard: Standard, verdicts: list[bool | None], amounts: dict[str, Amount], due: bool | None
) -> tuple[str, str]:
    if due is not None:
        return "", ""
    vi, en = [], []
    for quantity, name_vi, name_en in (
        ("area_km2", "diện tích", "area"),
        ("population", "dân số", "population"),
    ):
        if amounts[quantity].value is None:
            bounded = amounts[quantity].low is not None
            vi.append(f"{name_vi} chỉ biết khoảng" if bounded else f"thiếu {name_vi}")
            en.append(f"only bounds of the {name_en} are known" if bounded else f"{name_en} missing")
    if len(set(verdicts)) > 1:
        words_vi = {True: "thuộc diện", False: "không thuộc diện", None: "chưa xác định"}
        words_en = {True: "due", False: "not due", None: "undetermined"}
        pairs = list(zip(standard.possible, verdicts, strict=True))
        vi.append("; ".join(f"{s.assumed_vi or s.rule}: {words_vi[v]}" for s, v in pairs))
        en.append("; ".join(f"{s.assumed_en or s.rule}: {words_en[v]}" for s, v in pairs))
    return "; ".join(vi), "; ".join(en)


def _reading(
    standard: Standard,
    tests: Iterable[Rule],
    amounts: dict[str, Amount],
    options: Options,
    due: bool | None,
    vi: str,
    en: str,
) -> tuple[str, str]:
    """Add what another reading of the letter would give, where it would give something else."""
    for other in standard.readings:
        answer = any_of(short_by(test, other, amounts, options) for test in tests)
        if answer is not due:
            word = {
                True: ("thuộc diện", "due"),
                False: ("không thuộc diện", "not due"),
                None: ("chưa xác định", "undetermined"),
            }[answer]
            vi = "; ".join(filter(None, (vi, f"{other.assumed_vi}: {word[0]}")))
            en = "; ".join(filter(None, (en, f"{other.assumed_en}: {word[1]}")))
    return vi, en
