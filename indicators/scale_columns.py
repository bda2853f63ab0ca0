"""Columns of observations in Arrow: their types, texts as places, figures as float64."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geo.errors import InputFileError, Problem
from indicators.arrow import floats_of, places_of
from indicators.panel import COLUMNS, PARTS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.signedinteger[Any]]


def check_columns(schema: Any, name: str) -> None:
    """Raise InputFileError where columns are missing or of the wrong type."""
    missing = [column for column in COLUMNS if column not in schema.names]
    if missing:
        raise InputFileError(
            Problem(
                f"thiếu cột {', '.join(missing)}", f"missing columns: {', '.join(missing)}", name, None, None,
                ", ".join(schema.names), ", ".join(COLUMNS),
            )
        )  # fmt: skip
    problems = []
    for column in COLUMNS:
        kind = schema.field(column).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
        if not (pa.types.is_null(kind) or (number if column in PARTS else text)):
            problems.append(
                Problem(
                    "kiểu dữ liệu của cột không đúng", "the column is of the wrong type", name, None, column, str(kind),
                    "số / number" if column in PARTS else "chữ / text",
                )
            )  # fmt: skip
    if problems:
        raise InputFileError(problems)


def one(column: Any) -> Any:
    """Return a column as one dictionary array."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if column.num_chunks == 1:
        return column.chunk(0)
    if column.num_chunks == 0:
        return pa.nulls(0, pa.dictionary(pa.int32(), pa.string()))
    return column.unify_dictionaries().combine_chunks()


def coded(array: Any) -> tuple[Ints, list[str]]:
    """Return places and texts of a text array; missing counts as empty text."""
    if isinstance(array, pa.ChunkedArray) or not pa.types.is_dictionary(array.type):
        array = one(array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array]))
    texts = ["" if text is None else text for text in array.dictionary.to_pylist()]
    places = array.indices
    if places.null_count:
        texts.append("")
        places = places.fill_null(len(texts) - 1)
    return places_of(places), texts


def floats(table: Any, part: str) -> Floats | None:
    """Return a column as float64, missing and infinite = NaN; None where the row group has no figures in it."""
    if part not in table.column_names or pa.types.is_null(table.column(part).type):
        return None
    column = table.column(part)
    if not pa.types.is_float64(column.type):
        column = column.cast(pa.float64())
    values = floats_of(column)
    if np.isinf(values).any():
        values = np.where(np.isinf(values), np.nan, values)
    return values


def runs(names: Ints | int, texts: Sequence[str], rows: int) -> Iterator[tuple[str, slice | Ints]]:
    """Yield each indicator of a row group with its rows: a slice where they stand together, else their places."""
    if isinstance(names, int):
        yield texts[names], slice(0, rows)
        return
    edges = np.flatnonzero(np.diff(names)) + 1
    if len(edges) < 200:
        for start, end in zip([0, *edges.tolist()], [*edges.tolist(), rows], strict=True):
            if end > start:
                yield texts[int(names[start])], slice(start, end)
        return
    order = np.argsort(names.astype(np.int16) if len(texts) < 2**15 else names, kind="stable")
    counts = np.bincount(names, minlength=len(texts))
    ends = np.cumsum(counts)
    for place in np.flatnonzero(counts):
        yield texts[int(place)], order[ends[place] - counts[place] : ends[place]]
