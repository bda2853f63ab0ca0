"""Which units of a register fall short of the law of a day, with no plan: by how much, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from geo.register import Register, Unit
from plans.apply import Amount
from rules.book import Book, Rule, load_book
from rules.on_sources import Due, calculation, due_of, due_tests, tests_of
from rules.results import amount_json, numbers_json
from rules.standards import DEFAULTS, QUANTITIES, Options, facts_of, standard_for
from rules.verdicts import json_number
from rules.view import amount_of

# by more than this the two areas of a unit contradict each other, and the unit is marked
DOUBTFUL = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Assessed:
    """One unit against the standards that it could have, with the amounts judged (km², persons)."""

    unit: Unit
    due: Due
    amounts: Mapping[str, Amount] = field(hash=False)
    tests: tuple[Rule, ...] = ()

    def calculation(self, vi: bool = True) -> str:
        """Return the calculation of every test in words, by the first standard that the unit could have."""
        return " | ".join(
            calculation(test, self.due.standard, dict(self.amounts), vi, line_of_due=True)
            for test in self.tests
        )

    @property
    def doubtful_area(self) -> bool:
        """Whether the stated area differs from the one computed of the boundary by more than 20 % of the latter."""
        stated = self.unit.figure("area_km2_stated").value
        computed = self.unit.figure("area_km2_computed").value
        if stated is None or computed is None:
            return False
        return abs(stated - computed) > DOUBTFUL * computed

    def sure(self, quantity: str) -> dict[str, str]:
        """Return what a figure is worth: source, as_of, confidence, basis, note, where the register says it."""
        figure = self.unit.figure(quantity)
        found = {
            "source": figure.source,
            "as_of": figure.as_of,
            "confidence": figure.confidence,
            "basis": self.unit.notes.get(f"{quantity}_basis", ""),
            "note": self.unit.notes.get(f"{quantity}_note", ""),
        }
        return {key: value for key, value in found.items() if value}

    def as_json(self) -> dict[str, Any]:
        """Return the unit as in the contract (assess), with what falls short and how sure that is beside it."""
        found: dict[str, Any] = {
            "code": self.unit.code,
            "name": self.unit.name,
            "kind": self.unit.kind,
            "due": self.due.due,
            "due_by": list(self.due.due_by),
            "exemption": None,
            "percent": numbers_json(self.due.percent),
        }
        for quantity, amount in self.amounts.items():
            found |= amount_json(quantity, amount)
        found["short"] = numbers_json(self.due.short)
        found["standards"] = [
            {
                "rule": standard.rule,
                "area_km2": json_number(standard.area_km2),
                "population": json_number(standard.population),
                "factors": list(standard.factor_ids),
                "assumed_vi": standard.assumed_vi,
                "assumed_en": standard.assumed_en,
            }
            for standard in self.due.standard.possible
        ]
        found["sure"] = {quantity: self.sure(quantity) for quantity in QUANTITIES}
        found["doubtful_area"] = self.doubtful_area
        if self.due.reason_vi:
            found |= {"reason_vi": self.due.reason_vi, "reason_en": self.due.reason_en}
        return found


@dataclass(frozen=True)
class Assessment:
    """All units of a register for which the law of the day sets figures; the others are named in ``unjudged``."""

    register: Register
    regime: str
    date: date
    options: Options
    units: tuple[Assessed, ...]
    unjudged: tuple[str, ...]

    @cached_property
    def summary(self) -> dict[str, int]:
        """The numbers of units due, not due and undetermined."""
        counts = Counter(item.due.due for item in self.units)
        return {"due": counts[True], "not_due": counts[False], "undetermined": counts[None]}

    def as_json(self) -> dict[str, Any]:
        """Return the document of `assess --format json` (contract)."""
        return {
            "register": self.register.id,
            "regime": self.regime,
            "date": self.date.isoformat(),
            "summary": self.summary,
            "sources": [item.as_json() for item in self.units],
            "unjudged": list(self.unjudged),
        }


def assess(
    register: Register,
    day: date,
    options: Options = DEFAULTS,
    *,
    regime: str | None = None,
    book: Book | None = None,
) -> Assessment:
    """Judge every unit of a register by the law of a day.

    A unit whose terrain, region or kind of district is not known is judged by every standard that it could have:
    due or not where all agree, else None with the reason. Raises RuleBookError when no regime is encoded for the day.
    """
    book = book or load_book()
    chosen = regime or book.regime_of(day)
    tests = due_tests(book.in_force(book.day_of(chosen, day)))
    found: list[Assessed] = []
    unjudged: list[str] = []
    for unit in register:
        standard = standard_for(facts_of(unit), chosen, options, book)
        if standard is None:
            unjudged.append(unit.code)
            continue
        amounts = {quantity: amount_of(unit, quantity) for quantity in QUANTITIES}
        mine = tests_of(unit, standard, tests)
        found.append(Assessed(unit, due_of(unit, standard, mine, options), amounts, mine))
    return Assessment(register, chosen, day, options, tuple(found), tuple(unjudged))
