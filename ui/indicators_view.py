"""The results of the Indicators page: totals, the table old beside new, one unit's calculation, files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from indicators.catalogue import KINDS
from indicators.explain import explain, unit_name
from indicators.status import MEANINGS
from ui.indicators_chart import Bar, bars_html
from ui.indicators_data import (
    FORMATS,
    MARKS,
    SHEET_ROWS,
    Key,
    chosen_rows,
    columns_of,
    decimals_of,
    figures_of,
    file_of,
    mark_of,
    new_values,
    old_values,
    result_key,
    result_rows,
    target_binds,
    target_of,
)
from ui.indicators_maps import maps
from ui.indicators_sources import Source
from ui.indicators_ways import Chain, end_titles
from ui.layers import full_name
from ui.session import Work, plain_lines
from ui.style import table_html
from ui.table import Column, downloads, draw, narrow
from ui.text import language, number, t
from ui.unit_facts import day

if TYPE_CHECKING:
    import pandas as pd

    from indicators.remap import Remapped

VIEWS: Final = ("table", "map")
_UNIT: Final = "indicators-unit"
_MIME: Final = {
    "csv": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def results(source: Source, chain: Chain, base: str | None, result: Remapped, current: Work) -> None:
    """Draw all that is known of a result."""
    _files(source, chain, base, result)
    _section(source, chain, base, result, current)
    _reports(result)


@st.fragment
def _section(_source: Source, _chain: Chain, _base: str | None, _result: Remapped, _current: Work) -> None:
    columns = columns_of(_result)
    with st.container(key="indicators-wide-choice"):
        left, right = st.columns([2, 1], vertical_alignment="bottom")
    column = left.selectbox(
        t("indicators.indicator"),
        columns,
        format_func=partial(column_words, _result),
        key=f"indicators-column-{_source.key}",
    )
    if column is None:
        return
    view = right.segmented_control(
        t("indicators.view"),
        VIEWS,
        format_func=lambda name: t(f"indicators.view_{name}"),
        default=VIEWS[0],
        key="indicators-view",
        required=True,
    )
    if _source.illustrative:
        st.caption(t("indicators.illustrative_here"))
    _totals(_result, _chain, column)
    if view == "map":
        clicked = maps(_chain, _result, column, _current)
        if clicked is not None and clicked in _chain.asked:
            st.session_state[_UNIT] = clicked
        _unit(_result, _chain, column, _result_key(_source, _chain, _base))
        return
    rows = _rows(f"{result_key(_source, _chain, _base)}", column, language(), _result, _chain)
    table = table_columns(rows, _result, column, _chain.back)
    shown = narrow("indicators-rows", rows, table)
    chosen = draw("indicators-rows", shown, table, select=True)
    st.caption(t("indicators.signs", **MARKS))
    downloads(
        "indicators-rows",
        rows,
        shown,
        table,
        f"{_mark(_source)}{'backcast-' if _chain.back else ''}{column[0]}-{column[1]}",
    )
    if chosen is not None and st.session_state.get("indicators-chosen") != str(rows.loc[chosen, "code"]):
        st.session_state["indicators-chosen"] = st.session_state[_UNIT] = str(rows.loc[chosen, "code"])
    _unit(_result, _chain, column, _result_key(_source, _chain, _base))


def _result_key(source: Source, chain: Chain, base: str | None) -> str:
    return f"{chain.asked.vintage}-{len(chain.asked)}-{source.key[:6]}-{base or ''}-{chain.back}"


def column_words(result: Remapped, column: Key) -> str:
    """Return what one indicator and period is called: name, unit, period, kind."""
    item = result.catalogue.by_id[column[0]]
    unit = f" ({unit_name(item.unit, language())})" if item.unit else ""
    return f"{item.name(language())}{unit} · {day(column[1])} · {KINDS[item.kind][language() != 'vi']}"


@st.cache_data(show_spinner=False, max_entries=64)
def _rows(key: str, column: Key, words: str, _result: Remapped, _chain: Chain) -> pd.DataFrame:  # noqa: ARG001
    return result_rows(_result, column, _chain, words)


def table_columns(rows: pd.DataFrame, result: Remapped, column: Key, back: bool = False) -> list[Column]:
    """Return the columns of the table of one indicator, in words; ``back``: of figures carried back."""
    item = result.catalogue.by_id[column[0]]
    decimals = decimals_of(item, figures_of(old_values(result, column)))
    at = int(language() != "vi")
    unit = f" ({unit_name(item.unit, language())})" if item.unit else ""
    words = bool(rows["value_text"].any())
    changes = {name: t(f"indicators.change_{name}") for name in ("formed", "same")}
    if back:
        changes["formed"] = t("indicators.back_formed")
    new = t("indicators.back_new" if back else "indicators.new", unit=unit)
    return [
        Column("unit", t("indicators.back_unit" if back else "indicators.unit"), width=170),
        Column("old", t("indicators.back_old" if back else "indicators.old"), width=300),
        Column("value", new, decimals, shown=not words or bool(rows["value"].notna().any())),
        Column("value_text", new, shown=words),
        Column(
            "mark",
            t("indicators.mark"),
            words={name: f"{sign} {t('indicators.mark_' + name)}" for name, sign in MARKS.items()},
            filter=True,
        ),
        Column("low", t("indicators.low"), decimals),
        Column("high", t("indicators.high"), decimals),
        Column("change", t("indicators.change"), words=changes, filter=True),
        Column("district", t("unit.district"), filter=True),
        Column("status", t("indicators.status"), words={k: f"{k} · {v[at]}" for k, v in MEANINGS.items()}, filter=True),
        Column("method", t("indicators.method"), words=method_words()),
        Column("base", t("indicators.base"), words=base_names()),
        Column("coverage", t("indicators.coverage"), 1),
        Column("missing", t("indicators.back_parents_missing" if back else "indicators.parents_missing")),
        Column("reason", t("indicators.reason"), width=320),
        Column("code", t("unit.code"), width=70),
        Column("parents", t("indicators.back_parents" if back else "indicators.parents"), shown=False),
    ]  # fmt: skip


def method_words() -> dict[str, str]:
    """Return the methods of the contract in words."""
    names = (
        "sum", "pooled-ratio", "weighted-mean", "recomputed", "inherited", "union-bounds", "bounds", "refused",
        "missing",
    )  # fmt: skip
    return {name: t(f"indicators.method_{name.replace('-', '_')}") for name in names}


def base_names() -> dict[str, str]:
    """Return the bases that every plan has, in words; others keep their names."""
    return {"": "—", **{base: t(f"indicators.base_{base}") for base in ("population", "area")}}


def _totals(result: Remapped, chain: Chain, column: Key) -> None:
    """Draw the totals before and after of one indicator, and of all indicators folded away."""
    item = result.catalogue.by_id[column[0]]
    totals = result.totals
    mine = chosen_rows(totals, column)
    if mine.empty:
        old, new = old_values(result, column), new_values(result, column)
        unknown = [len(chain.given) - sum(v is not None for v in old.values())]
        unknown.append(len(chain.asked) - sum(v is not None for v in new.values()))
        rows = [
            [t("indicators.units"), number(len(chain.given)), number(len(chain.asked))],
            [t("indicators.without"), *map(number, unknown)],
        ]
        said = t("indicators.no_total", kind=KINDS[item.kind][language() != "vi"])
    else:
        row = mine.iloc[0]
        decimals = decimals_of(item, figures_of(old_values(result, column)))
        equal = bool(row["equal"])
        rows = [
            [t("indicators.units"), number(len(chain.given)), number(len(chain.asked))],
            [t("indicators.total"), number(row["total_before"], decimals), number(row["total_after"], decimals)],
            [t("indicators.in_bounds"), number(0), number(row["in_bounds"], decimals)],
            [t("indicators.in_partial"), number(0), number(row["in_partial"], decimals)],
            [t("indicators.without"), number(int(row["missing_before"])), number(int(row["missing_after"]))],
        ]  # fmt: skip
        said = t("indicators.equal" if equal else "indicators.unequal")
        if not equal:
            st.error(said)
    titles = end_titles(chain)
    head = [t("indicators.totals"), *titles]
    st.html(f'<div style="max-width:44rem">{table_html(head, rows)}</div>')
    st.caption(said)
    if len(totals) > 1:
        with st.expander(t("indicators.all_totals", count=number(len(totals)))):
            shown = totals.assign(
                indicator=[result.catalogue.by_id[str(i)].name(language()) for i in totals["indicator"]],
                period=totals["period"].astype(str),
                equal=["yes" if equal else "no" for equal in totals["equal"]],
                **{name: totals[name].astype(float) for name in ("missing_before", "missing_after")},
            )
            columns = [
                Column("indicator", t("indicators.indicator"), width=260),
                Column("period", t("indicators.period")),
                Column("total_before", titles[0], 2),
                Column("total_after", titles[1], 2),
                Column("in_bounds", t("indicators.in_bounds"), 2),
                Column("in_partial", t("indicators.in_partial"), 2),
                Column("missing_before", t("indicators.missing_before"), 0),
                Column("missing_after", t("indicators.missing_after"), 0),
                Column("equal", t("indicators.is_equal"), words={n: t(f"indicators.{n}") for n in ("yes", "no")}),
            ]  # fmt: skip
            draw("indicators-totals", shown, columns)
            downloads("indicators-totals", shown, shown, columns, "indicator-totals")


def _unit(result: Remapped, chain: Chain, column: Key, key: str) -> None:
    """Draw one unit's calculation in words with its bars."""
    st.subheader(t("indicators.calculation"))
    codes = [unit.code for unit in chain.asked]
    kept = st.session_state.get(_UNIT)
    if kept not in chain.asked:
        formed = chosen_rows(result.frame, column)
        kept = next(
            (str(c) for c, p in zip(formed["unit_code"], formed["parents"], strict=True) if " " in str(p)), codes[0]
        )  # fmt: skip
    box = f"indicators-unit-box-{key}"
    if st.session_state.get(box) != kept:
        st.session_state[box] = kept

    def take() -> None:
        st.session_state[_UNIT] = st.session_state[box]

    code = st.selectbox(
        t("indicators.back_unit" if chain.back else "indicators.unit"),
        codes,
        format_func=lambda one: " · ".join(
            filter(None, (full_name(chain.asked[one]), chain.asked[one].district_name, one))
        ),
        key=box,
        on_change=take,
        filter_mode="fuzzy",
    )
    if code is None:
        return
    with st.container(key="indicators-wide-unit"):
        left, right = st.columns([1.2, 1])
    with left:
        st.markdown(plain_lines(explanation(result, chain, str(code), column)))
    with right:
        st.html(unit_bars(result, chain, str(code), column))


