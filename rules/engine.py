"""The engine: a plan, a register and the law of the day in; verdicts, sources, units formed and totals out.

All rules are judged, nothing stops at the first. After an edit only what it touches is judged again (rejudge).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from geo.register import Register, Unit
from plans.apply import Amount, FormedUnit, formed_unit
from plans.check import check_plan
from plans.plan import NewUnit, Plan
from rules.book import Book, Rule, load_book
from rules.conditions import CONDITIONS
from rules.on_plan import exempting
from rules.on_procedure import concerns
from rules.on_sources import Due, due_of, due_tests, tests_of
from rules.on_totals import totals
from rules.results import SourceResult, UnitResult, amount_json
from rules.standards import Options
from rules.verdicts import Verdict, summary_of, verdict_of
from rules.view import View
from rules.words import percent_of

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Judgement", "Options", "SourceResult", "UnitResult", "judge", "rejudge"]
QUANTITIES: Final = ("area_km2", "population")
DEFAULTS: Final = Options()


@dataclass(frozen=True)
class Judgement:
    """Everything that the rules say of a plan. Verdicts stand in order: the plan, its sources, its units formed."""

    view: View = field(repr=False)
    by_source: Mapping[str, tuple[SourceResult, tuple[Verdict, ...]]] = field(repr=False)
    by_unit: Mapping[str, tuple[UnitResult, tuple[Verdict, ...]]] = field(repr=False)
    shared: Mapping[str, tuple[Verdict, ...]] = field(repr=False)
    whole: tuple[Verdict, ...] = field(repr=False)
    dues: Mapping[str, Due] = field(repr=False)

    @property
    def plan(self) -> Plan:
        """The plan judged."""
        return self.view.plan

    @property
    def regime(self) -> str:
        """The regime it was judged by."""
        return self.view.regime

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts in stable order."""
        found = list(self.whole)
        for _, verdicts in self.by_source.values():
            found += verdicts
        for code, (_, verdicts) in self.by_unit.items():
            found += verdicts
            found += self.shared[code]
        return tuple(found)

    @property
    def sources(self) -> tuple[SourceResult, ...]:
        """Every unit of the register for which a test of being due exists, in the order of codes."""
        return tuple(result for result, _ in self.by_source.values())

    @property
    def units(self) -> tuple[UnitResult, ...]:
        """Every unit formed or changed, in the order of codes."""
        return tuple(result for result, _ in self.by_unit.values())

    @cached_property
    def summary(self) -> dict[str, int]:
        """The number of verdicts by outcome."""
        return summary_of(self.verdicts)

    @cached_property
    def totals(self) -> dict[str, dict[str, Amount | int]]:
        """Units, area (km²) and population before and after, on the register's base."""
        return totals(self.view)

    @property
    def mandatory_failed(self) -> bool:
        """Whether a mandatory rule fails (exit status 2)."""
        return any(v.outcome == "fail" and v.severity == "mandatory" for v in self.verdicts)

    def of(self, code: str | None) -> tuple[Verdict, ...]:
        """Return the verdicts on one subject; None is the plan as a whole."""
        return tuple(verdict for verdict in self.verdicts if verdict.subject == code)

    def as_json(self) -> dict[str, Any]:
        """Return the document of `validate --format json` (contract: Verdicts)."""
        both = {
            when: {
                key: value
                for name, amount in values.items()
                for key, value in (
                    amount_json(name, amount) if isinstance(amount, Amount) else {name: amount}
                ).items()
            }
            for when, values in self.totals.items()
        }
        return {
            "plan": self.plan.id,
            "regime": self.regime,
            "decided": self.plan.decided.isoformat(),
            "summary": self.summary,
            "totals": both,
            "sources": [result.as_json() for result in self.sources],
            "units": [result.as_json() for result in self.units],
            "verdicts": [verdict.as_json() for verdict in self.verdicts],
        }


