"""Tables of what rooms beside this one computed: verdicts with citations, indicators before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from reports.columns import common
from reports.context import Context
from reports.table import Cell, Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

WORDS_OUTCOME: Final = {
    "pass": "đạt",
    "fail": "không đạt",
    "exempt": "miễn",
    "undetermined": "chưa xác định",
}
WORDS_SEVERITY: Final = {"mandatory": "bắt buộc", "advisory": "khuyến nghị", "information": "thông tin"}


def cited(verdict: Mapping[str, Any]) -> str:
    """Return where a rule stands: “35/2023/UBTVQH15, Điều 4, khoản 1, điểm a”."""
    labels = (("article", "Điều"), ("clause", "khoản"), ("point", "điểm"))
    parts = [str(verdict.get("instrument") or "")]
    parts += [f"{label} {verdict[key]}" for key, label in labels if verdict.get(key)]
    return ", ".join(part for part in parts if part)


def verdicts_sheet(context: Context) -> Sheet | None:
    """Return one row a verdict, None when the plan was not judged."""
    if context.judged is None:
        return None
    names = {unit.code: unit.name for unit in context.register}
    names.update({unit.code: unit.name for unit in context.plan.units})
    verdicts = sorted(context.judged["verdicts"], key=_urgency)
    rows = tuple(
        (
            subject := str(verdict.get("subject") or ""),
            names.get(subject, ""),
            verdict["outcome"],
            verdict["severity"],
            str(verdict.get("message_vi") or ""),
            cited(verdict),
            str(verdict.get("confidence") or ""),
            *(_figure(verdict.get(part), figure) for part in ("measured", "required", "margin")
              for figure in ("area_km2", "population")),
            verdict["rule"],
            str(verdict.get("exception") or ""),
            str(verdict.get("message_en") or ""),
        )
        for verdict in verdicts
    )  # fmt: skip
    figures = (
        ("measured", "Đo được", "Measured"),
        ("required", "Yêu cầu", "Required"),
        ("margin", "Chênh", "Margin"),
    )
    return Sheet(
        "verdicts",
        "Kết luận",
        "Verdicts",
        (
            Column("subject", "Mã đơn vị", "Subject", "code", 8),
            Column("name", "Tên", "Name", "text", 18),
            Column("outcome", "Kết quả", "Outcome", "text", 12, words=WORDS_OUTCOME),
            Column("severity", "Mức độ", "Severity", "text", 11, words=WORDS_SEVERITY),
            Column("message_vi", "Nội dung", "Message (Vietnamese)", "text", 62),
            Column("citation", "Căn cứ", "Citation", "text", 22),
            common("confidence", 9),
            *(
                Column(f"{key}_{name}", f"{vi} {word}", f"{en} {unit}", kind, 10)
                for key, vi, en in figures
                for name, word, unit, kind in _MEASURES
            ),
            Column("rule", "Quy tắc", "Rule", "text", 26, printed=False),
            Column("exception", "Ngoại lệ", "Exception", "text", 18, printed=False),
            Column("message_en", "Nội dung (tiếng Anh)", "Message (English)", "text", 100, printed=False),
        ),
        rows,
        ("rule", "subject"),
        "Trước hết là những gì không đạt, chưa xác định hoặc được miễn; chỉ phần đó được in.",
        "What fails, is undetermined or exempt comes first; only that is printed.",
        sum(_urgency(verdict)[0] == 0 for verdict in verdicts),
    )


def _urgency(verdict: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return where a verdict stands in the table: what decides and did not pass is read first."""
    severities, outcomes = list(WORDS_SEVERITY), ["fail", "undetermined", "exempt", "pass"]
    told = verdict["severity"] != "information" and verdict["outcome"] != "pass"
    return int(not told), severities.index(verdict["severity"]), outcomes.index(verdict["outcome"])


_MEASURES: Final[tuple[tuple[str, str, str, Any], ...]] = (
    ("area_km2", "diện tích (km²)", "area (km²)", "area"),
    ("population", "dân số", "population", "count"),
)


