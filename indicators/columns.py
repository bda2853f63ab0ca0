"""What the columns of a table are, of what kind an indicator is: suggestions with reasons, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from geo.registers import decimal_of
from geo.text import without_accents
from indicators.catalogue import Catalogue, embedded_catalogue
from indicators.periods import normal_period
from indicators.tables import CODE_NAMES, TextTable

Role = Literal[
    "unit_code", "vintage", "period", "indicator", "value", "numerator", "denominator", "status", "name", "data",
    "ignore",
]  # fmt: skip

_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "unit_code": CODE_NAMES,
    "vintage": ("vintage", "unit_vintage", "thoi diem", "thoi diem so"),
    "period": ("period", "ky", "nam", "year", "thang", "quy", "time", "time_start", "ky bao cao"),
    "indicator": ("indicator", "indicator_id", "chi tieu", "ma chi tieu"),
    "value": ("value", "gia tri", "tri so", "obs_value"),
    "numerator": ("numerator", "tu so"),
    "denominator": ("denominator", "mau so"),
    "status": ("status", "obs_status", "trang thai"),
    "name": ("name", "unit_name", "ten", "ten don vi", "don vi", "ten xa", "ten xa, phuong", "xa, phuong", "ten dvhc"),
    "ignore": ("stt", "tt", "no", "ghi chu", "note", "source", "nguon", "comment", "district", "district_code",
               "district_name", "kind", "huyen", "quan, huyen", "quan huyen", "loai", "low", "high", "method", "base",
               "parents", "parents_missing", "coverage", "reason", "mark"),
}  # fmt: skip
_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "numerator": ("numerator", "tu so", "num"),
    "denominator": ("denominator", "mau so", "den"),
}


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What one column is; one of data carries the indicator, the period (where its header says it) and the part."""

    column: str
    role: Role
    indicator: str = ""
    period: str = ""
    part: str = "value"
    reason_vi: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class KindSuggestion:
    """A kind suggested for a column, with the reason; ``sure`` is False where names and values say little."""

    kind: str
    unit: str
    sure: bool
    reason_vi: str
    reason_en: str


def match_columns(table: TextTable, catalogue: Catalogue | None = None) -> tuple[ColumnRole, ...]:
    """Return what each column of a table seems to be, in the table's order; nothing is decided by it alone.

    A header names an indicator by its id or by its name in either language, with a period or a part beside it.
    A header that names none keeps itself as the indicator's id, to be given a kind by a person.
    """
    catalogue = catalogue if catalogue is not None else embedded_catalogue()
    plain = [(column, without_accents(column)) for column in table.columns]
    found: dict[str, ColumnRole] = {}
    for role, names in _KEYS.items():
        for name in names:
            match = next((column for column, text in plain if text == name and column not in found), None)
            if match is not None:
                found[match] = ColumnRole(match, role, reason_vi="theo tên cột", reason_en="by its header")  # type: ignore[arg-type]
                if role != "ignore":
                    break
    ids = {without_accents(indicator.id): indicator.id for indicator in catalogue}
    names_of = {
        without_accents(name): indicator.id
        for indicator in reversed(catalogue.indicators)
        for name in (indicator.name_vi, indicator.name_en)
        if name
    }
    long = any(role.role == "indicator" for role in found.values())
    for column, _ in plain:
        if column in found:
            continue
        if long:
            found[column] = ColumnRole(
                column,
                "ignore",
                reason_vi="bảng dài không dùng cột này",
                reason_en="not used in a long table",
            )
            continue
        found[column] = _data_column(column, ids, names_of)
    return tuple(found[column] for column in table.columns)


def _data_column(column: str, ids: dict[str, str], names: dict[str, str]) -> ColumnRole:
    pieces = [
        piece.strip() for piece in re.split(r"\||[.](?=numerator|denominator)", column) if piece.strip()
    ]
    period, part, words = "", "value", []
    for piece in pieces:
        text = without_accents(piece)
        role = next((role for role, names_ in _PARTS.items() if text in names_), None)
        if role is not None:
            part = role
        elif found := normal_period(piece):
            period = found
        else:
            words.append(piece)
    text = " ".join(words)
    if not period and (
        tail := re.search(
            r"[\s_(,]*((?:năm\s+|quý\s+|tháng\s+)?[0-9Q/HQ-]*(?:19|20)\d\d(?:-[0-9HQ-]+)?)\)?$",
            text,
            re.IGNORECASE,
        )
    ):
        period = normal_period(tail[1]) or ""
        text = text[: tail.start()] if period and text[: tail.start()].strip() else text
    key = without_accents(re.sub(r"\((%|[^)]*)\)\s*$", "", text) if "(%)" in text else text)
    indicator = ids.get(key) or names.get(key)
    if indicator:
        return ColumnRole(
            column, "data", indicator, period, part,
            f"chỉ tiêu {indicator} của danh mục", f"indicator {indicator} of the catalogue",
        )  # fmt: skip
    own = re.sub(r"\s+", "_", text.strip()) or column
    return ColumnRole(
        column, "data", own, period, part,
        "không có trong danh mục; hãy chọn loại chỉ tiêu", "not in the catalogue; choose its kind",
    )  # fmt: skip


