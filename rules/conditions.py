"""The registry of conditions: small pure functions by name, which the rules of the book refer to.

A condition gets the rule (its parameters are data), the view of the plan being judged and its subject, and returns
what it found. It reads no clock, no file and no state.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from geo.register import Unit

if TYPE_CHECKING:
    from plans.apply import FormedUnit
    from rules.book import Rule, Severity
    from rules.view import View

Outcome = Literal["pass", "fail", "exempt", "undetermined"]
Number = Decimal | int
# one quantity may be unknown (None); bounds stand beside it as <quantity>_low and <quantity>_high
Quantities = Mapping[str, Number | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a condition found of one subject; the engine adds rule and citation and makes it a verdict.

    ``severity`` lowers the rule's own severity, it never raises it.
    """

    outcome: Outcome
    vi: str
    en: str
    measured: Quantities = field(default_factory=dict)
    required: Quantities = field(default_factory=dict)
    factors: tuple[str, ...] = ()
    exception: str | None = None
    severity: Severity | None = None
    subject: str | None = None


SourceTest = Callable[["Rule", "View", Unit], Finding | None]
UnitTest = Callable[["Rule", "View", "FormedUnit"], Finding | None]
PlanTest = Callable[["Rule", "View"], Iterable[Finding]]


@dataclass(frozen=True)
class Condition:
    """A named condition: what it needs of a rule's parameters, and its functions by what they judge.

    ``shared``: the finding on a unit formed depends on more than that unit and its sources. A condition without
    a function is read by the standards, or is a text to be shown.
    """

    name: str
    parameters: tuple[str, ...] = ()
    source: SourceTest | None = None
    unit: UnitTest | None = None
    plan: PlanTest | None = None
    shared: bool = False


CONDITIONS: Final[dict[str, Condition]] = {}
_MODULES: Final = (
    "rules.standards",
    "rules.on_sources",
    "rules.on_standards",
    "rules.on_units",
    "rules.on_names",
    "rules.on_codes",
    "rules.on_plan",
    "rules.on_totals",
    "rules.on_procedure",
)


def register(
    name: str,
    *parameters: str,
    source: SourceTest | None = None,
    unit: UnitTest | None = None,
    plan: PlanTest | None = None,
    shared: bool = False,
) -> None:
    """Register a condition. ``parameters`` are those that a rule must have (or have with a suffix)."""
    CONDITIONS[name] = Condition(name, parameters, source, unit, plan, shared)


# a text of the book that nothing is computed from: shown, never judged
register("reference")


def load_conditions() -> None:
    """Import every module that registers conditions."""
    for module in _MODULES:
        importlib.import_module(module)
