"""A table as pages show it: filters above, search without accents, sorted by a click, Vietnamese numbers, downloads.

    rows = narrow("my-table", frame, columns)      # filters; says how many rows they leave out
    chosen = draw("my-table", rows, columns)       # the table itself
    downloads("my-table", frame, rows, columns, "units")

or show_table, which does all three. Call them inside a fragment, so that a filter reruns that fragment alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from geo.text import vietnamese_number, without_accents
from reports.table import guarded
from ui.text import number, t

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

ROW: Final = 35  # pixels, Streamlit's own height of a row
TALLEST: Final = 560
BOX: Final = 164  # pixels: five filters in a row beside the sidebar, two on a telephone
# the locale code makes spreadsheets write 1.234,5; more decimals than a figure has are not shown
_FORMATS: Final = {0: "[$-42A]#,##0", 1: "[$-42A]#,##0.0", 2: "[$-42A]#,##0.00"}
_PLAIN: Final = "[$-42A]#,##0.######"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``name``: the frame's column, and the heading in CSV; ``title``: the heading on screen and in workbooks, with the
    unit. ``decimals``: None for text, else the column holds float64 (unknown = NaN). ``words``: what its values are
    called on screen and in workbooks. ``filter``: a list to choose values from stands above. ``shown``: False for
    columns in files alone. ``help``: more words on the heading, shown when it is pointed at.
    """

    name: str
    title: str
    decimals: int | None = None
    words: Mapping[str, str] | None = None
    filter: bool = False
    shown: bool = True
    width: int | None = None
    help: str | None = None

    def said(self, value: object) -> str:
        """Return a text value as it is called on screen."""
        text = str(value)
        return text if self.words is None else self.words.get(text, text)


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    return without_accents(text)


def matching(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    chosen: Mapping[str, Sequence[str]],
    search: str = "",
) -> pd.Series[bool]:
    """Return which rows hold one of the values chosen in every column, and every word searched in some text.

    An empty choice filters nothing. Words are compared without accents and case, with what is shown on screen.
    """
    import pandas as pd

    found = pd.Series(True, index=frame.index)
    for name, values in chosen.items():
        if values:
            found &= frame[name].isin(list(values))
    if words := without_accents(search).split():
        texts = [map(column.said, frame[column.name]) for column in columns if column.decimals is None]
        hits = [
            all(word in text for word in words)
            for text in (_plain(" ".join(row)) for row in zip(*texts, strict=True))
        ]
        found &= pd.Series(hits, index=frame.index, dtype=bool)
    return found


