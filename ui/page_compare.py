"""Compare: two plans or more over the same units, in words, in figures, and on maps of one extent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.errors import PlanError, Problem, WorkspaceError
from geo.register import KIND_NAMES
from geo.registers import embedded_ids
from plans.difference import Difference, compare
from plans.difference_words import CHANGES
from plans.files import embedded_plan, embedded_plans
from plans.plan import Plan
from ui import colours
from ui.colours import OUTCOMES
from ui.legend import Entry, legend_html
from ui.map import BASE, Outline, Style, show_map
from ui.rules_data import STATUSES, counted, status
from ui.session import Work, judgement, work, work_of
from ui.style import table_html
from ui.table import Column, downloads, draw, narrow
from ui.text import language, number, t
from ui.workbench_answer import status_words
from ui.workbench_map import base_layer
from ui.workbench_state import scenario, workspace
from ui.workbench_words import plain

if TYPE_CHECKING:
    import pandas as pd

MOST: Final = 6
MOVED_FILL: Final = OUTCOMES["advisory"][0]
GROUP_FILL: Final = colours.GROUPS[0]
GROUP_LINE: Final = "#24344a"
MOVED_MARK: Final = "◆"
NOTHING: Final = "nothing"
SHOWN: Final = "shown"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the plans compared: its letter, what it is called, and the plan with its register and map.

    ``plan`` is None for “nothing”; ``work`` then holds an empty plan on the others' register. ``short`` stands over
    the map: a scenario keeps its name there, since several may come from one instrument.
    """

    label: str
    name: str
    short: str
    plan: Plan | None
    work: Work


def page() -> None:
    """Draw the page."""
    st.title(t("page.compare"))
    options = _options()
    if "compare-chosen" not in st.session_state:
        open_ = scenario()
        first = SHOWN if open_ is None else f"scenario:{open_.id}"
        st.session_state["compare-chosen"] = [first if first in options else SHOWN, NOTHING]
    kept = [name for name in st.session_state["compare-chosen"] if name in options]
    chosen = st.multiselect(
        t("compare.plans"),
        list(options),
        default=kept,
        format_func=lambda name: options[name],
        max_selections=MOST,
        help=t("compare.plans_help"),
        key="compare-plans",
    )
    st.session_state["compare-chosen"] = list(chosen)
    if len(chosen) < 2:
        st.info(t("compare.choose"))
        return
    sides = sides_of({name: options[name] for name in chosen}, {name: _plan(name) for name in chosen})
    found = compare([side.plan for side in sides], [side.work.register for side in sides])
    _body(sides, found)


def _options() -> dict[str, str]:
    found = {NOTHING: t("compare.nothing"), SHOWN: t("compare.shown", plan=_words(work().plan))}
    found |= {f"embedded:{name}": _words(embedded_plan(name)) for name in embedded_plans()}
    try:
        listed = workspace().scenarios()
    except WorkspaceError as error:
        st.warning(error.text(language()))
        listed = ()
    return found | {f"scenario:{item.id}": t("compare.scenario", name=item.name) for item in listed}


def _words(plan: Plan) -> str:
    title = plan.title_en if language() == "en" else plan.title_vi
    return " · ".join(part for part in (plan.instrument or plan.id, title) if part)


def _plan(name: str) -> Plan | None:
    kind, _, key = name.partition(":")
    if kind == "embedded":
        return embedded_plan(key)
    if kind == "scenario":
        return workspace().load(key).plan
    return work().plan if kind == SHOWN else None


def sides_of(names: dict[str, str], plans: dict[str, Plan | None]) -> tuple[Side, ...]:
    """Return the plans as A, B, …; “nothing” stands on the register and dates of the first plan that is one.

    Raises PlanError when none is a plan.
    """
    first = next((plan for plan in plans.values() if plan is not None), None)
    if first is None:
        raise PlanError(
            Problem(
                "cần ít nhất một phương án", "one plan at least is needed", accepted=", ".join(embedded_ids())
            )
        )
    empty = Plan("0", "", "", "", first.decided, first.effective, first.base)
    return tuple(
        Side(
            label,
            names[name],
            _short(name, names[name], plan),
            plan,
            work_of(empty if plan is None else plan),
        )
        for label, (name, plan) in zip("ABCDEF", plans.items(), strict=False)
    )


