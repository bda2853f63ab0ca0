"""A table of the visitor's own: what its columns are, of what kind its indicators; nothing is computed before that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from geo.errors import Problem, SapxepError
from geo.register import Register
from indicators.catalogue import KINDS, Catalogue, Indicator, embedded_catalogue
from indicators.columns import ColumnRole, guess_kind, match_columns
from indicators.observations import Observations, parse_observations
from indicators.periods import normal_period
from indicators.recognise import known_registers
from indicators.tables import TextTable, parse_table
from ui.indicators_sources import Source, digest
from ui.session import Work, plain_lines, register_after
from ui.table import Column, downloads, draw
from ui.text import language, number, t
from ui.unit_facts import day

if TYPE_CHECKING:
    import pandas as pd

TYPES: Final = ("csv", "xlsx", "parquet")
ROLES: Final = (
    "data", "unit_code", "name", "vintage", "period", "indicator", "value", "numerator", "denominator", "status",
    "ignore",
)  # fmt: skip
PARTS: Final = ("value", "numerator", "denominator")
PREVIEW: Final = 8
SAMPLE: Final = 2000
_FILE: Final = "indicators-file"
_AGREED: Final = "indicators-agreed"


def uploaded_source(current: Work, back: bool = False) -> Source | None:
    """Draw the upload and what is asked about it; return the observations once they are confirmed and understood.

    ``back``: figures of the new units are asked for.
    """
    given = st.file_uploader(
        t("indicators.back_file" if back else "indicators.file"), type=list(TYPES), key="indicators-upload"
    )
    if given is not None:
        st.session_state[_FILE] = (given.name, given.getvalue())
    if _FILE not in st.session_state:
        st.info(t("indicators.file_help"))
        return None
    name, content = st.session_state[_FILE]
    if given is None:
        st.caption(t("indicators.file_kept", name=name))
        if st.button(t("indicators.file_drop"), key="indicators-drop"):
            del st.session_state[_FILE]
            st.rerun()
    key = digest(content + name.encode())
    table = _table(key, name, content)
    agreed = st.session_state.get(_AGREED)
    ready = agreed if agreed is not None and agreed[0] == key else None
    with st.expander(t("indicators.columns_of", name=name), expanded=ready is None):
        asked = _ask(key, table)
    if asked is not None:
        st.session_state[_AGREED] = (key, asked)
        st.rerun()
    if ready is None:
        st.info(t("indicators.confirm_first"))
        return None
    roles, own, vintage, period = ready[1]
    registers = (current.register, register_after(current))
    state = digest(repr((key, roles, own, vintage, period, [r.id + r.vintage for r in registers])).encode())
    with st.spinner(t("indicators.step_read", count=number(len(table.frame)))):
        observations, catalogue, error = _observations(
            state + current.key, name, content, roles, own, vintage, period, registers
        )
    if error is not None or observations is None:
        _problems(error.problems if error else (), t("indicators.refused", name=name))
        return None
    st.success(
        t("indicators.taken", rows=number(len(observations)), vintage=day(observations.vintage), name=name)
    )
    if observations.reports:
        with st.expander(t("indicators.read_reports", count=number(len(observations.reports)))):
            _problems(observations.reports, "")
    return Source(observations, catalogue, content, state, name)


@st.cache_resource(show_spinner=False, max_entries=4)
def _table(key: str, name: str, _content: bytes) -> TextTable:  # noqa: ARG001 (the cache's key)
    return parse_table(_content, name)


Asked = tuple[tuple[ColumnRole, ...], tuple[Indicator, ...], str, str]


@st.cache_resource(show_spinner=False, max_entries=4)
def _observations(
    key: str,  # noqa: ARG001 (the cache's key)
    _name: str,
    _content: bytes,
    _roles: Sequence[ColumnRole],
    _own: Sequence[Indicator],
    _vintage: str,
    _period: str,
    _registers: Sequence[Register],
) -> tuple[Observations | None, Catalogue, SapxepError | None]:
    catalogue = embedded_catalogue().extended(*_own)
    try:
        found = parse_observations(
            _content, _name, catalogue, _registers, _vintage, mapping=_roles, period=_period
        )
    except SapxepError as error:
        return None, catalogue, error
    return found, catalogue, None


def _problems(problems: Sequence[Problem], title: str) -> None:
    """Draw problems as rows that can be sorted and taken along."""
    if title:
        st.error(plain_lines(title))
    frame = problem_rows(problems, language() == "vi")
    columns = [
        Column("row", t("indicators.row"), width=70),
        Column("field", t("indicators.column"), width=150),
        Column("what", t("indicators.what"), width=380),
        Column("found", t("indicators.found"), width=160),
        Column("accepted", t("indicators.accepted"), width=260),
    ]
    key = "indicators-problems" if title else "indicators-notes"
    draw(key, frame, columns)
    downloads(key, frame, frame, columns, "problems")


def problem_rows(problems: Sequence[Problem], vi: bool) -> pd.DataFrame:
    """Return one row a problem: row of the file, column, what is wrong, found, accepted; all text."""
    import pandas as pd

    rows = [
        {
            "row": "" if p.row is None else str(p.row),
            "field": p.field or "",
            "what": p.vi if vi else p.en,
            "found": p.found or "",
            "accepted": p.accepted or "",
        }
        for p in problems
    ]
    return pd.DataFrame(rows, columns=["row", "field", "what", "found", "accepted"])


# --- what is asked -----------------------------------------------------------------------------------------------


def _ask(key: str, table: TextTable) -> Asked | None:
    """Draw the preview, the columns and the kinds; return what was confirmed in this run."""
    st.caption(t("indicators.preview", rows=number(len(table.frame)), columns=number(len(table.columns))))
    for note in table.notes:
        st.caption(note.text(language()))
    preview = table.frame.head(PREVIEW)
    st.dataframe(preview.astype(str), hide_index=False, height=35 * (len(preview) + 1) + 3)
    catalogue = embedded_catalogue()
    st.markdown(f"**{t('indicators.roles')}**")
    roles = _edit_roles(key, match_columns(table, catalogue), catalogue)
    own = _edit_kinds(key, table, roles, catalogue)
    left, right = st.columns(2)
    lacks_period = needs_period(roles)
    period = ""
    if lacks_period:
        period = left.text_input(
            t("indicators.period_asked"), key=f"indicators-period-{key}", placeholder="2024, 2024-Q3, 2024-12-31"
        )  # fmt: skip
    vintage = ""
    if not any(role.role == "vintage" for role in roles):
        registers = {register.vintage: len(register) for register in known_registers()}
        vintage = right.selectbox(
            t("indicators.vintage_asked"),
            ["", *registers],
            format_func=lambda one: (
                t("indicators.vintage_units", day=day(one), count=number(registers[one]))
                if one
                else t("indicators.vintage_recognise")
            ),
            key=f"indicators-vintage-{key}",
        )
    wrong = unanswered(roles, period)
    if wrong:
        st.warning("  \n".join(t(f"indicators.lacks_{name}") for name in wrong))
    if st.button(
        t("indicators.confirm"), key=f"indicators-confirm-{key}", type="primary", disabled=bool(wrong)
    ):
        return roles, own, str(vintage or ""), normal_period(period) or "" if lacks_period else ""
    return None  # fmt: skip


def needs_period(roles: Sequence[ColumnRole]) -> bool:
    """Whether no column says the period of some figures."""
    if any(role.role == "period" for role in roles):
        return False
    long = any(role.role == "indicator" for role in roles)
    return long or any(role.role == "data" and not role.period for role in roles)


def unanswered(roles: Sequence[ColumnRole], period: str) -> list[str]:
    """Return what has to be said before anything can be read: code, data, period."""
    names = [role.role for role in roles]
    lacks = [] if "unit_code" in names else ["code"]
    if not ("data" in names or ("indicator" in names and "value" in names)):
        lacks.append("data")
    if needs_period(roles) and not normal_period(period):
        lacks.append("period")
    return lacks


def _edit_roles(key: str, roles: Sequence[ColumnRole], catalogue: Catalogue) -> tuple[ColumnRole, ...]:
    import pandas as pd

    vi = language() == "vi"
    own = [role.indicator for role in roles if role.role == "data" and role.indicator not in catalogue]
    ids = ["", *dict.fromkeys(own), *(item.id for item in catalogue)]
    frame = pd.DataFrame(
        [
            {
                "column": role.column,
                "role": role.role,
                "indicator": role.indicator,
                "period": role.period,
                "part": role.part if role.role == "data" else "",
                "why": role.reason_vi if vi else role.reason_en,
            }
            for role in roles
        ]
    )
    config: dict[str, Any] = {
        "column": st.column_config.TextColumn(t("indicators.column"), disabled=True),
        "role": st.column_config.SelectboxColumn(
            t("indicators.role"),
            width=200,
            options=list(ROLES),
            format_func=lambda one: t(f"indicators.role_{one}"),
            required=True,
        ),
        "indicator": st.column_config.SelectboxColumn(
            t("indicators.indicator"),
            width=220,
            options=ids,
            format_func=lambda one: indicator_words(catalogue, str(one)),
        ),
        "period": st.column_config.TextColumn(t("indicators.period")),
        "part": st.column_config.SelectboxColumn(
            t("indicators.part"),
            options=["", *PARTS],
            format_func=lambda one: t(f"indicators.role_{one}") if one else "—",
        ),
        "why": st.column_config.TextColumn(t("indicators.why"), disabled=True),
    }
    edited = st.data_editor(
        frame,
        column_config=config,
        hide_index=True,
        key=f"indicators-roles-{key}",
        num_rows="fixed",
        placeholder="—",
    )
    return tuple(edited_role(role, row) for role, row in zip(roles, edited.to_dict("records"), strict=True))


def indicator_words(catalogue: Catalogue, name: str) -> str:
    """Return an indicator's id with its name; one that the catalogue lacks is its id alone."""
    if name in catalogue:
        return f"{name} · {catalogue[name].name(language())}"
    return name or "—"


