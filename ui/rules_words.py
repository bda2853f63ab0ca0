"""What the Rules page calls things, and one verdict spelt out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from html import escape
from typing import Final

from geo.register import Register
from rules.book import Parameter, Rule
from rules.conditions import Number
from rules.engine import Judgement
from rules.words import plain
from ui.colours import OUTCOMES as LOOKS
from ui.rules_data import OUTCOMES, SEVERAL, SEVERITIES, STATUSES, Placed, title_of
from ui.style import facts_html
from ui.text import language, number, t, table

INFORMS: Final = ("#d5dae0", "i")
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~$:])")


def escaped(text: str) -> str:
    """Return text for a label that Streamlit reads as Markdown."""
    return _SPECIAL.sub(r"\\\1", text)


def look(status: str) -> tuple[str, str]:
    """Return the colour and the symbol of a status."""
    return LOOKS.get(status, INFORMS)


def status_words() -> dict[str, str]:
    """Return what each status is called, the most pressing first."""
    return {name: t(f"rules.status_{name}") for name in STATUSES}


def outcome_words() -> dict[str, str]:
    """Return what each outcome is called."""
    return {name: t(f"outcome.{name}") for name in OUTCOMES}


def severity_words() -> dict[str, str]:
    """Return what each severity is called."""
    return {name: t(f"rules.severity_{name}") for name in SEVERITIES}


def read_words() -> dict[str, str]:
    """Return in words how much of a text was read."""
    return {name: t(f"rules.text_{name}") for name in ("verified", "partly-read", "unverified")}


def confidence_words() -> dict[str, str]:
    """Return what each confidence is called."""
    return {name: t(f"rules.confidence_{name}") for name in ("high", "medium", "low")}


def kind_words() -> dict[str, str]:
    """Return what each kind of unit is called."""
    return {name: t(f"kind.{name}") for name in ("commune", "ward", "township", "special_zone")}


def district_words(register: Register) -> dict[str, str]:
    """Return the names of districts by code, and what stands where there is none."""
    return {**register.districts, SEVERAL: t("rules.district_several"), "": t("rules.district_none")}


def due_words() -> dict[str, str]:
    """Return what the answers of a test of being due are called."""
    return {name: t(f"rules.due_{name}") for name in ("due", "undetermined", "exempt", "not-due", "none")}


def chips_html(counts: Mapping[str, int]) -> str:
    """Return counts by status as chips: a symbol on its colour, the number, the word; zeros are left away."""
    chips = []
    for name, count in counts.items():
        if count:
            colour, mark = look(name)
            chips.append(
                f'<li><i style="background:{colour}" aria-hidden="true">{mark}</i>'
                f"<span><b>{number(count)}</b> {escape(t(f'rules.status_{name}').lower())}</span></li>"
            )
    return f'<div class="sx-legend"><ul>{"".join(chips)}</ul></div>'


def counts_text(counts: Mapping[str, int]) -> str:
    """Return counts by status in words: “✕ 2 · ! 1 · ✓ 30 …”; zeros are left away."""
    return " · ".join(
        f"{look(name)[1]} {number(count)} {t(f'rules.status_{name}').lower()}"
        for name, count in counts.items()
        if count
    )


def quantity_words(name: str) -> tuple[str, str]:
    """Return what a quantity of a verdict is called and its unit; one without words keeps its own name."""
    base = re.sub("_(low|high)$", "", name)
    key = f"rules.q_{base}"
    said = t(key) if key in table() else base
    suffix = (
        "" if name == base else f" ({t('rules.q_lowest' if name.endswith('low') else 'rules.q_highest')})"
    )
    unit = "km²" if base.endswith("km2") else {"population": t("unit.persons"), "percent": "%"}.get(base, "")
    return said + suffix, unit


def figure_text(value: Number | None, unit: str = "", signed: bool = False) -> str:
    """Return a figure of a verdict as screens show it, a dash where it is unknown."""
    if value is None:
        return "—"
    shown = number(plain(value) if isinstance(value, Decimal) else value)
    return f"{'+' if signed and value > 0 else ''}{shown} {unit}".strip()


def figures_html(item: Placed) -> str:
    """Return measured, required and margin as a small table; empty where the verdict holds no figures."""
    verdict = item.verdict
    names = list(dict.fromkeys((*verdict.required, *verdict.measured)))
    if not names:
        return ""
    heads = ("rules.quantity", "rules.measured", "rules.required", "rules.margin")
    rows = []
    for name in names:
        said, unit = quantity_words(name)
        cells = [
            figure_text(verdict.measured.get(name), unit),
            figure_text(verdict.required.get(name), unit),
            figure_text(verdict.margin.get(name), unit, signed=True),
        ]
        rows.append(
            f"<tr><th scope='row'>{escape(said)}</th>"
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
        )
    head = "".join(f"<th scope='col'>{escape(t(key))}</th>" for key in heads)
    return f'<table class="sx-figures"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def links_html(source: str) -> str:
    """Return a rule's sources; addresses as links that open beside the app."""
    parts = []
    for part in filter(None, (part.strip() for part in source.split(" ; "))):
        shown = escape(part)
        if part.startswith(("https://", "http://")):
            shown = (
                f'<a href="{escape(part, quote=True)}" target="_blank" rel="noopener noreferrer">{shown}</a>'
            )
        parts.append(shown)
    return "<br>".join(parts)


