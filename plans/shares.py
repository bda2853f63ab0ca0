"""Shares of a source unit by target and base, and amounts split by them.

The share of a part is the stated part over the sum of the parts where one source states all of them, else over
the whole that the same source states, never over another base's whole; else it lies between 0 and 1
(contract: Plan). Parts of one unit are bound together: they sum to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from plans.plan import CONFIDENCES, Plan, Transfer

ONE: Final = Decimal(1)
ZERO: Final = Decimal(0)
# twelve decimals: a share of Vietnam's population is then good to a ten-thousandth of a person
QUANTUM: Final = Decimal("1e-12")
STATED_BASES: Final[Mapping[str, str]] = {"area": "area_km2", "population": "population"}


@dataclass(frozen=True, slots=True)
class Share:
    """The share of a source unit that goes to one target, in [0, 1]; ``value`` is None when only bounds are known."""

    value: Decimal | None
    low: Decimal
    high: Decimal
    source: str = ""
    confidence: str = ""


WHOLE: Final = Share(ONE, ONE, ONE)
UNKNOWN_SHARE: Final = Share(None, ZERO, ONE)


def source_shares(plan: Plan, code: str, base: str) -> dict[str, Share]:
    """Return the shares of one source unit by target code; ``base`` is area, population or an entered base.

    A unit that the plan does not name stays as it is: {code: 1}.
    """
    pairs = plan.by_source.get(code)
    if pairs is None:
        return {code: WHOLE}
    if len(pairs) == 1 and pairs[0][1].part == "whole":
        transfer = pairs[0][1]
        return {pairs[0][0].code: Share(ONE, ONE, ONE, transfer.source, transfer.confidence or "high")}
    transfers = {unit.code: transfer for unit, transfer in pairs}
    known = _known_shares(list(transfers.values()), base)
    if len(pairs) == 1:
        # a lone part or remainder: where the rest goes is not said, so nothing is known of the share
        known = [None]
    rest = ONE - sum((share for share in known if share is not None), ZERO)
    if known.count(None) == 1 and len(pairs) > 1 and len(known) > 1:
        known[known.index(None)] = rest
    points = [share for share in known if share is not None]
    if len(points) == len(known):
        rounded = largest_remainder(ONE, dict(zip(transfers, points, strict=True)), QUANTUM)
        return {
            target: Share(value, value, value, transfers[target].source, _confidence(transfers[target]))
            for target, value in rounded.items()
        }
    rest = max(ZERO, min(ONE, rest))
    return {
        target: Share(share, share, share, transfer.source, _confidence(transfer))
        if share is not None
        else Share(None, ZERO, rest, transfer.source, transfer.confidence)
        for (target, transfer), share in zip(transfers.items(), known, strict=True)
    }


def _known_shares(transfers: Sequence[Transfer], base: str) -> list[Decimal | None]:
    """Return the share of each transfer where figures give one (see the module), None elsewhere."""
    entered = [transfer.shares.get(base) for transfer in transfers]
    if any(share is not None for share in entered):
        given = sum((share for share in entered if share is not None), ZERO)
        complete = all(share is not None for share in entered)
        # entered shares that cannot sum to 1 say nothing
        return [None] * len(entered) if given > ONE or (complete and given != ONE) else entered
    figure = STATED_BASES.get(base)
    if (
        figure is None
        or len({transfer.figures_from for transfer in transfers if _states(transfer, figure)}) != 1
    ):
        return [None] * len(transfers)
    stated = [transfer.stated(figure) for transfer in transfers]
    values = [value for value in stated if value is not None]
    if len(values) == len(stated):
        return [value / total for value in values] if (total := sum(values, ZERO)) else [None] * len(stated)
    wholes = {whole for transfer in transfers if (whole := transfer.stated_whole(figure)) is not None}
    if len(wholes) != 1 or not (whole := wholes.pop()):
        return [None] * len(stated)
    return [None if value is None else value / whole for value in stated]


def _confidence(transfer: Transfer) -> str:
    """Return the lower of the pairing's confidence and of what the figures' source deserves."""
    figures = {"": "high", "resolution": "high", "proposal": "medium"}.get(transfer.figures_from, "low")
    return max(figures, transfer.confidence or "high", key=CONFIDENCES.index)


def _states(transfer: Transfer, figure: str) -> bool:
    return transfer.stated(figure) is not None or transfer.stated_whole(figure) is not None


def largest_remainder(
    total: Decimal, shares: Mapping[str, Decimal], quantum: Decimal = ONE
) -> dict[str, Decimal]:
    """Split ``total`` by shares into multiples of ``quantum`` that sum to it exactly.

    Every part is rounded down, the quanta left over go to the largest remainders, ties to the lower key
    (Hamilton's method; reference: indicators, rounding). ``total`` must be a multiple of ``quantum``.
    """
    weight = sum(shares.values(), ZERO)
    exact = {key: total * share / weight for key, share in shares.items()}
    down = {key: (value / quantum).to_integral_value(ROUND_FLOOR) * quantum for key, value in exact.items()}
    left = int(((total - sum(down.values(), ZERO)) / quantum).to_integral_value())
    for key in sorted(exact, key=lambda key: (down[key] - exact[key], key))[:left]:
        down[key] += quantum
    return down


def quantum_of(value: Decimal) -> Decimal:
    """Return the unit of the last digit that a figure carries: 0.859 gives 0.001, 17655 gives 1."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else ONE


def split(total: Decimal, shares: Mapping[str, Share]) -> dict[str, tuple[Decimal | None, Decimal, Decimal]]:
    """Split a figure by shares: (value or None, low, high) by target.

    Known parts sum to the total exactly, in the decimals of the total; where bounds alone are known they are
    rounded outwards, so that the truth lies within.
    """
    quantum = quantum_of(total)
    points = {target: share.value for target, share in shares.items() if share.value is not None}
    if len(points) == len(shares):
        return {
            key: (value, value, value) for key, value in largest_remainder(total, points, quantum).items()
        }
    found: dict[str, tuple[Decimal | None, Decimal, Decimal]] = {}
    for target, share in shares.items():
        low = (total * share.low / quantum).to_integral_value(ROUND_FLOOR) * quantum
        high = (total * share.high / quantum).to_integral_value(ROUND_CEILING) * quantum
        value = None if share.value is None else (total * share.value).quantize(quantum)
        found[target] = (value, low if value is None else value, high if value is None else value)
    return found
