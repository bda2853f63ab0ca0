"""What the maps are coloured by: a figure, the unit formed, who is due, the outcome of the verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from geo.register import Register
from plans.plan import Plan
from plans.territory import SPLIT_MARK
from ui import colours
from ui.legend import Entry, legend_html, outcome_entries, scale_legend
from ui.map import BASE, MISSING, Style, figure_styles, outcome_style
from ui.text import number, t
from ui.unit_facts import density, figure_words, split_codes

if TYPE_CHECKING:
    from rules.engine import Judgement
    from rules.verdicts import Verdict

Side = Literal["before", "after"]
SIDES: Final[tuple[Side, ...]] = ("before", "after")
DENSITY: Final = "density"
CHANGE: Final = "density_change"
# figures that have words of their own; others are shown under their column's name
NAMED: Final = ("population", "area_km2", "area_km2_stated", "area_km2_computed", DENSITY, CHANGE)
# what a source unit is with regard to being due: colour and symbol
DUES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "due-rearranged": ("#0072B2", ""),
        "due-exempt": (colours.OUTCOMES["exempt"][0], colours.OUTCOMES["exempt"][1]),
        "due-not-done": (colours.OUTCOMES["fail"][0], colours.OUTCOMES["fail"][1]),
        "rearranged": ("#c9dff0", ""),
        "unknown": (colours.OUTCOMES["undetermined"][0], colours.OUTCOMES["undetermined"][1]),
    }
)


@dataclass(frozen=True)
class Colouring:
    """Styles and tooltip notes by code, for each side shown, and the legend of all."""

    styles: Mapping[Side, Mapping[str, Style]]
    legend: str
    notes: Mapping[Side, Mapping[str, str]] = field(default_factory=dict)


def title_of(name: str) -> str:
    """Return the words of a figure or another thing to colour by."""
    return t(f"map.figure_{name}") if name in (*NAMED, "group", "due", "outcome", "none") else name


def choices(register: Register, sides: tuple[Side, ...]) -> list[str]:
    """Return what the sides shown can be coloured by: figures of the register first."""
    figures = ["population", "area_km2", DENSITY]
    figures += [name for name in register.figure_names() if name not in figures]
    own = ["group", "outcome"] + (["due", CHANGE] if "before" in sides else [])
    return [*figures[:3], *own, *figures[3:], "none"]


def by_figure(name: str, registers: Mapping[Side, Register], splits: tuple[str, ...]) -> Colouring:
    """Colour by a figure of the register, both sides by one scale; a figure with bounds alone counts as missing."""
    values = {side: _values(register, name) for side, register in registers.items()}
    scale = colours.scale([value for side in values.values() for value in side.values()])
    notes = {side: _notes(register, name) for side, register in registers.items()}
    styles: dict[Side, dict[str, Style]] = {
        side: figure_styles(found, scale) for side, found in values.items()
    }
    if "after" in styles:
        styles["after"] |= {code + SPLIT_MARK: MISSING for code in splits}
    legend = scale_legend(title_of(name), scale, decimals=2 if name.startswith("area") else 0)
    return Colouring(styles, legend, notes)


def _values(register: Register, name: str) -> dict[str, float | None]:
    if name == DENSITY:
        return {unit.code: density(unit) for unit in register}
    found = ((unit.code, unit.figure(name).value) for unit in register)
    return {code: None if value is None else float(value) for code, value in found}


def _notes(register: Register, name: str) -> dict[str, str]:
    # area and population stand in every tooltip already
    if name in ("population", "area_km2"):
        return {}
    title = title_of(name)
    if name == DENSITY:
        return {unit.code: f"{title}: {number(density(unit), 0)}" for unit in register}
    return {unit.code: f"{title}: {figure_words(unit.figure(name))}" for unit in register}


def density_changes(plan: Plan, before: Register, after: Register) -> dict[str, float | None]:
    """Return by how many persons per km² the density around a unit's people changes with the plan.

    0 for units that stay, None where it cannot be known: a split unit, or a figure that is missing.
    """
    found: dict[str, float | None] = {}
    for unit in before:
        pairs = plan.by_source.get(unit.code, ())
        if not pairs:
            found[unit.code] = 0.0
            continue
        was, will = density(unit), density(after[pairs[0][0].code])
        whole = len(pairs) == 1 and pairs[0][1].part == "whole"
        found[unit.code] = will - was if whole and was is not None and will is not None else None
    return found


def by_change(plan: Plan, registers: Mapping[Side, Register]) -> Colouring:
    """Colour the units before by the change of their density."""
    values = density_changes(plan, registers["before"], registers["after"])
    scale = colours.diverging(values.values())
    title = title_of(CHANGE)
    styles = {code: style for code, style in figure_styles(values, scale).items() if values[code] != 0}
    notes = {
        code: f"{title}: {'+' if value and value > 0 else ''}{number(value, 0)}"
        for code, value in values.items()
    }
    return Colouring(
        {"before": styles}, scale_legend(title, scale, note=t("map.change_note")), {"before": notes}
    )


def by_group(plan: Plan, fills: Mapping[str, str]) -> Colouring:
    """Colour by the unit formed; a split unit carries the colours of two of those that share it as stripes."""
    styles: dict[Side, dict[str, Style]] = {"before": {}, "after": {}}
    for code, pairs in plan.by_source.items():
        targets = [unit.code for unit, _ in pairs]
        if len(pairs) == 1 and pairs[0][1].part == "whole":
            styles["before"][code] = Style(fill=fills[targets[0]])
        else:
            striped = _striped(fills, targets)
            styles["before"][code] = striped
            styles["after"][code + SPLIT_MARK] = striped
    styles["after"] |= {unit.code: Style(fill=fills[unit.code]) for unit in plan.units}
    entries = [Entry(colours.GROUPS[0], t("map.group_formed")), Entry(colours.GROUPS[1], t("map.group_next"))]
    if split_codes(plan):
        entries.append(Entry(colours.GROUPS[0], t("map.group_split"), hatch=colours.GROUPS[1]))
    entries.append(Entry(BASE.fill, t("map.group_stays")))
    return Colouring(styles, legend_html(title_of("group"), entries))


def _striped(fills: Mapping[str, str], targets: list[str]) -> Style:
    # only a part is taken, and what is left has no unit of its own in the plan: stripes over the plain ground
    first, *rest = targets
    return Style(fill=fills[first] if rest else BASE.fill, hatch=fills[rest[0] if rest else first])


def by_due(judgement: Judgement) -> Colouring:
    """Colour the units before by whether the law asks for their rearrangement, and what the plan does."""
    states = {source.code: due_state(source.due, source.result) for source in judgement.sources}
    styles = {
        code: Style(fill=DUES[state][0], mark=DUES[state][1])
        for code, state in states.items()
        if state in DUES
    }
    counts = Counter(states.values())
    entries = [
        Entry(fill, f"{t('map.due_' + state.replace('-', '_'))}: {number(counts[state])}", mark=mark)
        for state, (fill, mark) in DUES.items()
        if counts[state]
    ]
    entries.append(Entry(BASE.fill, f"{t('map.due_not')}: {number(counts['not'])}"))
    notes = {code: t("map.due_" + state.replace("-", "_")) for code, state in states.items()}
    return Colouring({"before": styles}, legend_html(title_of("due"), entries), {"before": notes})


def due_state(due: bool | None, result: str | None) -> str:
    """Return one word for what a source is: a key of DUES, or “not”: neither due nor touched."""
    if due is None:
        return "unknown"
    if due:
        return {"rearranged": "due-rearranged", "exempt": "due-exempt"}.get(result or "", "due-not-done")
    return "rearranged" if result == "rearranged" else "not"


def outcome_of(verdicts: tuple[Verdict, ...]) -> str:
    """Return the outcome that stands for a unit's verdicts: the gravest.

    A mandatory failure, then a mandatory rule that cannot be decided, an advisory failure, anything else undecided.
    """
    rank = {"fail": 0, "must-know": 1, "advisory": 2, "undetermined": 3, "exempt": 4, "pass": 5}

    def grade(verdict: Verdict) -> str:
        if verdict.severity == "information":
            return "pass"
        if verdict.outcome == "fail":
            return "fail" if verdict.severity == "mandatory" else "advisory"
        if verdict.outcome == "undetermined" and verdict.severity == "mandatory":
            return "must-know"
        return verdict.outcome

    worst = min((grade(verdict) for verdict in verdicts), key=rank.__getitem__, default="pass")
    return "undetermined" if worst == "must-know" else worst


def by_outcome(plan: Plan, judgement: Judgement) -> Colouring:
    """Colour by the gravest verdict on the unit formed, on both sides."""
    outcomes = {
        code: outcome_of((*verdicts, *judgement.shared.get(code, ())))
        for code, (_, verdicts) in judgement.by_unit.items()
    }
    after = {code: outcome_style(outcome) for code, outcome in outcomes.items()}
    before = {}
    for code, pairs in plan.by_source.items():
        style = outcome_style(outcomes[pairs[0][0].code])
        if split := code in split_codes(plan):
            style = Style(fill=style.fill, hatch=BASE.fill)
            after[code + SPLIT_MARK] = style
        before[code] = style if split else Style(fill=style.fill)
    counts = Counter(outcomes.values())
    shown = [outcome for outcome in colours.OUTCOMES if counts[outcome]]
    entries = [
        Entry(entry.fill, f"{entry.words}: {number(counts[outcome])}", mark=entry.mark)
        for outcome, entry in zip(shown, outcome_entries(shown), strict=True)
    ]
    entries.append(Entry(BASE.fill, t("map.group_stays")))
    notes: dict[Side, dict[str, str]] = {
        "after": {code: t(f"outcome.{outcome}") for code, outcome in outcomes.items()},
        "before": {
            code: f"{unit.name}: {t('outcome.' + outcomes[unit.code])}"
            for code, pairs in plan.by_source.items()
            for unit, _ in pairs[:1]
        },
    }
    legend = legend_html(title_of("outcome"), entries, t("map.outcome_note"))
    return Colouring({"before": before, "after": after}, legend, notes)


def on_layer(styles: Mapping[str, Style], codes: Iterable[str]) -> dict[str, Style]:
    """Return the styles, with units that an earlier plan split and whose lines are unknown hatched as missing."""
    return {**{code: MISSING for code in codes if code.endswith(SPLIT_MARK)}, **styles}


NO_COLOURS: Final = Colouring({}, "")


def colour(
    name: str,
    plan: Plan,
    registers: Mapping[Side, Register],
    sides: tuple[Side, ...],
    fills: Callable[[], Mapping[str, str]],
    judged: Callable[[], Judgement],
) -> Colouring:
    """Return the colouring of a name (see choices) for the sides shown; what is costly is asked for when needed."""
    if name == "group":
        return by_group(plan, fills())
    if name == "due":
        return by_due(judged())
    if name == "outcome":
        return by_outcome(plan, judged())
    if name == CHANGE:
        return by_change(plan, registers)
    if name == "none":
        return NO_COLOURS
    return by_figure(name, {side: registers[side] for side in sides}, split_codes(plan))
