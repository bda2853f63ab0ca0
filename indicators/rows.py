"""From a table to long rows of text: rows of units kept, blank rows and rows of totals left out and said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from geo.errors import ObservationError
from geo.registers import decimal_of, restored_code
from geo.text import without_accents
from indicators.checks import Checks
from indicators.columns import ColumnRole
from indicators.tables import TextTable, cell_text

_TOTAL_WORDS: Final = (
    "tong",
    "cong",
    "total",
    "toan thanh pho",
    "ca thanh pho",
    "thanh pho ha noi",
    "chung",
    "sum",
)
_DISTRICTS: Final = ("quan ", "huyen ", "thi xa ", "thanh pho ")


def column_of(roles: Sequence[ColumnRole], role: str) -> str | None:
    """Return the first column of a role, None where there is none."""
    return next((item.column for item in roles if item.role == role), None)


def unit_rows(table: TextTable, roles: Sequence[ColumnRole], checks: Checks) -> pd.DataFrame:
    """Return the rows of units; blank rows and rows of totals are left out and reported."""
    code = column_of(roles, "unit_code")
    if code is None:
        checks.problem(
            "không thấy cột mã đơn vị", "there is no column of unit codes", found=", ".join(table.columns)
        )
        raise ObservationError(checks.problems)
    frame = table.frame
    codes = as_text(frame[code]).str.strip()
    texts = [column for column in frame.columns if not pd.api.types.is_numeric_dtype(frame[column].dtype)]
    # only rows whose code is no five-digit text can be blank or totals; the others are not looked at
    doubtful = frame.index[~codes.str.fullmatch(r"\d{5}")]
    drop: list[int] = []
    name = column_of(roles, "name")
    blank = 0
    for row in doubtful:
        cells = [str(value).strip() for value in frame.loc[row, texts]]
        words = without_accents(str(frame.at[row, name])) if name else ""
        label = words or without_accents(codes[row]) or next((without_accents(c) for c in cells if c), "")
        if not any(cells):
            drop.append(row)
            blank += 1
        elif (restored_code(codes[row]) is None and label.startswith(_TOTAL_WORDS + _DISTRICTS)) or (
            len(codes[row]) <= 3 and words.startswith(_DISTRICTS + _TOTAL_WORDS)
        ):
            drop.append(row)
            checks.report(
                "dòng tổng, bỏ qua",
                "a row of totals, skipped",
                int(row),
                None,
                next((c for c in cells if c), ""),
            )
            if not label.startswith(_DISTRICTS) or label.startswith(_TOTAL_WORDS):
                checks.totals.append(int(row))
    if blank:
        checks.report(f"bỏ qua {blank} dòng trống", f"{blank} blank rows skipped")
    kept = frame.drop(index=drop)
    _compare_totals(frame, kept, roles, checks)
    return kept


def as_text(column: pd.Series) -> pd.Series:
    """Return a column of keys as text: whole floats without “.0”, missing as empty."""
    if pd.api.types.is_string_dtype(column.dtype) and not column.isna().any():
        return column
    texts = {value: cell_text(value) for value in column.dropna().unique()}
    return column.map(texts).astype(object).where(column.notna(), "").astype(str)


def _number(cell: object) -> float:
    """Return a cell's number, -1 where it holds none."""
    value = decimal_of(str(cell))
    return -1.0 if value is None else float(value)


def _compare_totals(
    frame: pd.DataFrame, kept: pd.DataFrame, roles: Sequence[ColumnRole], checks: Checks
) -> None:
    """Report where the last row of totals differs from the sum of the rows; nothing is repaired (reference 2.7)."""
    if not checks.totals:
        return
    row = checks.totals[-1]
    for item in roles:
        if item.role != "data" or item.part != "value":
            continue
        stated = _number(frame[item.column].at[row])
        column = pd.to_numeric(kept[item.column], errors="coerce")
        found = column.sum()
        counts = bool((column.dropna() % 1 == 0).all()) and column.notna().any()
        if stated >= 0 and counts and stated != found:
            checks.report(
                f"tổng ghi trong bảng khác tổng các dòng, lệch {found - stated:g}",
                f"the stated total differs from the sum of the rows by {found - stated:g}",
                row,
                item.column,
                f"{stated:g}",
                f"{found:g}",
            )


def long_rows(rows: pd.DataFrame, roles: Sequence[ColumnRole], period: str, checks: Checks) -> pd.DataFrame:
    """Return long text rows: unit_code, vintage, period, indicator, value, numerator, denominator, status, row."""

    def text(column: str | None, default: str = "") -> pd.Series:
        if column is None:
            return pd.Series(default, index=rows.index, dtype=str)
        return rows[column]

    base = {
        "unit_code": as_text(text(column_of(roles, "unit_code"))),
        "vintage": as_text(text(column_of(roles, "vintage"))),
        "period": as_text(text(column_of(roles, "period"), period)),
        "status": as_text(text(column_of(roles, "status"))),
    }
    if (indicator := column_of(roles, "indicator")) is not None:
        parts = {part: text(column_of(roles, part)) for part in ("value", "numerator", "denominator")}
        long = pd.DataFrame({**base, "indicator": as_text(rows[indicator]), **parts})
        long["row"] = rows.index
        return long.reset_index(drop=True)
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for item in roles:
        if item.role == "data":
            groups.setdefault((item.indicator, item.period), {})[item.part] = item.column
    if not groups:
        checks.problem("không có cột chỉ tiêu nào", "there is no column of an indicator")
        raise ObservationError(checks.problems)
    pieces = []
    for (indicator_id, own_period), columns in groups.items():
        piece = pd.DataFrame(
            base | {part: text(columns.get(part)) for part in ("value", "numerator", "denominator")}
        )
        piece["indicator"] = indicator_id
        if own_period:
            piece["period"] = own_period
        piece["row"] = rows.index
        pieces.append(piece)
    return pd.concat(pieces, ignore_index=True)