def edited_role(role: ColumnRole, row: Mapping[Any, Any]) -> ColumnRole:
    """Return a column's role as a person left it; a column of data without an indicator keeps its own name."""
    chosen = str(row["role"])
    if chosen != "data":
        return replace(role, role=chosen, indicator="", period="", part="value")  # type: ignore[arg-type]
    name = str(row["indicator"] or "") or role.indicator or "_".join(role.column.split())
    period = normal_period(str(row["period"] or "")) or ""
    return replace(role, role="data", indicator=name, period=period, part=str(row["part"] or "value"))


def own_names(table: TextTable, roles: Sequence[ColumnRole], catalogue: Catalogue) -> dict[str, list[str]]:
    """Return the indicators that the catalogue lacks, with cells of theirs: of a long table's or of columns."""
    long = next((role.column for role in roles if role.role == "indicator"), None)
    value = next((role.column for role in roles if role.role == "value"), None)
    found: dict[str, list[str]] = {}
    if long is not None:
        names = table.frame[long].astype(str).str.strip()
        for name in names.unique():
            if name and name not in catalogue:
                cells = table.frame.loc[names == name, value] if value is not None else []
                found[name] = [str(cell) for cell in list(cells)[:SAMPLE]]
        return found
    for role in roles:
        if role.role == "data" and role.indicator not in catalogue:
            cells = found.setdefault(role.indicator, [])
            if role.part == "value":
                cells += [str(cell) for cell in table.frame[role.column].head(SAMPLE)]
    return found


