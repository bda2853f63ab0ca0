"""The calculation of one figure in words: from which units, by which formula, with which shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from geo.errors import Language, ObservationError, Problem
from geo.register import Register
from geo.registers import embedded_for, embedded_register
from geo.text import vietnamese_number
from indicators.catalogue import Indicator
from indicators.kinds import KIND_OF
from indicators.links import Profile, base_name, profile, profile_of, resolve, reverse
from indicators.remap import Remapped
from indicators.status import MEANINGS

#: what the catalogue's units are called in English; km², % and a unit of the visitor's own stay as they are
UNITS: Final[Mapping[str, str]] = {
    "người": "persons",
    "hồ sơ": "dossiers",
    "hộ": "households",
    "PAKN": "petitions",
    "điểm": "points",
    "điểm %": "% points",
    "hạng": "rank",
    "loại": "class",
    "ngày": "days",
    "năm": "year",
    "trường": "schools",
    "trạm": "stations",
    "triệu đồng": "million VND",
    "(triệu đồng)²": "(million VND)²",
    "có/không": "yes/no",
    "đạt/không": "met/not met",
}
Names = Callable[[str, str], str]


@dataclass(frozen=True)
class _Words:
    """The language of the sentences, and the language whose form numbers take."""

    language: Language
    form: Language

    def say(self, vi: str, en: str) -> str:
        return vi if self.language == "vi" else en

    def number(self, value: object) -> str:
        return number(value, self.form == "vi")


def explain(
    remapped: Remapped,
    unit_code: str,
    indicator: str,
    period: str,
    language: Language = "vi",
    *,
    form: Language | None = None,
    names: Names | None = None,
    dates: Callable[[str], str] = str,
    register: Register | None = None,
) -> str:
    """Return how a figure came about, a few lines of text: one a parent, between a head and the outcome.

    ``form``: the language whose form numbers take, 1.234,5 or 1,234.5 (default: ``language``); ``names``: what a
    unit is called by its code and vintage (default: its code); ``dates``: how a
    period or vintage is written (default: as it is, 2024-12-31); ``register``: that of the crosswalk's first vintage,
    from which a backcast took its shares (default: the embedded one, as remap does).

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
    words = _Words(language, form or language)
    called = names or (lambda code, _: code)
    known = remapped.catalogue.by_id[indicator]
    unit = called(unit_code, remapped.to_vintage)
    lines = [
        f"{known.name(language)} ({dates(period)}), "
        + (f"{words.say('đơn vị', 'unit')} {unit}" if unit == unit_code else unit)
        + f" ({dates(remapped.to_vintage)})",
        f"{words.say('Cách tính', 'Method')}: {_formula(remapped, known, row, words)} ({row['method']}).",
    ]
    if "illustrative" in known.marks:
        lines.insert(
            1, words.say("SỐ LIỆU MINH HỌA, không phải số thật.", "ILLUSTRATIVE figures, not facts.")
        )
    lines += _parents(remapped, known, row, period, words, called, register)
    lines.append(_outcome(row, known, words))
    status = str(row["status"])
    lines.append(
        f"{words.say('Trạng thái', 'Status')}: {status} ({MEANINGS[status][0 if language == 'vi' else 1]})."
    )
    if row["reason"]:
        lines.append(f"{words.say('Lý do', 'Reason')}: {reason_in(str(row['reason']), language)}.")
    return "\n".join(lines)


