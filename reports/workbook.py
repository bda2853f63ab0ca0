"""The workbook (XLSX): cover and tables, styled for reading and printing, totals as formulas with their values.

Codes and names stand alone in their cells and as text; nothing that a plan holds ever becomes a formula. The same
plan gives the same bytes: no clock is read.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from geo.text import vietnamese_number
from reports.annexes import workbook_sheets
from reports.context import Context
from reports.table import Cell, Column, Sheet, shown

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

TOTAL_VI: Final = "Tổng cộng"
HEAD_ROWS: Final = 2
# Excel takes no more characters in one cell
_LIMIT: Final = 32_767
# the locale code makes LibreOffice write 1.234,5 everywhere; Excel follows the reader's own settings
_FORMATS: Final = {
    "area": "[$-42A]#,##0.00###",
    "count": "[$-42A]#,##0",
    "percent": "[$-42A]#,##0.00",
    "share": "[$-42A]0.0000##",
    "number": "[$-42A]#,##0.######",
}
_MARKED: Final = ("mark",)
# pixels across A4 landscape at full scale (less a margin: fonts differ from machine to machine), and the most
# that stay legible when scaled down
_ACROSS: Final = 1030
_MOST_ACROSS: Final = 1900
# a narrow table would else be blown up to pages of few rows
_MOST_SCALE: Final = 75


def workbook_bytes(context: Context) -> bytes:
    """Return the workbook of a plan as bytes; see the module."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    plan = context.plan
    decided = datetime(plan.decided.year, plan.decided.month, plan.decided.day)
    book.set_properties(
        {
            "title": shown(_TEXT, plan.title_vi or plan.id),
            "subject": shown(_TEXT, plan.instrument),
            "comments": context.stamp,
            "created": decided,
        }
    )
    styles = _styles(book)
    for sheet in workbook_sheets(context):
        page = book.add_worksheet(sheet.vi)
        if sheet.key == "plan":
            _cover(page, sheet, context, styles)
        else:
            _table(page, sheet, context, styles)
    book.close()
    return out.getvalue()


_TEXT: Final = Column("", "", "")


def _styles(book: Workbook) -> dict[str, Format]:
    base: dict[str, Any] = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "border": 1}
    base["border_color"] = "#9AA5B1"
    head = base | {
        "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#DCE6F1",
    }  # fmt: skip
    made = {
        "title": {"font_name": "Times New Roman", "font_size": 16, "bold": True, "text_wrap": True},
        "subtitle": {"font_name": "Times New Roman", "font_size": 12, "text_wrap": True, "valign": "top"},
        "head": head,
        "head_en": head | {"bold": False, "italic": True, "font_size": 9},
        "text": base | {"text_wrap": True, "num_format": "@"},
        "mark": base | {"text_wrap": True, "bg_color": "#FFF2CC", "num_format": "@"},
        "label": base | {"bold": True, "bg_color": "#F2F2F2", "text_wrap": True},
    }
    for kind, number_format in _FORMATS.items():
        made[kind] = base | {"num_format": number_format}
        made[f"total_{kind}"] = base | {"num_format": number_format, "bold": True, "bg_color": "#F2F2F2"}
    return {name: book.add_format(properties) for name, properties in made.items()}


def _page(page: Worksheet, sheet: Sheet, context: Context, repeat: int) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
    if repeat:
        page.repeat_rows(0, repeat - 1)
    frozen = _frozen(sheet)
    widths = [pixels(column.width) for column in sheet.columns if column.printed]
    starts = page_groups(widths, frozen)
    if len(starts) > 1:
        page.repeat_columns(0, frozen - 1)
        page.set_v_pagebreaks(starts[1:])
    page.set_print_scale(_scale(widths, starts, frozen))
    plan_id = _header_text(context.plan.id)
    page.set_header(f"&L&10{_header_text(sheet.vi)} / {_header_text(sheet.en)}&R&10{plan_id}")
    page.set_footer(f"&L&8{context.stamp}{_left_out(sheet)}&R&9&P/&N")


def _left_out(sheet: Sheet) -> str:
    """Return what the foot says of rows that are for the screen alone."""
    count, printed = len(sheet.rows), printed_rows(sheet)
    if printed == count:
        return ""
    first, all_ = vietnamese_number(printed), vietnamese_number(count)
    return f"&C&8In {first} / {all_} dòng, còn lại xem trên màn hình / {printed} of {count} rows printed"


def printed_rows(sheet: Sheet) -> int:
    """Return how many of a table's first rows are printed; a table with nothing to say is printed whole."""
    return len(sheet.rows) if not sheet.printed_rows else sheet.printed_rows


def pixels(width: float) -> float:
    """Return what a column of so many characters takes across."""
    return 9 * width + 5


def page_groups(widths: Sequence[float], frozen: int) -> list[int]:
    """Return the first column of each page across: as few as keep the print legible, the frozen ones repeated."""
    starts, wide = [0], 0.0
    for at, width in enumerate(widths):
        if wide + width > _MOST_ACROSS and at > frozen:
            starts.append(at)
            wide = sum(widths[:frozen])
        wide += width
    return starts


