"""Assess: which units of a register fall short of the law of a day, by how much, and how sure that is."""

from __future__ import annotations

import hashlib
from datetime import date

import streamlit as st

from geo.errors import SapxepError
from geo.files import parse_csv
from geo.register import Register
from geo.registers import embedded_ids, embedded_register, register_of
from rules.assess import Assessment, assess
from rules.book import load_book
from rules.standards import Options
from ui import assess_view
from ui.assess_data import published
from ui.rules_words import STYLE, day_text
from ui.table import figures
from ui.text import language, number, t, table

FIRST = "hanoi-2025-07-01"
OWN = "own"
TABS = ("table", "map", "places")


@st.cache_resource(show_spinner=False, max_entries=12)
def _assessment(key: str, day: date, options: Options, _register: Register) -> Assessment:  # noqa: ARG001 (the cache's key)
    return assess(_register, day, options)


def page() -> None:
    """Draw the page."""
    st.title(t("page.assess"))
    st.html(STYLE)
    st.caption(t("assess.intro"))
    places = st.columns([3, 2, 3])
    names = [*sorted(embedded_ids(), key=lambda name: name != FIRST), OWN]
    name = places[0].selectbox(
        t("assess.register"),
        names,
        format_func=_register_label,
        key="assess:register",
        persist_state="session",
    )
    first = load_book().regimes[0].regime_from
    day = places[1].date_input(
        t("assess.date"),
        value="today",
        min_value=first,
        max_value=date(2100, 1, 1),
        format="DD/MM/YYYY",
        key="assess:date",
        persist_state="session",
    )
    if not isinstance(day, date):
        st.info(t("assess.no_date"))
        return
    regime = load_book().regime_of(day)
    with places[2]:
        options = _options(regime)
    given = _own_register(day) if name == OWN else (name, embedded_register(name))
    if given is None:
        return
    key, register = given
    with st.spinner(t("assess.counting")):
        assessment = _assessment(key, day, options, register)
    _result(f"{key}|{day}|{options.due_2026}|{options.mountain_delta_factor}", assessment)


def _register_label(name: str) -> str:
    key = f"assess.register_{name}"
    return t(key) if key in table() else name


def _options(regime: str) -> Options:
    """Draw how open questions of the law are read, as far as the regime has them."""
    due_2026: str | None = "any"
    if regime == "112/2025":
        due_2026 = st.segmented_control(
            t("assess.reading_asked"),
            ["any", "both"],
            default="any",
            required=True,
            format_func=lambda name: t(f"assess.option_{name}"),
            help=t("assess.option_help"),
            key="assess:due",
            persist_state="session",
        )
    mountain = st.checkbox(
        t("assess.mountain_factor"),
        value=True,
        help=t("assess.mountain_help"),
        key="assess:mountain",
        persist_state="session",
    )
    return Options(due_2026="both" if due_2026 == "both" else "any", mountain_delta_factor=mountain)


def _own_register(day: date) -> tuple[str, Register] | None:
    """Draw the upload and return the register with a key for caches; what is wrong with it is said."""
    given = st.file_uploader(t("assess.upload"), type=["csv"], key="assess:upload")
    st.caption(t("assess.upload_note"))
    if given is None:
        return None
    content = given.getvalue()
    key = hashlib.sha256(content + given.name.encode() + str(day).encode()).hexdigest()[:24]
    kept = st.session_state.get("assess:own")
    if kept is None or kept[0] != key:
        try:
            kept = (key, register_of(parse_csv(content, given.name), day.isoformat(), given.name))
        except SapxepError as error:
            st.error(error.text(language(), limit=12))
            return None
        st.session_state["assess:own"] = kept
    for problem in kept[1].reports[:8]:
        st.caption(problem.text(language()))
    return kept[0], kept[1]


def _result(key: str, assessment: Assessment) -> None:
    summary = assessment.summary
    national = assess_view.is_national(assessment)
    counts = {
        t("assess.judged"): len(assessment.units),
        t("assess.due"): summary["due"],
        t("assess.undetermined"): summary["undetermined"],
        t("assess.not-due"): summary["not_due"],
    }
    if assessment.unjudged:
        counts[t("assess.unjudged")] = len(assessment.unjudged)
    rule = published(assessment.date)
    if national and rule is not None:
        every = number(int(rule.number("all_units")))
        counts[t("assess.published", every=every)] = int(rule.number("units"))
    figures(counts)
    st.caption(t("assess.by_law", regime=assessment.regime, day=day_text(assessment.date)))
    if assessment.unjudged:
        kinds = sorted({assessment.register[code].kind for code in assessment.unjudged})
        words = ", ".join(t(f"kind.{kind}") for kind in kinds)
        st.caption(t("assess.unjudged_why", count=number(len(assessment.unjudged)), kinds=words))
    if national:
        why = st.expander(t("assess.why"), expanded=True, key="assess:why", on_change="rerun")
        if why.open:
            with why:
                assess_view.explained(key, assessment)
    draws = {"table": assess_view.table, "map": assess_view.on_map, "places": assess_view.places}
    tabs = st.tabs([t(f"assess.tab_{name}") for name in TABS], key="assess:tabs", on_change="rerun")
    for name, tab in zip(TABS, tabs, strict=True):
        if tab.open:
            with tab:
                draws[name](key, assessment)
