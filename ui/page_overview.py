"""Overview: the chosen plan in figures beside its map."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Final

import streamlit as st

from geo.register import KIND_NAMES, Register
from plans.plan import Plan
from ui import colours
from ui.colouring import by_group, on_layer
from ui.layers import MapLayer
from ui.map import new_click, show_map
from ui.session import (
    Work,
    group_fills,
    has_page,
    judgement,
    map_before,
    open_on_map,
    open_page,
    register_after,
    work,
)
from ui.style import facts_html, table_html
from ui.text import language, number, t
from ui.unit_facts import confidence_words, day, in_language, split_codes

_KEY: Final = "overview-map"
_HEIGHT: Final = 540
_LINKS: Final = ("map", "rules", "indicators", "workbench", "compare", "export")
# the browser draws the first map meanwhile; the law and its geometry take seconds to import
_PAUSE_S: Final = 1.0


def page() -> None:
    """Draw the page: the map first, then figures, then the verdicts."""
    current = work()
    plan = current.plan
    st.title(plan.title_en if language() == "en" else plan.title_vi)
    st.caption(_heading(plan))
    facts, place = st.container(key="overview-body").columns([1, 1.75])
    with place:
        layer = map_before(current)
        if layer is None:
            st.info(t("map.no_layer"))
        else:
            _map(current, layer)
        _links()
    with facts:
        st.html(figures_html(plan, current.register, register_after(current)) + facts_html(counts(plan)))
        law = st.container()
        st.subheader(t("overview.basis"))
        st.html(sources_html(plan, current.register, layer))
    with law:
        _law(current)


def _heading(plan: Plan) -> str:
    return t(
        "overview.heading",
        instrument=plan.instrument or plan.id,
        decided=day(plan.decided),
        effective=day(plan.effective),
        base=day(plan.base),
    )


@st.fragment
def _map(_work: Work, _layer: MapLayer) -> None:
    colouring = by_group(_work.plan, group_fills(_work))
    click = new_click(_KEY)
    styles = on_layer(colouring.styles["before"], _layer.codes)
    show_map(_KEY, _layer, styles, legend=colouring.legend, height=_HEIGHT)
    if has_page("map"):
        st.caption(t("overview.click"))
        if click is not None and click.code:
            open_on_map(click.code)


def _links() -> None:
    names = [name for name in _LINKS if has_page(name)]
    if not names:
        return
    with st.container(horizontal=True, gap="small"):
        for name in names:
            if st.button(t(f"page.{name}"), key=f"overview-to-{name}"):
                open_page(name)


def figures_html(plan: Plan, before: Register, after: Register) -> str:
    """Return the table of units by kind, area and population before and after, as HTML."""
    rows = []
    were, are = (Counter[str](unit.kind for unit in register) for register in (before, after))
    for kind in KIND_NAMES:
        if were[kind] or are[kind]:
            rows.append(_row(t(f"overview.{kind}"), were[kind], are[kind]))
    rows.append(_row(t("overview.units"), len(before), len(after)))
    total = len(rows) - 1
    for quantity, words in (
        ("area_km2", f"{t('unit.area')} (km²)"),
        ("population", f"{t('unit.population')} ({t('unit.persons')})"),
    ):
        whole = before.total(quantity)
        rows.append([words, number(whole), number(whole if complete(plan) else after.total(quantity)), ""])
    header = [
        t("overview.what"),
        t("overview.before", day=day(before.vintage)),
        t("overview.after", day=day(after.vintage)),
        t("overview.change"),
    ]
    return table_html(header, rows, total)


def _row(words: str, before: int, after: int) -> list[str]:
    change = after - before
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return [words, number(before), number(after), f"{sign}{number(abs(change))}"]


def complete(plan: Plan) -> bool:
    """Whether every source is wholly accounted for, so that totals after are those before (rules.on_totals)."""
    from rules.on_totals import complete as accounted

    return all(accounted(pairs) for pairs in plan.by_source.values())


def counts(plan: Plan) -> dict[str, str]:
    """Return how many units are concerned, formed and split, with what the instrument itself states of them."""
    return {
        t("overview.concerned"): _stated(len(plan.by_source), plan.totals.units_concerned),
        t("overview.formed"): _stated(len(plan.units), plan.totals.units_formed),
        t("overview.split"): number(len(split_codes(plan))),
    }


def _stated(counted: int, stated: int | None) -> str:
    if stated is None:
        return number(counted)
    if stated == counted:
        return t("overview.as_stated", counted=number(counted))
    return t("overview.not_as_stated", counted=number(counted), stated=number(stated))


def sources_html(plan: Plan, register: Register, layer: MapLayer | None) -> str:
    """Return what the figures rest on, and what is not verified, as HTML."""
    rows = [
        (t("unit.population"), _told(register, "population")),
        (t("unit.area"), _areas(register)),
        (t("overview.pairing"), _pairing(plan)),
        (t("overview.boundaries"), _boundaries(layer)),
    ]
    lines = "".join(f"<p><b>{escape(name)}:</b> {escape(words)}</p>" for name, words in rows if words)
    return f'<div class="sx-source">{lines}</div>'


def _told(register: Register, figure: str) -> str:
    """Return the sources of a figure over all units, most used first, and how many units lack it."""
    known = [unit.figure(figure) for unit in register if unit.figure(figure).value is not None]
    sources = Counter((f.source, f.as_of) for f in known if f.source or f.as_of).most_common()
    said = [
        " ".join(part for part in (in_language(source), f"({day(date)})" if date else "") if part)
        for (source, date), _ in sources[:1]
    ]
    if len(sources) > 1:
        said.append(t("overview.other_sources", count=number(len(sources) - 1)))
    if not sources:
        said.append(t("overview.no_source"))
    if (missing := len(register) - len(known)) > 0:
        said.append(t("overview.missing", count=number(missing)))
    return "; ".join(said)


def _areas(register: Register) -> str:
    basis = Counter(unit.notes.get("area_km2_basis", "") for unit in register)
    if not (basis["stated"] or basis["computed"]):
        return _told(register, "area_km2")
    unsure = sum(unit.figure("area_km2").confidence in ("low", "") for unit in register)
    said = [t("overview.area_basis", stated=number(basis["stated"]), computed=number(basis["computed"]))]
    if unsure:
        said.append(t("overview.area_low", count=number(unsure)))
    differ = sum(bool(unit.notes.get("area_km2_note")) for unit in register)
    if differ:
        said.append(t("overview.area_differ", count=number(differ)))
    return "; ".join(said)


def _pairing(plan: Plan) -> str:
    """Return how sure the rows of the plan are, the least sure last."""
    found = Counter(transfer.confidence for _, transfer in plan.transfers)
    said = [
        f"{number(found[confidence])} {confidence_words(confidence) or t('overview.no_confidence')}"
        for confidence in ("high", "medium", "low", "")
        if found[confidence]
    ]
    return t("overview.rows", words=", ".join(said)) if said else ""


def _boundaries(layer: MapLayer | None) -> str:
    if layer is None:
        return t("map.no_layer")
    return (
        t("overview.schematic")
        if layer.schematic
        else t("overview.own_layer", units=number(len(layer.codes)))
    )


def _law(current: Work) -> None:
    """Draw the counts of verdicts; on the very first visit the map is given time to be drawn before."""
    st.subheader(t("overview.law"))
    place = st.empty()
    if "rules.engine" not in sys.modules or "geopandas" not in sys.modules:
        place.caption(t("overview.judging"))
        time.sleep(_PAUSE_S)
    judged = judgement(current)
    from ui.rules_data import status

    place.html(verdicts_html(Counter(map(status, judged.verdicts)), judged.regime))


def verdicts_html(counts: Mapping[str, int], regime: str) -> str:
    """Return the counts of verdicts as HTML. ``counts``: by ui.rules_data.status, as on all pages."""
    rows = (
        ("fail", t("overview.mandatory_failed")),
        ("advisory", t("overview.advisory_failed")),
        ("undetermined", t("overview.undetermined")),
        ("information", t("overview.information")),
        ("exempt", t("overview.exempt")),
        ("pass", t("overview.passed")),
    )
    looks = {**colours.OUTCOMES, "information": (colours.NEUTRAL, "i")}
    items = "".join(
        f'<li><i style="background:{looks[outcome][0]}" aria-hidden="true">'
        f"{looks[outcome][1]}</i><b>{number(counts.get(outcome, 0))}</b><span>{escape(words)}</span></li>"
        for outcome, words in rows
    )
    note = escape(t("overview.regime", regime=regime))
    return f'<ul class="sx-verdicts">{items}</ul><div class="sx-source">{note}</div>'