def _figure(values: object, key: str) -> Cell:
    value = values.get(key) if isinstance(values, Mapping) else None
    return number_cell(value)


def number_cell(value: object) -> Cell:
    """Return a JSON number as an exact cell, None for anything else (bounds, text)."""
    if value is None or isinstance(value, bool | str) or value != value:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return Decimal(str(value))
    return None


def observations_sheet(context: Context) -> Sheet | None:
    """Return the indicators of the units before, None when none were given."""
    if context.remapped is None:
        return None
    return _frame_sheet(
        "observations",
        "Chỉ tiêu trước",
        "Indicators before",
        context.remapped.inputs,
        set(context.plan.by_source),
        "Số liệu đầu vào. Giá trị trống: chưa có số liệu, không phải bằng 0.",
        "The observations given. An empty value is missing, not zero.",
    )


def indicators_sheet(context: Context) -> Sheet | None:
    """Return the indicators of the new units, None when none were remapped."""
    if context.remapped is None:
        return None
    return _frame_sheet(
        "indicators",
        "Chỉ tiêu sau",
        "Indicators after",
        context.remapped.frame,
        set(context.plan.by_code),
        "Giá trị trống: không tính được, lý do ghi bên cạnh; khoảng ở cột từ, đến.",
        "An empty value could not be computed, with the reason beside it; bounds stand in low and high.",
    )


def _frame_sheet(
    key: str, vi: str, en: str, frame: pd.DataFrame, changed: set[str], note_vi: str, note_en: str
) -> Sheet:
    """Return observations as a table; units that the plan changes come first, and are what is printed."""
    concerned = frame["unit_code"].astype(str).isin(changed)
    frame = frame.iloc[(~concerned).to_numpy().argsort(kind="stable")]
    numbers = ("value", "numerator", "denominator", "low", "high", "coverage")
    counts = ("parents", "parents_missing")
    # what is not printed stands to the right
    keys = sorted((str(column) for column in frame.columns), key=lambda column: column in _OFF_PAPER)
    cells = [
        [number_cell(_scalar(cell)) for cell in frame[column]]
        if column in (*numbers, *counts)
        else frame[column].astype(object).fillna("").astype(str).tolist()
        for column in keys
    ]
    columns = tuple(
        Column(
            column,
            _INDICATOR_WORDS.get(column, column),
            column,
            "number"
            if column in numbers
            else "count"
            if column in counts
            else "code"
            if column == "unit_code"
            else "text",
            _INDICATOR_WIDTHS.get(column, 11),
            printed=column not in _OFF_PAPER,
        )
        for column in keys
    )
    identity = tuple(column for column in ("unit_code", "period", "indicator") if column in keys)
    rows = tuple(zip(*cells, strict=True))
    return Sheet(key, vi, en, columns, rows, identity, note_vi, note_en, int(concerned.sum()))


def _scalar(cell: Any) -> object:
    item: Callable[[], object] | None = getattr(cell, "item", None)
    return item() if item is not None else cell


_OFF_PAPER: Final = ("vintage", "numerator", "denominator", "base", "parents_missing", "source", "note")
_INDICATOR_WIDTHS: Final = {"reason": 72, "indicator": 16, "source": 60, "note": 60, "mark": 16}
_INDICATOR_WORDS: Final = {
    "unit_code": "Mã đơn vị", "vintage": "Thời điểm", "period": "Kỳ", "indicator": "Chỉ tiêu", "value": "Giá trị",
    "numerator": "Tử số", "denominator": "Mẫu số", "status": "Trạng thái", "low": "Từ", "high": "Đến",
    "method": "Cách tính", "base": "Cơ sở chia", "parents": "Số đơn vị nguồn", "parents_missing": "Nguồn thiếu số liệu",
    "coverage": "Độ phủ", "reason": "Lý do",
}  # fmt: skip