def _edit_kinds(
    key: str, table: TextTable, roles: Sequence[ColumnRole], catalogue: Catalogue
) -> tuple[Indicator, ...]:
    import pandas as pd

    names = own_names(table, roles, catalogue)
    if not names:
        return ()
    vi = language() == "vi"
    rows = []
    for name, cells in names.items():
        guess = guess_kind(name.replace("_", " "), cells)
        why = guess.reason_vi if vi else guess.reason_en
        sure = t("indicators.sure" if guess.sure else "indicators.unsure")
        rows.append(
            {
                "id": name,
                "kind": guess.kind,
                "unit": guess.unit,
                "numerator": "",
                "denominator": "",
                "why": f"{sure}: {why}",
                "cells": "; ".join([cell for cell in cells if cell][:3]),
            }
        )
    used = {role.indicator for role in roles if role.role == "data"}
    others = [
        "",
        *names,
        *(item.id for item in catalogue if item.id in used or item.id in ("POP", "LAND_AREA")),
    ]
    st.markdown(f"**{t('indicators.kinds')}**")
    st.caption(t("indicators.kinds_help"))
    config: dict[str, Any] = {
        "id": st.column_config.TextColumn(t("indicators.indicator"), disabled=True),
        "kind": st.column_config.SelectboxColumn(
            t("indicators.kind"),
            width=200,
            options=list(KINDS),
            format_func=lambda one: KINDS[str(one)][not vi],
            required=True,
        ),
        "unit": st.column_config.TextColumn(t("indicators.measure")),
        "numerator": st.column_config.SelectboxColumn(t("indicators.role_numerator").capitalize(), options=others),
        "denominator": st.column_config.SelectboxColumn(t("indicators.denominator"), options=others),
        "why": st.column_config.TextColumn(t("indicators.why"), disabled=True),
        "cells": st.column_config.TextColumn(t("indicators.cells"), disabled=True),
    }  # fmt: skip
    edited = st.data_editor(
        pd.DataFrame(rows),
        column_config=config,
        hide_index=True,
        key=f"indicators-kinds-{key}-{digest(repr(list(names)).encode())[:8]}",
        num_rows="fixed",
        placeholder="—",
    )
    return tuple(own_indicator(row) for row in edited.to_dict("records"))


def own_indicator(row: Mapping[Any, Any]) -> Indicator:
    """Return an indicator of the visitor's own as the catalogue would hold it."""
    name, kind = str(row["id"]), str(row["kind"])
    below = str(row["denominator"] or "")
    weighted = kind in ("mean", "quantile", "survey", "dispersion")
    return Indicator(
        id=name,
        name_vi=name.replace("_", " "),
        name_en=name.replace("_", " "),
        group="own",
        unit=str(row["unit"] or ""),
        direction="",
        kind=kind,
        numerator=str(row["numerator"] or ""),
        denominator="" if weighted else below,
        weight=below if weighted else "",
        confidence="",
    )
