"""Source units on the Rules page: due or not by each test, role, what the plan does; and the summary per district."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from rules.engine import Judgement
from ui.layers import full_name
from ui.rules_data import STATUSES, WHOLE, Placed, by_district, counted, source_table, test_rules, title_of
from ui.rules_verdicts import verdicts_of
from ui.rules_words import chips_html, district_words, due_words, kind_words, status_words, verdict_html
from ui.session import Work, open_on_map
from ui.table import Column, figures, show_table
from ui.text import language, number, t

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("due", "adjacent", "encouraged", "none")
RESULTS = ("due-not-done", "rearranged", "exempt", "unknown", "not-due")


@st.cache_resource(show_spinner=False, max_entries=16)
def _sources(key: str, regime: str, words: str, _judgement: Judgement) -> pd.DataFrame:  # noqa: ARG001 (the cache's key)
    return source_table(_judgement, language())


@st.fragment
def section(work: Work, judgement: Judgement) -> None:
    """Draw the source units."""
    frame = _sources(work.key, judgement.regime, language(), judgement)
    if frame.empty:
        st.info(t("rules.no_sources"))
        return
    counts = Counter(frame["result"])
    due = Counter(frame["due"])
    figures(
        {
            t("rules.sources_all"): len(frame),
            t("rules.due_due"): due["due"],
            t("rules.due_undetermined"): due["undetermined"],
            t("rules.result_rearranged"): counts["rearranged"],
            t("rules.result_exempt"): counts["exempt"],
            t("rules.result_due-not-done"): counts["due-not-done"],
        }
    )
    tests = test_rules(judgement)
    st.caption(
        t(
            "rules.tests_named",
            tests="; ".join(f"{title_of(rule, language() == 'vi')} ({rule.id})" for rule in tests),
        )
    )
    key = f"rules:{work.plan.id}:{judgement.regime}:sources"
    chosen = show_table(key, frame, columns(judgement), file_name=f"{work.plan.id}-sources", select=True)
    if chosen is None:
        st.caption(t("rules.choose_row"))
    else:
        _details(str(chosen), judgement, key)


def columns(judgement: Judgement) -> tuple[Column, ...]:
    """Return the columns of the table of sources, one for each test of being due."""
    due = due_words()
    return (
        Column("code", t("unit.code"), width=64),
        Column("name", t("rules.name"), width=130),
        Column("kind", t("unit.kind"), words=kind_words(), width=80),
        Column(
            "district",
            t("unit.district"),
            words=district_words(judgement.view.register),
            filter=True,
            width=140,
        ),
        Column("due", t("rules.due"), words=due, filter=True, width=120),
        *(
            Column(rule.id, rule.id, words=due, width=130, help=title_of(rule, language() == "vi"))
            for rule in test_rules(judgement)
        ),
        Column(
            "role", t("rules.role"), words={n: t(f"rules.role_{n}") for n in ROLES}, filter=True, width=120
        ),
        Column(
            "result",
            t("rules.result"),
            words={n: t(f"rules.result_{n}") for n in RESULTS},
            filter=True,
            width=150,
        ),
        Column("area_km2", f"{t('unit.area')} (km²)", 2, width=90),
        Column("area_percent", t("rules.area_percent"), 1, width=90),
        Column("population", f"{t('unit.population')} ({t('unit.persons')})", 0, width=90),
        Column("population_percent", t("rules.population_percent"), 1, width=90),
        Column("to", t("rules.to"), width=100),
        Column("exemption", t("rules.ground"), width=150),
        Column("reason", t("rules.reason"), width=200),
    )


def _details(code: str, judgement: Judgement, key: str) -> None:
    """Draw what was measured of one source by each test, its exemption, and the way to the map."""
    unit = judgement.view.register[code]
    st.subheader(f"{full_name(unit)} ({code})")
    exemption = next((item for item in judgement.plan.exempt if item.code == code), None)
    if exemption is not None:
        ground = judgement.view.rule.get(exemption.ground)
        said = exemption.ground if ground is None else title_of(ground, language() == "vi")
        st.write(
            " · ".join(filter(None, (t("rules.exempted", ground=said), exemption.note, exemption.document)))
        )
    if st.button(t("rules.on_map"), key=f"{key}:map:{code}"):
        open_on_map(code, "before")
    for verdict in judgement.by_source[code][1]:
        st.html(verdict_html(Placed(verdict, "before", ""), judgement))


@st.fragment
def districts(work: Work, judgement: Judgement) -> None:
    """Draw the summary per district."""
    items, frame = verdicts_of(work, judgement)
    table = by_district(frame, judgement)
    if table.empty:
        st.info(t("table.none"))
        return
    words = district_words(judgement.view.register)
    table.insert(
        0, "code", [name if name in judgement.view.register.districts else "" for name in table.index]
    )
    table.insert(1, "district", [words.get(name, name) for name in table.index])
    names = ("formed", "sources_due", "rearranged", "exempted", "due_not_done")
    table[[*STATUSES, *names]] = table[[*STATUSES, *names]].astype(float)
    status = status_words()
    show_table(
        f"rules:{work.plan.id}:{judgement.regime}:districts",
        table,
        (
            Column("code", t("unit.code"), width=60),
            Column("district", t("unit.district"), width=160),
            *(Column(name, t(f"rules.count_{name}"), 0, width=110) for name in names),
            *(Column(name, status[name], 0, width=110) for name in STATUSES),
        ),
        file_name=f"{work.plan.id}-districts",
        search=False,
    )
    whole = [at for at, item in enumerate(items) if item.group == WHOLE]
    st.caption(t("rules.whole_apart", count=number(len(whole))))
    st.html(chips_html(counted(frame.loc[whole]["status"])))