def narrow(
    key: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    search: bool = True,
    every: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Draw the filters of a table and return the rows that they leave, with a line saying how many they leave out.

    ``every``: the rows whose values can be chosen, where ``frame`` is a choice of them already.
    """
    every = frame if every is None else every
    filters = [column for column in columns if column.filter and every[column.name].nunique() > 1]
    chosen: dict[str, Sequence[str]] = {}
    asked = ""
    row = st.container(horizontal=True)
    if search:
        asked = row.text_input(
            t("table.search"),
            placeholder=t("table.search_hint"),
            key=f"{key}:search",
            persist_state="session",
            width=BOX,
        )
    for column in filters:
        counts = {str(value): int(n) for value, n in every[column.name].value_counts(sort=False).items()}
        options = sorted(counts, key=partial(_order, column))
        chosen[column.name] = row.multiselect(
            column.title,
            options,
            format_func=partial(_counted, column, counts),
            placeholder=t("table.all"),
            key=f"{key}:{column.name}",
            filter_mode="contains",
            persist_state="session",
            width=BOX,
        )
    rows = frame[matching(frame, columns, chosen, asked)]
    left_out(len(frame), len(rows))
    return rows


def _counted(column: Column, counts: Mapping[str, int], value: str) -> str:
    return f"{column.said(value) or '—'} ({number(counts.get(value, 0))})"


def _order(column: Column, value: str) -> tuple[int, str]:
    """Values with words stand in the words' order, the others by what they are called."""
    known = list(column.words or ())
    return (known.index(value) if value in known else len(known), _plain(column.said(value)))


def figures(named: Mapping[str, int]) -> None:
    """Draw counts side by side, as many in a row as there is room for."""
    with st.container(horizontal=True):
        for name, count in named.items():
            st.metric(name, number(count), width="content")


def left_out(every: int, shown: int) -> None:
    """Say how many rows are shown of how many, and how many the filters leave out."""
    if shown == every:
        st.caption(t("table.all_shown", count=number(every)))
    else:
        st.caption(t("table.shown", shown=number(shown), count=number(every), left=number(every - shown)))


def draw(key: str, rows: pd.DataFrame, columns: Sequence[Column], *, select: bool = False) -> Any | None:
    """Draw rows as a table that sorts by a click on its heads, numbers as numbers; return the row's index chosen.

    ``rows``: the columns by name. With ``select`` one row can be chosen; its index label is returned, else None.
    """
    import pandas as pd

    if rows.empty:
        st.info(t("table.none"))
        return None
    shown = [column for column in columns if column.shown]
    table = rows[[column.name for column in shown]].copy()
    for column in shown:
        if column.words is not None:
            table[column.name] = [column.said(value) for value in table[column.name]]
    table.index = range(len(table))  # type: ignore[assignment]
    config = {
        column.name: (
            st.column_config.TextColumn if column.decimals is None else st.column_config.NumberColumn
        )(column.title, width=column.width)
        for column in shown
    }
    with pd.option_context("styler.render.max_elements", max(table.size, 1)):
        event = st.dataframe(
            styled(table, {column.name: column.decimals for column in shown if column.decimals is not None}),
            hide_index=True,
            placeholder="—",
            column_config=config,
            height=min(ROW * (len(table) + 1) + 3, TALLEST),
            key=f"{key}:table",
            on_select="rerun" if select else "ignore",
            selection_mode="single-row",
        )
    if not select:
        return None
    rows_picked = cast(Mapping[str, Any], event)["selection"]["rows"]
    picked = [row for row in rows_picked if row < len(rows)]
    return rows.index[picked[0]] if picked else None


def styled(table: pd.DataFrame, decimals: Mapping[str, int]) -> pd.DataFrame | Styler:
    """Return a table that shows numbers in the Vietnamese form and still sorts them as numbers.

    Streamlit sends a styler's words beside its numbers. Pandas would put every cell of the table into words, half a
    second for the country; here that is done for the columns of numbers alone.
    """
    if not decimals:
        return table
    styler = table.style
    body = [
        [
            {"id": f"row{row}_col{at}", "display_value": vietnamese_number(value, decimals[name])}
            for row, value in enumerate(table[name].tolist())
        ]
        for at, name in enumerate(table.columns)
        if name in decimals
    ]
    styler._translate = lambda *_, **__: {"body": body}  # type: ignore[attr-defined]
    return styler


def csv_bytes(rows: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """Return rows as CSV (UTF-8): names of columns, values as they are, decimal point, unknown = empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    cells = [
        [guarded(str(value)) for value in rows[column.name]]
        if column.decimals is None
        else [_figure(value) for value in rows[column.name]]
        for column in columns
    ]
    writer.writerows(zip(*cells, strict=True))
    return out.getvalue().encode()


def _figure(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def xlsx_bytes(rows: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """Return rows as a workbook of one sheet: heads and values in the words of the screen, codes as text."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True} | dict.fromkeys(
        ("strings_to_numbers", "strings_to_formulas", "strings_to_urls"), False
    )
    book = xlsxwriter.Workbook(out, options)
    page = book.add_worksheet()
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#eef1f4"}
    )
    for at, column in enumerate(columns):
        page.write_string(0, at, column.title, head)
        values = list(rows[column.name])
        if column.decimals is None:
            texts = [column.said(value)[:32_767] for value in values]
            for line, text in enumerate(texts, 1):
                page.write_string(line, at, text)
            widest = max((len(text) for text in texts), default=0)
        else:
            shown = book.add_format({"num_format": _FORMATS.get(column.decimals, _PLAIN)})
            for line, value in enumerate(values, 1):
                if value == value:
                    page.write_number(line, at, float(value), shown)
            widest = 12
        page.set_column(at, at, min(60, max(10, widest + 1)))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    book.close()
    return out.getvalue()


def downloads(
    key: str, whole: pd.DataFrame, rows: pd.DataFrame, columns: Sequence[Column], file_name: str
) -> None:
    """Draw the download of the whole table, and of the rows shown where filters leave some out; made when asked."""
    with st.popover(t("table.download")):
        parts = [("all", whole)] + ([("shown", rows)] if len(rows) < len(whole) else [])
        for part, frame in parts:
            st.caption(t(f"table.download_{part}", count=number(len(frame))))
            name = file_name if part == "all" else f"{file_name}-{part}"
            with st.container(horizontal=True):
                for kind, make, mime in (
                    ("csv", csv_bytes, "text/csv"),
                    ("xlsx", xlsx_bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                ):
                    st.download_button(
                        kind.upper(),
                        partial(make, frame, columns),
                        file_name=f"{name}.{kind}",
                        mime=mime,
                        key=f"{key}:{part}-{kind}",
                        on_click="ignore",
                    )
        st.caption(t("table.download_note"))


def show_table(
    key: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    file_name: str,
    search: bool = True,
    select: bool = False,
) -> Any | None:
    """Draw filters, table and downloads of a frame; return the index label of the row chosen, or None."""
    rows = narrow(key, frame, columns, search=search)
    chosen = draw(key, rows, columns, select=select)
    downloads(key, frame, rows, columns, file_name)
    return chosen
