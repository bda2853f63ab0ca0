"""Checking a file back against its plan: every figure, name, code, row and total that differs.

The expected tables are made anew from plan and register; nothing in the file is trusted, its totals least of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo.errors import InputFileError, Problem
from geo.register import Register, kind_of
from plans.plan import Plan
from reports.annexes import PLAN_COLUMNS, workbook_sheets
from reports.context import Context, build_context
from reports.reader import Found, Page, Record, heading, locate, number_of, read_pages, text_of
from reports.table import KIND_WORDS, Cell, Column, Sheet, plain_number, plain_text
from reports.tables import csv_sheet

if TYPE_CHECKING:
    import pandas as pd

# what depends on who computes and when, not on the plan
_NOT_OF_PLAN: Final = ("regime", "hash.rules", "hash.map", "hash.observations", "register")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``what``: value | missing_row | extra_row | total | missing_column | missing_sheet.

    ``row`` is the row's number in the file, None where the file has none; ``key`` names the row by its codes.
    """

    what: str
    sheet: str
    row: int | None
    column: str
    in_file: str
    in_plan: str
    key: str = ""


@dataclass(frozen=True)
class Differences:
    """What a check back found; ``compared`` and ``not_compared`` name the sheets."""

    file: str
    plan: str
    found: tuple[Difference, ...]
    compared: tuple[str, ...]
    not_compared: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Difference]:
        return iter(self.found)

    def as_json(self) -> dict[str, Any]:
        """Return the document of `verify --format json`."""
        return {
            "file": self.file,
            "plan": self.plan,
            "equal": not self.found,
            "count": len(self.found),
            "compared": list(self.compared),
            "not_compared": list(self.not_compared),
            "differences": [asdict(difference) for difference in self.found],
        }

    def frame(self) -> pd.DataFrame:
        """Return one row a difference: what, sheet, row, column, in_file, in_plan, key."""
        import pandas as pd

        columns = list(Difference.__dataclass_fields__)
        return pd.DataFrame([asdict(difference) for difference in self.found], columns=columns)


def verify(
    path: Path | str | bytes,
    plan: Plan,
    register: Register,
    context: Context | None = None,
    name: str = "",
) -> Differences:
    """Compare an exported or hand-edited workbook or CSV with a plan.

    Sheets with verdicts or indicators are compared where ``context`` holds them, else where they can be computed.
    Raises InputFileError when the file cannot be read or holds no table of a plan, PlanError when plan and register
    do not fit.
    """
    name = name or ("" if isinstance(path, bytes) else str(path))
    pages = read_pages(path, name)
    if context is None:
        context = _context(pages, plan, register)
    if len(pages) == 1 and not pages[0].name:
        expected: tuple[Sheet, ...] = (csv_sheet(context),)
    else:
        expected = workbook_sheets(context)
    found: list[Difference] = []
    compared: list[str] = []
    matched: set[str] = set()
    pairs = [(sheet, _page_of(sheet, pages, expected)) for sheet in expected]
    ours = any(sheet.key == "plan" and page is not None for sheet, page in pairs)
    for sheet, page in pairs:
        table = locate(page, sheet.columns) if page is not None else None
        if page is None or table is None or not set(sheet.identity) & set(table.keys):
            if ours:
                found.append(
                    Difference("missing_sheet", sheet.vi, None, "", "", f"{len(sheet.rows)} dòng / rows")
                )
            continue
        matched.add(page.name)
        compared.append(page.name or sheet.vi)
        found += _compare(sheet, table, page, complete=ours or not page.name)
    if not compared:
        raise InputFileError(
            Problem(
                "không tìm thấy bảng nào của phương án",
                "no table of a plan was found",
                name,
                found=", ".join(page.name for page in pages) or None,
                accepted="mã đơn vị cũ, mã đơn vị mới, … / former_code, new_code, …",
            )
        )
    rest = tuple(page.name for page in pages if page.name not in matched and page.name)
    return Differences(Path(name).name, plan.id, tuple(found), tuple(compared), rest)


def _context(pages: Sequence[Page], plan: Plan, register: Register) -> Context:
    """Return what the file can be compared with: verdicts and indicators where they come from what we have.

    Verdicts on another map or by other rules, and indicators of observations that are not here, are not compared.
    """
    plain = Context(plan, register)
    named = {heading(page.name) for page in pages}
    if not named & {heading("Kết luận"), heading("Chỉ tiêu sau"), heading("Chỉ tiêu trước")}:
        return plain
    computed = build_context(plan, register)
    cover = next((page for page in pages if heading(page.name) == heading("Phương án")), None)
    table = locate(cover, PLAN_COLUMNS) if cover is not None else None
    if table is None:
        return computed
    said = {text_of(r.cells.get("field")): text_of(r.cells.get("value")) for r in table.records}

    def alike(*names: str) -> bool:
        return all(said.get(f"hash.{name}", "") == computed.hashes[name] for name in names)

    return replace(
        computed,
        judgement=computed.judgement if alike("rules", "map") else None,
        remapped=computed.remapped if alike("observations") else None,
        crosswalk=None,
    )


