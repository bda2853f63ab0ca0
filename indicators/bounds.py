"""Bounds that hold whatever the unknown is (reference: indicators, sections 2.1 and 2.3).

Scalar forms of what indicators.kinds computes for whole tables; screens and tests use them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Interval = tuple[float, float]


def frechet(numerator: float, denominator: float, part: float) -> Interval:
    """Return the bounds of the numerator in a part of a unit whose denominator part is known.

    [max(0, N - (D - D_part)), min(N, D_part)] for a numerator that is counted within its denominator: Fréchet
    bounds on a two-by-two table with given margins, known in ecological inference as Duncan-Davis.
    Raises ValueError unless 0 <= N <= D and 0 <= part <= D.
    """
    if not (0 <= numerator <= denominator and 0 <= part <= denominator):
        raise ValueError(
            f"0 <= numerator <= denominator and 0 <= part <= denominator must hold; "
            f"got {numerator}, {denominator}, {part}"
        )
    return max(0.0, numerator - (denominator - part)), min(numerator, part)


def joint_envelope(total: float, parts: Mapping[str, Interval]) -> dict[str, Interval]:
    """Tighten bounds of the parts of one unit by what binds them: together they are the unit.

    low_j = max(low_j, total - sum of the other highs), high_j = min(high_j, total - sum of the other lows).
    Exact for intervals bound by one sum. Raises ValueError when the parts cannot sum to the total.
    """
    lows = sum(low for low, _ in parts.values())
    highs = sum(high for _, high in parts.values())
    if lows > total or highs < total:
        raise ValueError(f"the parts must be able to sum to {total}; got {lows} to {highs}")
    return {
        key: (max(low, total - (highs - high)), min(high, total - (lows - low)))
        for key, (low, high) in parts.items()
    }


def candidates(total: float, shares: Sequence[float]) -> Interval:
    """Return the range of a part over several candidate shares: [min w X, max w X] for X >= 0."""
    amounts = [total * share for share in shares]
    return min(amounts), max(amounts)


def pooled(rates: Sequence[float]) -> Interval:
    """Return the bounds of a rate, mean or quantile of a union whose weights are unknown: [min, max].

    A weighted mean with weights >= 0 lies between the least and the greatest; so does a pooled p-quantile.
    """
    return min(rates), max(rates)


def union(counts: Sequence[int], whole: int | None = None) -> Interval:
    """Return the bounds of the size of a union of sets: [max N_i, min(sum N_i, |U|)]."""
    upper = sum(counts)
    return max(counts), upper if whole is None else min(upper, whole)


def rounded_numerator(rate: float, half_unit: float, denominator: int) -> tuple[int, int]:
    """Return the whole numerators that agree with a rounded rate in [0, 1]: ceil and floor of (R -+ h) D."""
    import math

    low = math.ceil((rate - half_unit) * denominator - 1e-9)
    high = math.floor((rate + half_unit) * denominator + 1e-9)
    return max(0, low), min(denominator, high)


def meets(low: float, high: float, target: float, at_least: bool = True) -> bool | None:
    """Return whether a figure known to lie in [low, high] meets a target; None where the interval straddles it."""
    if at_least:
        return True if low >= target else False if high < target else None
    return True if high <= target else False if low > target else None
