"""Dashboard: a plan at a glance: units before and after, standards reached, outcomes, what is due, the procedure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from geo.register import KIND_NAMES, Register
from rules.engine import Judgement
from rules.procedure import ChecklistItem, checklist
from ui.colours import OUTCOMES
from ui.legend import Entry, legend_html
from ui.rules_data import counted, status, title_of
from ui.session import judgement, open_on_map, open_plan, register_after, work
from ui.style import table_html
from ui.table import Column, draw, show_table
from ui.text import language, number, t
from ui.workbench_answer import status_words
from ui.workbench_changes import group_outcomes
from ui.workbench_state import scenario
from ui.workbench_words import plain

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES: Final = ("area_km2", "population")
# percentages beyond this are drawn at the edge: a few units of ten times the standard would squeeze the rest
EDGE: Final = 400.0
REMARK: Final = ("#ffffff", "·")
DUE_LINE: Final = "#7a3b00"


def page() -> None:
    """Draw the page."""
    st.title(t("page.dashboard"))
    _offer_scenario()
    current = work()
    plan = current.plan
    st.caption(" · ".join(p for p in (plan.instrument or plan.id, _title(plan)) if p))
    judged = judgement(current)
    after = register_after(current)
    _metrics(judged)
    with st.container(key="dashboard-body"):
        left, right = st.columns(2, gap="medium")
        with left:
            _kinds(current.register, after)
            _outcomes(judged)
        with right:
            _scatter(judged)
    _districts(current.register, after)
    _due(judged, current.register)
    _procedure(checklist(plan))


def _offer_scenario() -> None:
    """Where another plan is shown than the scenario that is open on the workbench, offer that one."""
    current = scenario()
    if current is None or current.plan == work().plan:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="dashboard-offer"):
        st.write(t("dashboard.other_shown", name=plain(current.name)))
        st.button(
            t("workbench.use"),
            on_click=open_plan,
            args=(current.plan,),
            help=t("workbench.use_help"),
            key="dashboard-use",
        )


def _title(plan: Any) -> str:
    return str(plan.title_en if language() == "en" else plan.title_vi)


def _metrics(judged: Judgement) -> None:
    totals = judged.totals
    results = Counter(source.result for source in judged.sources)
    facts = (
        ("before", totals["before"]["units"]),
        ("after", totals["after"]["units"]),
        ("formed", len(judged.units)),
        ("due_not_done", results["due-not-done"]),
        ("exempt", results["exempt"]),
    )
    # side by side as far as they fit, none cut
    with st.container(horizontal=True, gap="medium"):
        for name, value in facts:
            st.metric(t(f"dashboard.{name}"), number(int(value)), width="content")  # type: ignore[arg-type]


def _kinds(before: Register, after: Register) -> None:
    st.subheader(t("dashboard.by_kind"))
    counts: list[Counter[str]] = [Counter(unit.kind for unit in register) for register in (before, after)]
    rows = [
        [
            t(f"kind.{kind}"),
            *(number(count[kind]) for count in counts),
            signed(counts[1][kind] - counts[0][kind]),
        ]
        for kind in KIND_NAMES
        if counts[0][kind] or counts[1][kind]
    ]
    totals = [len(before), len(after)]
    rows.append([t("dashboard.all"), *map(number, totals), signed(totals[1] - totals[0])])
    head = [t("unit.kind"), t("dashboard.before"), t("dashboard.after"), t("dashboard.change")]
    st.html(table_html(head, rows, total=len(rows) - 1))


def signed(value: int) -> str:
    """Return a change with its sign: “−53”, “+2”, “0”."""
    return f"−{number(-value)}" if value < 0 else f"+{number(value)}" if value else "0"


def _outcomes(judged: Judgement) -> None:
    st.subheader(t("dashboard.outcomes"))
    counts = counted(status(verdict) for verdict in judged.verdicts)
    groups = Counter(group_outcomes(judged).values())
    entries = [
        Entry(
            OUTCOMES.get(name, REMARK)[0],
            f"{status_words(name)}: {number(count)}",
            mark=OUTCOMES.get(name, REMARK)[1],
        )
        for name, count in counts.items()
    ]
    st.html(
        legend_html(t("dashboard.verdicts"), entries, t("dashboard.mandatory", count=number(counts["fail"])))
    )
    entries = [
        Entry(OUTCOMES[name][0], f"{t('outcome.' + name)}: {number(groups[name])}", mark=OUTCOMES[name][1])
        for name in ("fail", "advisory", "undetermined", "pass")
        if groups[name]
    ]
    if entries:
        st.html(legend_html(t("dashboard.groups"), entries))


# --- scatter -------------------------------------------------------------------------------------------------


def points(judged: Judgement) -> list[dict[str, object]]:
    """Return the units formed with area and population in % of their own standard, and the words of the tooltip.

    Units without a standard or with an unknown figure are left away: see missing. ``x`` and ``y`` are cut at EDGE.
    """
    outcomes = group_outcomes(judged)
    found: list[dict[str, object]] = []
    for unit in judged.units:
        area, persons = (unit.percent.get(quantity) for quantity in QUANTITIES)
        if area is None or persons is None:
            continue
        found.append(
            {
                "x": min(float(area), EDGE),
                "y": min(float(persons), EDGE),
                "outcome": t(f"outcome.{outcomes[unit.code]}"),
                "name": t("unit.full_name", kind=t(f"kind.{unit.kind}"), name=unit.name),
                "area": f"{number(unit.amounts['area_km2'].value, 2)} km² ({number(area, 1)} %)",
                "persons": f"{number(unit.amounts['population'].value, 0)} ({number(persons, 1)} %)",
                "both": bool(area >= 100 and persons >= 100),
            }
        )
    return found


def scatter_spec(shown: list[dict[str, object]]) -> dict[str, Any]:
    """Return the scatter as Vega-Lite: % of the standard, with the limits at 100 %; shape repeats the colour."""
    names = ("fail", "advisory", "undetermined", "pass")
    words = [t(f"outcome.{name}") for name in names]
    axis = {"labelExpr": "datum.value + ' %'", "tickCount": 5}
    where = {"domain": [0, EDGE], "nice": False}
    tooltip = [
        {"field": field, "type": "nominal", "title": title}
        for field, title in (
            ("name", t("workbench.unit")),
            ("area", t("unit.area")),
            ("persons", t("unit.population")),
            ("outcome", t("dashboard.outcome")),
        )
    ]
    rule = {"type": "rule", "color": DUE_LINE, "strokeDash": [5, 4], "strokeWidth": 1.5}
    return {
        "height": 380,
        "layer": [
            {
                "mark": rule,
                "data": {"values": [{"at": 100}]},
                "encoding": {"x": {"field": "at", "type": "quantitative"}},
            },
            {
                "mark": rule,
                "data": {"values": [{"at": 100}]},
                "encoding": {"y": {"field": "at", "type": "quantitative"}},
            },
            {
                "data": {"values": shown},
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 70,
                    "opacity": 0.85,
                },
                "encoding": {
                    "x": {
                        "field": "x",
                        "type": "quantitative",
                        "title": t("dashboard.x"),
                        "axis": axis,
                        "scale": where,
                    },
                    "y": {
                        "field": "y",
                        "type": "quantitative",
                        "title": t("dashboard.y"),
                        "axis": axis,
                        "scale": where,
                    },
                    "color": {
                        "field": "outcome",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": words, "range": [OUTCOMES[name][0] for name in names]},
                        "legend": {"orient": "bottom", "columns": 2},
                    },
                    "shape": {
                        "field": "outcome",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": words, "range": ["cross", "triangle-up", "diamond", "circle"]},
                    },
                    "tooltip": tooltip,
                },
            },
        ],
    }


def _scatter(judged: Judgement) -> None:
    st.subheader(t("dashboard.standards"))
    shown = points(judged)
    if not shown:
        st.info(t("dashboard.no_points"))
        return
    st.vega_lite_chart(spec=scatter_spec(shown), width="stretch", alt=t("dashboard.scatter_alt"))
    both = sum(bool(point["both"]) for point in shown)
    st.caption(
        t(
            "dashboard.scatter_note",
            both=number(both),
            count=number(len(shown)),
            left=number(len(judged.units) - len(shown)),
            edge=number(EDGE, 0),
        )
    )


# --- tables --------------------------------------------------------------------------------------------------


def district_frame(before: Register, after: Register) -> pd.DataFrame:
    """Return one row a district: units before and after by kind (float64), and the change; empty without districts."""
    import pandas as pd

    names = {unit.district_code: unit.district_name for unit in (*after, *before) if unit.district_code}
    counts: dict[str, Counter[tuple[str, str]]] = {
        side: Counter((unit.district_code, unit.kind) for unit in register)
        for side, register in (("before", before), ("after", after))
    }
    rows = []
    for code, name in sorted(names.items()):
        row: dict[str, object] = {"code": code, "district": name}
        for side, found in counts.items():
            row[side] = float(sum(n for (district, _), n in found.items() if district == code))
            row |= {f"{side}_{kind}": float(found[code, kind]) for kind in KIND_NAMES}
        row["change"] = float(row["after"]) - float(row["before"])  # type: ignore[arg-type]
        rows.append(row)
    return pd.DataFrame(rows)


@st.fragment
def _districts(_before: Register, _after: Register) -> None:
    st.subheader(t("dashboard.by_district"))
    frame = district_frame(_before, _after)
    if frame.empty or not any(unit.district_code for unit in _after):
        st.info(t("dashboard.no_districts"))
        if frame.empty:
            return
    kinds = [kind for kind in KIND_NAMES if frame[f"before_{kind}"].any() or frame[f"after_{kind}"].any()]
    columns = [
        Column("district", t("unit.district"), width=190),
        Column("before", t("dashboard.before"), 0),
        Column("after", t("dashboard.after"), 0),
        Column("change", t("dashboard.change"), 0),
        *(
            Column(f"{side}_{kind}", t(f"dashboard.{side}_kind", kind=t(f"kind.{kind}")), 0)
            for kind in kinds
            for side in ("before", "after")
        ),
        Column("code", t("unit.code"), shown=False),
    ]
    show_table("dashboard-districts", frame, columns, file_name="districts", search=False)


def due_frame(judged: Judgement, register: Register) -> pd.DataFrame:
    """Return one row a source unit that is due, not in the plan and not exempt; index = code."""
    import pandas as pd

    rules, vi = judged.view.rule, language() == "vi"
    rows = []
    for source in judged.sources:
        if source.result != "due-not-done":
            continue
        unit = register[source.code]
        area, persons = (source.percent.get(quantity) for quantity in QUANTITIES)
        rows.append(
            {
                "name": t("unit.full_name", kind=t(f"kind.{unit.kind}"), name=unit.name),
                "district": unit.district_name,
                "area": float("nan") if area is None else float(area),
                "persons": float("nan") if persons is None else float(persons),
                "by": "; ".join(title_of(rules[rule], vi) for rule in source.due_by if rule in rules),
                "code": source.code,
            }
        )
    return pd.DataFrame(rows, index=[row["code"] for row in rows])


@st.fragment
def _due(_judged: Judgement, _register: Register) -> None:
    frame = due_frame(_judged, _register)
    st.subheader(t("dashboard.still_due", count=number(len(frame))))
    if frame.empty:
        st.success(t("dashboard.nothing_due"))
        return
    columns = [
        Column("name", t("dashboard.unit"), width=190),
        Column("district", t("unit.district"), filter=True),
        Column("area", t("dashboard.x"), 1),
        Column("persons", t("dashboard.y"), 1),
        Column("by", t("dashboard.due_by"), width=320),
        Column("code", t("unit.code"), width=70),
    ]
    chosen = show_table("dashboard-due", frame, columns, file_name="due-not-done", select=True)
    if chosen is not None and st.button(t("dashboard.see_on_map"), key="dashboard-see"):
        open_on_map(str(chosen))


def procedure_frame(items: list[ChecklistItem]) -> pd.DataFrame:
    """Return one row a point of the checklist: title, outcome, how many keys are entered, what is missing."""
    import pandas as pd

    vi = language() == "vi"
    return pd.DataFrame(
        [
            {
                "title": title_of(item.rule, vi),
                "outcome": item.outcome,
                "entered": f"{len(item.values)}/{len(item.keys)}",
                "message": "; ".join(v.message_vi if vi else v.message_en for v in item.verdicts),
            }
            for item in items
        ]
    )


def _procedure(items: list[ChecklistItem]) -> None:
    st.subheader(t("dashboard.procedure"))
    if not items:
        st.info(t("dashboard.no_procedure"))
        return
    done = sum(item.outcome in ("pass", "exempt") for item in items)
    st.progress(done / len(items), text=t("dashboard.progress", done=number(done), count=number(len(items))))
    words = {
        name: f"{OUTCOMES[name][1]} {t('outcome.' + name)}"
        for name in ("fail", "undetermined", "exempt", "pass")
    }
    columns = [
        Column("title", t("dashboard.step"), width=300),
        Column("outcome", t("dashboard.outcome"), words=words),
        Column("entered", t("dashboard.entered"), width=90),
        Column("message", t("dashboard.message"), width=520),
    ]
    draw("dashboard-procedure", procedure_frame(items), columns)
