"""The crosswalk: shares from the units of one vintage to those of another, and its composition over time.

For every source unit and base the shares sum to 1, or can: sum of lows <= 1 <= sum of highs (contract: Crosswalk).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from geo.errors import CrosswalkError, Problem
from geo.files import write_rows
from geo.register import Register
from plans.apply import apply_plan
from plans.check import check_plan
from plans.plan import CONFIDENCES, Plan
from plans.shares import ONE, QUANTUM, ZERO, source_shares

if TYPE_CHECKING:
    import pandas as pd

Relation = Literal["same", "whole", "part", "remainder"]
COLUMNS: Final = (
    "from_code",
    "from_vintage",
    "to_code",
    "to_vintage",
    "relation",
    "base",
    "share",
    "share_low",
    "share_high",
    "source",
    "confidence",
)
DEFAULT_BASES: Final = ("population", "area")


@dataclass(frozen=True, slots=True)
class Link:
    """The share of one source unit that goes to one target on one base; ``share`` is None when only bounded."""

    from_code: str
    to_code: str
    relation: Relation
    base: str
    share: Decimal | None
    low: Decimal
    high: Decimal
    source: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class Crosswalk:
    """Links of all source units, on one or more bases, in the order of base, source and target code.

    Of a crosswalk that was composed: ``via``, the vintages between, and ``steps``, the crosswalks of one reform each.
    """

    from_vintage: str
    to_vintage: str
    links: tuple[Link, ...]
    via: tuple[str, ...] = field(default=(), compare=False)
    steps: tuple[Crosswalk, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        """Sort, and refuse shares that cannot sum to 1."""
        ordered = sorted(self.links, key=lambda link: (link.base, link.from_code, link.to_code))
        object.__setattr__(self, "links", tuple(ordered))
        problems = [
            Problem(
                f"tỷ lệ theo {base} không thể cộng thành 1",
                f"the shares by {base} cannot sum to 1",
                row=code,
                field="share",
                found=f"{sum(link.low for link in links)} – {sum(link.high for link in links)}",
                accepted="1",
            )
            for (base, code), links in self.by_source.items()
            if not sum(link.low for link in links) <= ONE <= sum(link.high for link in links)
        ]
        if problems:
            raise CrosswalkError(problems)

    @cached_property
    def by_source(self) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        """Links by (base, source code)."""
        found: dict[tuple[str, str], list[Link]] = {}
        for link in self.links:
            found.setdefault((link.base, link.from_code), []).append(link)
        return {key: tuple(links) for key, links in found.items()}

    @cached_property
    def by_target(self) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        """Links by (base, target code)."""
        found: dict[tuple[str, str], list[Link]] = {}
        for link in self.links:
            found.setdefault((link.base, link.to_code), []).append(link)
        return {key: tuple(links) for key, links in found.items()}

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases there are shares for."""
        return tuple(sorted({link.base for link in self.links}))

    def frame(self) -> pd.DataFrame:
        """Return one row a link in the columns of the contract; shares as float64, missing = NaN."""
        import pandas as pd

        rows = [[float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in self._rows()]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
            {"share": float, "share_low": float, "share_high": float}
        )

    def _rows(self) -> Iterable[list[object]]:
        for link in self.links:
            yield [
                link.from_code,
                self.from_vintage,
                link.to_code,
                self.to_vintage,
                link.relation,
                link.base,
                plain(link.share),
                plain(link.low),
                plain(link.high),
                link.source,
                link.confidence,
            ]

    def write_csv(self, path: Path | str) -> None:
        """Write the crosswalk as CSV (contract: Crosswalk), whole or not at all."""
        write_rows(
            path, COLUMNS, [[str(c) if isinstance(c, Decimal) else c for c in row] for row in self._rows()]
        )


def plain(share: Decimal | None) -> Decimal | None:
    """Return a share without trailing zeros or exponent: 1.000 gives 1."""
    return None if share is None else Decimal(f"{share.normalize():f}")


def plan_crosswalk(plan: Plan, register: Register, bases: Sequence[str] = DEFAULT_BASES) -> Crosswalk:
    """Return the crosswalk of one plan over its base register.

    Raises PlanError when plan and register do not fit.
    """
    check_plan(plan, register)
    parts = {(t.code, unit.code): t.part for unit, t in plan.transfers}
    links = [
        Link(
            unit.code,
            target,
            parts.get((unit.code, target), "same"),
            base,
            share.value,
            share.low,
            share.high,
            share.source or register.id,
            share.confidence or "high",
        )
        for base in bases
        for unit in register
        for target, share in source_shares(plan, unit.code, base).items()
    ]
    return Crosswalk(plan.base, plan.target, tuple(links))


def chain_crosswalk(
    plans: Sequence[Plan], register: Register, bases: Sequence[str] = DEFAULT_BASES
) -> Crosswalk:
    """Return the crosswalk of plans that follow each other, composed left to right from a base register.

    Raises CrosswalkError when a plan does not start where the one before it ends.
    """
    if not plans:
        raise ValueError("plans must hold at least one plan; got none")
    composed: Crosswalk | None = None
    for plan in plans:
        if composed is not None and composed.to_vintage != plan.base:
            raise CrosswalkError(
                Problem(
                    f"phương án {plan.id} không nối tiếp phương án trước",
                    f"plan {plan.id} does not start where the plan before it ends",
                    plan.id,
                    None,
                    "base",
                    plan.base,
                    composed.to_vintage,
                )
            )
        step = plan_crosswalk(plan, register, bases)
        composed = step if composed is None else compose(composed, step)
        register = apply_plan(plan, register)
    assert composed is not None
    return composed


