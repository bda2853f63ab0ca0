"""The usual case of a large file at full speed: counts in whole numbers.

Only figures and statuses are computed here. All that depends on the target unit alone (method, base, parents,
reason) is asked once of the ordinary way and kept as Arrow columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from indicators.arrow import coded, numbers, places_of
from indicators.assemble import Coded, Pieces, columns_of
from indicators.blocks import Block, Floats
from indicators.catalogue import Indicator
from indicators.links import Links
from indicators.panel import Panel
from indicators.periods import span
from indicators.rounding import LIMIT
from indicators.scale_gaps import Gaps, gaps_of
from indicators.scale_source import Grid
from indicators.scale_sums import Kernels, bounds_of, count, parts_of, pool_of, times
from indicators.scale_table import SCHEMA
from indicators.status import PRECEDENCE, rank

Bools = npt.NDArray[np.bool_]
Rows = list[tuple[Any, ...]]

#: the template's columns: an indicator's first period, and a later one
_ASKED: Final = ("2000", "2001")
#: columns that are computed at once
_STRIP: Final = 24
_BY_TARGET: Final = ("base", "parents", "parents_missing", "method", "reason")


@dataclass
class Template:
    """What the ordinary way says of each target where all is given, in an indicator's first and in later periods,
    and where nothing is given.

    ``said``: the columns that depend on the target alone, first all targets in the first period, then in a later.
    """

    said: Mapping[str, Coded]
    gap_reasons: list[str]
    made: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def of(self, column: str, first: Bools) -> tuple[npt.NDArray[Any], Sequence[str]]:
        """Return a column's places in its texts, shape (periods, targets); ``first``: which periods are."""
        coded = self.said[column]
        both = coded.places.reshape(2, -1)
        return np.where(first[:, None], both[0], both[1]), coded.texts


