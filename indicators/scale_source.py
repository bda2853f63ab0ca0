"""Long-form Parquet read row group by row group into dense arrays of one indicator at a time.

Columns that the file's own statistics show to be constant or empty are not read at all. A file sorted by
indicator holds one indicator in memory; any other order is right too, at worst in several passes over the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import InputFileError, ObservationError, Problem
from indicators.arrow import places_of
from indicators.panel import PARTS
from indicators.periods import ACCEPTED, normal_period, straddled
from indicators.scale_columns import check_columns, coded, floats, one, runs
from indicators.status import PRECEDENCE, rank

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.signedinteger]

KEYS: Final = ("unit_code", "vintage", "period", "indicator", "status")
#: bytes that the indicators open at one time may take before the file is read in several passes
BUDGET: Final = 700_000_000
_LISTED: Final = 1000
_ABSENT: Final = -1


@dataclass
class Grid:
    """One indicator as it comes in: arrays of shape (periods so far, units); ``status`` -1 = no such row.

    ``expected``: periods to make room for.
    """

    units: int
    parted: bool
    expected: int = 16
    periods: list[str] = field(default_factory=list)
    arrays: dict[str, Floats] = field(default_factory=dict)
    status: npt.NDArray[np.int8] = field(default_factory=lambda: np.empty((0, 0), dtype=np.int8))
    rows: int = 0
    _place: dict[str, int] = field(default_factory=dict)

    def row_of(self, period: str) -> int:
        """Return the row of a period; a new one is added."""
        if period not in self._place:
            self._place[period] = len(self.periods)
            self.periods.append(period)
            if len(self.periods) > len(self.status):
                self._grow(max(self.expected, 2 * len(self.status)))
        return self._place[period]

    def _grow(self, height: int) -> None:
        old = len(self.status)
        status = np.full((height, self.units), _ABSENT, dtype=np.int8)
        status[:old] = self.status.reshape(old, self.units)
        self.status = status
        for part in PARTS if self.parted else PARTS[:1]:
            array = np.full((height, self.units), np.nan)
            if old:
                array[:old] = self.arrays[part]
            self.arrays[part] = array

    def add(
        self, flat: Ints, figures: Mapping[str, Floats | None], status: npt.NDArray[np.int8] | int
    ) -> None:
        """Scatter rows; places are ``row * units + unit``."""
        self.rows += len(flat)
        self.status.reshape(-1)[flat] = status
        for part, array in self.arrays.items():
            if (values := figures[part]) is not None:
                array.reshape(-1)[flat] = values

    def add_runs(
        self,
        runs: Sequence[tuple[str, int, int]],
        units: Ints,
        figures: Mapping[str, Floats | None],
        status: npt.NDArray[np.int8] | int,
    ) -> bool:
        """Copy rows that stand by period and, within it, by unit without a gap; False where they do not."""
        places = []
        for period, start, end in runs:
            own = units[start:end]
            if int(own[-1]) - int(own[0]) != end - start - 1 or bool((np.diff(own) != 1).any()):
                return False
            places.append((self.row_of(period), int(own[0]), start, end))
        for row, unit, start, end in places:
            to = slice(unit, unit + end - start)
            self.status[row, to] = status if isinstance(status, int) else status[start:end]
            for part, array in self.arrays.items():
                if (values := figures[part]) is not None:
                    array[row, to] = values[start:end]
            self.rows += end - start
        return True

    def twice(self) -> int:
        """Return how many rows stand for a cell that has one already."""
        return self.rows - int(np.count_nonzero(self.status[: len(self.periods)] != _ABSENT))


class Source:
    """A Parquet file of observations: its row groups, what stands in each, and what is wrong with it."""

    def __init__(self, path: Path, units: Sequence[str], vintage: str) -> None:
        """Open and look at the columns. Raises InputFileError when it is no Parquet file or its columns do not fit."""
        self.path, self.units, self.vintage = path, units, vintage
        try:
            check_columns(pq.read_schema(path), str(path))
            self.file = pq.ParquetFile(path, read_dictionary=list(KEYS), pre_buffer=False)
        except FileNotFoundError as error:
            raise InputFileError(Problem("không có tệp này", "there is no such file", str(path))) from error
        except (pa.ArrowException, OSError) as error:
            raise InputFileError(
                Problem("không phải tệp Parquet", "this is not a Parquet file", str(path))
            ) from error
        self.leaf = {self.file.schema.column(i).path: i for i in range(len(self.file.schema.names))}
        self.rows: int = self.file.metadata.num_rows
        self.problems: list[Problem] = []
        self.reports: list[Problem] = []
        self.vintages: set[str] = set()
        self._periods: set[str] = set()
        self._said: set[tuple[str, str]] = set()
        self._unit_place = {code: place for place, code in enumerate(units)}
        self._rank_place = {code: rank(code) for code in (*PRECEDENCE, "")}
        self._maps: dict[str, tuple[Any, Ints]] = {}
        self.groups = [self._indicators(group) for group in range(self.file.num_row_groups)]
        self.counts: dict[str, int] = {}
        for found in self.groups:
            for indicator, rows in found.items():
                self.counts[indicator] = self.counts.get(indicator, 0) + rows
        empty = [self._empty(group, part) for group in range(self.file.num_row_groups) for part in PARTS[1:]]
        self.parted = not all(empty)

    def problem(self, vi: str, en: str, column: str, found: str, accepted: str) -> None:
        """Note a problem, each once."""
        if (column, found) not in self._said and len(self.problems) < _LISTED:
            self.problems.append(Problem(vi, en, str(self.path), None, column, found, accepted))
        self._said.add((column, found))

    def report(self, vi: str, en: str, column: str, found: str, accepted: str) -> None:
        """Say something of the file that does not stop the run."""
        if len(self.reports) < _LISTED:
            self.reports.append(Problem(vi, en, str(self.path), None, column, found, accepted))

    def _constant(self, group: int, column: str) -> str | None:
        """Return the one text of a column in a row group where the statistics show it; None where they do not."""
        chunk = self.file.metadata.row_group(group).column(self.leaf[column])
        statistics = chunk.statistics
        if (
            statistics is None
            or not statistics.has_min_max
            or not statistics.has_null_count
            or statistics.null_count
        ):
            return None
        low, high = statistics.min, statistics.max
        # longer texts may have been cut in the statistics
        return low if isinstance(low, str) and low == high and len(low) < 32 else None

    def _empty(self, group: int, column: str) -> bool:
        chunk = self.file.metadata.row_group(group).column(self.leaf[column])
        statistics = chunk.statistics
        return bool(
            statistics is not None and statistics.has_null_count and statistics.null_count == chunk.num_values
        )

    def _indicators(self, group: int) -> dict[str, int]:
        """Return the indicators of a row group and their numbers of rows."""
        rows = self.file.metadata.row_group(group).num_rows
        if (only := self._constant(group, "indicator")) is not None:
            return {only: rows}
        column = self.file.read_row_group(group, columns=["indicator"]).column(0)
        found: dict[str, int] = {}
        for chunk in column.chunks:
            places, texts = coded(chunk)
            for place, count in enumerate(np.bincount(places, minlength=len(texts))):
                if count:
                    found[texts[place]] = found.get(texts[place], 0) + int(count)
        return found

    def passes(self, families: Sequence[frozenset[str]], budget: int = BUDGET) -> list[list[frozenset[str]]]:
        """Return the families of indicators to be read in each pass, so that what is open stays within ``budget``."""
        each = 26 if self.parted else 10
        spans = {}
        for family in families:
            held = [group for group, found in enumerate(self.groups) if not family.isdisjoint(found)]
            spans[family] = (held[0], held[-1])
        size = {family: each * sum(self.counts[i] for i in family) for family in families}

        def peak(chosen: Sequence[frozenset[str]]) -> int:
            edges = {spans[f][0] for f in chosen}
            return max(sum(size[f] for f in chosen if spans[f][0] <= edge <= spans[f][1]) for edge in edges)

        found: list[list[frozenset[str]]] = []
        for family in sorted(families, key=lambda f: spans[f]):
            if found and peak([*found[-1], family]) <= budget:
                found[-1].append(family)
            else:
                found.append([family])
        return found

    def families(
        self, chosen: Sequence[frozenset[str]], pool: ThreadPoolExecutor, progress: Callable[[int], None]
    ) -> Iterator[dict[str, Grid]]:
        """Yield each family of indicators, complete, as soon as its last row group has been read."""
        wanted = frozenset().union(*chosen)
        numbers = [group for group, found in enumerate(self.groups) if not wanted.isdisjoint(found)]
        last = {
            family: max(group for group in numbers if not family.isdisjoint(self.groups[group]))
            for family in chosen
        }
        grids: dict[str, Grid] = {}
        ahead: Future[Any] | None = pool.submit(self._read, numbers[0]) if numbers else None
        for place, group in enumerate(numbers):
            assert ahead is not None
            table = ahead.result()
            ahead = pool.submit(self._read, numbers[place + 1]) if place + 1 < len(numbers) else None
            self._scatter(group, table, wanted, grids)
            del table
            progress(sum(rows for indicator, rows in self.groups[group].items() if indicator in wanted))
            for family in [f for f in chosen if last[f] == group]:
                done = {indicator: grids.pop(indicator) for indicator in sorted(family) if indicator in grids}
                for indicator, grid in done.items():
                    if twice := grid.twice():
                        self._duplicates(indicator, twice)
                yield done

    def _read(self, group: int) -> Any:
        columns = [column for column in KEYS if self._constant(group, column) is None]
        columns += [part for part in PARTS if not self._empty(group, part)]
        return self.file.read_row_group(group, columns=columns, use_threads=False).combine_chunks()

    def _scatter(self, group: int, table: Any, wanted: frozenset[str], grids: dict[str, Grid]) -> None:
        units = self._places(group, table, "unit_code", self._unit)
        status = self._places(group, table, "status", self._status)
        self._places(group, table, "vintage", self._vintage)
        if isinstance(units, int):
            units = np.full(table.num_rows or self.file.metadata.row_group(group).num_rows, units)
        good = units >= 0
        if not good.all():
            units = np.where(good, units, 0)
        figures = {part: floats(table, part) for part in PARTS}
        periods, period_texts = self._texts(group, table, "period")
        for period in set(period_texts) - self._periods:
            self._period(period)
            self._periods.add(period)
        names, name_texts = self._texts(group, table, "indicator")
        for name, rows in runs(names, name_texts, len(units)):
            if name not in wanted:
                continue
            grid = grids.get(name)
            if grid is None:
                height = -(-self.counts[name] // len(self.units))
                grid = grids[name] = Grid(len(self.units), self.parted, height)
            state = status if isinstance(status, int) else status[rows].astype(np.int8)
            own = periods if isinstance(periods, int) else periods[rows]
            chosen = {part: None if values is None else values[rows] for part, values in figures.items()}
            where = units[rows]
            if (
                found := _in_order(own, period_texts, len(where), len(self.units))
            ) is not None and grid.add_runs(found, where, chosen, state):
                continue
            used = [own] if isinstance(own, int) else np.flatnonzero(np.bincount(own)).tolist()
            table_of = np.zeros(len(period_texts), dtype=np.int64)
            table_of[used] = [grid.row_of(period_texts[i]) * len(self.units) for i in used]
            grid.add(table_of[own] + where, chosen, state)

    def _texts(self, group: int, table: Any, column: str) -> tuple[Ints | int, list[str]]:
        if column not in table.column_names:
            only = self._constant(group, column)
            return 0, ["" if only is None else only]
        return coded(one(table.column(column)))

    def _places(self, group: int, table: Any, column: str, of: Callable[[str], int]) -> Ints | int:
        if column not in table.column_names:
            return of(self._constant(group, column) or "")
        array = one(table.column(column))
        before = self._maps.get(column)
        if before is not None and before[0].equals(array.dictionary) and not array.null_count:
            return np.asarray(before[1][places_of(array.indices)])
        places, texts = coded(array)
        used = set(np.flatnonzero(np.bincount(places, minlength=len(texts))).tolist())
        mapped = np.array([of(text) if i in used else -1 for i, text in enumerate(texts)], dtype=np.int32)
        if len(used) == len(array.dictionary):
            self._maps[column] = (array.dictionary, mapped)
        return mapped[places]

    def _unit(self, code: str) -> int:
        place = self._unit_place.get(code, -1)
        if place < 0:
            self.problem(
                "mã không có trong bảng chuyển đổi",
                "the crosswalk has no such unit",
                "unit_code",
                code,
                self.vintage,
            )
        return place

    def _status(self, code: str) -> int:
        if code not in self._rank_place:
            self.problem(
                "không phải trạng thái SDMX", "not an SDMX status", "status", code, " ".join(PRECEDENCE)
            )
        return self._rank_place.get(code, 0)

    def _vintage(self, text: str) -> int:
        self.vintages.add(text)
        if text not in ("", self.vintage):
            self.problem(
                "thời điểm của số liệu khác với phương án", "the observations' vintage is not that of the plan",
                "vintage", text, self.vintage,
            )  # fmt: skip
        return 0

    def _period(self, text: str) -> None:
        if normal_period(text) != text:
            self.problem("không phải kỳ báo cáo", "this is no period", "period", text, ACCEPTED)
        elif day := straddled(text, self.vintage):
            self.problem(
                f"kỳ này nằm trên hai bản đồ: bản đồ đổi ngày {day:%d/%m/%Y}",
                f"two maps divide this period: the map changed on {day.isoformat()}",
                "period", text, "các kỳ ngắn hơn / shorter periods",
            )  # fmt: skip

    def _duplicates(self, indicator: str, count: int) -> None:
        """Name the cells of an indicator that have more than one row; read again, since this is no usual case."""
        seen: set[tuple[str, str]] = set()
        named = 0
        for group, found in enumerate(self.groups):
            if indicator not in found:
                continue
            table = self.file.read_row_group(group, columns=["unit_code", "period", "indicator"])
            for code, period, name in zip(*(column.to_pylist() for column in table.columns), strict=True):
                if name != indicator:
                    continue
                if (code, period) in seen and named < 20:
                    self.problem(
                        "dòng lặp", "a duplicate row", "unit_code, period, indicator",
                        f"{code}, {period}, {indicator}", "mỗi đơn vị, kỳ, chỉ tiêu một dòng / one row each",
                    )  # fmt: skip
                    named += 1
                seen.add((code, period))
        if count > named:
            self.problem(
                f"… tất cả {count} dòng lặp",
                f"… {count} duplicates in all",
                "indicator",
                f"{indicator}: {count}",
                "0",
            )

    def refuse(self) -> None:
        """Raise ObservationError with all problems found so far, if there are any."""
        if len(self.vintages) > 1 and "" in self.vintages:
            self.problem(
                "có dòng thiếu thời điểm",
                "some rows lack the vintage",
                "vintage",
                "",
                "một thời điểm cho mọi dòng / one vintage",
            )
        if self.problems:
            raise ObservationError(self.problems)


def _in_order(
    periods: Ints | int, texts: Sequence[str], rows: int, units: int
) -> list[tuple[str, int, int]] | None:
    """Return runs of one period as (period, start, end); None where they are too short to be worth it."""
    if isinstance(periods, int):
        return [(texts[periods], 0, rows)] if rows else []
    edges = (np.flatnonzero(periods[1:] != periods[:-1]) + 1).tolist()
    if len(edges) > 2 + 4 * rows // units:
        return None
    return [(texts[int(periods[a])], a, b) for a, b in zip([0, *edges], [*edges, rows], strict=True) if b > a]