def _scale(widths: Sequence[float], starts: Sequence[int], frozen: int) -> int:
    ends = [*starts[1:], len(widths)]
    wide = [
        sum(widths[start:end]) + (sum(widths[:frozen]) if start else 0)
        for start, end in zip(starts, ends, strict=True)
    ]
    return max(10, min(_MOST_SCALE, int(100 * _ACROSS / max(wide))))


def row_height(columns: Sequence[Column], row: Sequence[Cell]) -> float:
    """Return the height in points that a row's longest wrapped text needs; not every program fits it by itself."""
    lines = 1
    for column, cell in zip(columns, row, strict=True):
        text = shown(column, cell)
        if isinstance(text, str) and text:
            lines = max(lines, sum(ceil(len(line) / (column.width * 0.98)) or 1 for line in text.split("\n")))
    return float(min(409, 15 * lines))


def _header_text(text: str) -> str:
    """Return text for a page's head: an ampersand would begin a code, and the whole may not pass 255 characters."""
    return str(shown(_TEXT, text)).replace("&", "&&")[:80]


def _write(page: Worksheet, row: int, at: int, column: Column, cell: Cell, style: Format) -> None:
    value = shown(column, cell)
    if value is None or value == "":
        page.write_blank(row, at, None, style)
    elif isinstance(value, str):
        page.write_string(row, at, value[:_LIMIT], style)
    elif Decimal(repr(float(value))) == value:
        page.write_number(row, at, float(value), style)
    else:  # more digits than a spreadsheet's number holds
        page.write_string(row, at, f"{value:f}", style)


def _table(page: Worksheet, sheet: Sheet, context: Context, styles: dict[str, Format]) -> None:
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
        page.write_string(0, at, column.vi, styles["head"])
        page.write_string(1, at, column.en, styles["head_en"])
    page.set_row(0, 48)
    page.set_row(1, 36)
    for number, row in enumerate(sheet.rows, HEAD_ROWS):
        page.set_row(number, row_height(sheet.columns, row))
        for at, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            name = column.kind if column.numeric else "mark" if column.key in _MARKED and cell else "text"
            _write(page, number, at, column, cell, styles[name])
    last = HEAD_ROWS + len(sheet.rows) - 1
    if sheet.rows:
        page.autofilter(1, 0, last, len(sheet.columns) - 1)
        _totals(page, sheet, last, styles)
    below = last + 3
    for text in (sheet.note_vi, sheet.note_en, *missing_notes(sheet)):
        if text:
            page.write_string(below, 0, text)
            below += 1
    page.freeze_panes(HEAD_ROWS, _frozen(sheet))
    end = below - 1 if printed_rows(sheet) == len(sheet.rows) else HEAD_ROWS + printed_rows(sheet) - 1
    page.print_area(0, 0, max(end, HEAD_ROWS), sum(column.printed for column in sheet.columns) - 1)
    _page(page, sheet, context, HEAD_ROWS)


def _frozen(sheet: Sheet) -> int:
    return 2 if len(sheet.columns) > 6 else 1


def _totals(page: Worksheet, sheet: Sheet, last: int, styles: dict[str, Format]) -> None:
    from xlsxwriter.utility import xl_col_to_name

    if not sheet.totals:
        return
    page.write_string(last + 1, 0, TOTAL_VI, styles["label"])
    for at, column in enumerate(sheet.columns[1:], 1):
        total = sheet.totals.get(column.key)
        if total is None:
            page.write_blank(last + 1, at, None, styles["label"])
            continue
        name = xl_col_to_name(at)
        page.write_formula(
            last + 1,
            at,
            f"=SUM({name}{HEAD_ROWS + 1}:{name}{last + 1})",
            styles[f"total_{column.kind}"],
            float(total.value),
        )


def missing_notes(sheet: Sheet) -> list[str]:
    """Return what a reader of the totals must know: which of them leave out cells that are unknown."""
    return [
        f"Tổng “{column.vi}” không gồm {vietnamese_number(total.missing)} ô chưa biết / "
        f"the total of “{column.en}” leaves out {total.missing} unknown cells."
        for column in sheet.columns
        if (total := sheet.totals.get(column.key)) is not None and total.missing
    ]


def _cover(page: Worksheet, sheet: Sheet, context: Context, styles: dict[str, Format]) -> None:
    plan = context.plan
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
    page.merge_range(0, 0, 0, 3, "", styles["title"])
    page.write_string(0, 0, str(shown(_TEXT, plan.title_vi or plan.id)), styles["title"])
    page.merge_range(1, 0, 1, 3, "", styles["subtitle"])
    page.write_string(1, 0, str(shown(_TEXT, plan.title_en or plan.id)), styles["subtitle"])
    page.set_row(0, 44)
    page.set_row(1, 32)
    for at, column in enumerate(sheet.columns):
        page.write_string(3, at, column.vi, styles["head"])
        page.write_string(4, at, column.en, styles["head_en"])
    for number, row in enumerate(sheet.rows, 5):
        page.set_row(number, row_height(sheet.columns, row))
        for at, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _write(page, number, at, column, cell, styles["label" if at in (1, 2) else "text"])
    _page(page, sheet, context, 0)
    page.set_header(f"&R&10{_header_text(plan.id)}")
