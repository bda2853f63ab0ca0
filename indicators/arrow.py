"""Arrow arrays from numpy and back by their buffers.

pyarrow's own way in either direction imports pandas, which takes longer than remapping some ten million rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def numbers(
    values: npt.NDArray[np.float64] | npt.NDArray[np.int32], empty: npt.NDArray[np.bool_] | None = None
) -> Any:
    """Return a flat array of float64 or int32 as an Arrow array; ``empty``: which are null."""
    flat = np.ascontiguousarray(values).reshape(-1)
    kind = {"float64": pa.float64(), "int32": pa.int32()}[flat.dtype.name]
    valid, count = None, 0
    if empty is not None:
        gone = np.ascontiguousarray(empty).reshape(-1)
        count = int(np.count_nonzero(gone))
        valid = pa.py_buffer(np.packbits(~gone, bitorder="little")) if count else None
    return pa.Array.from_buffers(kind, len(flat), [valid, pa.py_buffer(flat)], count)


def texts(words: Sequence[str]) -> Any:
    """Return texts as an Arrow array."""
    coded = [word.encode() for word in words]
    ends = np.fromiter(accumulate(map(len, coded), initial=0), dtype=np.int32, count=len(coded) + 1)
    return pa.Array.from_buffers(
        pa.string(), len(coded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(coded))]
    )


def coded(places: npt.NDArray[Any], words: Sequence[str]) -> Any:
    """Return a column of text as an Arrow dictionary, flat; ``places`` in ``words``."""
    return pa.DictionaryArray.from_arrays(
        numbers(places.astype(np.int32, copy=False)), texts(words), safe=False
    )


def places_of(array: Any) -> npt.NDArray[np.signedinteger[Any]]:
    """Return an integer array without nulls as numpy, not copied."""
    return _viewed(array)


def floats_of(column: Any) -> npt.NDArray[np.float64]:
    """Return a column of float64 as numpy, null as NaN; copied only where it has nulls or chunks."""
    parts = [_filled(chunk) for chunk in column.chunks]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0)


def _filled(chunk: Any) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = _viewed(chunk)
    valid = chunk.buffers()[0]
    if not chunk.null_count or valid is None:
        return values
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    return np.where(bits[chunk.offset : chunk.offset + len(chunk)].astype(bool), values, np.nan)


def _viewed(array: Any) -> npt.NDArray[Any]:
    data = array.buffers()[1]
    if data is None:
        return np.empty(0, dtype=np.dtype(str(array.type).replace("double", "float64")))
    values = np.frombuffer(data, np.dtype(str(array.type).replace("double", "float64")))
    return values[array.offset : array.offset + len(array)]
