"""Finding tables in workbooks and CSV files: which sheet, which row holds the headings, which cells are data.

Shared by the check back and the import, so that both see a file alike.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from geo.errors import InputFileError, Problem
from geo.files import parse_csv, read_bytes
from geo.text import without_accents
from reports.table import Column, invisible, unguarded

Grid = list[list[object]]
_SEARCHED: Final = 25
_TOTAL_WORDS: Final = ("tong", "tong cong", "tong so", "cong", "total", "totals", "sum")


@dataclass(frozen=True)
class Page:
    """One sheet of a file: cells by row and column, formulas likewise (None in CSV); ``first`` is row 0's number."""

    name: str
    cells: Grid
    formulas: Grid
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Record:
    """One row of data: its number as a user sees it, cells and formulas by column key."""

    number: int
    cells: Mapping[str, object]
    formulas: Mapping[str, object]


@dataclass(frozen=True)
class Found:
    """A table found on a page; ``total`` is its row of sums, ``headings`` the cell above each column."""

    page: str
    keys: Mapping[str, int]
    headings: Mapping[str, str]
    records: tuple[Record, ...]
    total: Record | None


def read_pages(source: Path | str | bytes, name: str = "") -> tuple[Page, ...]:
    """Return the sheets of a workbook, or the one table of a CSV.

    ``name`` is what messages call the file. Raises InputFileError when it is neither.
    """
    if isinstance(source, bytes):
        content = source
    else:
        content, name = read_bytes(source), name or str(source)
    if content.startswith(b"PK"):
        return _workbook(content, name)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputFileError(
            Problem("tệp Excel kiểu cũ (.xls)", "an old Excel file (.xls)", name, accepted=".xlsx, .csv")
        )
    table = parse_csv(content, name)
    cells: Grid = [list(table.columns)]
    cells += [[unguarded(row[column]) or None for column in table.columns] for row in table.rows]
    return (Page("", cells, cells, (1, *table.lines)),)


def _workbook(content: bytes, name: str) -> tuple[Page, ...]:
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl leaves out (styles, extensions) holds no data
            values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            formulas = openpyxl.load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:
        raise InputFileError(
            Problem(
                "không phải sổ tính XLSX đọc được",
                "not a readable XLSX workbook",
                name,
                accepted=".xlsx, .csv",
            )
        ) from error
    return tuple(_page(sheet, formulas[sheet.title]) for sheet in values.worksheets)


def _page(sheet: Any, twin: Any) -> Page:
    cells: Grid = [[_clean(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    formulas: Grid = [list(row) for row in twin.iter_rows(values_only=True)]
    for area in sheet.merged_cells.ranges:
        # what stands in a merged cell is said of every row that it spans
        value = cells[area.min_row - 1][area.min_col - 1] if area.min_row <= len(cells) else None
        for row in range(area.min_row - 1, min(area.max_row, len(cells))):
            for at in range(area.min_col - 1, min(area.max_col, len(cells[row]))):
                cells[row][at] = value
    return Page(sheet.title, cells, formulas, tuple(range(1, len(cells) + 1)))


def _clean(cell: object) -> object:
    return invisible(cell) if isinstance(cell, str) else cell


def heading(text: object) -> str:
    """Return a heading's form for matching: no accents, no case, no marks."""
    return _heading(str(text or ""))


@lru_cache(maxsize=4096)
def _heading(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9%]+", " ", without_accents(text.replace("²", "2"))).split())


def names_of(column: Column) -> tuple[str, ...]:
    """Return the headings that our own files give a column."""
    return heading(column.vi), heading(column.en), heading(column.key)


def locate(
    page: Page,
    columns: Sequence[Column],
    match: Callable[[Sequence[str]], Mapping[str, int]] | None = None,
    least: int = 2,
) -> Found | None:
    """Return the table on a page whose headings match columns best, None where fewer than ``least`` match.

    ``match`` maps a row's headings to positions by column key; without it our own headings count.
    """
    exact = {name: column.key for column in reversed(columns) for name in reversed(names_of(column))}
    match = match or (lambda row: _exact(row, exact))
    best: tuple[int, Mapping[str, int]] | None = None
    for at, row in enumerate(page.cells[:_SEARCHED]):
        keys = match([heading(cell) for cell in row])
        if len(keys) >= least and (best is None or len(keys) > len(best[1])):
            best = at, keys
    if best is None:
        return None
    at, keys = best
    start = at + 1
    while start < len(page.cells) and _is_heading(page.cells[start], exact):
        start += 1
    records, total = [], None
    for line in range(start, len(page.cells)):
        cells = {key: _at(page.cells, line, column) for key, column in keys.items()}
        formulas = {key: _at(page.formulas, line, column) for key, column in keys.items()}
        record = Record(page.numbers[line], cells, formulas)
        if is_total(page.cells[line]):
            total = total or record
        elif len(filled := [cell for cell in cells.values() if cell not in (None, "")]) and (
            len(filled) > 1 or len(keys) <= 2
        ):
            records.append(record)
    headings = {key: str(page.cells[at][column]) for key, column in keys.items()}
    return Found(page.name, keys, headings, tuple(records), total)


def _exact(row: Sequence[str], exact: Mapping[str, str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for at, text in enumerate(row):
        key = exact.get(text)
        if key is not None:
            found.setdefault(key, at)
    return found


def _is_heading(row: Sequence[object], exact: Mapping[str, str]) -> bool:
    texts = [heading(cell) for cell in row if cell not in (None, "")]
    return bool(texts) and sum(text in exact for text in texts) * 2 > len(texts)


def is_total(row: Iterable[object]) -> bool:
    """Return whether a row is one of sums: its first words say so."""
    texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
    return bool(texts) and heading(texts[0]) in _TOTAL_WORDS


def _at(grid: Grid, row: int, column: int) -> object:
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else None


def number_of(cell: object, whole: bool = False) -> Decimal | None:
    """Return the number in a cell, None when it is empty or holds none.

    Text is read in the file's form (1234.5) and in the Vietnamese form (1.234,5); for whole numbers one point
    followed by three digits groups thousands.
    """
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        return Decimal(repr(cell)) if cell == cell and abs(cell) != float("inf") else None
    text = re.sub(r"[\s\u00a0]", "", str(cell))
    if "," in text or (whole and re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", text)):
        if not re.fullmatch(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?", text):
            return None
        text = text.replace(".", "").replace(",", ".")
    return Decimal(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) else None


def text_of(cell: object) -> str:
    """Return a cell as text: a whole number without a decimal point, a date as YYYY-MM-DD."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    isoformat = getattr(cell, "isoformat", None)
    return str(isoformat())[:10] if isoformat is not None else str(cell)
