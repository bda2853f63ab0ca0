"""Counts and rates of many columns at once: one sum over whole units, the ordinary functions for the rest.

The results are those of indicators.additive; only the way is another. Units that are taken whole are summed by one
pass over them; parts by largest remainder are made for all divided units at once instead of one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

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

    ``whole``: what units that are taken whole give, to any target. ``touched``: targets that take parts of units.
    ``divided``: the links of divided units, by target; ``takers`` the targets they lead to, ``starts`` where each
    one's begin in ``divided``. ``known``: by number of parts, places in ``divided`` of shape (units, parts) and
    integer shares; ``unknown``: places in ``divided`` of the parts of units whose shares are not all known.
    ``pooled``: sources taken whole by targets known by bounds alone.
    ``part``: the touched targets as Links, ``part_sources`` their sources.
    """

    links: Links
    whole: Whole
    touched: Places
    divided: Places
    takers: Places
    starts: Places
    known: tuple[tuple[Places, Ints], ...]
    unknown: tuple[Places, ...]
    pooled: Places
    part: Links | None
    part_sources: Places


@dataclass(frozen=True, eq=False)
class Whole:
    """Units that are taken whole, by target: ``source`` of shape (units,), ``starts`` of each of ``targets`` in it.

    ``width``: all targets.
    """

    source: Places
    targets: Places
    starts: Places
    width: int


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
    divided = np.sort(np.concatenate([places for _, places in links.groups] or [np.empty(0, dtype=np.intp)]))
    plain = np.ones(len(links.source), dtype=bool)
    plain[divided] = False
    sizes: dict[int, list[Places]] = {}
    unknown: list[Places] = []
    for _, places in links.groups:
        if bool((links.whole_shares[places] >= 0).all()):
            sizes.setdefault(len(places), []).append(places)
        else:
            unknown.append(np.searchsorted(divided, places))
    known = tuple(
        (np.searchsorted(divided, np.array(p)), links.whole_shares[np.array(p)]) for p in sizes.values()
    )
    targets, whole_starts = np.unique(links.target[plain], return_index=True)
    takers, starts = np.unique(links.target[divided], return_index=True)
    touched = np.flatnonzero(links.touched)
    part, part_sources = _sub_links(links, touched, np.flatnonzero(links.touched[links.target]))
    return Kernel(
        links,
        Whole(links.source[plain], targets, whole_starts, len(links.targets)),
        touched, divided, takers, starts, known, tuple(unknown),
        links.source[plain & links.bounded[links.target]], part, part_sources,
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
    if shares.shape[1] == 2:
        # one share says both: what is left of a whole number is one at most, and goes to the larger remainder
        first, rest = np.divmod(high * shares[:, 0], _HALF)
        second, remainder = np.divmod(rest * _HALF + low * shares[:, 0], SCALE)
        one = first + second + (2 * remainder >= SCALE)
        return np.stack([one, whole - one], axis=2).astype(np.float64)
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
    partial = summed
    if len(core.divided):
        parts, totals = parts_of(scaled, core)
        partial = summed.copy()
        partial[:, core.takers] += np.add.reduceat(np.nan_to_num(parts), core.starts, axis=1)
        low, high = bounds_of(totals, parts, core, summed)
        result.low[:, core.takers], result.high[:, core.takers] = low / scales, high / scales
        result.low[:, ~links.touched] = result.high[:, ~links.touched] = np.nan
        result.estimated[:, core.touched] = True
        additive._split_reasons(block, result)
        result.pool = pool_of(scaled, parts, core) / scales[:, 0]
        summed[:, core.takers] += np.add.reduceat(parts, core.starts, axis=1)
    result.value = summed.copy() if plain else summed / scales
    if known.all():
        return result
    partial = partial / scales
    lacking = finish_missing(block, result)
    some = (lacking > 0) & (lacking < links.counts) & (partial >= 0)
    result.low = np.where(some & ~links.touched, partial, result.low)
    result.high[lacking > 0] = np.nan
    result.low[(lacking > 0) & ~some] = np.nan
    return result


def times(values: Floats, whole: Whole) -> Floats:
    """Return for each target what units taken whole give it: (columns, sources) makes (columns, targets)."""
    if len(whole.targets) == whole.width:
        return np.asarray(np.add.reduceat(np.take(values, whole.source, axis=1), whole.starts, axis=1))
    found = np.zeros((len(values), whole.width))
    if len(whole.source):
        found[:, whole.targets] = np.add.reduceat(np.take(values, whole.source, axis=1), whole.starts, axis=1)
    return found


def parts_of(scaled: Floats, core: Kernel) -> tuple[Floats, Floats]:
    """Return what each link of a divided unit takes, NaN where its share is not known, and the unit's totals."""
    totals = np.take(scaled, core.links.source[core.divided], axis=1)
    parts = np.empty_like(totals)
    for places, shares in core.known:
        parts[:, places] = largest_remainders(totals[:, places[:, 0]], shares)
    for places in core.unknown:
        parts[:, places] = np.rint(totals[:, places] * core.links.share[core.divided[places]])
    return parts, totals


def bounds_of(totals: Floats, parts: Floats, core: Kernel, whole: Floats) -> tuple[Floats, Floats]:
    """Return the bounds of the targets that divided units lead to, rounded outwards; see additive.count.

    ``whole``: what units taken whole give each target; they are their own bounds.
    """
    one, other = totals * core.links.low[core.divided], totals * core.links.high[core.divided]
    low = np.fmin(np.floor(np.minimum(one, other) + 1e-6), parts)
    high = np.fmax(np.ceil(np.maximum(one, other) - 1e-6), parts)
    base = whole[:, core.takers]
    return (
        base + np.add.reduceat(low, core.starts, axis=1),
        base + np.add.reduceat(high, core.starts, axis=1),
    )


def pool_of(scaled: Floats, parts: Floats, core: Kernel) -> Floats:
    """Return per column the amount in targets known by bounds alone."""
    links = core.links
    inside = links.bounded[links.target[core.divided]]
    amount = np.nansum(parts[:, inside], axis=1) + scaled[:, core.pooled].sum(axis=1)
    for places in core.unknown:
        if np.isnan(links.share[core.divided[places]]).any():
            total = scaled[:, links.source[core.divided[places[0]]]]
            amount = amount + total - np.nansum(parts[:, places], axis=1)
    return np.asarray(amount)


def ratio(block: Block, kernels: Kernels) -> Result:
    """Rate N/D, pooled: as additive.ratio, which computes every target that takes parts, and all where D is not given.

    Targets of whole units: sum N and sum D in one pass, then the quotient.
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
