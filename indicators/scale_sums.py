"""Counts and rates of many columns at once: sparse sums for whole units, the ordinary functions for the rest.

The results are those of indicators.additive; only the way is another. Units that are taken whole are summed by one
sparse matrix; parts by largest remainder are made for all divided units at once instead of one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from indicators import additive
from indicators.blocks import Block, Floats, Result, empty, finish_missing
from indicators.links import Links
from indicators.rounding import LIMIT, SCALE

Places = npt.NDArray[np.intp]
Ints = npt.NDArray[np.int64]

_HALF: Final = 10**6


@dataclass(frozen=True, eq=False)
class Kernel:
    """What one crosswalk needs for every block.

    ``whole``: (sources, targets), 1 where a target without parts takes a unit. ``touched``: targets that take parts,
    ``chosen`` their links, ``starts`` where each target's begin in ``chosen``. ``divided``: places in ``chosen`` of
    the parts of divided units. ``known``: by number of parts, places
    in ``chosen`` of shape (units, parts) and integer shares; ``unknown``: places in ``chosen`` of the parts of units
    whose shares are not all known. ``part``: the touched targets as Links, ``part_sources`` their sources.
    """

    links: Links
    whole: Any
    touched: Places
    chosen: Places
    starts: Places
    divided: Places
    known: tuple[tuple[Places, Ints], ...]
    unknown: tuple[Places, ...]
    part: Links | None
    part_sources: Places


class Kernels:
    """The kernels of one run, each made once; links are told apart by identity."""

    def __init__(self) -> None:
        self._made: dict[int, Kernel] = {}

    def __call__(self, links: Links) -> Kernel:
        """Return the kernel of links."""
        if id(links) not in self._made:
            self._made[id(links)] = _kernel(links)
        return self._made[id(links)]


def _kernel(links: Links) -> Kernel:
    shape = (len(links.sources), len(links.targets))
    plain = ~links.touched[links.target]
    chosen = np.flatnonzero(~plain)
    touched = np.flatnonzero(links.touched)
    at = np.full(len(links.source), -1, dtype=np.intp)
    at[chosen] = np.arange(len(chosen))
    sizes: dict[int, list[Places]] = {}
    unknown: list[Places] = []
    divided = np.concatenate([at[places] for _, places in links.groups] or [np.empty(0, dtype=np.intp)])
    for _, places in links.groups:
        if bool((links.whole_shares[places] >= 0).all()):
            sizes.setdefault(len(places), []).append(places)
        else:
            unknown.append(at[places])
    known = tuple((at[np.array(p)], links.whole_shares[np.array(p)]) for p in sizes.values())
    counts = links.counts[touched]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
    part, part_sources = _sub_links(links, touched, chosen)
    return Kernel(
        links,
        sparse.csc_array((np.ones(int(plain.sum())), (links.source[plain], links.target[plain])), shape=shape),
        touched, chosen, starts, np.sort(divided), known, tuple(unknown), part, part_sources,
    )  # fmt: skip


def _sub_links(links: Links, touched: Places, chosen: Places) -> tuple[Links | None, Places]:
    """Return the links of the touched targets alone, and the places of their sources."""
    if not len(touched):
        return None, np.empty(0, dtype=np.intp)
    sources = np.unique(links.source[chosen])
    at = np.full(len(links.source), -1, dtype=np.intp)
    at[chosen] = np.arange(len(chosen))
    return Links(
        tuple(links.sources[i] for i in sources),
        tuple(links.targets[i] for i in touched),
        np.searchsorted(sources, links.source[chosen]),
        np.searchsorted(touched, links.target[chosen]),
        links.share[chosen],
        links.whole_shares[chosen],
        links.low[chosen],
        links.high[chosen],
        tuple(links.split_base[i] for i in chosen),
        tuple((int(np.searchsorted(sources, source)), at[places]) for source, places in links.groups),
    ), sources


def largest_remainders(totals: Floats, shares: Ints) -> Floats:
    """Split whole numbers (columns, units) by integer shares (units, parts) into (columns, units, parts).

    Floor, then the quanta left over to the largest remainders, ties to the first part: as rounding.split_integers,
    for all units at once. ``totals`` must be below rounding.LIMIT; shares of a unit sum to SCALE.
    """
    whole = totals.astype(np.int64)
    high, low = whole // _HALF, whole % _HALF
    first, rest = np.divmod(high[:, :, None] * shares, _HALF)
    rest *= _HALF
    rest += low[:, :, None] * shares
    second, remainder = np.divmod(rest, SCALE)
    parts = first + second
    left = whole - parts.sum(axis=2)
    for i in range(shares.shape[1]):
        place = np.zeros(left.shape, dtype=np.int8)
        for j in range(shares.shape[1]):
            if j != i:
                ahead = (
                    remainder[:, :, j] >= remainder[:, :, i]
                    if j < i
                    else remainder[:, :, j] > remainder[:, :, i]
                )
                place += ahead
        parts[:, :, i] += place < left
    return parts.astype(np.float64)


def count(block: Block, kernels: Kernels) -> Result:
    """Count: as additive.count, which also serves what this way cannot: figures with more than six decimals."""
    scales, exact = additive._scales(block)
    scaled = np.nan_to_num(block.value) if np.isnan(block.value).any() else block.value
    plain = bool((scales == 1).all())
    if not plain:
        scaled = np.rint(scaled * scales)
    if not exact.all() or np.abs(scaled).max(initial=0.0) >= LIMIT:
        return additive.count(block)
    core, links = kernels(block.links), block.links
    known = ~np.isnan(block.value)
    result = empty(block, known, "sum")
    summed = times(scaled, core.whole)
    if len(core.touched):
        parts, totals = parts_of(scaled, core)
        summed[:, core.touched] = np.add.reduceat(parts, core.starts, axis=1)
        low, high = bounds_of(totals, parts, core)
        result.low[:, core.touched], result.high[:, core.touched] = low / scales, high / scales
        result.estimated[:, core.touched] = True
        additive._split_reasons(block, result)
        result.pool = pool_of(scaled, parts, core) / scales[:, 0]
    result.value = summed if plain else summed / scales
    if known.all():
        return result
    partial = result.value.copy()
    if len(core.touched):
        partial[:, core.touched] = np.add.reduceat(np.nan_to_num(parts), core.starts, axis=1) / scales
    lacking = finish_missing(block, result)
    some = (lacking > 0) & (lacking < links.counts) & (partial >= 0)
    result.low = np.where(some & ~links.touched, partial, result.low)
    result.high[lacking > 0] = np.nan
    result.low[(lacking > 0) & ~some] = np.nan
    return result


def times(values: Floats, matrix: Any) -> Floats:
    """Return values (columns, sources) times a sparse matrix (sources, targets)."""
    return np.ascontiguousarray(values @ matrix)


def parts_of(scaled: Floats, core: Kernel) -> tuple[Floats, Floats]:
    """Return what each link of the touched targets takes, NaN where its share is not known, and the whole totals."""
    totals = np.take(scaled, core.links.source[core.chosen], axis=1)
    parts = totals.copy()
    for places, shares in core.known:
        parts[:, places] = largest_remainders(totals[:, places[:, 0]], shares)
    for places in core.unknown:
        parts[:, places] = np.rint(totals[:, places] * core.links.share[core.chosen[places]])
    return parts, totals


def bounds_of(totals: Floats, parts: Floats, core: Kernel) -> tuple[Floats, Floats]:
    """Return the bounds of the touched targets, rounded outwards; see additive.count."""
    # a unit that is taken whole is its own bounds
    at, low, high = core.divided, totals.copy(), totals.copy()
    split, part = totals[:, at], parts[:, at]
    one, other = split * core.links.low[core.chosen[at]], split * core.links.high[core.chosen[at]]
    low[:, at] = np.fmin(np.floor(np.minimum(one, other) + 1e-6), part)
    high[:, at] = np.fmax(np.ceil(np.maximum(one, other) - 1e-6), part)
    return np.add.reduceat(low, core.starts, axis=1), np.add.reduceat(high, core.starts, axis=1)


def pool_of(scaled: Floats, parts: Floats, core: Kernel) -> Floats:
    """Return per column the amount in targets known by bounds alone."""
    inside = core.links.bounded[core.links.target[core.chosen]]
    amount = np.nansum(parts[:, inside], axis=1)
    for places in core.unknown:
        if np.isnan(core.links.share[core.chosen[places]]).any():
            total = scaled[:, core.links.source[core.chosen[places[0]]]]
            amount = amount + total - np.nansum(parts[:, places], axis=1)
    return np.asarray(amount)


def ratio(block: Block, kernels: Kernels) -> Result:
    """Rate N/D, pooled: as additive.ratio, which computes every target that takes parts, and all where D is not given.

    Targets of whole units: sum N and sum D by one sparse matrix, then the quotient.
    """
    top, bottom = block.numerator, block.denominator
    given = ~(np.isnan(top) | np.isnan(bottom))
    # where a rate stands without its parts, or parts without each other, the ordinary way decides
    if bool((~given & ~(np.isnan(block.value) & np.isnan(top) & np.isnan(bottom))).any()):
        return additive.ratio(block)
    if not given.all() and not np.isnan(block.weight).all():
        return additive.ratio(block)
    core = kernels(block.links)
    result = empty(block, given, "pooled-ratio")
    full = bool(given.all())
    above = times(top if full else np.nan_to_num(top), core.whole)
    below = times(bottom if full else np.nan_to_num(bottom), core.whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        result.value = block.percent() * above / below
    zero = below == 0
    zero[:, core.touched] = False
    result.value[zero] = np.nan
    result.numerator, result.denominator = np.round(above, 9), np.round(below, 9)
    result.impossible |= zero
    if zero.any():
        result.reason[zero] = block.reasons.place("mẫu số bằng 0", "the denominator is zero")
    if core.part is not None:
        _touched_ratio(block, core, kernels(block.numerator_links), result)
    if not full:
        lacking = finish_missing(block, result)
        result.impossible[lacking > 0] = False
    return result


def _touched_ratio(block: Block, core: Kernel, above: Kernel, result: Result) -> None:
    """Let the ordinary function compute the targets that take parts, on their own sources alone."""
    assert core.part is not None
    assert above.part is not None
    if above.part.targets != core.part.targets or above.part.sources != core.part.sources:
        raise ValueError("both crosswalks must divide the same units")
    at = core.part_sources
    small = replace(
        block, value=block.value[:, at], numerator=block.numerator[:, at], denominator=block.denominator[:, at],
        links=core.part, numerator_links=above.part, weight=block.weight[:, at], population=block.population[at],
    )  # fmt: skip
    found = additive.ratio(small)
    for name in (
        "value",
        "numerator",
        "denominator",
        "low",
        "high",
        "method",
        "reason",
        "estimated",
        "impossible",
    ):
        getattr(result, name)[:, core.touched] = getattr(found, name)


def mean(block: Block, _kernels: Kernels) -> Result:
    """Mean weighted by what it was taken over: additive.mean; there is no faster way yet."""
    return additive.mean(block)


#: kinds that can be computed at scale, and how
KINDS: Final[Mapping[str, Callable[[Block, Kernels], Result]]] = MappingProxyType(
    {"count-flow": count, "count-stock": count, "ratio": ratio, "mean": mean}
)
