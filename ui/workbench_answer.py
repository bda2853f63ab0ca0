"""What the law says of groups, drawn: figures against the standards, verdicts, and what an edit changed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Final

import streamlit as st

from plans.apply import Amount
from rules.engine import Judgement
from rules.verdicts import Verdict
from ui import colours
from ui.rules_data import rank, status, title_of
from ui.style import facts_html, table_html
from ui.text import language, number, t
from ui.workbench_changes import HOWS, Change, places, verdict_changes
from ui.workbench_forms import unit_name
from ui.workbench_select import focus
from ui.workbench_words import plain

# beyond these a list of verdicts is cut, and says so
SHOWN_MOST: Final = 30
GROUPS_MOST: Final = 12
LISTED_MOST: Final = 3
STYLE: Final = """
<style>
[class*="st-key-verdicts-"] button {
  justify-content: flex-start; text-align: left; min-height: 1.6rem; padding: .1rem 0;
}
[class*="st-key-verdicts-"] p { text-align: left; font-size: .9rem; line-height: 1.35; }
[class*="st-key-verdicts-"] { gap: .15rem; }
</style>
"""


def mark_of(verdict: Verdict) -> str:
    """Return the symbol of a verdict's status, with a space after it; a remark has none."""
    name = status(verdict)
    return f"{colours.OUTCOMES[name][1]} " if name in colours.OUTCOMES else ""


def status_words(name: str) -> str:
    """Return a status in words."""
    return t("workbench.information") if name == "information" else t(f"outcome.{name}")


# --- figures -------------------------------------------------------------------------------------------------


def amount_words(amount: Amount, decimals: int | None) -> str:
    """Return an amount: a figure, an estimate (≈), bounds, or a dash."""
    if amount.value is not None:
        return ("≈ " if amount.estimated else "") + number(amount.value, decimals)
    if amount.low is not None and amount.high is not None:
        return f"{number(amount.low, decimals)} – {number(amount.high, decimals)}"
    return number(None)


def figures_table(judged: Judgement, codes: Sequence[str]) -> str:
    """Return a table of units formed: code, kind, area, population, density, each against its standard."""
    rows = []
    for code in codes[:GROUPS_MOST]:
        result, item = judged.by_unit[code][0], judged.view.formed[code]
        area, persons = result.amounts["area_km2"], result.amounts["population"]
        standard = judged.view.standard(item.unit)
        limits: dict[str, str] = {}
        for quantity, decimals in (("area_km2", 2), ("population", 0)):
            found = sorted({s.required(quantity) for s in standard.possible}) if standard else []
            limits[quantity] = " / ".join(number(limit, _decimals(limit, decimals)) for limit in found) or "—"
        rows.append(
            [
                f"{unit_name(item.plan)} · {code}",
                amount_words(area, 2),
                f"{limits['area_km2']} ({_percent(result.percent.get('area_km2'))})",
                amount_words(persons, 0),
                f"{limits['population']} ({_percent(result.percent.get('population'))})",
                density(area, persons, {result.basis[q] for q in result.basis}),
            ]
        )
    head = [
        t("workbench.unit"),
        f"{t('unit.area')} (km²)",
        t("workbench.standard"),
        f"{t('unit.population')} ({t('unit.persons')})",
        t("workbench.standard"),
        t("map.figure_density"),
    ]
    if len(rows) <= LISTED_MOST:
        # a list reads better than a table in a narrow panel
        return "".join(f"<b>{escape(row[0])}</b>{facts_html(_facts(head, row))}" for row in rows)
    return f'<div style="overflow-x:auto">{table_html(head, rows)}</div>'


