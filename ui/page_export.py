"""Export: choose a document, see what comes out, make it, take it away; or everything as one ZIP."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from html import escape
from typing import cast

import streamlit as st

from geo.errors import SapxepError
from reports.context import Context
from reports.export import FORMATS
from reports.table import Sheet
from ui.export_data import (
    MAPS,
    SINGLE,
    Key,
    Made,
    cell_in,
    choices,
    context_of,
    docx_outline,
    file_name,
    illustrative_mark,
    remember,
    report_outline,
    sheets_of,
    size_text,
    zip_members,
)
from ui.session import Work, plain_lines, work
from ui.style import facts_html, table_html
from ui.table import Column, draw
from ui.text import language, number, t

_KEPT = "export:made"
ROWS = 8


def page() -> None:
    """Draw the page."""
    st.title(t("page.export"))
    current = work()
    plan = current.plan
    title = plan.title_en if language() == "en" else plan.title_vi
    st.caption(" · ".join(part for part in (plan.instrument or plan.id, title) if part))
    _body(current)


@st.fragment
def _body(current: Work) -> None:
    indicators = _indicators(current)
    with st.spinner(t("export.preparing")):
        context = context_of(current, indicators)
    _everything(current, context, indicators)
    left, right = st.columns([2, 5], gap="medium")
    with left:
        suffix = st.radio(
            t("export.document"),
            SINGLE,
            format_func=_label,
            key="export:format",
            persist_state="session",
        )
    with right:
        _document(current, context, indicators, str(suffix))
    _hashes(context)


def _label(suffix: str) -> str:
    made = FORMATS[suffix]
    name = made.en if language() == "en" else made.vi
    return name if suffix.upper() in name.upper() else f"{name} ({suffix.upper()})"


def _indicators(current: Work) -> str:
    """Draw which indicators the documents hold, and what must be known of them."""
    offered = choices(current)
    chosen = st.segmented_control(
        t("export.indicators"),
        offered,
        default=offered[0],
        required=True,
        format_func=lambda name: t(f"export.with_{name}"),
        key="export:indicators",
        persist_state="session",
    )
    if chosen == "dossiers":
        st.warning(t("export.illustrative", mark=illustrative_mark()))
    return str(chosen or offered[0])


def _kept() -> dict[Key, Made]:
    return cast("dict[Key, Made]", st.session_state.setdefault(_KEPT, {}))


# --- everything ----------------------------------------------------------------------------------------------


def _everything(current: Work, context: Context, indicators: str) -> None:
    with st.container(border=True):
        st.subheader(t("export.everything"))
        st.caption(t("export.everything_what") + ("" if context.layer else " " + t("export.no_map")))
        key = (current.key, indicators, "zip")
        slot = st.empty()
        if key not in _kept() and slot.button(t("export.make_zip"), type="primary", key="export:make-zip"):
            with slot.container():
                _make_zip(context, key)
        if made := _kept().get(key):
            with slot.container():
                _download(made, current.plan.id, "zip")
            with st.expander(t("export.holds")):
                rows = [[name, _size(size)] for name, size in zip_members(made.content)]
                st.html(table_html([t("export.file"), t("export.size")], rows))


def _make_zip(context: Context, key: Key) -> None:
    """Make the archive; how far it has come is shown on the way."""
    from reports.bundle import bundle_bytes

    bar = st.progress(0.0, t("export.making_tables"))

    def progress(title: str, done: int, of: int) -> None:
        vi, _, en = title.partition(" / ")
        words = (en or vi) if language() == "en" else vi
        bar.progress(done / of, t("export.making_part", done=done + 1, of=of, title=words) if words else " ")

    started = time.perf_counter()
    try:
        content = bundle_bytes(context, progress)
    except SapxepError as error:
        st.error(plain_lines(error.text(language(), limit=12)))
    else:
        remember(_kept(), key, Made(content, time.perf_counter() - started))
    bar.empty()


# --- one document --------------------------------------------------------------------------------------------


def _document(current: Work, context: Context, indicators: str, suffix: str) -> None:
    st.subheader(_label(suffix))
    st.caption(t(f"export.about_{suffix}"))
    key = (current.key, indicators, suffix)
    if suffix in MAPS and context.layer is None:
        st.warning(t("export.no_map"))
        return
    slot = st.empty()
    if key not in _kept() and slot.button(t("export.make"), key=f"export:make-{suffix}"):
        with slot.container():
            _make(context, key)
    made = _kept().get(key)
    if made:
        with slot.container():
            _download(made, current.plan.id, suffix)
    _preview(context, suffix, made)


def _make(context: Context, key: Key) -> None:
    started = time.perf_counter()
    try:
        with st.spinner(t("export.making")):
            content = FORMATS[key[2]].make(context)
    except SapxepError as error:
        st.error(plain_lines(error.text(language(), limit=12)))
    else:
        remember(_kept(), key, Made(content, time.perf_counter() - started))


def _download(made: Made, plan_id: str, suffix: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("export.download", kind=suffix.upper()),
            partial(_content, made),
            file_name=file_name(plan_id, suffix),
            mime=FORMATS[suffix].media_type,
            key=f"export:download-{suffix}",
            type="primary",
            on_click="ignore",
        )
        size = _size(len(made.content))
        st.caption(t("export.made", size=size, seconds=number(made.seconds, 1)), width="content")


def _content(made: Made) -> bytes:
    return made.content


def _size(size: int) -> str:
    figure, unit = size_text(size)
    return f"{number(figure, 1)} {unit}"


def _preview(context: Context, suffix: str, made: Made | None) -> None:
    if suffix == "png" and made is not None:
        st.image(made.content, width="stretch")
    elif suffix in ("png", "docx") and made is None:
        st.info(t("export.preview_later"))
    elif suffix == "docx" and made is not None:
        st.caption(t("export.outline"))
        lines = "".join(f"<p>{escape(line)}</p>" for line in docx_outline(made.content))
        st.html(f'<div class="sx-source" lang="vi">{lines}</div>')
    elif suffix in ("html", "pdf"):
        st.caption(t("export.outline"))
        outline = report_outline(context)
        lines = "".join(f"<p><b>{escape(title)}</b><br>{escape(text)}</p>" for title, text in outline)
        st.html(f'<div class="sx-source" lang="vi">{lines}</div>')
    else:
        _tables(context, suffix)


def _tables(context: Context, suffix: str) -> None:
    """Draw the first rows of one of a document's tables."""
    sheets = {sheet.key: sheet for sheet in sheets_of(context, suffix)}
    name = next(iter(sheets))
    if len(sheets) > 1:
        name = str(
            st.selectbox(
                t("export.table"),
                list(sheets),
                format_func=lambda key: f"{_title(sheets[key])} ({number(len(sheets[key].rows))})",
                key=f"export:sheet-{suffix}",
                persist_state="session",
            )
        )
    sheet = sheets[name].without_empty()
    count, first = len(sheet.rows), min(ROWS, len(sheet.rows))
    st.caption(t("export.first_rows", first=number(first), count=number(count), title=_title(sheet)))
    draw(f"export:{suffix}-{name}", first_rows(sheet).frame(), preview_columns(sheet))
    note = sheet.note_en if language() == "en" else sheet.note_vi
    if note:
        st.caption(note)


