"""Tables as offices keep them, as one grid of text: CSV, XLSX with merged header cells, Parquet."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from geo.errors import InputFileError, Problem
from geo.files import decode
from geo.registers import restored_code
from geo.text import without_accents

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: headers of the column of codes, without accents
CODE_NAMES: Final = (
    "unit_code",
    "unit code",
    "code",
    "ma",
    "ma don vi",
    "ma don vi hanh chinh",
    "ma dvhc",
    "ma xa",
    "ma phuong",
    "ma xa phuong",
    "ma xa, phuong",
    "ma px",
    "ma phuong xa",
)
_SEARCHED: Final = 20


@dataclass(frozen=True)
class TextTable:
    """A table of text cells: ``frame`` has one column a header, all text, its index is the row in the file."""

    file: str
    frame: pd.DataFrame
    notes: tuple[Problem, ...] = field(default=())

    @property
    def columns(self) -> tuple[str, ...]:
        """Headers."""
        return tuple(map(str, self.frame.columns))


def parse_table(content: bytes, name: str) -> TextTable:
    """Return the table that a file's bytes hold; the name's ending says the format.

    Raises InputFileError when it is no such file, has no column of unit codes, or two columns of one name.
    """
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending == "parquet":
        return _parquet(content, name)
    if ending in ("xlsx", "xlsm"):
        grid, merged = _xlsx(content, name)
        return _with_header(grid, name, [], merged)
    if ending in ("csv", "tsv", "txt"):
        csv_grid, notes = _csv(content, name)
        return _with_header(csv_grid, name, notes, [])
    raise InputFileError(
        Problem(
            "không nhận ra định dạng", "unknown format", name, found=ending, accepted="csv, xlsx, parquet"
        )
    )


def _csv(content: bytes, name: str) -> tuple[pd.DataFrame, list[Problem]]:
    text, notes = decode(content, name)
    if "\x00" in text:
        raise InputFileError(Problem("không phải tệp văn bản CSV", "this is not a CSV text file", file=name))
    if not text.strip():
        raise InputFileError(Problem("tệp rỗng", "the file is empty", file=name))
    head = "\n".join(text.split("\n", _SEARCHED)[:_SEARCHED])
    separator = max(",;\t", key=head.count)
    if separator != "," and head.count(separator):
        shown = {";": ";", "\t": "tab"}[separator]
        notes.append(Problem(f"dùng dấu phân cách “{shown}”", f"the separator is “{shown}”", name, 1))
    width = max(map(_counter(separator), text.splitlines())) + 1
    try:
        grid = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=None,
            names=list(range(width)),
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("Error tokenizing data. C error: ")
        # the parser counts rows from 0
        place = re.search(r" (?:starting )?at row (\d+)", reason)
        line = int(place[1]) + 1 if place else None
        reason = reason.replace(place[0], "") if place else reason
        raise InputFileError(
            Problem(f"CSV hỏng: {reason}", f"malformed CSV: {reason}", file=name, row=line)
        ) from error
    grid.index = pd.RangeIndex(1, len(grid) + 1)
    if "'" in text:
        # the apostrophe that keeps a spreadsheet from taking text for a formula (contract: Documents)
        grid = grid.replace(r"^'(?=[=+\-@\t])", "", regex=True)
    return grid.fillna(""), notes


def _counter(separator: str) -> Callable[[str], int]:
    return lambda line: line.count(separator)


def _xlsx(content: bytes, name: str) -> tuple[pd.DataFrame, list[tuple[int, int, int, int]]]:
    """Return the first sheet that holds a column of codes, and its merged ranges (rows and columns from 1)."""
    import openpyxl  # slow to import

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except Exception as error:  # zip, XML and key errors alike: the file is no workbook
        raise InputFileError(
            Problem("không phải sổ tính XLSX", "this is not an XLSX workbook", file=name)
        ) from error
    grids = [(_sheet(sheet), sheet) for sheet in book.worksheets]
    for grid, sheet in grids:
        if _code_cell(grid) is not None:
            return grid, [(r.min_row, r.max_row, r.min_col, r.max_col) for r in sheet.merged_cells.ranges]
    if not grids or all(grid.empty for grid, _ in grids):
        raise InputFileError(Problem("sổ tính rỗng", "the workbook is empty", file=name))
    raise _no_codes(name, grids[0][0])


def _sheet(sheet: Worksheet) -> pd.DataFrame:
    rows = [[cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    grid = pd.DataFrame(rows, dtype=str)
    grid.index = pd.RangeIndex(1, len(grid) + 1)
    return grid.fillna("")


def cell_text(value: object) -> str:
    """Return a workbook's cell as text: whole floats without “.0”, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, float) and float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _parquet(content: bytes, name: str) -> TextTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        frame = pq.read_table(pa.BufferReader(content)).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputFileError(Problem("không phải tệp Parquet", "this is not a Parquet file", name)) from error
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    frame.columns = [str(column).strip() for column in frame.columns]
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column].dtype):
            frame[column] = (
                frame[column].astype(object).where(frame[column].notna(), "").map(cell_text).astype(str)
            )
    if not any(without_accents(column) in CODE_NAMES for column in frame.columns):
        raise _no_codes(name, pd.DataFrame([list(frame.columns)]))
    return TextTable(name, frame)