def _facts(head: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    reached = t("workbench.standard")
    return {
        head[1]: f"{row[1]} · {reached}: {row[2]}",
        head[3]: f"{row[3]} · {reached}: {row[4]}",
        head[5]: row[5],
    }


def _decimals(value: Decimal, most: int) -> int:
    return 0 if value == value.to_integral_value() else most


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{number(value, 1)} %"


def density(area: Amount, persons: Amount, bases: set[str]) -> str:
    """Return persons a km², rounded; a dash where a figure is unknown or the two are on different bases."""
    if area.value is None or persons.value is None or not area.value or len(bases) > 1:
        return number(None)
    estimated = "≈ " if area.estimated or persons.estimated else ""
    return estimated + number(persons.value / area.value, 0)


# --- verdicts ------------------------------------------------------------------------------------------------


def name_of(code: str | None, judged: Judgement) -> str:
    """Return the name of what a verdict is about: a unit formed, a source, or the plan."""
    if code is None:
        return t("workbench.whole_plan")
    if code in judged.plan.by_code:
        return unit_name(judged.plan.by_code[code])
    unit = judged.view.register.by_code.get(code)
    return code if unit is None else t("unit.full_name", kind=t(f"kind.{unit.kind}"), name=unit.name)


def verdict_line(verdict: Verdict, judged: Judgement) -> str:
    """Return a verdict in one line: symbol, status, subject, rule, calculation, citation."""
    vi = language() == "vi"
    rule = judged.view.rule.get(verdict.rule)
    title = verdict.rule if rule is None else title_of(rule, vi)
    message = verdict.message_vi if vi else verdict.message_en
    cited = ", ".join(
        part
        for part in (
            verdict.instrument,
            verdict.article and t("workbench.article", article=verdict.article),
            verdict.clause and t("workbench.clause", clause=verdict.clause),
            verdict.point and t("workbench.point", point=verdict.point),
        )
        if part
    )
    return (
        f"{mark_of(verdict)}**{plain(status_words(status(verdict)))}** · {plain(name_of(verdict.subject, judged))} · "
        f"{plain(title)}: {plain(message)} ({plain(cited)})"
    )


def verdict_rows(lines: Sequence[tuple[str, Verdict]], judged: Judgement, key: str) -> None:
    """Draw verdicts as a list; one that has a place on the map is a button that zooms to what breaks it.

    ``lines``: words before the verdict (empty for none) and the verdict.
    """
    with st.container(key=f"verdicts-{key}"):
        for at, (before, verdict) in enumerate(lines[:SHOWN_MOST]):
            text = (f"{plain(before)} · " if before else "") + verdict_line(verdict, judged)
            where = places(verdict, judged)
            if where:
                st.button(
                    text,
                    key=f"verdicts-{key}:{at}",
                    type="tertiary",
                    on_click=focus,
                    args=(where,),
                    wrap=True,
                    help=t("workbench.zoom"),
                )
            else:
                st.markdown(text)
    if len(lines) > SHOWN_MOST:
        st.caption(t("workbench.more", count=number(len(lines) - SHOWN_MOST)))


def group_verdicts(judged: Judgement, code: str, key: str) -> None:
    """Draw all verdicts on a unit formed: those that are not plain passes first, passes folded away."""
    found = sorted((*judged.by_unit[code][1], *judged.shared[code]), key=lambda v: (rank(v), v.rule))
    _split(((("", verdict)) for verdict in found), judged, key)


def _split(
    lines: Iterable[tuple[str, Verdict]], judged: Judgement, key: str, always: Container[str] = ()
) -> None:
    """Draw verdicts; passes and remarks folded away, but for those whose words before are in ``always``."""
    pressing: list[tuple[str, Verdict]] = []
    quiet: list[tuple[str, Verdict]] = []
    for line in lines:
        folded = line[0] not in always and status(line[1]) in ("pass", "information")
        (quiet if folded else pressing).append(line)
    if pressing:
        verdict_rows(pressing, judged, key)
    if quiet:
        with st.expander(t("workbench.quiet", count=number(len(quiet)))):
            verdict_rows(quiet, judged, f"{key}-quiet")


def changes_summary(changes: Sequence[Change]) -> str:
    """Return how many verdicts are worse, new, better and gone, in words; passes that are new count apart."""
    counts = {how: sum(change.how == how for change in changes) for how in HOWS}
    said = [t(f"workbench.count_{how}", count=number(count)) for how, count in counts.items() if count]
    return ", ".join(said) or t("workbench.no_change")


def change_list(before: Judgement, after: Judgement, key: str) -> None:
    """Draw the verdicts that an edit changed: worse, new, better, gone."""
    changes = verdict_changes(before, after)
    st.markdown(f"**{t('workbench.changed')}** {changes_summary(changes)}")
    current = [c for c in changes if c.how != "gone"]
    _split(
        ((t(f"workbench.how_{c.how}"), c.verdict) for c in current),
        after,
        key,
        (t("workbench.how_worse"), t("workbench.how_better")),
    )
    gone = [c for c in changes if c.how == "gone"]
    if gone:
        with st.expander(t("workbench.gone_list", count=number(len(gone)))):
            verdict_rows([(t("workbench.how_gone"), c.verdict) for c in gone], before, f"{key}-gone")
