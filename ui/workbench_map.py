"""The editing map: units before the plan, groups by outcome, what is due and not done, what is selected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from plans.files import embedded_plan
from plans.plan import Plan
from rules.engine import Judgement
from ui import colours
from ui.layers import MapLayer
from ui.legend import Entry, legend_html
from ui.map import BASE, Line, Outline, Style, outcome_style, show_map
from ui.session import Work, map_after, map_before, work_of
from ui.text import number, t
from ui.workbench_changes import group_outcomes
from ui.workbench_line import kept_lines
from ui.workbench_select import FOCUS, MAP
from ui.workbench_state import LINE

CHOSEN_FILL: Final = "#ffe45c"
CHOSEN_LINE: Final = "#111827"
GROUP_LINE: Final = "#24344a"
DIVIDE_LINE: Final = "#7a1fa2"
DUE_HATCH: Final = "#D55E00"
HEIGHT: Final = 620
_MIDDLE: Final = (
    "2025-01-01",
    "nq1286",
)  # the vintage without a layer of its own, and the plan that leads to it


def base_layer(current: Work) -> MapLayer | None:
    """Return the map of the units before the plan.

    Of 1 January 2025 there is no layer of its own: that of before is merged by Resolution 1286; units that it split
    have no polygon of their own there.
    """
    found = map_before(current)
    if found is None and current.register.vintage == _MIDDLE[0]:
        found = map_after(work_of(embedded_plan(_MIDDLE[1])))
    return found


def group_styles(judged: Judgement, chosen: Collection[str] = ()) -> dict[str, Style]:
    """Return a style by source code: groups by outcome with a mark each, due units not done striped, exempt ones."""
    styles: dict[str, Style] = {}
    for result in judged.sources:
        if result.result == "due-not-done":
            styles[result.code] = replace(BASE, hatch=DUE_HATCH)
        elif result.result == "exempt":
            styles[result.code] = outcome_style("exempt")
    for code, outcome in group_outcomes(judged).items():
        unit = judged.plan.by_code[code]
        style = replace(outcome_style(outcome), opacity=0.75)
        marked = unit.seat or (code if code in unit.sources else unit.sources[0])
        for transfer in unit.transfers:
            own = replace(style, mark=colours.OUTCOMES[outcome][1] if transfer.code == marked else "")
            if transfer.part != "whole":
                # shared by several units: striped, since where it is divided is not known
                own = replace(own, fill=BASE.fill, hatch=style.fill)
            if transfer.code not in styles or transfer.code == marked:
                styles[transfer.code] = own
    for code in chosen:
        styles[code] = replace(styles.get(code, BASE), fill=CHOSEN_FILL, hatch="", opacity=0.95)
    return styles


def group_outlines(judged: Judgement, chosen: Sequence[str]) -> list[Outline]:
    """Return a line around each group of several units, and around what is selected."""
    lines = [Outline(unit.sources, GROUP_LINE, 1.6) for unit in judged.plan.units if len(unit.transfers) > 1]
    return [*lines, *([Outline(tuple(sorted(chosen)), CHOSEN_LINE, 3.0)] if chosen else [])]


def dividing_lines(plan: Plan, drawing: Sequence[tuple[float, float]] = ()) -> list[Line]:
    """Return the lines that divide units in the plan, and the one drawn but not yet recorded, dashed."""
    lines = [Line(points, DIVIDE_LINE) for points in kept_lines(plan)]
    return [*lines, *([Line(tuple(drawing), DIVIDE_LINE, dash="6 4")] if drawing else [])]


def notes(judged: Judgement) -> dict[str, str]:
    """Return a last line of the tooltip by source code: what becomes of it, or that it is due."""
    found = {}
    for result in judged.sources:
        if result.result in ("due-not-done", "exempt"):
            key = "workbench.still_due" if result.result == "due-not-done" else "outcome.exempt"
            found[result.code] = t(key)
    for code, pairs in judged.plan.by_source.items():
        found[code] = "; ".join(
            t("workbench.goes_to", unit=unit.name, part=t(f"part.{transfer.part}"))
            for unit, transfer in pairs
        )
    return found


def legend(judged: Judgement, *, divided: bool = False) -> str:
    """Return the legend: only what occurs on the map."""
    outcomes = list(group_outcomes(judged).values())
    entries = []
    for outcome in ("fail", "advisory", "undetermined", "pass"):
        if count := outcomes.count(outcome):
            colour, mark = colours.OUTCOMES[outcome]
            words = f"{t('outcome.' + outcome)}: {number(count)}"
            entries.append(Entry(colour, words, mark=mark))
    results = [result.result for result in judged.sources]
    if count := results.count("due-not-done"):
        entries.append(Entry(BASE.fill, f"{t('workbench.still_due')}: {number(count)}", hatch=DUE_HATCH))
    if count := results.count("exempt"):
        colour, mark = colours.OUTCOMES["exempt"]
        entries.append(Entry(colour, f"{t('outcome.exempt')}: {number(count)}", mark=mark))
    if divided:
        entries.append(Entry(DIVIDE_LINE, t("workbench.legend_line")))
    entries.append(Entry(CHOSEN_FILL, t("workbench.legend_chosen")))
    entries.append(Entry(BASE.fill, t("workbench.legend_rest")))
    return legend_html(t("workbench.legend"), entries, t("workbench.legend_note"))


def editing_map(current: Work, judged: Judgement, chosen: Sequence[str]) -> None:
    """Draw the map. Its geometry is fetched once; on an edit only colours and outlines travel."""
    layer = base_layer(current)
    if layer is None:
        st.info(t("workbench.no_map"))
        return
    on_map = [code for code in chosen if code in layer.codes]
    lines = dividing_lines(judged.plan, st.session_state.get(LINE, ()))
    show_map(
        MAP,
        layer,
        group_styles(judged, chosen),
        focus=st.session_state.get(FOCUS),
        outlines=group_outlines(judged, on_map),
        lines=lines,
        notes=notes(judged),
        legend=legend(judged, divided=bool(lines)),
        height=HEIGHT,
        tools=True,
    )
