"""Rules: what the law says of a plan, verdict by verdict, and the rule book behind it."""

from __future__ import annotations

import streamlit as st

from rules.book import load_book
from ui.rules_words import STYLE, day_text
from ui.session import Work, judgement, work
from ui.text import language, t

TABS = ("verdicts", "sources", "districts", "regimes", "procedure", "book")


def page() -> None:
    """Draw the page."""
    st.title(t("page.rules"))
    st.html(STYLE)
    current = work()
    book = load_book()
    own = book.regime_of(current.plan.decided)
    regimes = [instrument.regime for instrument in book.regimes]
    place, said = st.columns([2, 3], vertical_alignment="bottom")
    with place:
        regime = st.selectbox(
            t("rules.regime"),
            regimes,
            index=regimes.index(own),
            format_func=lambda name: t("rules.regime_own", regime=name) if name == own else name,
            key=f"rules:{current.plan.id}:{own}:regime",
        )
    title = current.plan.title_vi if language() == "vi" else current.plan.title_en
    said.caption(
        " · ".join(
            filter(
                None, (current.plan.instrument, title, t("rules.decided", day=day_text(current.plan.decided)))
            )
        )
    )
    if regime != own:
        st.warning(t("rules.other_regime", regime=regime, own=own))
    tabs = dict(
        zip(
            TABS,
            st.tabs([t(f"rules.tab_{name}") for name in TABS], key="rules:tabs", on_change="rerun"),
            strict=True,
        )
    )
    opened = next((name for name, tab in tabs.items() if tab.open), TABS[0])
    with tabs[opened]:
        _draw(opened, current, regime, own)


def _draw(name: str, current: Work, regime: str, own: str) -> None:
    from ui import rules_book, rules_regimes, rules_sources, rules_verdicts

    if name == "regimes":
        rules_regimes.section(current)
    elif name == "procedure":
        rules_book.procedure(current, regime)
    elif name == "book":
        rules_book.section(current, regime)
    else:
        with st.spinner(t("rules.judging")):
            judged = judgement(current, None if regime == own else regime)
        if name == "verdicts":
            rules_verdicts.section(current, judged)
        elif name == "sources":
            rules_sources.section(current, judged)
        else:
            rules_sources.districts(current, judged)
