"""Kinds that are computed anew from other results on the new units: scores, ranks, growth, targets."""

from __future__ import annotations

import re

import numpy as np

from indicators.blocks import METHOD, Block, Done, Floats, Result, empty
from indicators.catalogue import Indicator
from indicators.periods import year_before


def score(block: Block) -> Result:
    """Composite score: every component recomputed from merged numerator and denominator, then summed.

    Points of a component: min(max, max r / full_at) of its ratio r, its zero rule for a denominator of zero; each
    rounded to two decimals before the sum, as the portal does. One component that cannot be recomputed leaves no
    total but bounds: the sum of the components' bounds, 0 to max for one that is unknown. Scores are never averaged:
    a total can lie outside the parents' range (reference 2.1, 2.9).
    """
    result = _fresh(block)
    for column, (indicator, period) in enumerate(block.columns):
        low, high = np.zeros(result.value.shape[1]), np.zeros(result.value.shape[1])
        open_ = np.zeros(result.value.shape[1], dtype=bool)
        absent = [] if indicator.parts else [indicator.id]
        for name in indicator.parts:
            part = block.done(name, period)
            component = _named(block, name)
            least, most = _points(part, component, result.value.shape[1])
            if part is None:
                absent.append(name)
            open_ |= ~(least == most)
            low, high = low + least, high + most
        if not indicator.parts:
            low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
            open_[:] = True
        result.value[column] = np.where(open_, np.nan, np.round(low, 2))
        result.low[column] = np.where(open_, np.round(low, 2), np.nan)
        result.high[column] = np.where(open_, np.round(high, 2), np.nan)
        result.method[column] = np.where(open_, METHOD["refused"], METHOD["recomputed"])
        names = ", ".join(absent[:8]) or "—"
        result.reason[column] = np.where(
            open_,
            block.reasons.place(
                f"không có tổng khi thiếu thành phần (thiếu cả tệp: {names})",
                f"no total without every component (absent from the file: {names})",
            ),
            0,
        )
    return result


def _named(block: Block, name: str) -> Indicator | None:
    return block.catalogue_of(name)


def _points(part: Done | None, component: Indicator | None, width: int) -> tuple[Floats, Floats]:
    """Return the least and the greatest points of a component on each target, each rounded to two decimals."""
    most = float(component.score_max) if component is not None and component.score_max else np.nan
    if part is None:
        return np.zeros(width), np.full(width, most, dtype=np.float64)
    if component is not None and component.kind == "score":
        low = np.where(np.isnan(part.value), part.low, part.value)
        high = np.where(np.isnan(part.value), part.high, part.value)
        return np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), most, high)
    full = float(component.full_at) if component is not None and component.full_at else 1.0
    percent = 100.0 if component is not None and component.percent else 1.0

    def points(figures: Floats, unknown: float) -> Floats:
        found = np.minimum(most, most * (figures / percent) / full)
        return np.asarray(np.round(np.where(np.isnan(found), unknown, found), 2), dtype=np.float64)

    low = points(np.where(np.isnan(part.value), part.low, part.value), 0.0)
    high = points(np.where(np.isnan(part.value), part.high, part.value), most)
    rule = component.zero_rule if component is not None else ""
    if rule in ("full_marks", "zero"):
        nothing = part.denominator == 0
        low = np.where(nothing, most if rule == "full_marks" else 0.0, low)
        high = np.where(nothing, most if rule == "full_marks" else 0.0, high)
    return low, high


def rank(block: Block) -> Result:
    """Rank: computed anew in the new set, 1 = best by the ranked indicator's direction, ties share a rank.

    The set's size and the number of ties stand in the reason; ranks of 579 and of 526 units are not comparable and
    are never carried over (reference 2.1). Where a unit of the set has no value, ranks are bounds.
    """
    result = _fresh(block)
    for column, (indicator, period) in enumerate(block.columns):
        name = indicator.parts[0] if indicator.parts else ""
        done = block.done(name, period) if name else None
        if done is None:
            _refuse(
                block,
                result,
                column,
                f"không có chỉ tiêu để xếp hạng {name}",
                f"no figures to rank by {name}",
            )
            continue
        ranked = _named(block, name)
        sign = -1.0 if ranked is not None and ranked.direction == "down" else 1.0
        values = sign * done.value
        known = ~np.isnan(values)
        ordered = np.sort(values[known])
        better = len(ordered) - np.searchsorted(ordered, values, side="right")
        ties = (
            np.searchsorted(ordered, values, side="right") - np.searchsorted(ordered, values, side="left") - 1
        )
        unknown = int((~known).sum())
        result.value[column] = np.where(known & (unknown == 0), better + 1.0, np.nan)
        if unknown:
            result.low[column] = np.where(known, better + 1.0, np.nan)
            result.high[column] = np.where(known, better + 1.0 + unknown, np.nan)
            result.method[column] = np.where(known, METHOD["bounds"], METHOD["refused"])
        for target in range(len(values)):
            tied = int(ties[target]) if known[target] else 0
            more = (f"; {tied} đơn vị cùng hạng", f"; {tied} ties") if tied else ("", "")
            gaps = (
                (f"; {unknown} đơn vị không có giá trị", f"; {unknown} without a value")
                if unknown
                else ("", "")
            )
            result.reason[column, target] = block.reasons.place(
                f"trong {len(values)} đơn vị{more[0]}{gaps[0]}", f"of {len(values)} units{more[1]}{gaps[1]}"
            )
    return result


