"""Kinds that add up: counts; and rates and means, pooled from numerator and denominator."""

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
from indicators.links import Links, base_name
from indicators.rounding import decimals_of, split_integers


def _scales(block: Block) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return for each column the power of ten that makes its figures whole, and whether there is one."""
    values = block.value
    with np.errstate(invalid="ignore"):
        whole = ((values == np.rint(values)) | np.isnan(values)).all(axis=1)
    scales = np.ones(len(block.columns))
    exact = np.ones(len(block.columns), dtype=bool)
    by_indicator: dict[str, list[int]] = {}
    for column in np.flatnonzero(~whole):
        by_indicator.setdefault(block.columns[int(column)][0].id, []).append(int(column))
    for columns in by_indicator.values():
        places = decimals_of(values[columns])
        exact[columns] = places is not None
        scales[columns] = 10.0 ** (places or 0)
    return scales[:, None], exact


def count(block: Block) -> Result:
    """Count, flow or stock (extensive): X_j = sum_i w_ij X_i (reference 2.1, first row).

    Merge: exact sum. Split: share of the closest base, whole parts by largest remainder so that the parts sum to
    the parent. Backcast of old periods to new units: the same sums. Without a share: no point, bounds [sum of the
    wholes, that + the parts' parents]; with several bases [min w X, max w X]. A missing parent: no value, the
    partial sum as low. Sums are made on whole numbers (scaled by the decimals of the figures), so they are exact.
    """
    links = block.links
    scales, exact = _scales(block)
    scaled = block.value if bool((scales == 1).all()) else np.rint(block.value * scales)
    if not exact.all():
        scaled = np.where(exact[:, None], scaled, block.value)
    parts = np.take(scaled, links.source, axis=1)
    for source, places in links.groups:
        total = scaled[:, source]
        if bool((links.whole_shares[places] >= 0).all()):
            found = total[:, None] * links.share[places]
            found[exact] = split_integers(total[exact], links.whole_shares[places])
        else:
            found = total[:, None] * links.share[places]
            found[exact] = np.rint(found[exact])
        parts[:, places] = found
    result = empty(block, ~np.isnan(block.value), "sum")
    result.value = reduce_add(parts, links) / scales
    touched = np.flatnonzero(links.touched)
    if touched.size:
        low, high = _envelope(links, scaled, parts, exact)
        result.low[:, touched] = low / scales
        result.high[:, touched] = high / scales
        result.estimated[:, touched] = True
        _split_reasons(block, result)
        result.pool = _pool(links, scaled, parts) / scales[:, 0]
    lacking = finish_missing(block, result)
    if lacking.any():
        partial = reduce_add(np.where(np.isnan(parts), 0.0, parts), links) / scales
        some = (lacking > 0) & (lacking < links.counts) & (partial >= 0)
        result.low = np.where(some & ~links.touched, partial, result.low)
        result.high[lacking > 0] = np.nan
        result.low[(lacking > 0) & ~some] = np.nan
    return result


def _envelope(links: Links, scaled: Floats, parts: Floats, exact: np.ndarray) -> tuple[Floats, Floats]:
    """Return the bounds of the targets that take parts, shape (columns, touched); missing parents count as 0 below."""
    chosen = np.flatnonzero(np.repeat(links.touched, links.counts))
    starts = np.concatenate([[0], np.cumsum(links.counts[links.touched])[:-1]])
    totals = scaled[:, links.source[chosen]]
    totals = np.where(np.isnan(totals), 0.0, totals)
    one, other = totals * links.low[chosen], totals * links.high[chosen]
    rough = ~exact[:, None]
    low = np.where(rough, np.minimum(one, other), np.floor(np.minimum(one, other) + 1e-6))
    high = np.where(rough, np.maximum(one, other), np.ceil(np.maximum(one, other) - 1e-6))
    point = parts[:, chosen]
    low, high = np.fmin(low, point), np.fmax(high, point)
    return np.add.reduceat(low, starts, axis=1), np.add.reduceat(high, starts, axis=1)


def _pool(links: Links, scaled: Floats, parts: Floats) -> Floats:
    """Return per column the amount that lies in targets known by bounds alone; it is known, its division is not."""
    inside = np.repeat(links.bounded, links.counts)
    amount = np.nansum(parts[:, inside], axis=1)
    for source, places in links.groups:
        if np.isnan(links.share[places]).any():
            amount = amount + np.nan_to_num(scaled[:, source] - np.nansum(parts[:, places], axis=1))
    return np.asarray(amount)


def _split_reasons(block: Block, result: Result) -> None:
    links = block.links
    for target in np.flatnonzero(links.touched):
        base = links.bases[target]
        if links.bounded[target]:
            result.method[:, target] = METHOD["bounds"]
            result.reason[:, target] = block.reasons.place(
                "không rõ tỷ lệ của phần được chia: chỉ có khoảng",
                "the share of a part is not known: bounds only",
            )
            result.estimated[:, target] = False
        else:
            result.reason[:, target] = block.reasons.place(
                f"ước tính: phần được chia theo {base_name(base, 'vi')}", f"estimated: split by {base}"
            )


def ratio(block: Block) -> Result:
    """Rate N/D: R_j = sum_i N_i / sum_i D_i, a rate is never averaged (reference 2.1, second row).

    With D and R known, N = R D: the same pooled rate. Split: both by shares; one base for both assumes the same rate
    in the parts, and the bounds do not: D_part by its share, N_part in [max(0, N-(D-D_part)), min(N, D_part)] where
    N is counted within D (Fréchet, Duncan-Davis), else in [0, N]. Backcast: sums per period, then the quotient.
    Refused as a point without D: [min R, max R]. Numerator and denominator count the same set of parents. Zero over
    zero is not a number (status M).
    """
    return _pooled(block, "pooled-ratio", block.percent())


def mean(block: Block) -> Result:
    """Mean: M_j = sum n_i M_i / sum n_i, n the units it was taken over (reference 2.1).

    Split and backcast: the same mean is assumed in the parts. Without n refused, bounds [min M, max M].
    """
    return _pooled(block, "weighted-mean", np.ones((len(block.columns), 1)))


def _pooled(block: Block, method: str, factor: Floats) -> Result:
    links = block.links
    numerator, denominator, rate = _parts(block, factor)
    given = ~np.isnan(numerator)
    result = empty(block, given | ~np.isnan(rate), method)
    weighted = (np.isnan(block.numerator) & given).any(axis=1) & (method == "pooled-ratio")
    result.method[weighted] = METHOD["weighted-mean"]
    top = reduce_add(np.take(numerator, links.source, axis=1) * block.numerator_links.share, links)
    bottom = reduce_add(np.take(denominator, links.source, axis=1) * links.share, links)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = factor * top / bottom
    zero = bottom == 0
    value[zero] = np.nan
    result.value = value
    # sums of decimals (km²) lose their binary dust
    result.numerator, result.denominator = np.round(top, 9), np.round(bottom, 9)
    result.impossible |= zero
    result.reason[zero] = block.reasons.place("mẫu số bằng 0", "the denominator is zero")
    touched = links.touched
    if touched.any():
        _split_reasons(block, result)
        result.reason[zero] = block.reasons.place("mẫu số bằng 0", "the denominator is zero")
        result.estimated[:, touched & ~links.bounded] = True
        _pooled_bounds(block, numerator, denominator, factor, result)
    alone = (
        links.simple & np.isnan(value) & ~zero & ~np.isnan(np.take(rate, links.source[links.starts], axis=1))
    )
    only = np.take(rate, links.source[links.starts], axis=1)
    result.value = np.where(alone, only, result.value)
    result.method[alone] = METHOD["inherited"]
    lone = (~given & ~np.isnan(rate)).any()
    if lone:
        unweighted = (
            np.add.reduceat(np.take(~given & ~np.isnan(rate), links.source, axis=1), links.starts, axis=1) > 0
        )
        refused = unweighted & ~links.simple
        spread = np.take(rate, links.source, axis=1)
        within = refused & ~touched
        result.value[refused] = np.nan
        result.numerator[refused] = result.denominator[refused] = np.nan
        result.low = np.where(within, reduce_min(spread, links, True), np.where(refused, np.nan, result.low))
        result.high = np.where(
            within, reduce_max(spread, links, True), np.where(refused, np.nan, result.high)
        )
        result.method[refused] = METHOD["refused"]
        result.estimated[refused] = False
        result.impossible[refused] = False
        result.reason[refused] = block.reasons.place(
            "không có mẫu số hay trọng số: không lấy trung bình các tỷ lệ",
            "no denominator or weight: rates are not averaged",
        )
    lacking = finish_missing(block, result)
    result.low[lacking > 0] = np.nan
    result.high[lacking > 0] = np.nan
    result.impossible[lacking > 0] = False
    return result


def _parts(block: Block, factor: Floats) -> tuple[Floats, Floats, Floats]:
    """Return numerator, denominator (both or neither) and rate by source; N = R D where the weight is known."""
    bottom = np.where(np.isnan(block.denominator), block.weight, block.denominator)
    top = np.where(np.isnan(block.numerator), block.value * bottom / factor, block.numerator)
    # a denominator of zero leaves no rate; its numerator is zero as far as sums go
    top = np.where(np.isnan(top) & (bottom == 0) & np.isnan(block.numerator), 0.0, top)
    both = ~(np.isnan(top) | np.isnan(bottom))
    top, bottom = np.where(both, top, np.nan), np.where(both, bottom, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(both, factor * top / bottom, block.value)
    rate[~np.isfinite(rate)] = np.nan
    return top, bottom, rate


def _pooled_bounds(
    block: Block, numerator: Floats, denominator: Floats, factor: Floats, result: Result
) -> None:
    """Write the bounds of targets that take parts.

    For shares in % each part's denominator d lies in [a, b]; the least rate takes d nearest to D - N (a part without
    numerator), the greatest d nearest to N (a part that is all numerator): each is the optimum of a fraction whose
    slopes are 0 and 1. Else the numerator lies in its own bounds and both vary apart.
    """
    links, above = block.links, block.numerator_links
    chosen = np.flatnonzero(np.repeat(links.touched, links.counts))
    starts = np.concatenate([[0], np.cumsum(links.counts[links.touched])[:-1]])
    n, d = numerator[:, links.source[chosen]], denominator[:, links.source[chosen]]
    a, b = d * links.low[chosen], d * links.high[chosen]
    point = ~np.isnan(links.share[chosen]) & ((links.low[chosen] == 0) & (links.high[chosen] == 1))
    exactly = d * np.where(point, links.share[chosen], 0.0)
    a, b = np.where(point, exactly, a), np.where(point, exactly, b)
    subset = factor == 100.0
    for least in (True, False):
        if least:
            inside = np.clip(d - n, a, b)
            top_inside = np.maximum(0.0, n - d + inside)
        else:
            inside = np.clip(n, a, b)
            top_inside = np.minimum(n, inside)
        share = above.low[chosen] if least else above.high[chosen]
        bottom = np.where(subset, inside, b if least else a)
        top = np.where(subset, top_inside, n * share)
        tops, bottoms = np.add.reduceat(top, starts, axis=1), np.add.reduceat(bottom, starts, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = factor * tops / bottoms
        found[~np.isfinite(found)] = np.nan
        if least:
            found = np.where(np.isnan(found) & subset, 0.0, found)
            result.low[:, links.touched] = np.fmin(found, result.value[:, links.touched])
        else:
            found = np.where(np.isnan(found) & subset, 100.0, found)
            result.high[:, links.touched] = np.fmax(found, result.value[:, links.touched])
    gone = np.isnan(np.add.reduceat(n, starts, axis=1))
    low, high = result.low[:, links.touched], result.high[:, links.touched]
    low[gone], high[gone] = np.nan, np.nan
    result.low[:, links.touched], result.high[:, links.touched] = low, high
