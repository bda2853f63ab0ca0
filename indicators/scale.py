"""Remapping of large Parquet files: the ordinary semantics, streamed, within a bounded amount of memory.

Codes are places, units taken whole are summed in one pass, one indicator (or one family that refers to
each other) is in memory at a time. Reading, computing and writing overlap.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from geo.errors import CrosswalkError, ObservationError, Problem
from geo.files import whole_file
from geo.register import Register
from geo.registers import embedded_for, embedded_register
from indicators import remap as ordinary
from indicators.assemble import TOTALS, Pieces, columns_of, total_rows
from indicators.catalogue import KNOWN_ID, Catalogue, Indicator
from indicators.links import Profile
from indicators.panel import PARTS, Panel
from indicators.scale_fast import Fast
from indicators.scale_source import BUDGET, Grid, Source
from indicators.scale_sums import KINDS, Kernels
from indicators.scale_table import Writer, table_of
from indicators.status import rank
from plans.crosswalk import Crosswalk

#: decimals of a published rate that are looked at, and cells that are named of each indicator
_DECIMALS: Final = 6
_NAMED: Final = 20
#: columns of the totals of a run: those of indicators.assemble.totals_of, summed over periods
SUMMED: Final = tuple(name for name in TOTALS if name != "period")


@dataclass(frozen=True)
class ScaleSummary:
    """What a run did: rows read and written, seconds, passes over the file.

    ``total_rows``: one row a count, in the columns SUMMED; ``reports`` say what the reader should know.
    """

    rows_in: int
    rows_out: int
    seconds: float
    passes: int
    total_rows: tuple[tuple[Any, ...], ...]
    reports: tuple[Problem, ...] = field(default=())


def remap_parquet(
    source: Path,
    target: Path,
    crosswalk: Crosswalk,
    catalogue: Catalogue,
    *,
    base: str | None = None,
    register: Register | None = None,
    progress: Callable[[int, int], None] | None = None,
    budget: int = BUDGET,
) -> ScaleSummary:
    """Remap a Parquet file of observations (contract: Observations) into one of remapped observations.

    Kinds: count-flow, count-stock, ratio, mean, by the same formulas as indicators.remap. ``base`` and ``register``:
    as there. ``progress(rows done, rows in all)`` is called after each row group. ``budget``: bytes of figures held
    at once; the order of rows does not matter, a file sorted by indicator is read once.

    Rows come out by indicator in the order of their completion, then period and unit. Raises InputFileError when
    the file is no Parquet or lacks columns; ObservationError listing unknown codes, indicators and statuses,
    duplicates, other vintages, negative counts, numerators above their denominators, other kinds; CrosswalkError
    for a base that the crosswalk lacks. Nothing is written then.
    """
    begun = time.perf_counter()
    if base is not None and base not in crosswalk.bases:
        raise CrosswalkError(
            Problem(
                f"bảng chuyển đổi không có tỷ lệ theo {base}", f"the crosswalk has no shares by {base}", "", None,
                "base", base, ", ".join(crosswalk.bases),
            )
        )  # fmt: skip
    if register is None and (name := embedded_for(crosswalk.from_vintage)):
        register = embedded_register(name)
    run = _ScaleRun(crosswalk, catalogue, base, register)
    opened = Source(Path(source), run.units, crosswalk.from_vintage)
    kinds = indicators_of(opened.counts, catalogue, str(source))
    passes = opened.passes(families_of(kinds), budget)
    done = 0
    totals: list[tuple[Any, ...]] = []

    def further(rows: int) -> None:
        nonlocal done
        done += rows
        if progress is not None:
            progress(done, opened.rows)

    with whole_file(target) as beside:
        writer = Writer(beside)
        try:
            with ThreadPoolExecutor(1) as pool:
                for chosen in passes:
                    for grids in opened.families(chosen, pool, further):
                        check_grids(grids, kinds, opened)
                        if opened.problems:
                            continue  # read on: all problems are listed
                        table, sums = run.remapped(grids, kinds)
                        writer.put(table)
                        totals += sums
            opened.refuse()
            writer.close()
        finally:
            writer.stop()
    summed = _summed(totals)
    return ScaleSummary(
        opened.rows, writer.rows, time.perf_counter() - begun, len(passes), summed, _reports(opened, summed)
    )


class _ScaleRun:
    """The ordinary run with the faster functions of indicators.scale_sums."""

    def __init__(
        self, crosswalk: Crosswalk, catalogue: Catalogue, base: str | None, register: Register | None
    ) -> None:
        self.run = ordinary._Run(crosswalk, catalogue, base, False, register)
        self.units = self.run.links(Profile(("population",))).sources
        self.kernels = Kernels()
        self.fast = Fast(self.run, self.kernels)

    def remapped(
        self, grids: Mapping[str, Grid], kinds: Mapping[str, Indicator]
    ) -> tuple[Any, list[tuple[Any, ...]]]:
        """Return the remapped observations of one family as an Arrow table, and the rows of its totals."""
        if len(grids) == 1:
            (name, grid), *_ = grids.items()
            if (found := self.fast.remapped(grid, kinds[name])) is not None:
                return found
        run = self.run
        data = panel_of(grids, kinds, self.units, run.from_vintage)
        groups: dict[tuple[str, Profile, Profile], list[int]] = {}
        for column, (indicator, _) in enumerate(data.columns):
            groups.setdefault((indicator.kind, *run.profiles(indicator)), []).append(column)
        pieces = []
        for (kind, below, above), columns in groups.items():
            block = run._block(data, columns, below, above)
            pieces.append(Pieces(tuple(columns), block, KINDS[kind](block, self.kernels)))
        made = columns_of(data, pieces, run.reasons, run.to_vintage, run.population, breaks=True)
        return table_of(made), total_rows(data, pieces)


def panel_of(
    grids: Mapping[str, Grid], kinds: Mapping[str, Indicator], units: tuple[str, ...], vintage: str
) -> Panel:
    """Return grids as the panel that the ordinary functions take: columns by indicator and period."""
    columns: list[tuple[Indicator, str]] = []
    parts: dict[str, list[np.ndarray]] = {part: [] for part in (*PARTS, "status")}
    for name, grid in grids.items():
        height = len(grid.periods)
        order = sorted(range(height), key=grid.periods.__getitem__)
        rows: slice | list[int] = slice(0, height) if order == list(range(height)) else order
        columns += [(kinds[name], grid.periods[i]) for i in order]
        for part in PARTS:
            array = grid.arrays.get(part)
            parts[part].append(np.full((height, len(units)), np.nan) if array is None else array[rows])
        parts["status"].append(grid.status[rows])
    figures = {
        part: arrays[0] if len(arrays) == 1 else np.concatenate(arrays) for part, arrays in parts.items()
    }
    status = figures["status"]
    blank = np.isnan(figures["value"])
    for part in PARTS[1:]:
        if blank.any():
            blank &= np.isnan(figures[part])
    absent = status < 0
    status[absent | (blank & (status == rank("A")))] = rank("O")
    place = {(indicator.id, period): i for i, (indicator, period) in enumerate(columns)}
    return Panel(
        vintage,
        units,
        tuple(columns),
        figures["value"],
        figures["numerator"],
        figures["denominator"],
        status,
        {},
        place,
    )


def indicators_of(found: Mapping[str, int], catalogue: Catalogue, name: str) -> dict[str, Indicator]:
    """Return the catalogue's rows of the indicators in a file.

    Raises ObservationError for a file without rows, unknown indicators, and kinds that are not computed at scale.
    """
    problems = []
    if not found:
        problems.append(Problem("không có dòng dữ liệu nào", "there are no rows of data", name))
    for indicator in sorted(found):
        if indicator not in catalogue:
            problems.append(
                Problem(
                    "chỉ tiêu không có trong danh mục", "the catalogue has no such indicator", name, None, "indicator",
                    indicator, KNOWN_ID,
                )
            )  # fmt: skip
        elif catalogue[indicator].kind not in KINDS:
            problems.append(
                Problem(
                    f"loại “{catalogue[indicator].kind}” không tính được ở quy mô lớn; hãy dùng cách thường",
                    f"the kind “{catalogue[indicator].kind}” is not computed at scale; use the ordinary way",
                    name, None, "indicator", indicator, ", ".join(KINDS),
                )
            )  # fmt: skip
    if problems:
        raise ObservationError(problems)
    return {indicator: catalogue[indicator] for indicator in found}


def families_of(kinds: Mapping[str, Indicator]) -> list[frozenset[str]]:
    """Return the indicators in families that must be computed together: rates with the parts and weights they name."""
    family = {name: name for name in kinds}

    def root(name: str) -> str:
        while family[name] != name:
            name = family[name]
        return name

    for name, indicator in kinds.items():
        if indicator.kind.startswith("count"):
            continue
        for other in (indicator.numerator, indicator.denominator, indicator.weight):
            if other in kinds:
                family[root(other)] = root(name)
    found: dict[str, set[str]] = {}
    for name in kinds:
        found.setdefault(root(name), set()).add(name)
    return [frozenset(names) for names in found.values()]


def check_grids(grids: Mapping[str, Grid], kinds: Mapping[str, Indicator], source: Source) -> None:
    """Note counts below zero, numerators above the denominators of shares in %, and rates unlike their parts.

    What is refused and what is reported: contract, Observations.
    """
    for name, grid in grids.items():
        indicator = kinds[name]
        if indicator.kind.startswith("count"):
            value = grid.arrays["value"]
            if np.fmin.reduce(value, axis=None, initial=0.0) < 0:
                _name_cells(
                    source,
                    grid,
                    value < 0,
                    "số đếm không thể âm",
                    "a count cannot be negative",
                    "value",
                    ">= 0",
                )
        elif indicator.kind == "ratio":
            top, bottom = (_of(grids, grid, name, part) for part, name in _named(indicator))
            if top is None or bottom is None:
                continue
            if indicator.percent and (above := top > bottom).any():
                _name_cells(
                    source, grid, above, "tử số lớn hơn mẫu số của một tỷ lệ %",
                    "the numerator is above the denominator of a share in %", f"numerator ({name})",
                    "numerator <= denominator",
                )  # fmt: skip
            _contradictions(source, name, grid, top, bottom, 100.0 if indicator.percent else 1.0)


def _contradictions(
    source: Source, name: str, grid: Grid, top: np.ndarray, bottom: np.ndarray, factor: float
) -> None:
    """Report published rates that contradict their parts, as indicators.checks.contradictions does."""
    said = grid.arrays["value"][: len(top)]
    if zeros := int(((bottom == 0) & ~np.isnan(said)).sum()):
        source.report(
            f"{zeros} tỷ lệ có mẫu số 0: không có giá trị, không phải 0",
            f"{zeros} rates have a denominator of 0: no value, not 0", f"denominator ({name})", "0", "",
        )  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = factor * top / bottom
    doubted = ~np.isnan(said) & ~np.isnan(quotient) & (bottom != 0)
    # a published value is right where it is the quotient rounded to its own decimals
    for decimals in range(_DECIMALS + 1):
        within = np.abs(said - quotient) <= 0.5 * 10.0**-decimals + 1e-9
        doubted &= ~(within & (np.round(said, decimals) == said))
    if not doubted.any():
        return
    places = np.argwhere(doubted)
    for row, unit in places[:_NAMED]:
        source.report(
            "tỷ lệ công bố trái với tử số và mẫu số; dùng tử số và mẫu số",
            "the published rate contradicts its parts; the parts are used",
            f"value ({name})", f"{source.units[unit]}, {grid.periods[row]}: {said[row, unit]:g}",
            f"{quotient[row, unit]:.4g}",
        )  # fmt: skip
    if len(places) > _NAMED:
        source.report(
            f"… tất cả {len(places)} tỷ lệ",
            f"… {len(places)} rates in all",
            f"value ({name})",
            str(len(places)),
            "",
        )


def _named(indicator: Indicator) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("numerator", indicator.numerator), ("denominator", indicator.denominator)


def _of(grids: Mapping[str, Grid], own: Grid, name: str, part: str) -> np.ndarray | None:
    """Return a ratio's part by its own column, else the values of the indicator that the catalogue names."""
    array = own.arrays.get(part)
    if array is not None and not np.isnan(array).all():
        return array
    other = grids.get(name)
    if other is None or other.periods != own.periods:
        return None
    return other.arrays["value"][: len(own.status)] if len(other.status) == len(own.status) else None