def explanation(result: Remapped, chain: Chain, code: str, column: Key) -> str:
    """Return the calculation of one figure, with the names of units beside their codes."""
    registers = {register.vintage: register for register in (chain.given, chain.asked)}

    def name(code: str, vintage: str) -> str:
        register = registers.get(vintage)
        return f"{full_name(register[code])} ({code})" if register and code in register else code

    return explain(
        result, code, *column, language(), form="vi", names=name, dates=day, register=chain.registers[0]
    )  # fmt: skip


def unit_bars(result: Remapped, chain: Chain, code: str, column: Key) -> str:
    """Return the bars of a unit: what each old unit had, the new figure with its bounds, the target."""
    item = result.catalogue.by_id[column[0]]
    old = figures_of(old_values(result, column))
    rows = chosen_rows(result.frame, column)
    row = rows[rows["unit_code"] == code].iloc[0]
    value = figures_of(new_values(result, column)).get(code)
    low, high = (None if row[name] != row[name] else float(row[name]) for name in ("low", "high"))
    parents = str(row["parents"]).split()
    bars = [Bar(f"{full_name(chain.given[p])} ({p})" if p in chain.given else p, old.get(p)) for p in parents]
    mark = mark_of(row["value"], row["low"], str(row["method"]), str(row["base"]), str(row["status"]))
    sign = f"{MARKS[mark]} {t('indicators.mark_' + mark)}"
    bars.append(Bar(f"{full_name(chain.asked[code])} · {sign}", value, low, high, whole=True))
    target = target_of(item, result.catalogue)
    decimals = decimals_of(item, old)
    words = ""
    if target is not None:
        ends = (value, value) if value is not None else (low, high)
        met = None if ends[0] is None or ends[1] is None else target.met(ends[0], ends[1])
        outcome = {True: "outcome.pass", False: "outcome.fail", None: "outcome.undetermined"}[met]
        if not target_binds(item, result.catalogue, column[1]):
            outcome = "indicators.target_later"
        elif target.level in ("city", "national"):
            # one commune neither meets nor misses what a whole city is to reach
            outcome = "indicators.target_of_all"
        words = t(
            "indicators.target",
            sign=target.sign,
            value=number(target.limit, 0 if target.limit.is_integer() else decimals),
            day=day(target.day) if target.day else "—",
            level=t(f"indicators.level_{target.level}"),
            outcome=t(outcome),
            source=target.source,
        )
        if "illustrative" in item.marks:
            words += f" {t('indicators.target_illustrative')}"
    unit = f" ({unit_name(item.unit, language())})" if item.unit else ""
    title = t(
        "indicators.back_bars" if chain.back else "indicators.bars", name=item.name(language()), unit=unit
    )
    return bars_html(title, bars, decimals, None if target is None else target.limit, words)