class Fast:
    """The fast way of one run: templates by links and wording."""

    def __init__(self, run: Any, kernels: Kernels) -> None:
        self.run, self.kernels = run, kernels
        self._templates: dict[tuple[int, bool], Template] = {}

    def remapped(self, grid: Grid, indicator: Indicator) -> tuple[Any, Rows] | None:
        """Return the Arrow table and the rows of totals of one count; None where the case is not the usual one."""
        if not indicator.kind.startswith("count") or not grid.periods:
            return None
        height = len(grid.periods)
        value, status = grid.arrays["value"][:height], grid.status[:height]
        strips = [value[rows] for rows in _strips(height)]
        if not all(_whole(strip) for strip in strips):
            return None
        missing = None
        if any(bool(np.isnan(strip).any()) for strip in strips):
            missing = np.isnan(value)
            value = np.where(missing, 0.0, value)
            status = np.where(status < 0, rank("O"), status).astype(np.int8)
        order = sorted(range(height), key=grid.periods.__getitem__)
        if order != list(range(height)):
            value, status = value[order], status[order]
            missing = None if missing is None else missing[order]
        periods = tuple(grid.periods[i] for i in order)
        links = self.run.links(self.run.profiles(indicator)[0])
        return self._table(value, status, missing, periods, indicator, links)

    def _table(
        self,
        value: Floats,
        status: npt.NDArray[np.int8],
        missing: Bools | None,
        periods: tuple[str, ...],
        indicator: Indicator,
        links: Links,
    ) -> tuple[Any, Rows]:
        core = self.kernels(links)
        shape = (len(periods), len(links.targets))
        summed, pool = np.empty(shape), np.zeros(shape[0])
        bounds = (np.zeros(shape), np.zeros(shape)) if len(core.divided) else None
        for rows in _strips(shape[0]):
            strip = value[rows]
            found = times(strip, core.whole)
            if bounds is not None:
                parts, totals = parts_of(strip, core)
                pool[rows] = pool_of(strip, parts, core)
                for array, bound in zip(bounds, bounds_of(totals, parts, core, found), strict=True):
                    array[rows, core.takers] = bound
                found[:, core.takers] += np.add.reduceat(parts, core.starts, axis=1)
            summed[rows] = found
        columns = self._columns(indicator, links, periods)
        low = high = pa.nulls(summed.size, pa.float64())
        if missing is not None:
            gaps = gaps_of(missing, status, links, self.run.population)
            figures, inside = self._with_gaps(gaps, summed, bounds, status, links, columns)
            figures["indicator"] = _constant(indicator.id, shape)
            return _made_table(columns, figures), _totals(
                indicator.id, periods, value, summed, pool, inside, missing.sum(axis=1)
            )
        if bounds is not None:
            outside = np.broadcast_to(~links.touched, shape).reshape(-1)
            low, high = (numbers(array, outside) for array in bounds)
        empty = np.isnan(summed) if links.bounded.any() else None
        figures = {
            "value": numbers(summed, empty),
            "low": low,
            "high": high,
            "indicator": _constant(indicator.id, shape),
            "status": self._status(status, links, columns, empty),
        }
        none = np.zeros(shape[0])
        return _made_table(columns, figures), _totals(
            indicator.id, periods, value, summed, pool, none, none.astype(int)
        )

    def _with_gaps(
        self,
        gaps: Gaps,
        summed: Floats,
        bounds: tuple[Floats, Floats] | None,
        status: npt.NDArray[np.int8],
        links: Links,
        columns: dict[str, Any],
    ) -> tuple[dict[str, Any], Floats]:
        """Return the columns that cells without a parent change, and what is known of them by column.

        ``summed`` was made with zero for what is missing, so it is the partial sum there; its cells are emptied.
        """
        shape, at = summed.shape, gaps.cell
        target = at % shape[1]
        partial = np.nan_to_num(summed.reshape(-1)[at])
        inside = np.bincount(
            at // shape[1], np.where(links.bounded[target], 0.0, partial), minlength=shape[0]
        )
        low, high = (np.full(shape, np.nan) for _ in range(2)) if bounds is None else bounds
        low[:, ~links.touched] = high[:, ~links.touched] = np.nan
        low, high, flat = low.reshape(-1), high.reshape(-1), summed.reshape(-1)
        plain = ~links.touched[target]
        low[at[plain]] = partial[plain]
        low[at[~gaps.some]] = np.nan
        high[at] = flat[at] = np.nan
        said, empty = columns["ranks"], np.isnan(summed)
        found = np.minimum(
            np.minimum.reduceat(np.take(status, links.source, axis=1), links.starts, axis=1), said
        )
        found = np.where(empty, said, found)
        found.reshape(-1)[at] = gaps.status
        coverage = np.ones(summed.size)
        coverage[at] = gaps.coverage
        figures = {
            "value": _figures(flat),
            "low": _figures(low),
            "high": _figures(high),
            "coverage": numbers(coverage),
            "status": coded(found, list(PRECEDENCE)),
        }
        names = np.zeros(summed.size, dtype=np.int32)
        names[at] = gaps.names + 1
        figures["parents_missing"] = coded(names, ["", *gaps.texts])
        for name, texts in (("method", None), ("reason", columns["gap_reasons"])):
            column = columns[name]
            places = places_of(column.indices).copy()
            known = column.dictionary.to_pylist()
            new = ["missing"] if texts is None else sorted(set(texts))
            places[at] = (
                len(known) if texts is None else np.array([len(known) + new.index(t) for t in texts])[target]
            )
            figures[name] = coded(places, [*known, *new])
        return figures, inside.astype(np.float64)

    def _status(
        self,
        status: npt.NDArray[np.int8],
        links: Links,
        columns: dict[str, Any],
        empty: npt.NDArray[np.bool_] | None,
    ) -> Any:
        if int(status.min()) == rank("A"):
            return columns["status"]
        said = columns["ranks"]
        found = np.minimum.reduceat(np.take(status, links.source, axis=1), links.starts, axis=1)
        found = np.minimum(found, said)
        if empty is not None:
            found = np.where(empty, said, found)
        return coded(found, list(PRECEDENCE))

    def _columns(self, indicator: Indicator, links: Links, periods: tuple[str, ...]) -> dict[str, Any]:
        """Return the columns that do not depend on the figures, and ``ranks``, the statuses as numbers."""
        key = (id(links), "approximate" in indicator.marks.split())
        if key not in self._templates:
            self._templates[key] = self._ask(indicator, links)
        template = self._templates[key]
        if periods not in template.made:
            template.made.clear()  # a file has one set of periods, seldom more
            template.made[periods] = self._made(template, links, periods)
        return template.made[periods]

    def _made(self, template: Template, links: Links, periods: tuple[str, ...]) -> dict[str, Any]:
        begins = [str((span(period) or (period,))[0]) for period in periods]
        first = np.array([begin == min(begins) for begin in begins])
        shape = (len(periods), len(links.targets))
        size = shape[0] * shape[1]
        made: dict[str, Any] = {}
        for name in _BY_TARGET:
            made[name] = coded(*template.of(name, first))
        made["gap_reasons"] = template.gap_reasons
        made["ranks"] = template.of("status", first)[0]
        made["status"] = coded(made["ranks"], list(PRECEDENCE))
        made["unit_code"] = coded(np.broadcast_to(np.arange(shape[1]), shape), list(links.targets))
        made["period"] = coded(np.broadcast_to(np.arange(shape[0])[:, None], shape), list(periods))
        made["vintage"] = _constant(self.run.to_vintage, shape)
        made["coverage"] = numbers(np.ones(size))
        made["numerator"] = made["denominator"] = pa.nulls(size, pa.float64())
        return made

    def _ask(self, indicator: Indicator, links: Links) -> Template:
        """Let the ordinary way remap a one for every unit, in a first and in a later period, and nothing at all."""
        shape = (len(_ASKED), len(links.sources))
        given, none = np.ones(shape), np.full(shape, np.nan)
        columns = tuple((indicator, period) for period in _ASKED)
        status = np.full(shape, rank("A"), dtype=np.int8)
        data = Panel(self.run.from_vintage, links.sources, columns, given, none, none, status, {}, {})
        block = Block(columns, given, none, none, links, links, none, self.run.population, self.run.reasons)
        piece = Pieces((0, 1), block, count(block, self.kernels))
        said = columns_of(
            data, [piece], self.run.reasons, self.run.to_vintage, self.run.population, breaks=True
        )
        gap = Block(
            columns[:1], none[:1], none[:1], none[:1], links, links, none[:1], block.population, block.reasons
        )
        reasons = [block.reasons.texts[place] for place in count(gap, self.kernels).reason[0]]
        texts = {name: column for name, column in said.items() if isinstance(column, Coded)}
        return Template(texts, reasons)