def judge(
    plan: Plan,
    register: Register,
    graph: nx.Graph[str] | None = None,
    pieces: Mapping[str, int] | None = None,
    *,
    options: Options = DEFAULTS,
    regime: str | None = None,
    book: Book | None = None,
) -> Judgement:
    """Judge a plan on the register of its base vintage.

    ``graph``: who borders whom (units that are not in it leave contiguity undetermined), ``pieces``: polygons a unit.
    ``regime`` judges by another regime than that of the date of decision, for comparison.

    Raises PlanError when plan and register do not fit, RuleBookError when no regime is encoded for the date.
    """
    return _judge(None, plan, register, graph, pieces, options, regime, book or load_book(), ())


def rejudge(
    previous: Judgement,
    plan: Plan,
    register: Register,
    graph: nx.Graph[str] | None,
    pieces: Mapping[str, int] | None,
    touched: Collection[str],
) -> Judgement:
    """Judge a plan after an edit; equal to judge() from scratch, options and regime as before.

    ``touched``: codes of units formed or of sources that the edit touches. What differs from the previous plan is
    looked for too, so that a code forgotten there does no harm.
    """
    view = previous.view
    same = view.register is register and view.graph is graph and view.pieces == (pieces or {})
    if not same or plan.decided != view.plan.decided or plan.base != view.plan.base:
        return judge(
            plan, register, graph, pieces, options=view.options, regime=view.override, book=view.book
        )
    return _judge(
        previous, plan, register, graph, view.pieces, view.options, view.override, view.book, touched
    )


def _judge(
    previous: Judgement | None,
    plan: Plan,
    register: Register,
    graph: nx.Graph[str] | None,
    pieces: Mapping[str, int] | None,
    options: Options,
    regime: str | None,
    book: Book,
    touched: Collection[str],
) -> Judgement:
    check_plan(plan, register)
    chosen = regime or book.regime_of(plan.decided)
    day = book.day_of(chosen, plan.decided)
    view = View(plan, register, book, day, chosen, options, graph, pieces or {}, regime)
    dues = previous.dues if previous is not None else _dues(view)
    view.due = {code: due.due for code, due in dues.items()}
    fresh = _fresh(previous, plan, touched)
    formed: dict[str, FormedUnit] = {}
    for unit in plan.units:
        kept = None if previous is None or unit.code in fresh else previous.view.formed.get(unit.code)
        formed[unit.code] = kept or formed_unit(plan, register, unit)
    view.formed = formed
    local = [r for r in _unit_rules(view) if not CONDITIONS[r.condition].shared]
    shared = [r for r in _unit_rules(view) if CONDITIONS[r.condition].shared]
    by_unit: dict[str, tuple[UnitResult, tuple[Verdict, ...]]] = {}
    for code, item in formed.items():
        if previous is not None and code not in fresh:
            by_unit[code] = previous.by_unit[code]
        else:
            by_unit[code] = (_unit_result(view, item), tuple(_unit_verdicts(local, view, item)))
    return Judgement(
        view,
        _sources(view, dues, previous),
        by_unit,
        {code: tuple(_unit_verdicts(shared, view, item)) for code, item in formed.items()},
        tuple(_plan_verdicts(view)),
        dues,
    )


def _fresh(previous: Judgement | None, plan: Plan, touched: Collection[str]) -> set[str]:
    """Return the codes of the units formed that have to be judged: touched, changed, or bound to such by a source."""
    if previous is None:
        return {unit.code for unit in plan.units}
    before = previous.plan
    changed = {
        unit.code
        for unit in plan.units
        if unit.code in touched
        or (old := before.by_code.get(unit.code)) is None
        or (old is not unit and old != unit)
        or any(code in touched for code in unit.sources)
    }
    codes = set(touched)
    for code in (*changed, *(set(before.by_code) - set(plan.by_code))):
        for side in (before, plan):
            if (unit := side.by_code.get(code)) is not None:
                codes.update(unit.sources)
    # shares of one source are bound together, so whoever takes of it is judged again
    for code in codes:
        changed.update(unit.code for unit, _ in plan.by_source.get(code, ()))
    return changed


