"""Arrow arrays made of numpy's buffers are those pyarrow makes itself, and the way back too."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from indicators.arrow import coded, floats_of, numbers, places_of, texts


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), max_size=40))
def test_figures_and_nulls(values: list[float | None]) -> None:
    figures = np.array([np.nan if value is None else value for value in values], dtype=float)
    made = numbers(figures, np.isnan(figures))
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.float64()))
    np.testing.assert_array_equal(floats_of(pa.chunked_array([made])), figures)


@given(st.lists(st.floats(allow_nan=False), min_size=3, max_size=40), st.integers(0, 2))
def test_slices_and_chunks(values: list[float], start: int) -> None:
    gone = [None if i % 3 == 1 else value for i, value in enumerate(values)]
    for column in (
        pa.chunked_array([pa.array(gone, pa.float64()).slice(start)]),
        pa.chunked_array([pa.array(gone, pa.float64()), pa.array(values)], pa.float64()).slice(start),
    ):
        np.testing.assert_array_equal(floats_of(column), column.to_numpy())


@given(st.lists(st.text(max_size=8), min_size=1, max_size=10), st.data())
def test_texts(words: list[str], data: st.DataObject) -> None:
    made = texts(words)
    made.validate(full=True)
    assert made.to_pylist() == words
    places = np.array(data.draw(st.lists(st.integers(0, len(words) - 1), max_size=20)), dtype=np.int16)
    column = coded(places, words)
    assert column.to_pylist() == [words[place] for place in places]
    np.testing.assert_array_equal(places_of(column.indices), places)
    np.testing.assert_array_equal(
        places_of(column.indices.slice(len(places) // 2)), places[len(places) // 2 :]
    )


def test_nothing() -> None:
    assert len(floats_of(pa.chunked_array([], pa.float64()))) == 0
    assert len(places_of(pa.nulls(0, pa.int32()))) == 0