def growth(block: Block) -> Result:
    """Growth on the year before, from merged levels: X_t / X_(t-1) - 1, in % where the unit is (reference 2.1).

    Both periods must be in the file, on one map. Growth rates are not averaged.
    """
    result = _fresh(block)
    for column, (indicator, period) in enumerate(block.columns):
        name = indicator.parts[0] if indicator.parts else ""
        now, before = (block.done(name, p) if name else None for p in (period, year_before(period)))
        if now is None or before is None:
            _refuse(
                block, result, column,
                f"cần {name or 'mức'} của kỳ này và {year_before(period)}",
                f"needs {name or 'the levels'} of this period and of {year_before(period)}",
            )  # fmt: skip
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            found = block.percent()[column, 0] * (now.value / before.value - 1.0)
        zero = before.value == 0
        result.value[column] = np.where(np.isfinite(found), found, np.nan)
        result.impossible[column] = zero
        unknown = ~np.isfinite(found)
        result.method[column] = np.where(unknown, METHOD["missing"], METHOD["recomputed"])
        why = block.reasons.place("thiếu mức của một kỳ", "a level is missing")
        nil = block.reasons.place("mức kỳ trước bằng 0", "the level before is zero")
        result.reason[column] = np.where(zero, nil, np.where(unknown, why, 0))
    return result


_TARGET = re.compile(r"\s*(>=|<=|>|<|=|≥|≤)?\s*(\d+(?:\.\d+)?)\s*%?\s*")


def target(block: Block) -> Result:
    """Attainment of a target: the new value is tested again, "met" is never inherited (reference 2.1).

    1 = met, 0 = not met; where the bounds straddle the target it is undecided (“chưa kết luận”), with bounds
    [0, 1]. "=" is read as "at least" for what should be high.
    """
    result = _fresh(block)
    for column, (indicator, period) in enumerate(block.columns):
        name = indicator.parts[0] if indicator.parts else ""
        done, match = (block.done(name, period) if name else None), _TARGET.fullmatch(indicator.target)
        if done is None or match is None:
            _refuse(
                block, result, column, f"không có giá trị {name} hoặc mục tiêu để kiểm tra",
                f"no value of {name} or no target to test",
            )  # fmt: skip
            continue
        sign, limit = match[1] or ">=", float(match[2])
        low = np.where(np.isnan(done.value), done.low, done.value)
        high = np.where(np.isnan(done.value), done.high, done.value)
        worst, best = _meets(low, sign, limit), _meets(high, sign, limit)
        if sign in ("<=", "<", "≤"):
            worst, best = best, worst
        unknown = np.isnan(low) | np.isnan(high)
        open_ = unknown | (worst != best)
        result.value[column] = np.where(open_, np.nan, worst.astype(float))
        result.low[column] = np.where(open_, 0.0, np.nan)
        result.high[column] = np.where(open_, 1.0, np.nan)
        result.method[column] = np.where(open_, METHOD["bounds"], METHOD["recomputed"])
        why = block.reasons.place(
            "chưa kết luận: khoảng cắt mục tiêu", "undecided: the bounds straddle the target"
        )
        gone = block.reasons.place("chưa kết luận: không có giá trị", "undecided: there is no value")
        result.reason[column] = np.where(unknown, gone, np.where(open_, why, 0))
    return result


def _meets(figures: Floats, sign: str, limit: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    tests = {
        ">=": figures >= limit, "≥": figures >= limit, "=": figures >= limit, ">": figures > limit,
        "<=": figures <= limit, "≤": figures <= limit, "<": figures < limit,
    }  # fmt: skip
    return np.asarray(tests[sign])


def _fresh(block: Block) -> Result:
    """Return an empty result in which no parent counts as missing: what is missing shows in the components."""
    return empty(block, np.ones(block.value.shape, dtype=bool), "recomputed")


def _refuse(block: Block, result: Result, column: int, vi: str, en: str) -> None:
    result.method[column] = METHOD["refused"]
    result.reason[column] = block.reasons.place(vi, en)
