"""What conditions see: the plan, the register it starts from, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.register import Register, Unit
from geo.text import comparable_name
from plans.apply import NOTHING_KNOWN, Amount, FormedUnit
from plans.files import embedded_plan, embedded_plans
from plans.plan import NewUnit, Plan
from rules.book import Book, Rule
from rules.standards import Options, Standard, facts_of, standard_for

if TYPE_CHECKING:
    import networkx as nx


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Return comparable_name, remembered: a city's names are compared at every edit."""
    return comparable_name(name)


def amount_of(unit: Unit, quantity: str) -> Amount:
    """Return a unit's figure as an amount with its bounds."""
    figure = unit.figure(quantity)
    if figure.value is not None:
        return Amount(figure.value, figure.value, figure.value, figure.confidence == "estimated")
    return Amount(None, *bounds) if (bounds := figure.bounds) else NOTHING_KNOWN


def reached(amount: Amount, required: Decimal) -> bool | None:
    """Whether an amount is at or above a limit (“từ … trở lên”); None where its bounds leave both open."""
    if amount.low is not None and amount.low >= required:
        return True
    if amount.high is not None and amount.high < required:
        return False
    return None


def all_of(states: Iterable[bool | None]) -> bool | None:
    """Return the conjunction of what may be unknown: one False decides."""
    known = list(states)
    if False in known:
        return False
    return None if None in known else True


def any_of(states: Iterable[bool | None]) -> bool | None:
    """Return the disjunction of what may be unknown: one True decides."""
    known = list(states)
    if True in known:
        return True
    return None if None in known else False


@lru_cache(maxsize=16)
def doubtful_codes(base: str) -> frozenset[str]:
    """Return the sources of units whose own code is in doubt (code_confidence = "low") in plans before a vintage.

    Which of such sources' codes was closed is then in doubt too, and decides nothing.
    """
    return frozenset(
        code
        for plan in map(embedded_plan, embedded_plans())
        if plan.target <= base
        for unit in plan.units
        if unit.extra.get("code_confidence") == "low"
        for code in unit.sources
    )


@lru_cache(maxsize=16)
def closed_codes(base: str) -> Mapping[str, str]:
    """Return the codes closed by embedded plans in force at a vintage, and the plan that closed each."""
    closed: dict[str, str] = {}
    for plan_id in embedded_plans():
        plan = embedded_plan(plan_id)
        if plan.target <= base:
            kept = {unit.code for unit in plan.units}
            closed.update({code: plan.id for code in plan.by_source if code not in kept})
            for code in kept:
                closed.pop(code, None)
    return MappingProxyType(closed)


@dataclass
class View:
    """One plan on one register under one set of rules; nothing here changes once it is made."""

    plan: Plan
    register: Register
    book: Book
    day: date
    regime: str
    options: Options
    graph: nx.Graph[str] | None
    pieces: Mapping[str, int]
    # the regime asked for in place of that of the date of decision
    override: str | None = None
    formed: Mapping[str, FormedUnit] = field(default_factory=dict)
    due: Mapping[str, bool | None] = field(default_factory=dict)
    _standards: dict[tuple[str, str], Standard | None] = field(default_factory=dict, repr=False)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force, in the book's order."""
        return self.book.in_force(self.day)

    @cached_property
    def rule(self) -> Mapping[str, Rule]:
        """The rules in force by id."""
        return MappingProxyType({rule.id: rule for rule in self.rules})

    def standard(self, unit: Unit) -> Standard | None:
        """The standard of a unit under the regime."""
        if (key := (unit.vintage, unit.code)) not in self._standards:
            self._standards[key] = standard_for(facts_of(unit), self.regime, self.options, self.book)
        return self._standards[key]

    @cached_property
    def staying(self) -> tuple[Unit, ...]:
        """Units that the plan does not name."""
        named = self.plan.by_source
        return tuple(unit for unit in self.register if unit.code not in named)

    @cached_property
    def after(self) -> tuple[Unit, ...]:
        """The units of the next vintage."""
        return (*self.staying, *(item.unit for item in self.formed.values()))

    @cached_property
    def names_by_district(self) -> Mapping[tuple[str, str], list[Unit]]:
        """Units after the plan by district and comparable name."""
        found: dict[tuple[str, str], list[Unit]] = {}
        for unit in self.after:
            found.setdefault((unit.district_code, name_key(unit.name)), []).append(unit)
        return found

    @cached_property
    def names_by_province(self) -> Mapping[tuple[str, str], list[Unit]]:
        """Units after the plan by province and comparable name."""
        found: dict[tuple[str, str], list[Unit]] = {}
        for unit in self.after:
            found.setdefault((unit.province_code, name_key(unit.name)), []).append(unit)
        return found

    def is_new(self, unit: NewUnit) -> bool:
        """Whether a unit is formed, renamed or of a new kind, not merely cut."""
        before = self.register.by_code.get(unit.code)
        if before is None or len(unit.transfers) > 1 or unit.code not in unit.sources:
            return True
        return name_key(before.name) != name_key(unit.name) or before.kind != unit.kind

    def names(self, codes: Iterable[str]) -> list[str]:
        """Return source units in words: “Sài Đồng (00142)”."""
        by_code = self.register.by_code
        return [f"{by_code[code].name} ({code})" if code in by_code else code for code in codes]
