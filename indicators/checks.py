"""Checks of observations: numbers in text, shares above 100 %, rates that contradict their parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from geo.errors import Problem
from indicators.catalogue import Catalogue, Indicator

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_GROUPED: Final = r"\d{1,3}(?:\.\d{3})+"
#: whole numbers up to here are exact in sums
_MOST: Final = 1e15
#: units whose amounts are not whole
_MEASURED: Final = ("km", "ha", "m²", "m2", "đồng", "tấn", "%")


@dataclass
class Checks:
    """Problems and reports on their way; at most ``limit`` of one sort are listed, then their number is said."""

    file: str
    reports: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    limit: int = 1000

    def problem(
        self, vi: str, en: str, row: int | None = None, column: str | None = None, found: str | None = None,
        accepted: str | None = None,
    ) -> None:  # fmt: skip
        """Add what makes the file unusable."""
        self.problems.append(Problem(vi, en, self.file, row, column, found, accepted))

    def report(
        self, vi: str, en: str, row: int | None = None, column: str | None = None, found: str | None = None,
        accepted: str | None = None,
    ) -> None:  # fmt: skip
        """Add what the user should know."""
        self.reports.append(Problem(vi, en, self.file, row, column, found, accepted))

    def more(self, count: int, vi: str, en: str) -> None:
        """Say how many were not listed."""
        if count > self.limit:
            self.problem(f"… và {count - self.limit} {vi} nữa", f"… and {count - self.limit} more {en}")

    def unknown(
        self, long: pd.DataFrame, column: str, known: set[str], vi: str, en: str, accepted: str
    ) -> None:  # fmt: skip
        """List the first row of each value of a column that is not known."""
        strangers = [value for value in long[column].unique() if str(value) not in known]
        if not strangers:
            return
        first = long[long[column].isin(strangers)].drop_duplicates(column)
        for _, row in first.head(self.limit).iterrows():
            self.problem(vi, en, int(row["row"]), column, str(row[column]), accepted)
        self.more(len(first), "giá trị", "values")


def numbers(
    long: pd.DataFrame,
    part: str,
    kinds: Mapping[str, Indicator | None],
    words: pd.Series | None,
    checks: Checks,
) -> pd.Series:
    """Return a column as float64; where ``words`` is true text may stand, and the column is then of objects.

    A decimal comma, grouping, text and an impossible number are problems with row and field.
    """
    column = long[part]
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.astype(float)
        _impossible(long, part, values, kinds, checks)
        return values
    text = column.astype(str).str.strip()
    if column.isna().any():
        text = text.where(~column.isna(), "")
    if not text.any():
        return pd.Series(np.nan, index=long.index)
    good = text.str.fullmatch(_NUMBER)
    bad = ~good & (text != "")
    if words is not None:
        bad &= ~words
    for row, cell in text[bad].head(checks.limit).items():
        vi, en = _what(cell)
        accepted = "1234.5 (để trống nếu thiếu / empty if missing)"
        checks.problem(vi, en, _row(long, row), _where(long, row, part), cell, accepted)
    checks.more(int(bad.sum()), "ô", "cells")
    values = pd.to_numeric(text.where(good, ""), errors="coerce").astype(float)
    counted = long["indicator"].isin([i for i, row in kinds.items() if row and _counted(row)])
    if part == "value" and counted.any():
        grouped = counted & text.str.fullmatch(_GROUPED)
        for row, cell in text[grouped].head(checks.limit).items():
            checks.problem(
                "dấu chấm phân nhóm nghìn trong một số đếm?", "a point that groups thousands in a count?",
                _row(long, row), _where(long, row, part), cell, "1234",
            )  # fmt: skip
        checks.more(int(grouped.sum()), "ô", "cells")
    _impossible(long, part, values, kinds, checks)
    if words is not None and words.any():
        mixed = values.astype(object)
        worded = words & (text != "") & ~good
        mixed[worded] = text[worded]
        return mixed
    return values


def _impossible(
    long: pd.DataFrame, part: str, values: pd.Series, kinds: Mapping[str, Indicator | None], checks: Checks
) -> None:
    """List counts and denominators below zero, and numbers past what is counted exactly."""
    if part == "value":
        never = [i for i, row in kinds.items() if row and row.kind.startswith("count")]
    elif part == "numerator":
        never = [i for i, row in kinds.items() if row and row.kind.startswith("ratio") and row.percent]
    else:
        never = list(kinds)
    negative = (values < 0) & long["indicator"].isin(never)
    absurd = values.abs() > _MOST
    for chosen, vi, en, accepted in (
        (negative, "không thể âm", "cannot be negative", ">= 0"),
        (absurd, "số quá lớn", "the number is too large", f"<= {_MOST:.0e}"),
    ):
        for row, found in values[chosen].head(checks.limit).items():
            checks.problem(vi, en, _row(long, row), _where(long, row, part), f"{found:g}", accepted)
        checks.more(int(chosen.sum()), "ô", "cells")


def _counted(indicator: Indicator) -> bool:
    return indicator.kind.startswith("count") and not indicator.unit.startswith(_MEASURED)


def _where(long: pd.DataFrame, row: Any, part: str) -> str:
    return f"{part} ({long['indicator'].at[row]!s})"


def _row(long: pd.DataFrame, row: Any) -> int:
    found: Any = long["row"].at[row]
    return int(found)


def _what(cell: str) -> tuple[str, str]:
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d+", cell):
        return (
            "dấu phẩy thập phân hoặc phân nhóm; trong tệp dùng dấu chấm",
            "a decimal or grouping comma; files use a point",
        )
    if re.fullmatch(r"-?\d{1,3}([., ]\d{3}){2,}([.,]\d+)?|\d{1,3}( \d{3})+", cell):
        return "số có dấu phân nhóm nghìn", "the number has grouping marks"
    return "chữ ở chỗ của số", "text where a number belongs"


def check_shares(frame: pd.DataFrame, catalogue: Catalogue, checks: Checks) -> None:
    """Refuse a numerator above its denominator for a share in %, in its own columns or in two indicators."""
    percent = [i.id for i in catalogue if i.kind in ("ratio", "ratio-distinct") and i.percent]
    above = frame[frame["indicator"].isin(percent) & (frame["numerator"] > frame["denominator"])]
    for _, row in above.head(checks.limit).iterrows():
        checks.problem(
            "tử số lớn hơn mẫu số của một tỷ lệ %", "the numerator is above the denominator of a share in %",
            int(row["row"]), f"numerator ({row['indicator']})", f"{row['numerator']:g} > {row['denominator']:g}",
            "numerator <= denominator",
        )  # fmt: skip
    checks.more(len(above), "dòng", "rows")
    present = set(map(str, frame["indicator"].unique()))
    for indicator in catalogue:
        if indicator.id not in percent or not {indicator.numerator, indicator.denominator} <= present:
            continue
        keys = ["unit_code", "period"]
        top = frame[frame["indicator"] == indicator.numerator]
        bottom = frame[frame["indicator"] == indicator.denominator]
        both = top.merge(bottom, on=keys, suffixes=("", "_of"))
        for _, row in both[both["value"] > both["value_of"]].head(checks.limit).iterrows():
            checks.problem(
                f"lớn hơn {indicator.denominator}, mẫu số của {indicator.id}",
                f"above {indicator.denominator}, the denominator of {indicator.id}",
                int(row["row"]), f"value ({indicator.numerator})", f"{row['value']:g} > {row['value_of']:g}",
                f"<= {indicator.denominator}",
            )  # fmt: skip


def contradictions(frame: pd.DataFrame, catalogue: Catalogue, checks: Checks) -> None:
    """Report values that contradict their numerator and denominator; the parts are what is used.

    A published value is right where it is the quotient rounded to its own decimals. A denominator of zero gives no
    quotient: a published 0 is then missing (reference: indicators, 1.3). Values are replaced in ``frame``.
    """
    parted = frame["numerator"].notna() & frame["denominator"].notna()
    if not parted.any():
        return
    percent = {i.id for i in catalogue if i.percent}
    factor = np.where(frame["indicator"].astype(str).isin(percent), 100.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = factor * frame["numerator"].to_numpy(float) / frame["denominator"].to_numpy(float)
    zero = parted & (frame["denominator"] == 0)
    quotient = np.where(zero, np.nan, quotient)
    said = pd.to_numeric(frame["value"], errors="coerce")
    decimals = frame["text"].str.extract(r"\.(\d+)$")[0].str.len().fillna(0)
    off = parted & ~zero & said.notna() & ((said - quotient).abs() > 0.5 * 10.0**-decimals + 1e-9)
    for row in frame.index[off][: checks.limit]:
        checks.report(
            "tỷ lệ công bố trái với tử số và mẫu số; dùng tử số và mẫu số",
            "the published rate contradicts its parts; the parts are used",
            _row(frame, row), _where(frame, row, "value"), f"{said[row]:g}", f"{quotient[row]:.4g}",
        )  # fmt: skip
    zeros = int((zero & said.notna()).sum())
    if zeros:
        checks.report(
            f"{zeros} tỷ lệ có mẫu số 0: không có giá trị, không phải 0",
            f"{zeros} rates have a denominator of 0: no value, not 0",
        )
    frame["value"] = (
        np.where(parted, quotient, said)
        if pd.api.types.is_numeric_dtype(frame["value"].dtype)
        else frame["value"]
    )
    frame["status"] = frame["status"].cat.add_categories(
        [c for c in ("M",) if c not in frame["status"].cat.categories]
    )
    frame.loc[zero, "status"] = "M"
