"""The same plan under two regimes side by side, on the Rules page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rules.book import load_book
from rules.engine import Judgement
from ui.layers import full_name
from ui.rules_data import STATUSES, compared, counted, title_of
from ui.rules_verdicts import verdicts_of
from ui.rules_words import chips_html, district_words, kind_words, look, said_html, status_words
from ui.session import Work, judgement, open_on_map
from ui.table import Column, show_table
from ui.text import language, number, t

if TYPE_CHECKING:
    import pandas as pd


@st.cache_resource(show_spinner=False, max_entries=16)
def _compared(key: str, regimes: str, words: str, _one: Judgement, _other: Judgement) -> pd.DataFrame:  # noqa: ARG001 (the cache's key)
    return compared(_one, _other, language())


@st.fragment
def section(work: Work) -> None:
    """Draw both regimes: counts, sources due, then each unit formed."""
    book = load_book()
    regimes = [instrument.regime for instrument in book.regimes]
    own = book.regime_of(work.plan.decided)
    other = next((name for name in reversed(regimes) if name != own), own)
    places = st.columns(2)
    asked: list[str] = []
    for place, name, first in zip(places, ("a", "b"), (own, other), strict=True):
        asked.append(
            place.selectbox(
                t(f"rules.regime_{name}"),
                regimes,
                index=regimes.index(first),
                format_func=lambda regime: t("rules.regime_own", regime=regime) if regime == own else regime,
                key=f"rules:{work.plan.id}:regime-{name}",
            )
        )
    with st.spinner(t("rules.judging")):
        both = [judgement(work, None if name == own else name) for name in asked]
    for place, judged in zip(places, both, strict=True):
        _, frame = verdicts_of(work, judged)
        due = sum(source.due is True for source in judged.sources)
        place.html(chips_html(counted(frame["status"])))
        place.caption(
            t(
                "rules.regime_sources",
                due=number(due),
                sources=number(len(judged.sources)),
                count=number(len(frame)),
            )
        )
    st.caption(t("rules.regime_note"))
    table = _compared(work.key, " ".join(asked), language(), *both)
    words = {**status_words(), "none": "—"}
    figures = [
        column
        for at, regime in zip("ab", asked, strict=True)
        for column in (
            Column(f"status_{at}", f"{regime}: {t('rules.worst')}", words=words, filter=True, width=150),
            Column(f"area_{at}", f"{regime}: {t('rules.area_percent')}", 1, width=120),
            Column(f"population_{at}", f"{regime}: {t('rules.population_percent')}", 1, width=120),
        )
    ]
    chosen = show_table(
        f"rules:{work.plan.id}:two:{'|'.join(asked)}",
        table,
        (
            Column("code", t("unit.code"), width=64),
            Column("name", t("rules.name"), width=130),
            Column("kind", t("unit.kind"), words=kind_words(), width=80),
            Column("district", t("unit.district"), words=district_words(work.register), width=140),
            *figures,
            Column(
                "differs",
                t("rules.differs"),
                words={n: t(f"rules.answer_{n}") for n in ("yes", "no")},
                filter=True,
                width=80,
            ),
        ),
        file_name=f"{work.plan.id}-regimes",
        select=True,
    )
    if chosen is None:
        st.caption(t("rules.choose_row"))
    else:
        _details(str(chosen), work, both)


def _details(code: str, work: Work, both: list[Judgement]) -> None:
    unit = both[0].view.formed[code].unit
    st.subheader(f"{full_name(unit)} ({code})")
    if st.button(t("rules.on_map"), key=f"rules:{work.plan.id}:two:map"):
        open_on_map(code, "after")
    for place, judged in zip(st.columns(2), both, strict=True):
        items, frame = verdicts_of(work, judged)
        mine = frame[frame["unit"] == f"after:{code}"]
        with place:
            st.markdown(f"**{judged.regime}**")
            for status in STATUSES:
                for at in mine.index[mine["status"] == status]:
                    verdict = items[at].verdict
                    rule = judged.view.rule[verdict.rule]
                    vi = language() == "vi"
                    with st.container(border=True):
                        st.markdown(
                            f"{look(status)[1]} **{t(f'rules.status_{status}')}** · {title_of(rule, vi)}"
                        )
                        st.html(said_html(verdict.message_vi if vi else verdict.message_en))
                        st.caption(rule.cited(vi))
