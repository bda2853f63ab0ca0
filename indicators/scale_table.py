"""Results as Arrow tables in the contract's columns, written to Parquet by a thread of their own."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Queue
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.assemble import COLUMNS

FIGURES: Final = ("value", "numerator", "denominator", "low", "high", "coverage")
SCHEMA: Final = pa.schema(
    [
        pa.field(column, pa.float64() if column in FIGURES else pa.dictionary(pa.int32(), pa.string()))
        for column in COLUMNS
    ]
)


def table_of(frame: pd.DataFrame) -> Any:
    """Return a frame of remapped observations (indicators.assemble) as an Arrow table; NaN becomes null."""
    return pa.table([_column(frame[field.name], field.name) for field in SCHEMA], schema=SCHEMA)


def _column(series: pd.Series, name: str) -> Any:
    if name not in FIGURES:
        places = series.cat.codes.to_numpy().astype(np.int32)
        return pa.DictionaryArray.from_arrays(
            pa.array(places), pa.array(list(series.cat.categories), pa.string()), safe=False
        )
    values = series.to_numpy(dtype=float)
    empty = np.isnan(values)
    if empty.all():
        return pa.nulls(len(values), pa.float64())
    return pa.array(values, mask=empty if empty.any() else None)


class Writer:
    """Writes tables in the background, one row group each; what fails there is raised by ``put`` or ``close``."""

    def __init__(self, path: Path) -> None:
        # statistics cost a third of the time; those of two keys let readers skip row groups. lz4 writes fastest
        self._file = pq.ParquetWriter(
            path, SCHEMA, compression="lz4", write_statistics=["indicator", "period"],
            use_dictionary=[field.name for field in SCHEMA if field.name not in FIGURES],
        )  # fmt: skip
        self._queue: Queue[Any] = Queue(maxsize=1)
        self._error: BaseException | None = None
        self.rows = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, table: Any) -> None:
        """Queue a table; waits while two are under way."""
        self._raise()
        self.rows += table.num_rows
        self._queue.put(table)

    def close(self) -> None:
        """Write what is queued and finish the file."""
        self.stop()
        self._raise()
        self._file.close()

    def stop(self) -> None:
        """End the thread; nothing more is written."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (table := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._file.write_table(table, row_group_size=table.num_rows)
                except BaseException as error:
                    self._error = error
