"""Observations as dense arrays: columns (indicator, period) by source units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from geo.errors import ObservationError, Problem
from indicators.catalogue import TEXT_KINDS, Catalogue, Indicator
from indicators.periods import straddled
from indicators.status import rank, ranks

if TYPE_CHECKING:
    # slow to import, and files at scale do without
    import pandas as pd

Floats = npt.NDArray[np.float64]
COLUMNS: Final = (
    "unit_code",
    "vintage",
    "period",
    "indicator",
    "value",
    "numerator",
    "denominator",
    "status",
)
PARTS: Final = ("value", "numerator", "denominator")


@dataclass(frozen=True)
class Panel:
    """Figures of shape (columns, units), missing = NaN; ``status`` by place in the precedence, absent rows = O."""

    vintage: str
    units: tuple[str, ...]
    columns: tuple[tuple[Indicator, str], ...]
    value: Floats
    numerator: Floats
    denominator: Floats
    status: npt.NDArray[np.int8]
    words: Mapping[int, npt.NDArray[np.object_]]
    place: Mapping[tuple[str, str], int]

    def of(self, indicator: str, period: str) -> Floats | None:
        """Return the values of an indicator in a period, shape (units,); None where the panel has none."""
        column = self.place.get((indicator, period))
        return None if column is None else self.value[column]


def panel(frame: pd.DataFrame, catalogue: Catalogue, units: Sequence[str], vintage: str) -> Panel:
    """Scatter a long frame into arrays; ``vintage`` and ``units`` are those of the crosswalk's source side.

    Raises ObservationError with all problems: another vintage, unknown units or indicators, duplicates, periods
    that two maps divide.
    """
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise ObservationError(
            Problem(
                f"thiếu cột {', '.join(missing)}",
                f"missing columns: {', '.join(missing)}",
                found=", ".join(map(str, frame.columns)),
                accepted=", ".join(COLUMNS),
            )
        )
    problems: list[Problem] = []
    codes = {
        column: _codes(frame[column]) for column in ("unit_code", "vintage", "period", "indicator", "status")
    }
    strangers = sorted(set(_used(codes["vintage"])) - {vintage})
    if strangers:
        problems.append(
            Problem(
                "thời điểm của số liệu khác với phương án",
                "the observations' vintage is not that of the plan",
                "",
                None,
                "vintage",
                ", ".join(map(str, strangers)),
                vintage,
            )
        )
    unit_place = {code: i for i, code in enumerate(units)}
    by_unit, unknown = _mapped(codes["unit_code"], unit_place)
    problems += [
        Problem(
            "mã không có trong bảng chuyển đổi", "the crosswalk has no such unit", "", code, "unit_code", code
        )
        for code in unknown
    ]
    indicators = codes["indicator"][1]
    problems += [
        Problem(
            "chỉ tiêu không có trong danh mục",
            "the catalogue has no such indicator",
            "",
            None,
            "indicator",
            name,
        )
        for name in _used(codes["indicator"])
        if name not in catalogue
    ]
    periods = codes["period"][1]
    problems += [
        Problem(
            f"kỳ này nằm trên hai bản đồ: bản đồ đổi ngày {day:%d/%m/%Y}",
            f"two maps divide this period: the map changed on {day.isoformat()}",
            "",
            None,
            "period",
            period,
            "các kỳ ngắn hơn / shorter periods",
        )
        for period in _used(codes["period"])
        if (day := straddled(period, vintage))
    ]
    if problems:
        raise ObservationError(problems)
    width = len(periods)
    pair = codes["indicator"][0].astype(np.int64) * width + codes["period"][0]
    present = np.flatnonzero(np.bincount(pair, minlength=len(indicators) * width))
    # columns in the order of indicators as they came, periods in order of time
    order = sorted(present, key=lambda p: (p // width, periods[p % width]))
    rank_of = np.zeros(len(indicators) * width, dtype=np.int64)
    rank_of[order] = np.arange(len(order))
    flat = rank_of[pair] * len(units) + by_unit
    size = len(order) * len(units)
    if len(flat) and int(np.bincount(flat, minlength=size).max()) > 1:
        twice = frame[frame.duplicated(["unit_code", "period", "indicator"])]
        raise ObservationError(
            [
                Problem("dòng lặp", "a duplicate row", "", str(row["unit_code"]), "unit_code, period, indicator",
                        f"{row['unit_code']}, {row['period']}, {row['indicator']}")
                for _, row in twice.head(1000).iterrows()
            ]
        )  # fmt: skip
    columns = tuple((catalogue[indicators[p // width]], periods[p % width]) for p in order)
    shape = (len(order), len(units))
    arrays = []
    for part in PARTS:
        array = np.full(size, np.nan)
        array[flat] = _floats(frame[part])
        arrays.append(array.reshape(shape))
    status = np.full(size, rank("O"), dtype=np.int8)
    status[flat] = ranks(codes["status"][1])[codes["status"][0]]
    words: dict[int, npt.NDArray[np.object_]] = {}
    if any(indicator.kind in TEXT_KINDS for indicator, _ in columns):
        texts = np.full(size, "", dtype=object)
        texts[flat] = [word_of(value) for value in frame["value"]]
        texts = texts.reshape(shape)
        words = {i: texts[i] for i, (indicator, _) in enumerate(columns) if indicator.kind in TEXT_KINDS}
    blank = np.isnan(arrays[0]) & np.isnan(arrays[1]) & np.isnan(arrays[2])
    for column, cells in words.items():
        blank[column] &= cells == ""
    grid = status.reshape(shape)
    grid[blank & (grid == rank("A"))] = rank("O")
    return Panel(
        vintage,
        tuple(units),
        columns,
        arrays[0],
        arrays[1],
        arrays[2],
        grid,
        words,
        {(indicator.id, period): i for i, (indicator, period) in enumerate(columns)},
    )


def word_of(value: object) -> str:
    """Return a cell of a text kind as words: whole floats without “.0”, missing as empty."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return places and texts of a column of keys; missing counts as empty text."""
    import pandas as pd

    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object).where(column.notna(), "").astype(str).astype("category")
    places = column.cat.codes.to_numpy()
    texts = [str(text) for text in column.cat.categories]
    if len(places) and places.min() < 0:
        places = np.where(places < 0, len(texts), places)
        texts.append("")
    return places.astype(np.int64), texts


def _used(coded: tuple[npt.NDArray[np.int64], list[str]]) -> list[str]:
    places, texts = coded
    return [texts[i] for i in np.flatnonzero(np.bincount(places, minlength=len(texts)))]


def _mapped(
    coded: tuple[npt.NDArray[np.int64], list[str]], place: Mapping[str, int]
) -> tuple[npt.NDArray[np.int64], list[str]]:
    places, texts = coded
    table = np.array([place.get(text, -1) for text in texts], dtype=np.int64)
    used = set(_used(coded))
    unknown = sorted(text for text, at in zip(texts, table, strict=True) if at < 0 and text in used)
    return (table[places] if len(texts) else places), unknown


def _floats(column: pd.Series) -> Floats:
    import pandas as pd

    if column.dtype == object or not pd.api.types.is_numeric_dtype(column.dtype):
        return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    return column.to_numpy(dtype=float, na_value=np.nan)
