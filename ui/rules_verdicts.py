"""The verdicts of the Rules page: filters, groups that open, each verdict spelt out, the way to the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.text import without_accents
from rules.engine import Judgement
from ui.layers import full_name
from ui.rules_data import (
    STAYING,
    WHOLE,
    Placed,
    counted,
    in_groups,
    of_unit,
    placed,
    status,
    title_of,
    unit_of,
    verdict_table,
)
from ui.rules_words import (
    chips_html,
    confidence_words,
    counts_text,
    district_words,
    escaped,
    look,
    outcome_words,
    read_words,
    severity_words,
    status_words,
    verdict_html,
)
from ui.session import Work, open_on_map
from ui.table import Column, downloads, draw, narrow
from ui.text import language, number, t

if TYPE_CHECKING:
    import pandas as pd

PRESELECTED: Final = "rules-unit"
GROUPS_A_PAGE: Final = 20
VERDICTS_A_PAGE: Final = 25
VIEWS: Final = ("group", "rule", "table")


@st.cache_resource(show_spinner=False, max_entries=16)
def _verdicts(key: str, regime: str, words: str, _judgement: Judgement) -> tuple[list[Placed], pd.DataFrame]:  # noqa: ARG001 (the cache's key)
    return placed(_judgement), verdict_table(_judgement, language())


def verdicts_of(work: Work, judgement: Judgement) -> tuple[list[Placed], pd.DataFrame]:
    """Return the verdicts of a judgement and their table in the current language, kept between runs."""
    return _verdicts(work.key, judgement.regime, language(), judgement)


def columns(judgement: Judgement) -> tuple[Column, ...]:
    """Return the columns of the table of verdicts; those not shown stand in the files."""
    districts = district_words(judgement.view.register)
    titles = {rule.id: title_of(rule, language() == "vi") for rule in judgement.view.rules}
    return (
        Column("status", t("rules.status"), words=status_words(), width=120),
        Column("outcome", t("rules.outcome"), words=outcome_words(), filter=True, shown=False),
        Column("severity", t("rules.severity"), words=severity_words(), filter=True, width=90),
        Column("district", t("unit.district"), words=districts, filter=True, width=130),
        Column("rule", t("rules.rule"), words=titles, filter=True, width=220),
        Column("name", t("rules.subject"), width=150),
        Column("subject", t("unit.code"), width=60),
        Column("message", t("rules.message"), width=420),
        Column("measured_area_km2", t("rules.measured_area"), 2),
        Column("required_area_km2", t("rules.required_area"), 2),
        Column("margin_area_km2", t("rules.margin_area"), 2),
        Column("measured_population", t("rules.measured_population"), 0),
        Column("required_population", t("rules.required_population"), 0),
        Column("margin_population", t("rules.margin_population"), 0),
        Column("factors", t("rules.factors"), shown=False),
        Column("exception", t("rules.exception"), shown=False),
        Column("instrument", t("rules.instrument"), width=140),
        Column("article", t("rules.article"), width=60),
        Column("clause", t("rules.clause"), width=60),
        Column("point", t("rules.point"), width=60),
        Column("text_read", t("rules.text"), words=read_words(), width=110),
        Column("confidence", t("rules.confidence"), words=confidence_words(), width=90),
        Column("message_vi", "message_vi", shown=False),
        Column("message_en", "message_en", shown=False),
    )


@st.fragment
def section(work: Work, judgement: Judgement) -> None:
    """Draw the verdicts of a plan under one regime."""
    items, frame = verdicts_of(work, judgement)
    key = f"rules:{work.plan.id}:{judgement.regime}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.segmented_control(
            t("rules.view"),
            VIEWS,
            default=VIEWS[0],
            required=True,
            format_func=lambda name: t(f"rules.view_{name}"),
            key="rules-view",
            persist_state="session",
        )
        unit = _choose_unit(frame, judgement, key)
    mine = of_unit(frame, unit) if unit else frame
    if unit and len(mine) < len(frame):
        st.caption(t("rules.unit_only", shown=number(len(mine)), count=number(len(frame))))
    rows = narrow(key, mine, columns(judgement), every=frame)
    shown, gone = counted(rows["status"]), counted(frame.drop(rows.index)["status"])
    st.html(chips_html(shown))
    if len(rows) < len(frame):
        st.caption(t("rules.left_out", counts=counts_text(gone)))
    if rows.empty:
        st.info(t("table.none"))
    elif view == "table":
        chosen = draw(key, rows, columns(judgement), select=True)
        if chosen is None:
            st.caption(t("rules.choose_row"))
        else:
            _verdict(items[chosen], int(chosen), judgement, key, opened=True)
    else:
        _groups(items, rows, str(view), judgement, key, opened=bool(unit))
    downloads(key, frame, rows, columns(judgement), f"{work.plan.id}-verdicts")


def _choose_unit(frame: pd.DataFrame, judgement: Judgement, key: str) -> str | None:
    names = dict(zip(frame["unit"], frame["name"], strict=True))
    names.pop("", None)
    options = sorted(names, key=lambda unit: (unit.startswith("before"), without_accents(names[unit]), unit))
    box = f"{key}:unit"
    if wanted := st.session_state.pop(PRESELECTED, None):
        st.session_state[box] = next(
            (f"{s}:{wanted}" for s in ("after", "before") if f"{s}:{wanted}" in names), None
        )

    def label(unit: str) -> str:
        side, _, code = unit.partition(":")
        found = unit_of(judgement, code, side)  # type: ignore[arg-type]
        district = found.district_name if found else ""
        # the box matches what it shows, so the form without accents is shown too
        parts = (names[unit], t(f"rules.side_{side}"), district, code, without_accents(names[unit]))
        return " · ".join(filter(None, parts))

    chosen: str | None = st.selectbox(
        t("rules.unit"),
        options,
        index=None,
        format_func=label,
        placeholder=t("rules.unit_all"),
        filter_mode="contains",
        key=box,
        width=340,
    )
    return chosen


def _groups(
    items: Sequence[Placed], rows: pd.DataFrame, by: str, judgement: Judgement, key: str, opened: bool
) -> None:
    ordered = in_groups(rows, by)
    names = list(dict.fromkeys(ordered[by]))
    page = 1
    if len(names) > GROUPS_A_PAGE:
        pages = -(-len(names) // GROUPS_A_PAGE)
        page = min(st.session_state.get(f"{key}:{by}:page", 1), pages)
        st.caption(t("rules.groups", count=number(len(names)), pages=number(pages), page=number(page)))
    shown = names[(page - 1) * GROUPS_A_PAGE : page * GROUPS_A_PAGE]
    by_name = dict(iter(ordered[ordered[by].isin(shown)].groupby(by, sort=False)))
    for name in shown:
        mine = by_name[name]
        counts = counted(mine["status"])
        mark = look(mine["status"].iloc[0])[1]
        label = f"{mark} **{escaped(_group_name(by, name, judgement))}** — {counts_text(counts)}"
        opener = st.expander(
            label, expanded=opened and len(names) == 1, key=f"{key}:{by}:{name}", on_change="rerun"
        )
        if opener.open:
            with opener:
                _group(items, mine, by, name, judgement, f"{key}:{by}:{name}")
    if len(names) > GROUPS_A_PAGE:
        st.pagination(-(-len(names) // GROUPS_A_PAGE), key=f"{key}:{by}:page")


def _group_name(by: str, name: str, judgement: Judgement) -> str:
    if by == "rule":
        rule = judgement.view.rule[name]
        unverified = f" [{t('rules.text_unverified')}]" if rule.text_read == "unverified" else ""
        return title_of(rule, language() == "vi") + unverified
    if name in (WHOLE, STAYING):
        return t(f"rules.group_{name}")
    unit = unit_of(judgement, name, "after")
    if unit is None:
        return name
    district = f", {unit.district_name}" if unit.district_name else ""
    return f"{full_name(unit)} ({name}{district})"


def _group(
    items: Sequence[Placed], mine: pd.DataFrame, by: str, name: str, judgement: Judgement, key: str
) -> None:
    if by == "rule":
        st.caption(f"{name} · {judgement.view.rule[name].cited(language() == 'vi')}")
    elif name in judgement.by_unit and st.button(t("rules.on_map"), key=f"{key}:map"):
        open_on_map(name, "after")
    pages = -(-len(mine) // VERDICTS_A_PAGE)
    page = min(st.session_state.get(f"{key}:page", 1), pages)
    for at in mine.index[(page - 1) * VERDICTS_A_PAGE : page * VERDICTS_A_PAGE]:
        _verdict(items[at], int(at), judgement, key)
    if pages > 1:
        st.pagination(pages, key=f"{key}:page")


def _verdict(item: Placed, at: int, judgement: Judgement, key: str, opened: bool = False) -> None:
    """Draw one verdict as a line that opens."""
    verdict = item.verdict
    name = status(verdict)
    rule = judgement.view.rule[verdict.rule]
    parts = [f"{look(name)[1]} {t(f'rules.status_{name}')}", title_of(rule, language() == "vi")]
    if verdict.subject:
        unit = unit_of(judgement, verdict.subject, item.side)
        parts.append(
            f"{full_name(unit) if unit else ''} ({verdict.subject}, {t(f'rules.side_{item.side}')})".strip()
        )
    if rule.text_read == "unverified":
        parts.append(f"[{t('rules.text_unverified')}]")
    with st.expander(escaped(" · ".join(parts)), expanded=opened):
        st.html(verdict_html(item, judgement))
        if verdict.subject and item.side and st.button(t("rules.on_map"), key=f"{key}:map:{at}"):
            open_on_map(verdict.subject, item.side)