# --- figures -------------------------------------------------------------------------------------------------


def figures_frame(sides: Sequence[Side], found: Difference) -> pd.DataFrame:
    """Return one row a plan: units before and after, by kind, concerned, formed, exempt, due and not done, verdicts.

    Verdicts are counted by status, as on the Dashboard. “Nothing” is judged too: what is due stays due.
    """
    import pandas as pd

    rows = []
    for side, figures in zip(sides, found.figures, strict=True):
        judged = judgement(side.work)
        results = [source.result for source in judged.sources]
        rows.append(
            {
                "label": side.label,
                "name": side.name,
                "before": float(figures.units_before),
                "after": float(figures.units_after),
                **{f"after_{kind}": float(figures.after.get(kind, 0)) for kind in KIND_NAMES},
                "concerned": float(figures.concerned),
                "formed": float(figures.formed),
                "due_not_done": float(results.count("due-not-done")),
                "exempt": float(results.count("exempt")),
                **{
                    f"verdicts_{name}": float(count)
                    for name, count in counted(status(verdict) for verdict in judged.verdicts).items()
                },
            }
        )
    return pd.DataFrame(rows)


def _figures(sides: Sequence[Side], found: Difference) -> None:
    frame = figures_frame(sides, found)
    kinds = [kind for kind in KIND_NAMES if frame[f"after_{kind}"].any()]
    columns = [
        Column("label", t("compare.letter"), width=50),
        Column("name", t("compare.plan"), width=260),
        Column("before", t("compare.before"), 0),
        Column("after", t("compare.after"), 0),
        *(Column(f"after_{kind}", t("compare.after_kind", kind=t(f"kind.{kind}")), 0) for kind in kinds),
        Column("concerned", t("compare.concerned"), 0),
        Column("formed", t("compare.formed"), 0),
        Column("due_not_done", t("workbench.still_due"), 0),
        Column("exempt", t("compare.exempt"), 0),
        *(
            Column(f"verdicts_{name}", t("compare.verdicts", outcome=status_words(name)), 0)
            for name in STATUSES
        ),
    ]
    # one column a plan: what is due and what fails stands in sight on any screen
    st.markdown("  \n".join(f"**{side.label}** · {plain(side.name)}" for side in sides))
    st.html(figures_html(frame, [column for column in columns if column.decimals is not None]))
    downloads("compare-figures", frame, frame, columns, "compare-figures")


def figures_html(frame: pd.DataFrame, columns: Sequence[Column]) -> str:
    """Return the figures as a table, one row a figure and one column a plan, headed by its letter."""
    rows = [[column.title, *(number(int(value)) for value in frame[column.name])] for column in columns]
    return f'<div class="sx-wide">{table_html([t("compare.figure"), *frame["label"]], rows)}</div>'


# --- differences ---------------------------------------------------------------------------------------------


def rows_frame(found: Difference, vi: bool) -> pd.DataFrame:
    """Return one row a difference: code, name, district, changes in words, the sentence, and units plan by plan."""
    import pandas as pd

    def change(name: str) -> str:
        words = CHANGES[name]  # type: ignore[index]
        return words.vi if vi else words.en

    return pd.DataFrame(
        [
            {
                "code": row.code,
                "name": row.name,
                "district": row.district_name,
                "change": change(row.changes[0]),
                "changes": ", ".join(change(name) for name in row.changes),
                "words": row.words.vi if vi else row.words.en,
                **{
                    f"units_{label}": ", ".join(units)
                    for label, units in zip(found.labels, row.units, strict=True)
                },
            }
            for row in found.rows
        ]
    )


@st.fragment
def _body(_sides: Sequence[Side], _found: Difference) -> None:
    with st.container(key="compare-body"):
        # the more plans, the more columns of figures
        left, right = st.columns([len(_sides) + 1, 7], gap="medium")
    with left:
        _figures(_sides, _found)
    with right:
        focus = _differences(_found)
    _maps(_sides, _found, focus)


