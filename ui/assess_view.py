"""The parts of the Assess page: table and details, map, counts by place, the published number explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.register import Register
from geo.registers import embedded_for, embedded_register
from rules.assess import Assessed, Assessment
from rules.on_sources import calculation
from rules.standards import QUANTITIES
from ui.assess_data import (
    DOUBTS,
    FALLS,
    OUTCOMES,
    assess_table,
    counted_doubts,
    doubts,
    falls,
    outcome,
    published,
    readings,
)
from ui.colours import OUTCOMES as LOOKS
from ui.data import schematic_layer
from ui.layers import full_name
from ui.legend import Entry, legend_html
from ui.map import Outline, Style, new_click, show_map
from ui.rules_words import confidence_words, kind_words, links_html, list_html, text_state
from ui.style import facts_html
from ui.table import Column, downloads, draw, narrow, show_table
from ui.text import language, number, t

if TYPE_CHECKING:
    import pandas as pd

# the outcome of the palette that each answer is drawn as
_LOOK: Final = {"due": "fail", "undetermined": "undetermined", "not-due": "pass"}
TERRAINS: Final = ("plain", "mountain", "island")


@st.cache_resource(show_spinner=False, max_entries=12)
def _table(key: str, words: str, _assessment: Assessment) -> pd.DataFrame:  # noqa: ARG001 (the cache's key)
    return assess_table(_assessment, doubt_words(), language())


def doubt_words() -> dict[str, str]:
    """Return in words what makes a result less sure."""
    return {name: t(f"assess.doubt_{name}") for name in DOUBTS}


def outcome_words() -> dict[str, str]:
    """Return what each answer is called, with its symbol, so that colour is never alone."""
    return {name: f"{LOOKS[_LOOK[name]][1]} {t(f'assess.{name}')}" for name in OUTCOMES}


def columns(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Return the columns of the table of units judged; those that would say nothing are left away.

    One shortfall suffices where the least and the greatest are the same for every unit.
    """
    persons = t("unit.persons")
    bounded = any((frame[f"short_{quantity}"] != frame[f"most_{quantity}"]).any() for quantity in QUANTITIES)
    least, most = t("assess.short_least" if bounded else "assess.short"), t("assess.short_most")
    area, population = t("unit.area"), t("unit.population")
    bases = {name: t(f"assess.basis_{name}") for name in ("stated", "computed")}
    sure = confidence_words()
    every = (
        Column("code", t("unit.code"), width=64),
        Column("name", t("assess.name"), width=140),
        Column("kind", t("unit.kind"), words=kind_words(), filter=True, width=80),
        Column("province", t("assess.province"), filter=True, width=150),
        Column("district", t("unit.district"), filter=True, width=140),
        Column("outcome", t("assess.outcome"), words=outcome_words(), filter=True, width=140),
        Column(
            "falls",
            t("assess.falls"),
            words={n: t(f"assess.falls_{n}") for n in FALLS},
            filter=True,
            width=170,
        ),
        Column("short_area_km2", f"{least} (km²)", 2, width=120),
        Column("most_area_km2", f"{most} (km²)", 2, width=130),
        Column("short_population", f"{least} ({persons})", 0, width=130),
        Column("most_population", f"{most} ({persons})", 0, width=140),
        Column("area_km2", f"{area} (km²)", 2, width=110),
        Column("required_area_km2", f"{t('assess.required')} (km²)", 2, width=110),
        Column("percent_area_km2", f"% {area.lower()}", 1, width=90),
        Column("population", f"{population} ({persons})", 0, width=120),
        Column("required_population", f"{t('assess.required')} ({persons})", 0, width=120),
        Column("percent_population", f"% {population.lower()}", 1, width=90),
        Column("doubts", t("assess.doubts"), width=260),
        Column("area_basis", t("assess.area_basis"), words=bases, width=130),
        Column("confidence_area_km2", t("assess.area_confidence"), words=sure, width=110),
        Column("confidence_population", t("assess.population_confidence"), words=sure, width=110),
        Column("terrain", t("assess.terrain"), words=terrain_words(), width=100),
        Column("reason", t("assess.reason"), width=320),
    )
    empty = {name for name in ("province", "district") if frame[name].nunique() < 2}
    if not bounded:
        empty |= {f"most_{quantity}" for quantity in QUANTITIES}
    return tuple(column for column in every if column.name not in empty)


def terrain_words() -> dict[str, str]:
    """Return what each terrain is called; an unknown one is said to be unknown."""
    return {**{name: t(f"rules.terrain_{name}") for name in TERRAINS}, "": t("assess.terrain_unknown")}