def _page_of(sheet: Sheet, pages: Sequence[Page], expected: Sequence[Sheet]) -> Page | None:
    """Return the page that bears the sheet's name, else the unclaimed one whose headings fit best."""
    if len(pages) == 1 and not pages[0].name:
        return pages[0]
    titles = {heading(sheet.vi), heading(sheet.en), heading(sheet.key)}
    for page in pages:
        if heading(page.name) in titles:
            return page
    taken = {heading(title) for other in expected for title in (other.vi, other.en, other.key)}
    best: tuple[int, Page] | None = None
    for page in pages:
        if heading(page.name) in taken:
            continue
        table = locate(page, sheet.columns)
        if table is None or not set(sheet.identity) <= set(table.keys):
            continue
        rivals = [
            len(t.keys) for other in expected if other is not sheet and (t := locate(page, other.columns))
        ]
        if len(table.keys) > max(rivals, default=0) and (best is None or len(table.keys) > best[0]):
            best = len(table.keys), page
    return best[1] if best else None


def _compare(sheet: Sheet, table: Found, page: Page, complete: bool) -> Iterator[Difference]:
    title = page.name or sheet.vi
    columns = [column for column in sheet.columns if column.key in table.keys]
    if complete:
        for column in sheet.columns:
            if column.key not in table.keys:
                yield Difference("missing_column", title, None, column.vi, "", column.en)
    expected = {i: row for i, row in enumerate(sheet.rows) if _is_of_plan(sheet, row)}
    records = [record for record in table.records if _field(sheet, record) not in _NOT_OF_PLAN]
    pairs, missing, extra = _paired(sheet, columns, list(expected.items()), records)
    for row, record in pairs:
        cells = expected[row]
        for column in columns:
            want, got = cells[sheet.positions[column.key]], record.cells[column.key]
            if got is None and record.formulas[column.key] is not None:
                got = record.formulas[column.key]  # a formula that was never computed
            if not same(column, want, got):
                yield Difference(
                    "value",
                    title,
                    record.number,
                    table.headings[column.key],
                    _shown_cell(got, None),
                    shown_cell(column, want),
                    _key(sheet, cells),
                )
    for row in missing:
        yield Difference(
            "missing_row", title, None, "", "", _row_text(sheet, expected[row]), _key(sheet, expected[row])
        )
    for record in extra:
        text = "; ".join(text_of(cell) for cell in record.cells.values() if cell not in (None, ""))
        yield Difference("extra_row", title, record.number, "", text[:200], "")
    if page.name:
        yield from _compare_totals(sheet, table, title)


def _is_of_plan(sheet: Sheet, row: tuple[Cell, ...]) -> bool:
    return sheet.key != "plan" or row[0] not in _NOT_OF_PLAN


def _field(sheet: Sheet, record: Record) -> str:
    return text_of(record.cells.get("field")) if sheet.key == "plan" else ""


def _compare_totals(sheet: Sheet, table: Found, title: str) -> Iterator[Difference]:
    """Yield the totals that differ from our own sums, and formulas that do not cover every row."""
    if not sheet.totals or not sheet.rows:
        return
    for column in sheet.columns:
        total = sheet.totals.get(column.key)
        if total is None or column.key not in table.keys:
            continue
        row = table.total.number if table.total else None
        value = table.total.cells[column.key] if table.total else None
        formula = table.total.formulas[column.key] if table.total else None
        wanted = plain_number(total.value)
        where = (title, row, table.headings[column.key])
        is_formula = isinstance(formula, str) and formula.startswith("=")
        if table.total is None or (value is None and not is_formula):
            yield Difference("total", *where, "", wanted)
            continue
        number = number_of(value)
        if (number is None and value is not None) or (number is not None and not close(number, total.value)):
            yield Difference("total", *where, _shown_cell(value, None), wanted)
        elif is_formula and not _covers(str(formula), table):
            yield Difference("total", *where, str(formula), f"{wanted} (mọi dòng / all rows)")


def _covers(formula: str, table: Found) -> bool:
    """Return whether a sum takes in every row of data and none above or below."""
    match = re.fullmatch(r"=SUM\(\$?[A-Z]+\$?(\d+):\$?[A-Z]+\$?(\d+)\)", formula.replace(" ", "").upper())
    rows = [record.number for record in table.records]
    return (
        bool(match) and int(match[1]) <= min(rows) and int(match[2]) >= max(rows) if match and rows else False
    )