def _name_cells(
    source: Source,
    grid: Grid,
    wrong: np.ndarray,
    vi: str,
    en: str,
    column: str,
    accepted: str,
) -> None:
    for row, unit in np.argwhere(wrong)[:_NAMED]:
        source.problem(vi, en, column, f"{source.units[unit]}, {grid.periods[row]}", accepted)
    if (count := int(wrong.sum())) > _NAMED:
        source.problem(f"… tất cả {count} ô", f"… {count} cells in all", column, str(count), accepted)


def _summed(totals: Sequence[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return rows of indicators.assemble.TOTALS summed over periods, in the columns SUMMED."""
    found: dict[str, list[Any]] = {}
    for name, _, *figures, equal in totals:
        if (known := found.get(name)) is None:
            found[name] = [*figures, equal]
        else:
            known[:-1] = [a + b for a, b in zip(known[:-1], figures, strict=True)]
            known[-1] = known[-1] and equal
    return tuple((name, *row) for name, row in found.items())


def _reports(source: Source, totals: Sequence[tuple[Any, ...]]) -> tuple[Problem, ...]:
    reports = list(source.reports)
    if source.vintages == {""}:
        reports.append(
            Problem(
                f"tệp không ghi thời điểm; coi là {source.vintage}",
                f"the file names no vintage; taken as {source.vintage}",
                str(source.path), None, "vintage", "", source.vintage,
            )
        )  # fmt: skip
    for name, before, after, *_, equal in totals:
        if equal:
            continue
        reports.append(
            Problem(
                f"tổng trước và sau khác nhau ({name})", f"totals before and after differ ({name})",
                str(source.path), None, "value", f"{after:g}", f"{before:g}",
            )
        )  # fmt: skip
    return tuple(reports)
