"""The calculation of one figure in words: from which units, by which formula, with which shares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.errors import Language, ObservationError, Problem
from geo.text import vietnamese_number
from indicators.catalogue import Indicator
from indicators.kinds import KIND_OF
from indicators.links import profile, resolve
from indicators.remap import Remapped
from indicators.status import MEANINGS


def explain(
    remapped: Remapped, unit_code: str, indicator: str, period: str, language: Language = "vi"
) -> str:
    """Return how a figure came about, a few lines of text.

    Raises ObservationError where the result has no such unit, indicator and period.
    """
    frame = remapped.frame
    rows = frame[
        (frame["unit_code"] == unit_code) & (frame["indicator"] == indicator) & (frame["period"] == period)
    ]
    if rows.empty:
        raise ObservationError(
            Problem(
                "kết quả không có ô này",
                "the result has no such cell",
                found=f"{unit_code}, {indicator}, {period}",
            )
        )
    row = rows.iloc[0]
    vi = language == "vi"
    known = remapped.catalogue.by_id[indicator]
    kind = KIND_OF[known.kind]
    said = kind.merge if not row["base"] else kind.split
    lines = [
        f"{known.name(language)} ({period}), {'đơn vị' if vi else 'unit'} {unit_code} ({remapped.to_vintage})",
        f"{'Cách tính' if vi else 'Method'}: {row['method']} – {said[0 if vi else 1]}.",
    ]
    lines += _parents(remapped, known, row, period, vi)
    lines.append(_outcome(row, known, vi))
    status = str(row["status"])
    lines.append(f"{'Trạng thái' if vi else 'Status'}: {status} ({MEANINGS[status][0 if vi else 1]}).")
    if row["reason"]:
        reasons = str(row["reason"]).split("; ")
        halves = [part.split(" / ") for part in reasons]
        lines.append(f"{'Lý do' if vi else 'Reason'}: {'; '.join(half[0 if vi else -1] for half in halves)}.")
    return "\n".join(lines)


def number(value: object, vi: bool) -> str:
    """Return a figure for the reader: 1.234,5 in Vietnamese, 1,234.5 in English, an em dash where there is none."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "—"
    figure = round(float(value), 4)  # type: ignore[arg-type]
    return vietnamese_number(figure) if vi else f"{figure:,.4f}".rstrip("0").rstrip(".")


def _parents(remapped: Remapped, indicator: Indicator, row: pd.Series, period: str, vi: bool) -> list[str]:
    inputs = remapped.inputs
    chosen = inputs[(inputs["indicator"] == indicator.id) & (inputs["period"] == period)].set_index(
        "unit_code"
    )
    shares = {} if remapped.backcast else _shares(remapped, indicator, str(row["unit_code"]))
    gone = set(str(row["parents_missing"]).split())
    lines = []
    for code in str(row["parents"]).split():
        parts = [f"- {code}: "]
        if code in gone or code not in chosen.index:
            parts.append("thiếu số liệu" if vi else "no figure")
        else:
            cell = chosen.loc[code]
            if pd.notna(cell["numerator"]) and pd.notna(cell["denominator"]):
                parts.append(f"{number(cell['numerator'], vi)} / {number(cell['denominator'], vi)} = ")
            parts.append(number(cell["value"], vi))
        share = shares.get(code)
        if share is not None and share != 1.0:
            known = not np.isnan(share)
            text = (
                f"{number(100 * share, vi)} %" if known else ("không rõ tỷ lệ" if vi else "share not known")
            )
            parts.append(f" × {text}" + (f" ({row['base']})" if known else ""))
        lines.append("".join(parts))
    return lines


def _shares(remapped: Remapped, indicator: Indicator, unit_code: str) -> dict[str, float]:
    links = resolve(remapped.crosswalk, profile(indicator, remapped.base))
    if unit_code not in links.targets:
        return {}
    places = links.links_of(links.targets.index(unit_code))
    return {links.sources[links.source[i]]: float(links.share[i]) for i in places}


def _outcome(row: pd.Series, indicator: Indicator, vi: bool) -> str:
    value = row["value"]
    bounds = ""
    if pd.notna(row["low"]) or pd.notna(row["high"]):
        bounds = f" [{number(row['low'], vi)}; {number(row['high'], vi)}]"
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        text = "không có giá trị" if vi else "no value"
        return f"{'Kết quả' if vi else 'Result'}: {text}{bounds and (', khoảng' if vi else ', bounds') + bounds}."
    quotient = ""
    if pd.notna(row["numerator"]) and pd.notna(row["denominator"]) and row["denominator"]:
        factor = "100 × " if indicator.percent else ""
        quotient = f"{factor}{number(row['numerator'], vi)} / {number(row['denominator'], vi)} = "
    unit = f" {indicator.unit}" if indicator.unit else ""
    return f"{'Kết quả' if vi else 'Result'}: {quotient}{number(value, vi)}{unit}{bounds}."
