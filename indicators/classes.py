"""Classes computed from quantities: by thresholds that the catalogue gives, else refused with the evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from indicators.blocks import METHOD, Block, Bools, Result
from indicators.catalogue import Indicator
from indicators.periods import span
from indicators.sets import decided, with_parents, word_cells

_CONDITION: Final = re.compile(r"\s*(\S+?)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure of an indicator against a limit; ``sign``: >= | > | <= | <."""

    indicator: str
    sign: str
    limit: float


@dataclass(frozen=True, slots=True)
class Step:
    """A class and all that must hold for it; no condition: whatever the steps before did not take."""

    name: str
    conditions: tuple[Condition, ...]


def parse_rule(rule: str) -> tuple[Step, ...]:
    """Return the steps of a rule such as "I: POP >= 16000 & LAND_AREA >= 30; II: POP >= 5000; III".

    The first step whose conditions all hold names the class. Raises ValueError naming what was not understood.
    """
    steps = []
    for text in filter(None, (part.strip() for part in rule.split(";"))):
        name, colon, wanted = (part.strip() for part in text.partition(":"))
        matches = [_CONDITION.fullmatch(part) for part in wanted.split("&")] if colon else []
        if not name or (not colon and re.search("[<>]", name)) or None in matches:
            raise ValueError(text)
        steps.append(Step(name, tuple(Condition(m[1], m[2], float(m[3])) for m in matches if m)))
    return tuple(steps)


def classed(block: Block) -> Result:
    """Class computed from quantities: classed again from the merged quantities by the rule in force (reference 2.1).

    Where the catalogue gives the rule (column ``rule``, thresholds over indicators of the file), the class of every
    changed unit is the first whose conditions hold for the re-aggregated figures. An estimated figure gives an
    estimated class (E), and the reason names every class that its bounds allow. Where only bounds are known and
    several classes are possible, or a figure is missing, it is refused and the reason names them. A unit that stays
    whole keeps its class; the reason says so where the rule would give another. The rule holds for periods that
    begin within valid_from and valid_to ("the rule then in force"). What is refused, for want of a rule or of
    figures, shows the parents' classes and their share of the people: neither the majority's nor the best class
    stands as fact.
    """
    result = decided(
        block, "phân loại lại từ số liệu mới, không có quy tắc", "to be classed again, no rule is given"
    )
    for column, (indicator, period) in enumerate(block.columns):
        if indicator.rule and in_force(indicator, period):
            _by_rule(block, result, column, parse_rule(indicator.rule), period)
        elif indicator.rule:
            dates = f"{indicator.valid_from or '…'} – {indicator.valid_to or '…'}"
            for target in np.flatnonzero(~block.links.simple):
                result.reason[column, target] = with_parents(
                    block, column, int(target), f"quy tắc không có hiệu lực trong kỳ này ({dates})",
                    f"the rule was not in force in this period ({dates})",
                )  # fmt: skip
    return result


def in_force(indicator: Indicator, period: str) -> bool:
    """Return whether a rule held when a period began (catalogue: valid_from, valid_to; empty = open)."""
    found = span(period)
    if found is None:
        return True
    begun, until = found[0].isoformat(), indicator.valid_to
    return indicator.valid_from <= begun and (not until or begun[: len(until)] <= until)


def _possible(
    block: Block, steps: Sequence[Step], period: str, width: int, bounds: bool
) -> tuple[npt.NDArray[np.bool_], Bools]:
    """Return which classes can be, shape (steps, targets), and where one of them surely is.

    ``bounds``: by the bounds of the figures, even where there is a point.
    """
    # what can still be: sure where no earlier class is possible
    possible, taken = np.zeros((len(steps), width), dtype=bool), np.zeros(width, dtype=bool)
    for place, step in enumerate(steps):
        sure, may = np.ones(width, dtype=bool), np.ones(width, dtype=bool)
        for condition in step.conditions:
            holds, can = _tested(block, condition, period, width, bounds)
            sure, may = sure & holds, may & can
        possible[place] = may & ~taken
        taken |= sure
    return possible, taken


def _by_rule(block: Block, result: Result, column: int, steps: Sequence[Step], period: str) -> None:
    names = dict.fromkeys(c.indicator for step in steps for c in step.conditions)
    absent = [name for name in names if block.done(name, period) is None]
    width = result.value.shape[1]
    possible, taken = _possible(block, steps, period, width, bounds=False)
    wider, _ = _possible(block, steps, period, width, bounds=True)
    words = result.words
    assert words is not None
    kept = word_cells(block)[0][column][block.links.source[block.links.starts]]
    for target in range(width):
        found = [step.name for place, step in enumerate(steps) if possible[place, target]]
        known = len(found) == 1 and bool(taken[target])
        if block.links.simple[target] and kept[target]:
            if known and found[0] != kept[target]:
                result.reason[column, target] = block.reasons.place(
                    f"giữ loại đã xếp; theo quy tắc sẽ là {found[0]}",
                    f"the class given is kept; the rule would give {found[0]}",
                )
            continue
        if known:
            words[column, target] = found[0]
            result.method[column, target] = METHOD["recomputed"]
            result.estimated[column, target] = bool(block.links.touched[target])
            others = [s.name for place, s in enumerate(steps) if wider[place, target] or s.name == found[0]]
            span_ = ", ".join(others)
            result.reason[column, target] = (
                block.reasons.place(
                    f"ước tính; khoảng cho phép {span_}", f"estimated; its bounds allow {span_}"
                )
                if len(others) > 1
                else 0
            )
            continue
        words[column, target] = ""
        result.method[column, target] = METHOD["refused"]
        could = ", ".join(found) or "—"
        gone = ", ".join(absent)
        vi = f"tệp không có {gone} để phân loại" if absent else f"chưa xếp được: có thể là {could}"
        en = f"the file lacks {gone} to class by" if absent else f"not decided: it could be {could}"
        result.reason[column, target] = with_parents(block, column, target, vi, en)
    # classed from quantities: a parent without a class of its own lacks nothing
    result.known[column] |= bool(taken.all()) and not absent


def _tested(block: Block, condition: Condition, period: str, width: int, bounds: bool) -> tuple[Bools, Bools]:
    """Return where a condition surely holds, and where it can hold, of what is known of each target."""
    done = block.done(condition.indicator, period)
    if done is None:
        return np.zeros(width, dtype=bool), np.ones(width, dtype=bool)
    point = ~np.isnan(done.value)
    low = np.where(point & (np.isnan(done.low) | (not bounds)), done.value, done.low)
    high = np.where(point & (np.isnan(done.high) | (not bounds)), done.value, done.high)
    low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    limit = condition.limit
    if condition.sign == ">=":
        return np.asarray(low >= limit), np.asarray(high >= limit)
    if condition.sign == ">":
        return np.asarray(low > limit), np.asarray(high > limit)
    if condition.sign == "<=":
        return np.asarray(high <= limit), np.asarray(low <= limit)
    return np.asarray(high < limit), np.asarray(low < limit)
