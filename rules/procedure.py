"""The checklist of a regime: dates, counts and documents that a planner records in [procedure], judged by rule.

The keys that are accepted stand in forms/procedure_keys.toml (procedure_keys), so that a page can build its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from geo.register import Register
from plans.plan import Plan
from rules.book import Book, Rule, load_book
from rules.conditions import CONDITIONS, Outcome
from rules.on_procedure import Key, concerns, procedure_keys
from rules.standards import DEFAULTS
from rules.verdicts import Verdict, verdict_of
from rules.view import View

__all__ = ["ChecklistItem", "Key", "checklist", "procedure_keys"]
NOTHING: Final = Register("", ())


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One point of the checklist: a rule, the keys that it reads, what is entered, and what follows."""

    rule: Rule
    keys: tuple[Key, ...]
    values: Mapping[str, object]
    verdicts: tuple[Verdict, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst outcome: fail, else undetermined, else pass."""
        found = {verdict.outcome for verdict in self.verdicts}
        order: tuple[Outcome, ...] = ("fail", "undetermined", "exempt", "pass")
        return next((outcome for outcome in order if outcome in found), "undetermined")


def checklist(plan: Plan, regime: str | None = None, book: Book | None = None) -> list[ChecklistItem]:
    """Return the checklist of a regime (default: that of the date of decision) with what the plan records."""
    book = book or load_book()
    chosen = regime or book.regime_of(plan.decided)
    view = View(plan, NOTHING, book, book.day_of(chosen, plan.decided), chosen, DEFAULTS, None, {})
    keys = procedure_keys()
    items = []
    for rule in view.rules:
        if not rule.inputs or not concerns(rule, plan):
            continue
        test = CONDITIONS[rule.condition].plan
        verdicts = tuple(verdict_of(rule, None, f) for f in test(rule, view)) if test else ()
        mine = tuple(keys[name] for name in rule.inputs)
        values = {name: plan.procedure[name] for name in rule.inputs if name in plan.procedure}
        items.append(ChecklistItem(rule, mine, values, verdicts))
    return items