def number(value: object, vi: bool) -> str:
    """Return a figure for the reader: 1.234,5 in Vietnamese, 1,234.5 in English, an em dash where there is none."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "—"
    figure = round(float(value), 4)  # type: ignore[arg-type]
    return vietnamese_number(figure) if vi else f"{figure:,.4f}".rstrip("0").rstrip(".")


def reason_in(reason: str, language: Language) -> str:
    """Return a reason of a result in one language; it holds one or more of "vi / en", joined by semicolons.

    Each half may hold semicolons of its own, as many in either language.
    """
    pieces = reason.split("; ")
    said: list[str] = []
    while pieces:
        middle = next((i for i, piece in enumerate(pieces) if " / " in piece), None)
        if middle is None:
            return "; ".join([*said, *pieces])
        vi, en = pieces[middle].split(" / ", 1)
        said += [*pieces[:middle], vi] if language == "vi" else [en, *pieces[middle + 1 : 2 * middle + 1]]
        del pieces[: 2 * middle + 1]
    return "; ".join(said)


def unit_name(unit: str, language: Language) -> str:
    """Return what an indicator is measured in, in a language; of “a/b” both halves."""
    if language == "vi" or not unit:
        return unit
    return UNITS[unit] if unit in UNITS else "/".join(UNITS.get(half, half) for half in unit.split("/"))


def _formula(remapped: Remapped, indicator: Indicator, row: pd.Series, words: _Words) -> str:
    kind = KIND_OF[indicator.kind]
    if not remapped.backcast:
        return words.say(*(kind.split if row["base"] else kind.merge))
    if row["method"] == "refused":
        return words.say(
            "tính ngược: loại chỉ tiêu này không đưa về đơn vị cũ được",
            "carried back: this kind cannot be carried back to the old units",
        )
    if not row["base"]:
        return words.say(
            "tính ngược: đơn vị cũ là cả một đơn vị mới, lấy nguyên số của đơn vị mới",
            "carried back: the old unit is a whole new unit and takes its figure",
        )
    return words.say("tính ngược: ", "carried back: ") + words.say(*kind.split)


def _parents(
    remapped: Remapped,
    indicator: Indicator,
    row: pd.Series,
    period: str,
    words: _Words,
    called: Names,
    register: Register | None,
) -> list[str]:
    at_period = remapped.inputs[remapped.inputs["period"] == period]
    cells = _of(at_period, indicator.id)
    above, below = (_of(at_period, name) for name in (indicator.numerator, indicator.denominator))
    shares = _shares(remapped, indicator, str(row["unit_code"]), register)
    gone = set(str(row["parents_missing"]).split())
    lines = []
    for code in str(row["parents"]).split():
        said = f"- {called(code, remapped.from_vintage)}: "
        if code in gone or code not in cells.index:
            lines.append(said + words.say("thiếu số liệu", "no figure"))
            continue
        cell = cells.loc[code]
        top = _given(cell["numerator"], above, code)
        bottom = _given(cell["denominator"], below, code)
        by = [shares[part].get(code, (1.0, "")) for part in range(len(shares))]
        if pd.notna(top) and pd.notna(bottom):
            if len(by) == 2 and by[0] != by[1]:
                # each on its own base: no one share says what becomes of the quotient
                said += f"{words.number(top)}{_share(by[0], words)} / {words.number(bottom)}{_share(by[1], words)}"
                lines.append(said)
                continue
            said += f"{words.number(top)} / {words.number(bottom)} = "
            value = cell["value"]
            if pd.isna(value) and bottom:
                value = top / bottom * (100 if indicator.percent else 1)
            said += words.number(value)
        else:
            said += words.number(cell["value"])
        lines.append(said + _share(by[-1], words))
    return lines


def _of(frame: pd.DataFrame, indicator_id: str) -> pd.DataFrame:
    return frame[frame["indicator"] == indicator_id].set_index("unit_code")


def _given(own: Any, of_indicator: pd.DataFrame, code: str) -> float:
    """Return a numerator or denominator: the row's own, else the figure of the indicator that the catalogue names."""
    if pd.notna(own) or code not in of_indicator.index:
        return float(own)
    return float(of_indicator["value"][code])


def _share(found: tuple[float, str], words: _Words) -> str:
    share, base = found
    if share == 1.0:
        return ""
    if np.isnan(share):
        return " × " + words.say("không rõ tỷ lệ", "share not known")
    named = f" ({base_name(base, words.language)})" if base else ""
    return f" × {words.number(100 * share)} %{named}"


def _shares(
    remapped: Remapped, indicator: Indicator, unit_code: str, register: Register | None
) -> list[dict[str, tuple[float, str]]]:
    """Return each parent's share and its base: of numerator and denominator for what has them, else of the figure."""
    if remapped.backcast and register is None and (name := embedded_for(remapped.crosswalk.from_vintage)):
        register = embedded_register(name)
    found: list[dict[str, tuple[float, str]]] = []
    for wanted in _profiles(remapped, indicator):
        links = (
            reverse(remapped.crosswalk, wanted, register)
            if remapped.backcast
            else resolve(remapped.crosswalk, wanted)
        )
        if unit_code not in links.targets:
            found.append({})
            continue
        places = links.links_of(links.targets.index(unit_code))
        found.append(
            {links.sources[links.source[i]]: (float(links.share[i]), links.split_base[i]) for i in places}
        )
    return found


def _profiles(remapped: Remapped, indicator: Indicator) -> list[Profile]:
    own = profile(indicator, remapped.base)
    if indicator.kind != "ratio" or not (indicator.numerator and indicator.denominator):
        return [own]
    return [
        profile_of(name, remapped.catalogue, own, remapped.base)
        for name in (indicator.numerator, indicator.denominator)
    ]


def _outcome(row: pd.Series, indicator: Indicator, words: _Words) -> str:
    value = row["value"]
    result = words.say("Kết quả", "Result")
    bounds = ""
    if pd.notna(row["low"]) or pd.notna(row["high"]):
        bounds = f" [{words.number(row['low'])}; {words.number(row['high'])}]"
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        span = bounds and words.say(", khoảng", ", bounds") + bounds
        return f"{result}: {words.say('không có giá trị', 'no value')}{span}."
    quotient = ""
    if pd.notna(row["numerator"]) and pd.notna(row["denominator"]) and row["denominator"]:
        factor = "100 × " if indicator.percent else ""
        quotient = f"{factor}{words.number(row['numerator'])} / {words.number(row['denominator'])} = "
    unit = f" {unit_name(indicator.unit, words.language)}" if indicator.unit else ""
    return f"{result}: {quotient}{words.number(value)}{unit}{bounds}."
