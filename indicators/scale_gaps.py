"""Cells that lack a parent, among many that do not: what indicators.additive and assemble say of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indicators.blocks import Floats
from indicators.links import Links
from indicators.status import rank

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Gaps:
    """The cells that lack a parent; all arrays have one entry a cell.

    ``cell``: place in a flat (columns, targets) array; ``status``: why there is no value, by place in the
    precedence; ``some``: another parent is given; ``coverage``: weight of the parents given over that of all;
    ``names``: places in ``texts``, the missing parents' codes joined by spaces.
    """

    cell: Places
    status: npt.NDArray[np.int8]
    some: npt.NDArray[np.bool_]
    coverage: Floats
    names: npt.NDArray[np.int32]
    texts: tuple[str, ...]


def gaps_of(
    missing: npt.NDArray[np.bool_], status: npt.NDArray[np.int8], links: Links, population: Floats
) -> Gaps:
    """Return the cells that lack a parent.

    ``missing`` and ``status`` have shape (columns, sources); a missing figure without a status of its own is O.
    """
    rows, sources = np.nonzero(missing)
    by_source = np.argsort(links.source, kind="stable")
    starts = np.searchsorted(links.source[by_source], np.arange(len(links.sources) + 1))
    fan = np.diff(starts)[sources]
    # every missing figure once for each link of its unit
    first = np.repeat(starts[sources], fan)
    step = np.arange(len(first)) - np.repeat(np.cumsum(fan) - fan, fan)
    link = by_source[first + step]
    row = np.repeat(rows, fan)
    flat = row * len(links.targets) + links.target[link]
    # by cell, and within it in the order of links
    order = np.lexsort((link, flat))
    flat, link, row = flat[order], link[order], row[order]
    begin = np.flatnonzero(np.r_[True, flat[1:] != flat[:-1]]) if len(flat) else np.empty(0, dtype=np.intp)
    cell = flat[begin]
    target = cell % len(links.targets)
    found = status[row, links.source[link]]
    found = np.where(found == rank("A"), rank("O"), found).astype(np.int8)
    weight, total = weights_of(links, population)
    lost = np.add.reduceat(weight[link], begin)
    with np.errstate(invalid="ignore", divide="ignore"):
        coverage = np.where(total[target] > 0, (total[target] - lost) / total[target], 0.0)
    count = np.diff(np.r_[begin, len(flat)])
    some = count < links.counts[target]
    coverage = np.where(some, coverage, 0.0)
    names, texts = _names(link, begin, links)
    return Gaps(cell, np.minimum.reduceat(found, begin), some, coverage, names, texts)


def weights_of(links: Links, population: Floats) -> tuple[Floats, Floats]:
    """Return the weight of each link in a coverage, and of all links of each target; see indicators.assemble."""
    weight = population[links.source] * np.where(np.isnan(links.share), 1.0, links.share)
    total = np.add.reduceat(weight, links.starts)
    weight = np.where(np.isnan(total)[links.target], 1.0, weight)
    return weight, np.add.reduceat(weight, links.starts)


def _names(link: Places, begin: Places, links: Links) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    ends = [*begin[1:].tolist(), len(link)]
    codes = [links.sources[source] for source in links.source[link].tolist()]
    places: dict[str, int] = {}
    found = [
        places.setdefault(codes[a] if b - a == 1 else " ".join(codes[a:b]), len(places))
        for a, b in zip(begin.tolist(), ends, strict=True)
    ]
    return np.array(found, dtype=np.int32), tuple(places)