def text_state(rule: Rule, confidence: str = "") -> str:
    """Return how sure a rule's text is, with what follows where it was not read."""
    sure = confidence_words()[confidence or rule.confidence]
    said = f"{read_words()[rule.text_read]}; {t('rules.confidence')}: {sure}"
    return said if rule.text_read != "unverified" else f"{said}. {t('rules.only_informs')}"


def said_html(text: str) -> str:
    """Return a calculation in words."""
    return f'<p class="sx-said">{escape(text)}</p>'


def verdict_html(item: Placed, judgement: Judgement) -> str:
    """Return a verdict spelt out: calculation in words, figures, citation, confidence, exception, factors, base."""
    verdict, vi = item.verdict, language() == "vi"
    rules = judgement.view.rule
    rule = rules[verdict.rule]
    facts = {
        t("rules.citation"): rule.cited(vi),
        t("rules.text"): text_state(rule, verdict.confidence),
        t("rules.severity"): severity_words()[verdict.severity],
        t("rules.exception"): _named(verdict.exception, judgement, vi)
        if verdict.exception
        else t("rules.no_exception"),
        t("rules.factors"): "; ".join(_named(name, judgement, vi) for name in verdict.factors)
        or t("rules.no_factor"),
    }
    if item.side == "after" and verdict.subject is not None and verdict.subject in judgement.by_unit:
        basis = judgement.by_unit[verdict.subject][0].basis
        used = [name for name in basis if name in verdict.measured]
        if used:
            facts[t("rules.basis")] = "; ".join(
                f"{quantity_words(name)[0]}: {t(f'rules.basis_{basis[name]}')}" for name in used
            )
    if note := rule.note_vi if vi else rule.note_en:
        facts[t("rules.note")] = note
    facts[t("rules.rule")] = verdict.rule
    said = said_html(verdict.message_vi if vi else verdict.message_en)
    return f"{said}{figures_html(item)}{facts_html(facts)}"


def _named(rule_id: str, judgement: Judgement, vi: bool) -> str:
    rule = judgement.view.rule.get(rule_id)
    return rule_id if rule is None else f"{title_of(rule, vi)} ({rule_id}; {rule.cited(vi)})"


def parameter_text(parameter: Parameter) -> str:
    """Return a parameter with its unit, numbers in the Vietnamese form."""
    value = parameter.value
    if isinstance(value, Decimal):
        shown = number(plain(value))
    elif isinstance(value, date):
        shown = day_text(value)
    else:
        shown = value if isinstance(value, str) else ", ".join(value)
    return f"{shown} ({unit_text(parameter.unit)})"


def unit_text(unit: str) -> str:
    """Return a parameter's unit in words where there are some."""
    key = f"rules.unit_{unit.replace(' ', '_')}"
    return t(key) if key in table() else unit


def day_text(day: date | None) -> str:
    """Return a date as screens show it: 01/07/2025."""
    return "…" if day is None else f"{day:%d/%m/%Y}"


def list_html(items: Iterable[str]) -> str:
    """Return lines as a list."""
    return '<ul class="sx-lines">' + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


STYLE: Final = """
<style>
.sx-said { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
.sx-figures { border-collapse: collapse; margin: 0 0 .6rem; font-size: .92rem; font-variant-numeric: tabular-nums; }
.sx-figures th, .sx-figures td { border: 1px solid #d5dae0; padding: .2rem .6rem; text-align: right; }
.sx-figures th { font-weight: 400; color: #4a5665; text-align: left; }
.sx-lines { margin: 0 0 .6rem; padding-left: 1.2rem; }
.sx-facts dd { overflow-wrap: anywhere; }
</style>
"""