@st.fragment
def table(key: str, assessment: Assessment) -> None:
    """Draw the table of units with its filters and downloads, and the unit chosen."""
    frame = _table(key, language(), assessment)
    if frame.empty:
        st.info(t("assess.nothing"))
        return
    used = columns(frame)
    rows = narrow(f"assess:{key}", frame, used)
    chosen = draw(f"assess:{key}", rows, used, select=True)
    downloads(f"assess:{key}", frame, rows, used, f"{assessment.register.id.removesuffix('.csv')}-assessed")
    item = next((item for item in assessment.units if item.unit.code == chosen), None)
    if item is None:
        st.caption(t("rules.choose_row"))
    else:
        details(item)


def details(item: Assessed) -> None:
    """Draw one unit: the calculation by every standard that it could have, and what each figure is worth."""
    unit, vi = item.unit, language() == "vi"
    st.subheader(f"{full_name(unit)} ({unit.code})")
    answer = outcome(item)
    st.write(f"{outcome_words()[answer]} · {t(f'assess.falls_{falls(item)}')}")
    if reason := item.due.reason_vi if vi else item.due.reason_en:
        st.write(f"{t('assess.reason')}: {reason}")
    lines = []
    for standard in item.due.standard.possible:
        assumed = standard.assumed_vi if vi else standard.assumed_en
        for test in item.tests:
            said = calculation(test, standard, dict(item.amounts), vi, line_of_due=True)
            lines.append(f"{assumed}: {said}" if assumed else said)
    st.html(list_html(lines))
    facts = {t("rules.citation"): "; ".join(test.cited(vi) for test in item.tests)}
    facts[t("rules.text")] = "; ".join(dict.fromkeys(text_state(test) for test in item.tests))
    for quantity, name in zip(QUANTITIES, (t("unit.area"), t("unit.population")), strict=True):
        sure = item.sure(quantity)
        parts = [sure.get("source", ""), sure.get("as_of", ""), sure.get("note", "")]
        if "confidence" in sure:
            parts.append(
                f"{t('rules.confidence')}: {confidence_words().get(sure['confidence'], sure['confidence'])}"
            )
        facts[name] = " · ".join(filter(None, parts)) or t("state.missing")
    if found := doubts(item):
        words = doubt_words()
        facts[t("assess.doubts")] = "; ".join(words[name] for name in found)
    st.html(facts_html(facts))


@st.fragment
def on_map(key: str, assessment: Assessment) -> None:  # noqa: ARG001 (drawn like the others)
    """Draw the map of Hanoi coloured by the answer; a click shows the unit."""
    register = map_register(assessment.register)
    layer = None if register is None else schematic_layer(register)
    if register is None or layer is None:
        st.info(t("assess.no_map"))
        return
    if register.id != assessment.register.id:
        st.caption(t("assess.map_part"))
    by_code = {item.unit.code: item for item in assessment.units if item.unit.code in layer.codes}
    map_key = f"assess-map-{register.id}"
    if (click := new_click(map_key)) is not None:
        st.session_state[f"{map_key}:chosen"] = click.code
    chosen = st.session_state.get(f"{map_key}:chosen") or ""
    answers = {code: outcome(item) for code, item in by_code.items()}
    answers |= dict.fromkeys(layer.codes - set(by_code), "unjudged")
    counts = Counter(answers.values())
    entries = [
        Entry(
            LOOKS[_LOOK[name]][0],
            f"{t(f'assess.{name}')}: {number(counts[name])}",
            mark=LOOKS[_LOOK[name]][1],
        )
        for name in OUTCOMES
    ]
    if counts["unjudged"]:
        entries.append(
            Entry(_unjudged().fill, f"{t('assess.unjudged')}: {number(counts['unjudged'])}", hatch="#aab1ba")
        )
    left, right = st.columns([3, 2])
    with left:
        show_map(
            map_key,
            layer,
            styles(answers),
            outlines=[Outline((chosen,))] if chosen in layer.codes else [],
            legend=legend_html(t("assess.outcome"), entries, t("assess.regime", regime=assessment.regime)),
        )
    with right:
        if chosen in by_code:
            details(by_code[chosen])
        else:
            st.caption(t("assess.click"))


def _unjudged() -> Style:
    return Style(fill="#e6e8eb", hatch="#aab1ba")


def styles(answers: Mapping[str, str]) -> dict[str, Style]:
    """Return how each unit is drawn by its answer: a colour, and a mark where it is not the plain case."""
    looks = {
        name: Style(fill=LOOKS[_LOOK[name]][0], mark="" if name == "not-due" else LOOKS[_LOOK[name]][1])
        for name in OUTCOMES
    }
    looks["unjudged"] = _unjudged()
    return {code: looks[answer] for code, answer in answers.items()}