def same(column: Column, want: Cell, got: object) -> bool:
    """Return whether a cell of a file says what the plan says."""
    if column.numeric:
        if want is None:
            return got is None or (isinstance(got, str) and not got.strip())
        number = number_of(got, column.kind == "count")
        return number is not None and close(number, Decimal(want))
    text = plain_text(text_of(got))
    if want is None or want == "":
        return text == ""
    wanted = plain_text(str(want))
    if text == wanted:
        return True
    return column.words is not None and word_of(column, text) == wanted


def word_of(column: Column, text: str) -> str:
    """Return the word of a plan file that a cell in either language stands for: “Xã” gives commune."""
    kind = kind_of(text) if column.words is KIND_WORDS else None
    if kind is not None:
        return kind
    plain = heading(text)
    words = column.words or {}
    return next((word for word, shown in words.items() if plain in (heading(word), heading(shown))), text)


def close(a: Decimal, b: Decimal) -> bool:
    """Return whether two numbers differ by no more than what binary storage loses."""
    return abs(a - b) <= Decimal("1e-11") * max(Decimal(1), abs(a), abs(b))


def shown_cell(column: Column, cell: Cell) -> str:
    """Return what the plan says, as it would stand in a file."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return column.words.get(cell, cell) if column.words else cell
    return plain_number(cell)


def _shown_cell(cell: object, formula: object) -> str:
    if cell is None and isinstance(formula, str):
        return formula
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}"
    return text_of(cell)


def _key(sheet: Sheet, row: tuple[Cell, ...]) -> str:
    return " → ".join(str(row[sheet.positions[key]]) for key in sheet.identity)


def _row_text(sheet: Sheet, row: tuple[Cell, ...]) -> str:
    cells = [shown_cell(column, cell) for column, cell in zip(sheet.columns, row, strict=True)]
    return "; ".join(cell for cell in cells if cell)[:200]


Pairs = tuple[list[tuple[int, Record]], list[int], list[Record]]


def _paired(
    sheet: Sheet,
    columns: Sequence[Column],
    expected: list[tuple[int, tuple[Cell, ...]]],
    records: Sequence[Record],
) -> Pairs:
    """Pair rows of the file with rows of the plan: by their codes, then by what else they share."""
    identity = [column for column in columns if column.key in sheet.identity]
    waiting: dict[tuple[str, ...], list[int]] = {}
    for row, cells in expected:
        key = tuple(_identity(column, cells[sheet.positions[column.key]]) for column in identity)
        waiting.setdefault(key, []).append(row)
    pairs: list[tuple[int, Record]] = []
    left: list[Record] = []
    for record in records:
        key = tuple(_identity(column, record.cells[column.key]) for column in identity)
        if waiting.get(key):
            pairs.append((waiting[key].pop(0), record))
        else:
            left.append(record)
    by_row = dict(expected)
    missing = {row for rows in waiting.values() for row in rows}
    naming = [c for c in columns if c.key in sheet.identity or c.key.endswith("_name")]
    index: dict[tuple[str, str], list[int]] = {}
    for row in sorted(missing) if left else ():
        for column in naming:
            index.setdefault(
                (column.key, _identity(column, by_row[row][sheet.positions[column.key]])), []
            ).append(row)
    extra = []
    for record in left:
        near = {
            row
            for column in naming
            for row in index.get((column.key, _identity(column, record.cells[column.key])), ())
        }
        scores = {row: _alike(sheet, columns, by_row[row], record) for row in sorted(near & missing)}
        best = max(scores, key=lambda row: (scores[row], -row), default=None)
        # a row with a code mistyped still shares most of what it says
        if best is not None and scores[best] > 0.5:
            pairs.append((best, record))
            missing.discard(best)
        else:
            extra.append(record)
    pairs.sort(key=lambda pair: pair[1].number)
    return pairs, sorted(missing), extra


def _identity(column: Column, cell: object) -> str:
    text = plain_text(text_of(cell))
    if column.key in ("former_code", "new_code", "code", "from_code", "to_code", "subject"):
        return text.zfill(5) if text.isdigit() else text  # lost zeros are one difference, not two rows
    return word_of(column, text) if column.words else text


def _alike(sheet: Sheet, columns: Sequence[Column], cells: tuple[Cell, ...], record: Record) -> float:
    """Return the share of filled cells that two rows have in common."""
    pairs: list[tuple[Column, Cell, object]] = [
        (column, cells[sheet.positions[column.key]], record.cells[column.key]) for column in columns
    ]
    filled = [(c, want, got) for c, want, got in pairs if want not in (None, "") or got not in (None, "")]
    return sum(same(c, want, got) for c, want, got in filled) / len(filled) if filled else 0.0
