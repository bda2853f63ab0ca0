"""Results as Arrow tables in the contract's columns, written to Parquet by a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Queue
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.arrow import coded, numbers
from indicators.assemble import COLUMNS, Coded

FIGURES: Final = ("value", "numerator", "denominator", "low", "high", "coverage")
_BATCH: Final = 65_536
SCHEMA: Final = pa.schema(
    [
        pa.field(column, pa.float64() if column in FIGURES else pa.dictionary(pa.int32(), pa.string()))
        for column in COLUMNS
    ]
)


def table_of(columns: Mapping[str, Coded | npt.NDArray[Any]]) -> Any:
    """Return remapped observations (indicators.assemble.columns_of) as an Arrow table; NaN becomes null."""
    return pa.table([_column(columns[name]) for name in SCHEMA.names], schema=SCHEMA)


def _column(column: Coded | npt.NDArray[Any]) -> Any:
    if isinstance(column, Coded):
        return coded(column.places, column.texts)
    values = column.astype(float)
    empty = np.isnan(values)
    return pa.nulls(len(values), pa.float64()) if empty.all() else numbers(values, empty)


class Writer:
    """Writes tables in the background, one row group each; what fails there is raised by ``put`` or ``close``."""

    def __init__(self, path: Path) -> None:
        # statistics cost a third of the time; those of two keys let readers skip row groups. lz4 writes fastest, and
        # twice as fast where the bytes of figures are split; small batches cost a quarter
        self._file = pq.ParquetWriter(
            path, SCHEMA, compression="lz4", write_statistics=["indicator", "period"], write_batch_size=_BATCH,
            use_dictionary=[field.name for field in SCHEMA if field.name not in FIGURES],
            column_encoding=dict.fromkeys(FIGURES, "BYTE_STREAM_SPLIT"),
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