def _differences(found: Difference) -> str | None:
    """Draw the differences in words; return the code of the one that is chosen."""
    if not found.differs:
        st.success(t("compare.same"))
        return None
    counts = ", ".join(
        f"{(CHANGES[name].en if language() == 'en' else CHANGES[name].vi)}: {number(count)}"
        for name, count in found.counts.items()
    )
    st.markdown(f"**{t('compare.differences', count=number(len(found.rows)))}** {counts}")
    frame = rows_frame(found, language() == "vi")
    columns = [
        Column("words", t("compare.words"), width=440),
        Column("district", t("unit.district"), filter=True),
        Column("change", t("compare.change"), filter=True),
        Column("code", t("unit.code"), width=70),
        Column("name", t("compare.unit"), shown=False),
        Column("changes", t("compare.changes"), shown=False),
        *(Column(f"units_{label}", t("compare.units_in", label=label)) for label in found.labels),
    ]
    rows = narrow("compare-rows", frame, columns)
    chosen = draw("compare-rows", rows, columns, select=True)
    downloads("compare-rows", frame, rows, columns, "compare")
    return None if chosen is None else str(frame.loc[chosen, "code"])


# --- maps ----------------------------------------------------------------------------------------------------


def side_styles(plan: Plan | None, moved: Sequence[str]) -> dict[str, Style]:
    """Return styles by source code: groups in one quiet colour, units that are elsewhere in another plan marked."""
    named = () if plan is None else plan.by_source
    styles = {code: Style(fill=GROUP_FILL) for code in named}
    return styles | {code: Style(fill=MOVED_FILL, mark=MOVED_MARK) for code in moved}


def _maps(sides: Sequence[Side], found: Difference, focus: str | None) -> None:
    left, right = st.columns(2)
    labels = [side.label for side in sides]
    pair = (0, 1)
    if len(sides) > 2:
        names = {side.label: f"{side.label}: {side.name}" for side in sides}
        at = [
            place.selectbox(
                t("compare.map_of"),
                labels,
                index=i,
                format_func=lambda label: names[label],
                key=f"compare-map-{i}",
            )
            for i, place in enumerate((left, right))
        ]
        pair = (labels.index(str(at[0])), labels.index(str(at[1])))
    legend = legend_html(
        t("compare.legend"),
        [
            Entry(GROUP_FILL, t("compare.legend_group")),
            Entry(MOVED_FILL, t("compare.legend_moved", count=number(len(found.moved))), mark=MOVED_MARK),
            Entry(BASE.fill, t("workbench.legend_rest")),
        ],
        t("compare.legend_note"),
    )
    layer = base_layer(sides[0].work)
    if layer is None:
        st.info(t("workbench.no_map"))
        return
    for place, (i, at_side) in zip((left, right), enumerate(pair), strict=True):
        side = sides[at_side]
        groups = () if side.plan is None else side.plan.units
        with place:
            st.markdown(f"**{side.label}** · {plain(side.short)}")
            show_map(
                f"compare-map-{'left' if i == 0 else 'right'}",
                layer,
                side_styles(side.plan, found.moved),
                focus=focus or None,
                outlines=[
                    Outline(unit.sources, GROUP_LINE, 1.5) for unit in groups if len(unit.transfers) > 1
                ],
                notes=_notes(side.plan),
                height=460,
                link="compare",
            )
    st.html(legend)


def _short(key: str, name: str, plan: Plan | None) -> str:
    if plan is None or key.startswith("scenario:"):
        return name
    title = plan.title_en if language() == "en" else plan.title_vi
    return plan.instrument or title or plan.id


def _notes(plan: Plan | None) -> dict[str, str]:
    pairs = {} if plan is None else plan.by_source
    return {
        code: "; ".join(
            t("workbench.goes_to", unit=unit.name, part=t(f"part.{transfer.part}"))
            for unit, transfer in found
        )
        for code, found in pairs.items()
    }