def compose(first: Crosswalk, second: Crosswalk) -> Crosswalk:
    """Return the crosswalk from the vintage of ``first`` to that of ``second``.

    A share is the sum over the units between of share times share. Where shares are intervals, the parts of one
    unit are still bound to sum to 1, so that parts which meet again in one target give 1 exactly.
    """
    if first.to_vintage != second.from_vintage:
        raise CrosswalkError(
            Problem(
                "hai bảng chuyển đổi không nối tiếp nhau",
                "the crosswalks do not follow each other",
                field="vintage",
                found=second.from_vintage,
                accepted=first.to_vintage,
            )
        )
    links = []
    for (base, code), outgoing in first.by_source.items():
        paths: dict[str, list[tuple[Link, Link]]] = {}
        for link in outgoing:
            onward = second.by_source.get((base, link.to_code))
            if onward is None:
                raise CrosswalkError(
                    Problem(
                        f"bảng sau không có đơn vị này theo {base}",
                        f"the later crosswalk lacks this unit by {base}",
                        row=link.to_code,
                        field="from_code",
                        found=second.from_vintage,
                        accepted=link.to_code,
                    )
                )
            for following in onward:
                paths.setdefault(following.to_code, []).append((link, following))
        links += [_composed(code, base, target, outgoing, found) for target, found in paths.items()]
    via = (*first.via, first.to_vintage, *second.via)
    steps = (*(first.steps or (first,)), *(second.steps or (second,)))
    return Crosswalk(first.from_vintage, second.to_vintage, tuple(_exactly_one(links)), via, steps)


def _composed(
    code: str, base: str, target: str, outgoing: tuple[Link, ...], paths: list[tuple[Link, Link]]
) -> Link:
    onward = {link.to_code: following for link, following in paths}
    low = _extreme([(link.low, link.high, _low(onward, link)) for link in outgoing], lowest=True)
    high = _extreme([(link.low, link.high, _high(onward, link)) for link in outgoing], lowest=False)
    share: Decimal | None = None
    if all(link.share is not None and following.share is not None for link, following in paths):
        share = sum((link.share * f.share for link, f in paths if link.share and f.share), ZERO)
        share = share.quantize(QUANTUM)
        low = high = share
    elif low == high:
        share = low
    return Link(
        code,
        target,
        _relation(code, target, share, paths),
        base,
        share,
        low,
        high,
        " + ".join(dict.fromkeys(x.source for pair in paths for x in pair if x.source)),
        max((x.confidence for pair in paths for x in pair), key=_doubt, default=""),
    )


def _low(onward: Mapping[str, Link], link: Link) -> Decimal:
    return onward[link.to_code].low if link.to_code in onward else ZERO


def _high(onward: Mapping[str, Link], link: Link) -> Decimal:
    return onward[link.to_code].high if link.to_code in onward else ZERO


def _doubt(confidence: str) -> int:
    return CONFIDENCES.index(confidence) if confidence in CONFIDENCES else len(CONFIDENCES)


def _extreme(terms: Sequence[tuple[Decimal, Decimal, Decimal]], lowest: bool) -> Decimal:
    """Return the least or greatest sum of s*t over shares s in [low, high] that sum to 1.

    Each share starts at its low; what is left goes to the terms with the least (greatest) t first, which is
    the optimum of this linear programme.
    """
    left = ONE - sum((low for low, _, _ in terms), ZERO)
    total = sum((low * t for low, _, t in terms), ZERO)
    for low, high, t in sorted(terms, key=lambda term: term[2], reverse=not lowest):
        take = min(high - low, left)
        total += take * t
        left -= take
    return total.quantize(QUANTUM)


def _relation(code: str, target: str, share: Decimal | None, paths: list[tuple[Link, Link]]) -> Relation:
    relations = {link.relation for pair in paths for link in pair}
    if share == ONE:
        return "same" if relations == {"same"} and code == target else "whole"
    return "remainder" if "remainder" in relations else "part"


def _exactly_one(links: list[Link]) -> list[Link]:
    """Give what rounding left over to the largest share, so that known shares sum to 1 exactly."""
    groups: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        groups.setdefault((link.base, link.from_code), []).append(link)
    mended = []
    for group in groups.values():
        shares = [link.share for link in group if link.share is not None]
        off = ONE - sum(shares, ZERO)
        if len(shares) == len(group) and off and abs(off) < Decimal("1e-9"):
            largest = max(group, key=lambda link: (link.share, link.to_code))
            assert largest.share is not None
            share = largest.share + off
            mended += [link for link in group if link is not largest]
            mended.append(
                Link(
                    largest.from_code,
                    largest.to_code,
                    largest.relation,
                    largest.base,
                    share,
                    share,
                    share,
                    largest.source,
                    largest.confidence,
                )
            )
        else:
            mended += group
    return mended