def _dues(view: View) -> dict[str, Due]:
    tests = due_tests(view.rules)
    found: dict[str, Due] = {}
    for unit in view.register:
        standard = view.standard(unit)
        if standard is not None and tests_of(unit, standard, tests):
            found[unit.code] = due_of(unit, standard, tests, view.options)
    return found


def _unit_rules(view: View) -> list[Rule]:
    return [
        rule
        for rule in view.rules
        if CONDITIONS[rule.condition].unit is not None and rule.level.startswith("commune")
    ]


def _unit_verdicts(rules: list[Rule], view: View, item: FormedUnit) -> Iterator[Verdict]:
    for rule in rules:
        test = CONDITIONS[rule.condition].unit
        assert test is not None
        if (finding := test(rule, view, item)) is not None:
            yield verdict_of(rule, item.code, finding)


def _plan_verdicts(view: View) -> Iterator[Verdict]:
    for rule in view.rules:
        test = CONDITIONS[rule.condition].plan
        if test is not None and concerns(rule, view.plan):
            for finding in test(rule, view):
                yield verdict_of(rule, None, finding)


def _unit_result(view: View, item: FormedUnit) -> UnitResult:
    amounts = {quantity: item.judged(quantity) for quantity in QUANTITIES}
    standard = view.standard(item.unit)
    percent: dict[str, Decimal | None] = {}
    for quantity, amount in amounts.items():
        limits = {s.required(quantity) for s in standard.possible} if standard else set()
        percent[quantity] = percent_of(amount.value, limits.pop()) if len(limits) == 1 else None
    return UnitResult(
        item.code,
        item.plan.name,
        item.plan.kind,
        item.unit.district_code,
        amounts,
        percent,
        {quantity: item.basis(quantity) for quantity in QUANTITIES},
        tuple(sorted((transfer.code, transfer.part) for transfer in item.plan.transfers)),
    )


def _role(view: View, code: str, groups: tuple[NewUnit, ...]) -> str:
    """Return due, adjacent (in a group with a unit that is due), encouraged (in another group), or none."""
    if view.due.get(code):
        return "due"
    if any(view.due.get(other) for unit in groups for other in unit.sources):
        return "adjacent"
    return "encouraged" if any(len(unit.transfers) > 1 for unit in groups) else "none"


def _sources(
    view: View, dues: Mapping[str, Due], previous: Judgement | None
) -> dict[str, tuple[SourceResult, tuple[Verdict, ...]]]:
    known = exempting(view)
    exemptions = {item.code: item.ground for item in view.plan.exempt}
    tests = due_tests(view.rules)
    found: dict[str, tuple[SourceResult, tuple[Verdict, ...]]] = {}
    for code, due in dues.items():
        pairs = view.plan.by_source.get(code, ())
        ground = exemptions.get(code)
        valid = ground in known
        role = _role(view, code, tuple(unit for unit, _ in pairs))
        if pairs:
            result: str | None = "rearranged"
        elif valid and due.due is not False:
            result = "exempt"
        else:
            result = {True: "due-not-done", False: "not-due", None: None}[due.due]
        before = None if previous is None else previous.by_source.get(code)
        if before is not None and (before[0].role, before[0].result, before[0].exemption) == (
            role,
            result,
            ground,
        ):
            found[code] = before
            continue
        unit = view.register[code]
        found[code] = (
            SourceResult(
                code,
                unit.name,
                due.due,
                due.due_by,
                role,
                result,
                ground,
                due.percent,
                due.reason_vi,
                due.reason_en,
            ),
            tuple(_test_verdicts(view, tests, unit, ground if valid else None)),
        )
    return found


def _test_verdicts(view: View, tests: tuple[Rule, ...], unit: Unit, ground: str | None) -> Iterator[Verdict]:
    """Yield one verdict a test; of a unit that is exempt the test is listed as exempt, with the ground."""
    for rule in tests:
        test = CONDITIONS[rule.condition].source
        assert test is not None
        finding = test(rule, view, unit)
        if finding is None:
            continue
        if ground is not None and finding.outcome != "pass":
            finding = replace(finding, outcome="exempt", exception=ground)
        yield verdict_of(rule, unit.code, finding)
