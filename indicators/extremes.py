"""Kinds of a distribution: quantiles, extremes, dispersion, survey estimates."""

from __future__ import annotations

import numpy as np

from indicators.blocks import (
    METHOD,
    Block,
    Floats,
    Result,
    empty,
    finish_missing,
    reduce_add,
    reduce_max,
    reduce_min,
)


def quantile(block: Block) -> Result:
    """Median or another quantile: not computable from the parents' medians, and never averaged (reference 2.1).

    A pooled p-quantile of whole parents lies in [min q_i, max q_i]: a fraction p or more of every parent lies at or
    below max q, and likewise for min. A part's quantile has no bounds. A unit that stays whole keeps its figure.
    From records, or from common class counts, it could be computed anew. Backcast: not computable.
    """
    links = block.links
    result = empty(block, ~np.isnan(block.value), "refused")
    by_link = np.take(block.value, links.source, axis=1)
    result.low = np.where(links.touched, np.nan, reduce_min(by_link, links))
    result.high = np.where(links.touched, np.nan, reduce_max(by_link, links))
    result.reason[:] = block.reasons.place(
        "trung vị của đơn vị gộp không tính được từ các trung vị",
        "a median cannot be computed from the parents' medians",
    )
    _keep(block, result)
    finish_missing(block, result)
    return result


def _keep(block: Block, result: Result) -> None:
    """Give a unit that is one whole source its figure."""
    links = block.links
    simple = np.broadcast_to(links.simple, result.value.shape)
    result.value = np.where(simple, np.take(block.value, links.source[links.starts], axis=1), result.value)
    result.low[simple] = result.high[simple] = np.nan
    result.method[simple] = METHOD["inherited"]
    result.reason[simple] = 0


def maximum(block: Block) -> Result:
    """Maximum: max of the parents' maxima, exact where all are present and whole (reference 2.1).

    Split: a part's maximum is at most its parent's, with equality in at least one part: the target lies between the
    maximum of its whole parents and that of all. A missing parent leaves a lower bound only. Backcast: as a merger.
    """
    return _extreme(block, 1.0)


def minimum(block: Block) -> Result:
    """Minimum: min of the parents' minima; the mirror image of the maximum (reference 2.1)."""
    return _extreme(block, -1.0)


def _extreme(block: Block, sign: float) -> Result:
    links = block.links
    values = sign * block.value
    result = empty(block, ~np.isnan(values), "recomputed")
    by_link = np.take(values, links.source, axis=1)
    whole = reduce_max(np.where(links.whole, by_link, np.nan), links, True)
    every = reduce_max(by_link, links)
    # where the wholes reach the divided parents' maximum, the part cannot matter
    sure = whole == every
    top = np.where(sure, every, np.nan)
    unclear = np.isnan(top) & ~np.isnan(every)
    low, high = np.where(unclear, whole, np.nan), np.where(unclear, every, np.nan)
    result.method[unclear] = METHOD["bounds"]
    result.reason[unclear] = block.reasons.place(
        "không rõ giá trị nằm ở phần nào của đơn vị bị chia",
        "in which part of the divided unit it lies is unknown",
    )
    result.value = sign * top
    lacking = finish_missing(block, result)
    gone = lacking > 0
    low = np.where(gone, whole, low)
    high = np.where(gone, np.nan, high)
    result.low, result.high = (low, high) if sign > 0 else (-high, -low)
    return result


def dispersion(block: Block) -> Result:
    """Variance, pooled: [sum (n_i-1) s_i^2 + sum n_i (M_i-M)^2] / (sum n_i - 1) (reference 2.1, row of the mean).

    n is the weight, M_i the catalogue's component, a mean in the same period. Gini and other measures need records:
    refused. Split and backcast: none. A unit that stays whole keeps its figure.
    """
    links = block.links
    result = empty(block, ~np.isnan(block.value), "refused")
    result.reason[:] = block.reasons.place(
        "độ phân tán của đơn vị gộp cần số liệu gốc, hoặc n và trung bình của từng đơn vị",
        "a merged dispersion needs records, or n and the mean of each parent",
    )
    n, means = block.weight, block.denominator
    if block.indicator.parts and not np.isnan(n).all() and not np.isnan(means).all():
        total = reduce_add(np.take(n, links.source, axis=1), links)
        merged = reduce_add(np.take(n * means, links.source, axis=1), links) / total
        spread = (
            np.take(n, links.source, axis=1)
            * (np.take(means, links.source, axis=1) - np.repeat(merged, links.counts, axis=1)) ** 2
        )
        inside = np.take((n - 1) * block.value, links.source, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (reduce_add(inside, links) + reduce_add(spread, links)) / (total - 1)
        good = np.isfinite(found) & ~links.touched
        result.value = np.where(good, found, np.nan)
        result.method[good] = METHOD["recomputed"]
        result.reason[good] = 0
    _keep(block, result)
    finish_missing(block, result)
    return result


def survey(block: Block) -> Result:
    """Survey estimate: weighted by population, SE = sqrt(sum W_i^2 SE_i^2) for independent samples (reference 2.1).

    W_i = n_i / sum n. The standard error is the catalogue's component in the same period; low and high are then
    -+ 1.96 SE. Without weights refused, bounds [min, max]. Split and backcast: none.
    """
    links = block.links
    result = empty(block, ~np.isnan(block.value), "weighted-mean")
    by_link, weight = np.take(block.value, links.source, axis=1), np.take(block.weight, links.source, axis=1)
    total = reduce_add(weight, links)
    value = reduce_add(by_link * weight, links) / total
    error = _standard_error(block, total)
    result.value = np.where(links.touched, np.nan, value)
    good = ~np.isnan(result.value) & ~np.isnan(error)
    result.low = np.where(good, result.value - 1.96 * error, np.nan)
    result.high = np.where(good, result.value + 1.96 * error, np.nan)
    refused = np.isnan(result.value)
    result.low = np.where(refused & ~links.touched, reduce_min(by_link, links), result.low)
    result.high = np.where(refused & ~links.touched, reduce_max(by_link, links), result.high)
    result.method[refused] = METHOD["refused"]
    result.reason[refused] = block.reasons.place(
        "kết quả điều tra cần trọng số, và không chia được", "a survey needs weights, and cannot be split"
    )
    simple = np.broadcast_to(links.simple, value.shape) & np.isnan(result.value)
    only = np.take(block.value, links.source[links.starts], axis=1)
    result.value = np.where(simple, only, result.value)
    result.method[simple] = METHOD["inherited"]
    result.low[simple & np.isnan(error)] = result.high[simple & np.isnan(error)] = np.nan
    result.reason[simple] = 0
    lacking = finish_missing(block, result)
    result.low[lacking > 0] = result.high[lacking > 0] = np.nan
    return result


def _standard_error(block: Block, total: Floats) -> Floats:
    links = block.links
    squares = np.take((block.weight * block.denominator) ** 2, links.source, axis=1)
    return np.asarray(np.sqrt(reduce_add(squares, links)) / total)