def _code_cell(grid: pd.DataFrame) -> tuple[int, int] | None:
    """Return position (row, column) of the header of the codes within the first rows."""
    for row in range(min(_SEARCHED, len(grid))):
        for column, cell in enumerate(grid.iloc[row]):
            if without_accents(str(cell).replace("\n", " ")) in CODE_NAMES:
                return row, column
    return None


def _no_codes(name: str, grid: pd.DataFrame) -> InputFileError:
    first = ", ".join(str(cell) for cell in grid.iloc[0] if str(cell))[:200] if len(grid) else ""
    return InputFileError(
        Problem(
            "không thấy cột mã đơn vị",
            "there is no column of unit codes",
            file=name,
            row=1,
            found=first,
            accepted="unit_code, mã đơn vị, mã xã",
        )
    )


def _with_header(
    grid: pd.DataFrame, name: str, notes: list[Problem], merged: list[tuple[int, int, int, int]]
) -> TextTable:
    place = _code_cell(grid)
    if place is None:
        raise _no_codes(name, grid)
    code_row, code_column = place
    body = code_row + 1
    # a header of several rows: the codes begin below the last of them
    while body < min(len(grid), code_row + 6) and _is_header(grid.iloc[body], code_column):
        body += 1
    head = grid.iloc[:body].copy()
    rows = [
        row
        for row in range(body)
        if row >= code_row or sum(bool(str(cell).strip()) for cell in head.iloc[row]) >= 2
    ]
    covered = {
        (r, c): (r0 - 1, c0 - 1)
        for r0, r1, c0, c1 in merged
        if r0 - 1 < body
        for r in range(r0 - 1, min(r1, body))
        for c in range(c0 - 1, c1)
    }
    labels = [
        _label(head, rows, column, covered if merged else None, code_column)
        for column in range(grid.shape[1])
    ]
    if len(rows) > 1:
        notes.append(
            Problem(
                f"tiêu đề gồm {len(rows)} dòng (ô gộp), đã ghép lại",
                f"the header has {len(rows)} rows (merged cells); joined",
                name,
                rows[0] + 1,
            )
        )
    frame = grid.iloc[body:].copy()
    used = [
        column
        for column in range(grid.shape[1])
        if labels[column] or bool((frame.iloc[:, column].str.strip() != "").any())
    ]
    problems = []
    for column in used:
        if not labels[column]:
            problems.append(
                Problem(
                    "cột có số liệu mà không có tên",
                    "a column with data has no name",
                    name,
                    body,
                    str(column + 1),
                )
            )
        elif labels.index(labels[column]) != column:
            problems.append(
                Problem("tên cột lặp lại", "a column's name occurs twice", name, body, labels[column])
            )
    if problems:
        raise InputFileError(problems)
    frame = frame.iloc[:, used]
    frame.columns = [labels[column] for column in used]
    for r0, r1, c0, c1 in merged:
        # codes and periods merged over several rows stand for each of them; numbers never do
        if r0 - 1 >= body and c0 == c1 and labels[c0 - 1] in frame.columns and c0 - 1 <= code_column:
            rows_of = [row for row in range(r0, r1 + 1) if row in frame.index]
            frame.loc[rows_of, labels[c0 - 1]] = str(frame.at[r0, labels[c0 - 1]])
    for label in frame.columns:
        frame[label] = frame[label].str.strip()
    return TextTable(name, frame, tuple(notes))


def _is_header(row: pd.Series, code_column: int) -> bool:
    """Whether a row below the header of the codes still belongs to it: no code, and words, years or nothing."""
    if restored_code(str(row.iloc[code_column])) is not None or str(row.iloc[code_column]).strip():
        return False
    cells = [str(cell).strip() for cell in row if str(cell).strip()]
    if not cells:
        return False
    first = without_accents(cells[0])
    if first.startswith(("tong", "cong", "total", "toan")):
        return False
    return all(
        not re.fullmatch(r"-?\d+([.,]\d+)*", cell) or re.fullmatch(r"(19|20)\d\d", cell) for cell in cells
    )


def _label(
    head: pd.DataFrame,
    rows: list[int],
    column: int,
    covered: dict[tuple[int, int], tuple[int, int]] | None,
    code_column: int,
) -> str:
    """Join the header's cells of one column, top to bottom, each once; a merged cell counts for all it covers."""
    words: list[str] = []
    for row in rows:
        text = str(head.iat[row, column]).strip()
        if covered is not None:
            top, left = covered.get((row, column), (row, column))
            text = str(head.iat[top, left]).strip()
        elif not text and row != rows[-1] and column > code_column:
            # a CSV keeps the first cell of what was merged; what stands to its right belongs to it
            below = any(str(head.iat[lower, column]).strip() for lower in rows if lower > row)
            left_cells = [str(cell).strip() for cell in head.iloc[row, code_column + 1 : column]]
            text = next((cell for cell in reversed(left_cells) if cell), "") if below else ""
        text = " ".join(text.split())
        if text and text not in words:
            words.append(text)
    return " | ".join(words)