def _figures(values: Floats) -> Any:
    return numbers(values, np.isnan(values))


def _made_table(columns: dict[str, Any], figures: dict[str, Any]) -> Any:
    return pa.table([{**columns, **figures}[name] for name in SCHEMA.names], schema=SCHEMA)


def _constant(text: str, shape: tuple[int, int]) -> Any:
    return coded(np.zeros(shape, dtype=np.int32), [text])


def _strips(height: int) -> list[slice]:
    """Return slices of few columns: what is computed on them stays in the processor's cache."""
    return [slice(start, min(start + _STRIP, height)) for start in range(0, height, _STRIP)]


def _whole(values: Floats) -> bool:
    """Whether what is given is whole, not negative and small enough to be split in 64-bit integers."""
    most = np.fmax.reduce(values, axis=None)
    whole = (
        (np.rint(values) == values) | np.isnan(values) if np.isnan(most) or np.isnan(values.sum()) else None
    )
    if whole is None:
        whole = np.rint(values) == values
    return bool(whole.all()) and not (np.fmin.reduce(values, axis=None) < 0 or most >= LIMIT)


def _totals(
    name: str,
    periods: tuple[str, ...],
    value: Floats,
    summed: Floats,
    pool: Floats,
    inside: Floats,
    missing: npt.NDArray[np.int64],
) -> Rows:
    """Return rows of indicators.assemble.totals_of; whole numbers, so sums are exact."""
    lost = np.isnan(summed)
    before, after = value.sum(axis=1), np.where(lost, 0.0, summed).sum(axis=1) + pool + inside
    columns = (before, after, pool, inside, missing, lost.sum(axis=1), before == after)
    return list(zip([name] * len(periods), periods, *(column.tolist() for column in columns), strict=True))
