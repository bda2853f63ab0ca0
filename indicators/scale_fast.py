"""The usual case of a large file at full speed: counts in whole numbers.

Only figures and statuses are computed here. All that depends on the target unit alone (method, base, parents,
reason) is asked once of the ordinary way and kept as Arrow columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from indicators.assemble import TOTALS, Pieces, frame_of
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

#: the template's columns: an indicator's first period, and a later one
_ASKED: Final = ("2000", "2001")
#: columns that are computed at once
_STRIP: Final = 12
_BY_TARGET: Final = ("base", "parents", "parents_missing", "method", "reason")


@dataclass
class Template:
    """What the ordinary way says of each target where all is given, in an indicator's first and in later periods,
    and where nothing is given.
    """

    first: pd.DataFrame
    later: pd.DataFrame
    gap_reasons: list[str]
    columns: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def ranks(self, first: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
        """Return the places of statuses in the precedence, shape (columns, targets)."""
        assert list(self.first["status"].cat.categories) == list(PRECEDENCE)
        both = [frame["status"].cat.codes.to_numpy() for frame in (self.first, self.later)]
        return np.where(first[:, None], both[0], both[1])


class Fast:
    """The fast way of one run: templates by links and wording."""

    def __init__(self, run: Any, kernels: Kernels) -> None:
        self.run, self.kernels = run, kernels
        self._templates: dict[tuple[int, bool], Template] = {}

    def remapped(self, grid: Grid, indicator: Indicator) -> tuple[Any, pd.DataFrame] | None:
        """Return the Arrow table and the totals of one count; None where the case is not the usual one."""
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
    ) -> tuple[Any, pd.DataFrame]:
        core = self.kernels(links)
        shape = (len(periods), len(links.targets))
        summed, pool = np.empty(shape), np.zeros(shape[0])
        bounds = (np.zeros(shape), np.zeros(shape)) if len(core.touched) else None
        for rows in _strips(shape[0]):
            strip = value[rows]
            found = times(strip, core.whole)
            if bounds is not None:
                parts, totals = parts_of(strip, core)
                found[:, core.touched] = np.add.reduceat(parts, core.starts, axis=1)
                pool[rows] = pool_of(strip, parts, core)
                for array, bound in zip(bounds, bounds_of(totals, parts, core), strict=True):
                    array[rows, core.touched] = bound
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
            low, high = (pa.array(array.reshape(-1), mask=outside) for array in bounds)
        empty = np.isnan(summed) if links.bounded.any() else None
        figures = {
            "value": pa.array(summed.reshape(-1), mask=None if empty is None else empty.reshape(-1)),
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
            "coverage": pa.array(coverage),
            "status": _coded(found, list(PRECEDENCE)),
        }
        names = np.zeros(summed.size, dtype=np.int32)
        names[at] = gaps.names + 1
        figures["parents_missing"] = _coded(names, ["", *gaps.texts])
        for name, texts in (("method", None), ("reason", columns["gap_reasons"])):
            column = columns[name]
            places = column.indices.to_numpy().copy()
            known = column.dictionary.to_pylist()
            new = ["missing"] if texts is None else sorted(set(texts))
            places[at] = (
                len(known) if texts is None else np.array([len(known) + new.index(t) for t in texts])[target]
            )
            figures[name] = _coded(places, [*known, *new])
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
        return _coded(found, list(PRECEDENCE))

    def _columns(self, indicator: Indicator, links: Links, periods: tuple[str, ...]) -> dict[str, Any]:
        """Return the columns that do not depend on the figures, and ``ranks``, the statuses as numbers."""
        key = (id(links), "approximate" in indicator.marks.split())
        if key not in self._templates:
            self._templates[key] = self._ask(indicator, links)
        template = self._templates[key]
        if periods not in template.columns:
            template.columns.clear()  # a file has one set of periods, seldom more
            template.columns[periods] = self._made(template, links, periods)
        return template.columns[periods]

    def _made(self, template: Template, links: Links, periods: tuple[str, ...]) -> dict[str, Any]:
        begins = [str((span(period) or (period,))[0]) for period in periods]
        first = np.array([begin == min(begins) for begin in begins])
        shape = (len(periods), len(links.targets))
        size = shape[0] * shape[1]
        made: dict[str, Any] = {}
        for name in _BY_TARGET:
            texts = template.first[name].cat.categories.tolist()
            rows = [frame[name].cat.codes.to_numpy() for frame in (template.first, template.later)]
            made[name] = _coded(np.where(first[:, None], rows[0], rows[1]), texts)
        made["gap_reasons"] = template.gap_reasons
        made["ranks"] = template.ranks(first)
        made["status"] = _coded(made["ranks"], list(PRECEDENCE))
        made["unit_code"] = _coded(np.broadcast_to(np.arange(shape[1]), shape), list(links.targets))
        made["period"] = _coded(np.broadcast_to(np.arange(shape[0])[:, None], shape), list(periods))
        made["vintage"] = _constant(self.run.to_vintage, shape)
        made["coverage"] = pa.array(np.ones(size))
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
        frame = frame_of(
            data, [piece], self.run.reasons, self.run.to_vintage, self.run.population, breaks=True
        )
        half = len(links.targets)
        gap = Block(
            columns[:1], none[:1], none[:1], none[:1], links, links, none[:1], block.population, block.reasons
        )
        reasons = [block.reasons.texts[place] for place in count(gap, self.kernels).reason[0]]
        return Template(frame.iloc[:half], frame.iloc[half:], reasons)


def _coded(places: npt.NDArray[Any], texts: list[str]) -> Any:
    flat = np.ascontiguousarray(places, dtype=np.int32).reshape(-1)
    return pa.DictionaryArray.from_arrays(pa.array(flat), pa.array(texts, pa.string()), safe=False)


def _figures(values: Floats) -> Any:
    return pa.array(values, mask=np.isnan(values))


def _made_table(columns: dict[str, Any], figures: dict[str, Any]) -> Any:
    return pa.table([{**columns, **figures}[name] for name in SCHEMA.names], schema=SCHEMA)


def _constant(text: str, shape: tuple[int, int]) -> Any:
    return _coded(np.zeros(shape, dtype=np.int32), [text])


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
) -> pd.DataFrame:
    """Return totals in the columns of indicators.assemble.totals_of; whole numbers, so sums are exact."""
    lost = np.isnan(summed)
    before, after = value.sum(axis=1), np.where(lost, 0.0, summed).sum(axis=1) + pool + inside
    columns = (
        [name] * len(periods), periods, before, after, pool, inside, missing, lost.sum(axis=1), before == after
    )  # fmt: skip
    return pd.DataFrame(dict(zip(TOTALS, columns, strict=True)))
