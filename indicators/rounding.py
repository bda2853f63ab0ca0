"""Rounding that keeps totals: largest remainders for parts, controlled rounding for tables.

Sums are made on unrounded figures, rounding comes last (reference: indicators, sections 2.0 and 2.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from plans.shares import largest_remainder

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: shares as integers of this denominator, so that parts are exact
SCALE: Final = 10**12
_HALF: Final = 10**6
#: whole numbers up to here can be split in 64-bit integers
LIMIT: Final = 10**12


def integer_shares(shares: Sequence[Decimal]) -> Ints:
    """Return shares that sum to 1 as integers that sum to SCALE (largest remainder, ties to the first)."""
    keyed = {f"{place:06d}": share for place, share in enumerate(shares)}
    found = largest_remainder(Decimal(SCALE), keyed)
    return np.array([int(found[key]) for key in keyed], dtype=np.int64)


def split_integers(totals: Floats, shares: Ints) -> Floats:
    """Split whole numbers by shares into whole parts that sum to them: floor, then the largest remainders.

    ``totals`` has shape (columns,), whole numbers or NaN; ``shares`` shape (parts,), integers that sum to SCALE.
    Returns shape (columns, parts); NaN stays NaN. Ties go to the first part (callers order parts by code).
    Method of largest remainders (Hamilton); all arithmetic is on integers.
    """
    known = np.isfinite(totals)
    whole = np.where(known, totals, 0.0)
    if whole.size and np.abs(whole).max() >= LIMIT:
        parts, remainders = _object_floor(whole, shares)
    else:
        parts, remainders = _floor(whole.astype(np.int64), shares)
    left = whole.astype(np.int64) - parts.sum(axis=1)
    # the place of each part by remainder; a stable sort leaves ties in the order of parts
    order = np.argsort(-remainders, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(len(shares))[None, :], axis=1)
    result: Floats = np.asarray(parts + (place < left[:, None]), dtype=np.float64)
    result[~known] = np.nan
    return result


def split_figures(totals: Floats, shares: Ints) -> Floats:
    """Split figures by shares: whole parts (in the last decimal of the figures) where they are written exactly."""
    places = decimals_of(totals)
    if places is None:
        return np.asarray(totals[:, None] * shares[None, :] / SCALE, dtype=np.float64)
    scale = 10.0**places
    return np.asarray(split_integers(np.rint(totals * scale), shares) / scale)


def _floor(whole: Ints, shares: Ints) -> tuple[Ints, Ints]:
    """Return floor(whole * share / SCALE) and the remainder, without leaving 64 bits."""
    high, low = np.divmod(whole, _HALF)
    first, rest = np.divmod(high[:, None] * shares[None, :], _HALF)
    second, remainder = np.divmod(rest * _HALF + low[:, None] * shares[None, :], SCALE)
    return first + second, remainder


def _object_floor(whole: Floats, shares: Ints) -> tuple[Ints, Ints]:
    pairs = [[divmod(int(total) * int(share), SCALE) for share in shares] for total in whole]
    both = np.array(pairs, dtype=np.int64).reshape(len(whole), len(shares), 2)
    return both[:, :, 0], both[:, :, 1]


def decimals_of(values: Floats, most: int = 6) -> int | None:
    """Return the least number of decimals that writes all values exactly, None where ``most`` do not."""
    known = values[np.isfinite(values)]
    if known.size and np.abs(known).max() >= 2**53 / 10:
        return 0 if bool((known == np.rint(known)).all()) and np.abs(known).max() < 2**53 else None
    for places in range(most + 1):
        factor = 10.0**places
        whole = np.rint(known * factor)
        if known.size and np.abs(whole).max() >= 2**50:
            return None
        if bool((whole / factor == known).all()):
            return places
    return None


def percentages(counts: Mapping[str, Decimal], decimals: int = 1) -> dict[str, Decimal]:
    """Return percentages that sum to exactly 100 with the given decimals (largest remainder, ties by key)."""
    return largest_remainder(Decimal(100), counts, Decimal(1).scaleb(-decimals))


def controlled_rounding(table: Sequence[Sequence[int]], base: int) -> list[list[int]]:
    """Round a two-way table of counts to multiples of ``base``; its margins are again sums of its cells.

    Each cell moves to a neighbouring multiple (by less than ``base``). Rows are rounded by largest remainders to
    the row's rounded total; then pairs of cells of one row are exchanged until every column's sum is a
    neighbouring multiple of the true one too. Controlled rounding: Handbook on Statistical Disclosure Control,
    chapter 5 (reference: indicators, 2.6, 2.7); exchanging is a simple way that is not optimal.
    """
    if base < 1:
        raise ValueError(f"base must be at least 1; got {base}")
    cells = np.array(table, dtype=np.int64)
    if cells.size == 0 or base == 1:
        return [list(map(int, row)) for row in cells]
    down = cells // base
    rest = cells - down * base
    up = np.zeros_like(cells, dtype=bool)
    for row in range(cells.shape[0]):
        count = int(np.rint(rest[row].sum() / base))
        up[row, np.argsort(-rest[row], kind="stable")[:count]] = True
        up[row] &= rest[row] > 0
    target_low = rest.sum(axis=0) // base
    target_high = -(-rest.sum(axis=0) // base)
    for _ in range(cells.size):
        sums = up.sum(axis=0)
        over, under = np.flatnonzero(sums > target_high), np.flatnonzero(sums < target_low)
        givers = over if over.size else np.flatnonzero(sums > target_low)
        takers = under if under.size else np.flatnonzero(sums < target_high)
        if not (over.size or under.size):
            break
        moves = [
            (int(rest[row, giver] - rest[row, taker]), row, int(giver), int(taker))
            for giver in givers
            for taker in takers
            for row in range(cells.shape[0])
            if giver != taker and up[row, giver] and not up[row, taker] and rest[row, taker] > 0
        ]
        if not moves:
            break
        _, row, giver, taker = min(moves)
        up[row, giver], up[row, taker] = False, True
    return [list(map(int, row)) for row in (down + up) * base]
