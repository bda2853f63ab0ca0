"""The rule book and the procedure's checklist, on the Rules page."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Final

import streamlit as st

from geo.text import without_accents
from rules.book import Book, Rule, load_book
from rules.procedure import ChecklistItem, Key, checklist
from rules.verdicts import Verdict
from ui.rules_data import rank, status, title_of
from ui.rules_words import (
    day_text,
    escaped,
    kind_words,
    links_html,
    look,
    parameter_text,
    read_words,
    said_html,
    severity_words,
    text_state,
)
from ui.session import Work
from ui.style import facts_html
from ui.text import language, number, t

RULES_A_PAGE: Final = 20


@st.fragment
def section(work: Work, regime: str) -> None:
    """Draw every rule of the book: by default those in force for the regime shown."""
    book = load_book()
    vi = language() == "vi"
    places = st.columns(4)
    search = places[0].text_input(
        t("rules.book_search"),
        placeholder=t("rules.book_hint"),
        key="rules:book:search",
        persist_state="session",
    )
    spans = ["regime", *(instrument.regime for instrument in book.regimes), "all"]
    span = places[1].selectbox(
        t("rules.in_force"),
        spans,
        format_func=lambda name: _span_word(name, regime),
        key="rules:book:span",
        persist_state="session",
    )
    instruments = [instrument.id for instrument in book.instruments]
    chosen = places[2].multiselect(
        t("rules.instrument"), instruments, placeholder=t("table.all"), key="rules:book:instrument"
    )
    reads = places[3].multiselect(
        t("rules.text"),
        list(read_words()),
        format_func=lambda name: read_words()[name],
        placeholder=t("table.all"),
        key="rules:book:read",
    )
    wanted = regime if span == "regime" else span
    day = None if span == "all" else book.day_of(wanted, work.plan.decided)
    found = [
        rule
        for rule in found_rules(book, search, day)
        if (not chosen or _instrument(book, rule) in chosen) and (not reads or rule.text_read in reads)
    ]
    st.caption(t("rules.book_shown", shown=number(len(found)), count=number(len(book.rules))))
    if not found:
        st.info(t("table.none"))
        return
    pages = -(-len(found) // RULES_A_PAGE)
    page = min(st.session_state.get("rules:book:page", 1), pages)
    heading = ""
    for rule in found[(page - 1) * RULES_A_PAGE : page * RULES_A_PAGE]:
        if (name := _instrument(book, rule)) != heading:
            heading = name
            _heading(book, name, vi)
        mark = "" if rule.text_read == "verified" else f" · [{read_words()[rule.text_read]}]"
        with st.expander(escaped(f"{title_of(rule, vi)} · {severity_words()[rule.binding]}{mark}")):
            st.html(rule_html(rule, vi))
    if pages > 1:
        st.pagination(pages, key="rules:book:page")


def found_rules(book: Book, search: str, day: date | None) -> list[Rule]:
    """Return the rules in force on a day (None: of all time) whose id, titles or citation hold every word."""
    words = without_accents(search).split()
    rules = book.rules if day is None else book.in_force(day)
    return [
        rule
        for rule in rules
        if not words
        or all(
            word
            in without_accents(
                " ".join((rule.id, rule.title_vi, rule.title_en, rule.cited(), rule.cited(False)))
            )
            for word in words
        )
    ]


def _span_word(name: str, regime: str) -> str:
    if name == "all":
        return t("rules.span_all")
    return t("rules.span_regime", regime=regime) if name == "regime" else name


def _instrument(book: Book, rule: Rule) -> str:
    return next(instrument.id for instrument in book.instruments if instrument.file == rule.file)


def _heading(book: Book, name: str, vi: bool) -> None:
    instrument = next(item for item in book.instruments if item.id == name)
    title = instrument.title_vi if vi else instrument.title_en
    state = instrument.state_vi if vi else instrument.state_en
    shown = f"<small>{escape(t('rules.what_was_read'))}: {escape(state)}</small>" if state else ""
    st.html(f'<section class="sx-legend"><h3>{escape(title)}</h3>{shown}</section>')


def rule_html(rule: Rule, vi: bool) -> str:
    """Return one rule spelt out: condition, parameters with units, severity, in force, citation, confidence, source."""
    kinds = kind_words()
    applies = [t(f"rules.level_{rule.level.replace('+', '_')}"), *(kinds[kind] for kind in rule.kinds)]
    applies += [t(f"rules.terrain_{terrain}") for terrain in rule.terrains]
    applies += [*rule.district_kinds, *rule.regions]
    severity = severity_words()[rule.severity]
    if rule.binding != rule.severity:
        severity = f"{severity} ({t('rules.only_informs').rstrip('.')})"
    facts = {
        t("rules.rule"): rule.id,
        t("rules.citation"): rule.cited(vi),
        t("rules.in_force"): f"{day_text(rule.in_force_from)} – {day_text(rule.in_force_to)}",
        t("rules.applies"): ", ".join(applies),
        t("rules.condition"): rule.condition,
        t("rules.parameters"): "; ".join(f"{n} = {parameter_text(p)}" for n, p in rule.parameters.items()),
        t("rules.inputs"): ", ".join(rule.inputs),
        t("rules.waived_by"): ", ".join(rule.exceptions),
        t("rules.severity"): severity,
        t("rules.text"): text_state(rule),
        t("rules.note"): rule.note_vi if vi else rule.note_en,
    }
    shown = facts_html({name: value for name, value in facts.items() if value})
    source = links_html(rule.source)
    return shown + (
        f'<p class="sx-legend"><small>{escape(t("rules.source"))}: {source}</small></p>' if source else ""
    )


def procedure(work: Work, regime: str) -> None:
    """Draw the checklist of a regime: what the plan records, what is missing, what follows."""
    items = checklist(work.plan, regime)
    if not items:
        st.info(t("rules.no_checklist"))
        return
    keys = {key.name for item in items for key in item.keys}
    recorded = {name for item in items for name in item.values}
    st.write(
        t(
            "rules.recorded",
            recorded=number(len(recorded)),
            keys=number(len(keys)),
            missing=number(len(keys - recorded)),
        )
    )
    st.caption(t("rules.record_how"))
    for item in sorted(items, key=_pressing):
        _item(item)


def _worst(item: ChecklistItem) -> Verdict | None:
    return next((verdict for verdict in item.verdicts if verdict.outcome == item.outcome), None)


def _pressing(item: ChecklistItem) -> int:
    worst = _worst(item)
    return 0 if worst is None else rank(worst)


def _item(item: ChecklistItem) -> None:
    vi = language() == "vi"
    rule = item.rule
    worst = _worst(item)
    name = "undetermined" if worst is None else status(worst)
    missing = [key for key in item.keys if key.name not in item.values]
    mark = "" if rule.text_read != "unverified" else f" · [{t('rules.text_unverified')}]"
    parts = (
        f"{look(name)[1]} {t(f'rules.status_{name}')}",
        title_of(rule, vi),
        severity_words()[rule.binding],
        t("rules.entered", recorded=len(item.values), keys=len(item.keys)),
    )
    label = " · ".join(parts) + mark
    with st.expander(escaped(label), expanded=item.outcome == "fail"):
        rows = {_key_label(key, vi): _entered(item.values.get(key.name)) for key in item.keys}
        st.html(facts_html(rows))
        if missing:
            st.caption(t("rules.missing_keys", keys=", ".join(f"[procedure] {key.name}" for key in missing)))
        for verdict in item.verdicts[:3]:
            st.html(said_html(verdict.message_vi if vi else verdict.message_en))
        if len(item.verdicts) > 3:
            st.caption(t("rules.more_verdicts", count=number(len(item.verdicts) - 3)))
        st.html(facts_html({t("rules.citation"): rule.cited(vi), t("rules.text"): text_state(rule)}))


def _key_label(key: Key, vi: bool) -> str:
    return f"{key.label_vi if vi else key.label_en}"


def _entered(value: object) -> str:
    if value is None or value == "":
        return t("rules.not_recorded")
    if isinstance(value, bool):
        return t(f"rules.answer_{'yes' if value else 'no'}")
    if isinstance(value, date):
        return day_text(value)
    return number(value) if isinstance(value, int) else str(value)
