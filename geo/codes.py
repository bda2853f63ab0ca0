"""Finding the column of a table that holds units' codes, and reading the codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import Problem
from geo.text import without_accents

# compared without case, accents and anything but letters and digits; the first that occurs is taken
CODE_FIELDS: Final = (
    "code", "unitcode", "wardcode", "communecode", "maxa", "maphuong", "maphuongxa", "maxaphuong", "maphxa", "maxp",
    "madvhc", "madonvi", "madvhcxa", "ma", "mahanhchinh", "xacode", "xaid", "idxa", "wardid", "communeid", "gsocode",
    "gsoid", "tcthk", "matctk", "codexa", "mabuuchinhxa", "id",
)  # fmt: skip
ACCEPTED_FIELDS: Final = "code, ma, ma_xa, MAXA, ward_code, …"
ACCEPTED_CODES: Final = "5 chữ số / 5 digits (00001)"
_CODE: Final = re.compile(r"\d{5}")
_SHORT: Final = re.compile(r"[1-9]\d{0,3}")


def plain_field(field: str) -> str:
    """Return a column's name as names are compared: “Mã_Xã” gives “maxa”."""
    return re.sub(r"[^a-z0-9]", "", without_accents(field))


def as_text(value: object) -> str:
    """Return a cell as a code is written: whole numbers without decimals, missing values empty."""
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip().removeprefix("'")


def find_code_field(columns: Mapping[str, NDArray[Any]]) -> str | None:
    """Return the column with codes: by its name, else the only column of text that holds five-digit codes.

    Half of the cells must look like codes; the others are then named one by one by read_codes.
    """
    plain = {plain_field(column): column for column in reversed(list(columns))}
    for name in CODE_FIELDS:
        if name in plain and _half_are(columns[plain[name]], _CODE, _SHORT):
            return plain[name]
    filled = [
        column for column, values in columns.items() if values.dtype == object and _half_are(values, _CODE)
    ]
    return filled[0] if len(filled) == 1 else None


def _half_are(values: NDArray[Any], *patterns: re.Pattern[str]) -> bool:
    texts = [as_text(value) for value in values]
    fit = sum(any(pattern.fullmatch(text) for pattern in patterns) for text in texts)
    return fit * 2 >= len(texts) > 0


def read_codes(
    values: Sequence[Any] | NDArray[Any], file: str, field: str
) -> tuple[list[str | None], list[Problem], list[Problem]]:
    """Return the codes (None where a cell holds none), what was restored, and what is wrong.

    A number or text of fewer than five digits that does not begin with 0 has lost its leading zeros: codes of
    communes always have five digits. Where the same code also stands in full, which of the two is meant is not known.
    """
    texts = [as_text(value) for value in values]
    full = {text for text in texts if _CODE.fullmatch(text)}
    codes: list[str | None] = []
    problems: list[Problem] = []
    restored: Counter[str] = Counter()
    for row, text in enumerate(texts, 1):
        code: str | None = text if text in full else None
        if code is None and _SHORT.fullmatch(text):
            code = text.zfill(5)
            restored[text] += 1
        if code is None or (text not in full and code in full):
            problems.append(
                Problem(
                    "mã trống"
                    if not text
                    else "mã mất số 0 đầu, trùng với mã khác"
                    if code
                    else "không phải mã đơn vị",
                    "the code is empty"
                    if not text
                    else "a code without its leading zeros equals another one"
                    if code
                    else "this is not a unit's code",
                    file=file,
                    row=row,
                    field=field,
                    found=text or None,
                    accepted=ACCEPTED_CODES,
                )
            )
            code = None
        codes.append(code)
    reports = []
    if restored:
        example = next(iter(restored))
        reports.append(
            Problem(
                f"đã thêm lại số 0 đầu cho {restored.total()} mã",
                f"leading zeros were restored in {restored.total()} codes",
                file=file,
                field=field,
                found=f"{example} → {example.zfill(5)}",
            )
        )
    return codes, reports, problems