def _title(sheet: Sheet) -> str:
    return sheet.en if language() == "en" else sheet.vi


def first_rows(sheet: Sheet, count: int = ROWS) -> Sheet:
    """Return a sheet's first rows in the language of the visit."""
    return in_language(replace(sheet, rows=sheet.rows[:count]))


def in_language(sheet: Sheet) -> Sheet:
    """Return a sheet whose words (kinds, parts, marks) are those of the visit's language, not both or the other's."""
    rows = tuple(
        tuple(cell_in(column, cell, language()) for column, cell in zip(sheet.columns, row, strict=True))
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def preview_columns(sheet: Sheet) -> list[Column]:
    """Return the columns of a sheet for the screen, in the language of the visit."""
    decimals = {"area": 2, "count": 0, "percent": 1, "share": 4, "number": 2}
    return [
        Column(
            column.key,
            column.en if language() == "en" else column.vi,
            decimals[column.kind] if column.numeric else None,
        )
        for column in sheet.columns
    ]


def _hashes(context: Context) -> None:
    st.subheader(t("export.hashes"))
    st.caption(t("export.hashes_why"))
    facts = {t(f"export.hash_{name}"): value or t("export.no_part") for name, value in context.hashes.items()}
    st.html(f'<div style="overflow-wrap:anywhere">{facts_html(facts)}</div>')