def _files(source: Source, chain: Chain, base: str | None, result: Remapped) -> None:
    """Draw the downloads of the whole result; files are made when asked for."""
    with st.popover(t("indicators.download")):
        st.caption(t("indicators.download_note", count=number(len(result.frame))))
        with st.container(horizontal=True):
            for ending in FORMATS:
                way = f"{'backcast-' if chain.back else ''}{chain.given.vintage}-{chain.asked.vintage}"
                name = f"{_mark(source)}indicators-{way}"
                st.download_button(
                    "CSV (zip)" if ending == "csv" else ending.capitalize() if ending == "parquet" else "XLSX",
                    partial(file_of, result, source, chain, base, ending),
                    file_name=f"{name}.{'zip' if ending == 'csv' else ending}",
                    mime=_MIME[ending],
                    key=f"indicators-file-{ending}",
                    on_click="ignore",
                    disabled=ending == "xlsx" and len(result.frame) > SHEET_ROWS,
                )  # fmt: skip
        if len(result.frame) > SHEET_ROWS:
            st.caption(t("indicators.too_long", count=number(SHEET_ROWS)))


def _mark(source: Source) -> str:
    return "illustrative-" if source.illustrative else ""


def _reports(result: Remapped) -> None:
    """Draw what was noticed on the way, one line each."""
    if result.reports:
        with st.expander(t("indicators.reports", count=number(len(result.reports)))):
            st.markdown(plain_lines("\n".join(report.text(language()) for report in result.reports[:200])))