_GROUPED: Final = re.compile(r"0|-?[1-9]\d{0,2}(?:\.\d{3})*")
#: words in a name (without accents) that say a kind; the first that fits is taken
_WORDS: Final[Sequence[tuple[str, str, str, str]]] = (
    (r"xep hang|\bhang\b|rank", "rank", "hạng", "xếp hạng / rank"),
    (r"trung vi|phan vi|median|quantile|percentile", "quantile", "", "trung vị / median"),
    (r"gini|do lech chuan|phuong sai|variance|std", "dispersion", "", "độ phân tán / dispersion"),
    (r"tang truong|toc do tang|growth", "growth", "%", "tăng trưởng / growth"),
    (r"diem|score|chi so", "score", "điểm", "điểm / score"),
    (r"dat chuan|cong nhan|recogni|nong thon moi", "recognition", "", "công nhận / recognition"),
    (r"dat muc tieu|dat ke hoach|target", "target", "", "mục tiêu / target"),
    (r"hai long.*(dieu tra|khao sat)|survey|khao sat", "survey", "%", "điều tra / survey"),
    (r"lon nhat|xa nhat|cao nhat|toi da|max", "maximum", "", "lớn nhất / maximum"),
    (r"nho nhat|gan nhat|thap nhat|toi thieu|min\b", "minimum", "", "nhỏ nhất / minimum"),
    (r"ty le.*(thu tuc|tthc|dich vu cong|csdl)|procedures", "ratio-distinct", "%",
     "tỷ lệ trên danh mục / distinct items"),
    (r"ty le|ty trong|ti le|%|rate|share|percent|mat do|density|/ ?1\.?000|tren 1", "ratio", "%", "tỷ lệ / ratio"),
    (r"trung binh|binh quan|average|mean", "mean", "", "bình quân / mean"),
    (r"\bloai\b|phan loai|class", "class", "", "phân loại / class"),
    (r"\bco (tram|truong|cho|bo phan)|facility", "facility", "có/không", "có hay không / facility"),
    (r"dan so|dien tich|so ho\b(?! so)|population|area|households|dang |ton dong|luy ke|pending|so truong|so tram",
     "count-stock", "", "số tại thời điểm / stock"),
    (r"ho so|luot|so (luong|vu|ca|lan)|tiep nhan|dossier|received|count|number", "count-flow", "",
     "số trong kỳ / flow"),
)  # fmt: skip


def guess_kind(name: str, values: Iterable[str]) -> KindSuggestion:
    """Suggest the kind of a column from its name and its cells, with the reason; a person confirms it."""
    cells = [value.strip() for value in values if value and value.strip()]
    numbers = [number for cell in cells if (number := decimal_of(cell)) is not None]
    text = without_accents(name)
    if cells and len(numbers) < len(cells) / 2:
        few = len(set(cells)) <= 8
        kind = next(
            (
                k
                for pattern, k, _, _ in _WORDS
                if re.search(pattern, text) and k in ("class", "recognition", "target", "facility")
            ),
            "",
        )
        return KindSuggestion(
            kind or ("class" if few else "text"),
            "",
            bool(kind),
            f"ô chứa chữ, {len(set(cells))} giá trị khác nhau",
            f"cells hold words, {len(set(cells))} different ones",
        )
    grouped = any("." in cell for cell in cells) and all(_GROUPED.fullmatch(cell) for cell in cells)
    if grouped:
        # 1.250 is no rate: taken as a count it is refused with the reason, as a mean it would be 1,25 in silence
        numbers = [number for cell in cells if (number := decimal_of(cell.replace(".", ""))) is not None]
    whole = bool(numbers) and all(number == number.to_integral_value() for number in numbers)
    within = bool(numbers) and all(0 <= number <= 100 for number in numbers)
    for pattern, kind, unit, why in _WORDS:
        if re.search(pattern, text):
            vi, en = why.split(" / ")
            if kind.startswith("count") and not whole and "dien tich" not in text and "area" not in text:
                continue
            if kind == "ratio" and not within:
                unit = ""
            return KindSuggestion(kind, unit, True, f"tên cột nói “{vi}”", f"the header says “{en}”")
    if grouped:
        return KindSuggestion(
            "count-flow",
            "",
            False,
            "các ô như có dấu chấm phân nhóm nghìn (1.250)",
            "the cells seem to group thousands by points (1.250)",
        )
    if whole and numbers and max(numbers) > 1:
        return KindSuggestion("count-flow", "", False, "các ô là số nguyên", "the cells are whole numbers")
    if within and numbers:
        return KindSuggestion(
            "ratio",
            "%",
            False,
            "các ô nằm giữa 0 và 100, có phần lẻ",
            "the cells lie between 0 and 100, with decimals",
        )
    return KindSuggestion(
        "mean",
        "",
        False,
        "số có phần lẻ, không rõ là tổng hay bình quân",
        "decimals; unclear whether a sum or a mean",
    )