def map_register(register: Register) -> Register | None:
    """Return Hanoi's embedded register of the vintage whose map shows units of this one, None where there is none."""
    name = embedded_for(register.vintage)
    if name is None:
        return None
    hanoi = embedded_register(name)
    return hanoi if any(code in register for code in hanoi.by_code) else None


@st.fragment
def places(key: str, assessment: Assessment) -> None:
    """Draw the counts by province, or by district where the register is of one province."""
    import pandas as pd

    frame = _table(key, language(), assessment)
    if frame.empty:
        st.info(t("assess.nothing"))
        return
    by = "province" if frame["province"].nunique() > 1 or not (frame["district"] != "").any() else "district"
    counts = (
        pd.crosstab(frame[by], frame["outcome"]).reindex(columns=list(OUTCOMES), fill_value=0).astype(float)
    )
    counts["all"] = counts.sum(axis=1)
    counts["percent"] = 100 * counts["due"] / counts["all"]
    counts.insert(0, by, counts.index)
    title = t("assess.province") if by == "province" else t("unit.district")
    show_table(
        f"assess:{key}:places",
        counts,
        (
            Column(by, title, width=200),
            Column("all", t("assess.judged"), 0, width=110),
            *(Column(name, t(f"assess.{name}"), 0, width=130) for name in OUTCOMES),
            Column("percent", t("assess.percent_due"), 1, width=130),
        ),
        file_name=f"{assessment.register.id.removesuffix('.csv')}-assessed-places",
    )


@st.cache_data(show_spinner=False, max_entries=12)
def _readings(key: str, _assessment: Assessment) -> pd.DataFrame:  # noqa: ARG001 (the cache's key)
    import pandas as pd

    found = readings(_assessment.register, _assessment.date, _assessment.options)
    return pd.DataFrame(
        [[r.name, r.due, r.undetermined, r.not_due] for r in found], columns=["name", *OUTCOMES]
    )


def is_national(assessment: Assessment) -> bool:
    """Whether the register holds as many units as the published number speaks of."""
    rule = published(assessment.date)
    return rule is not None and len(assessment.register) == rule.number("all_units")


def explained(key: str, assessment: Assessment) -> None:
    """Draw the published number beside ours, and why they differ, from the data."""
    rule = published(assessment.date)
    if rule is None:
        return
    said, every = int(rule.number("units")), int(rule.number("all_units"))
    summary = assessment.summary
    low, high = summary["due"], summary["due"] + summary["undetermined"]
    with st.spinner(t("assess.counting")):
        table = _readings(key, assessment)
    found = counted_doubts(assessment)
    inside = "inside" if low <= said <= high else "outside"
    lines = [
        t("assess.why_range", low=number(low), high=number(high), said=number(said), every=number(every)),
        t(f"assess.why_{inside}", said=number(said), low=number(low), high=number(high)),
    ]
    for name in ("terrain", "population", "contradiction"):
        units, unsure = found[name]
        lines.append(t(f"assess.why_{name}", units=number(units), unsure=number(unsure)))
    due = {name: int(count) for name, count in zip(table["name"], table["due"], strict=True)}
    other = _other(assessment)
    open_too = {name: int(n) for name, n in zip(table["name"], table["undetermined"], strict=True)}
    lines += [
        t("assess.why_published", due=number(due["published-area"]), chosen=number(low)),
        t("assess.why_both", due=number(due[other]), most=number(due[other] + open_too[other])),
        t("assess.why_unjudged", units=number(len(assessment.unjudged))),
        t("assess.why_standards"),
    ]
    st.html(list_html(lines))
    words = {name: t(f"assess.reading_{name}") for name in table["name"]}
    shown = table.astype(dict.fromkeys(OUTCOMES, float))
    draw(
        f"assess:{key}:readings",
        shown,
        (
            Column("name", t("assess.reading"), words=words, width=420),
            *(Column(name, t(f"assess.{name}"), 0, width=130) for name in OUTCOMES),
        ),
    )
    vi = language() == "vi"
    st.html(
        facts_html({t("rules.citation"): rule.cited(vi), t("rules.text"): text_state(rule)})
        + f'<p class="sx-legend"><small>{escape(t("rules.source"))}: {links_html(rule.source)}</small></p>'
    )


def _other(assessment: Assessment) -> str:
    return "both" if assessment.options.due_2026 == "any" else "any"
