"""Bounds of shares over a chain of reforms.

Where remapping in two steps and by the composed crosswalk agree, and where not:

- Units that are merged whole on every path: the same figure to the unit. Totals of known shares: likewise.
- Known shares of one base: the same figure but for rounding. Every split of a count of whole items is rounded by
  largest remainder; two steps round twice, and round the split of a merged unit once where the composed crosswalk
  rounds each parent's. The two differ by less than one for every part that is rounded, on either way; figures that
  are not rounded are equal.
- Shares of several bases: the composed crosswalk takes one base for the whole path of a unit, two steps may take
  another in each.
- A share that is not known in one step has no point in the composed crosswalk, unless the parts meet again in one
  unit: then the composed crosswalk has the figure and the second step has lost it.
- Bounds of the composed crosswalk hold for every division that the bounds of the steps allow, and are never wider
  than bounds carried from step to step (again but for that rounding), narrower where parts of one unit meet again.

So chains are computed by the composed crosswalk, by the command and by the pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

Interval = tuple[float, float]
#: bounds of the shares of one step by source and target code
Step = Mapping[tuple[str, str], Interval]

#: as many decimals as shares have: binary dust would make one more item of a large count
_DECIMALS: Final = 12


def chain_bounds(steps: Sequence[Step]) -> dict[tuple[str, str], Interval]:
    """Return the bounds of each share over a chain, by source and target code.

    A share is the sum over the units between of s t, s the share of the steps before and t that of the next. Each
    step brings its own bounds: [0, 1] where a single base says a share of something else, since all dossiers of a
    ward may lie in the part that holds a tenth of its people. The shares s of one source sum to 1, so the extremes
    are those of a small linear programme: each s at its low, what is left to the least (greatest) t first.
    """
    found = dict(steps[0])
    for step in steps[1:]:
        onward = _grouped(step)
        following: dict[tuple[str, str], Interval] = {}
        for source, outgoing in _grouped(found).items():
            targets = dict.fromkeys(target for between in outgoing for target in onward.get(between, {}))
            for target in targets:
                terms = [
                    (low, high, onward.get(between, {}).get(target, (0.0, 0.0)))
                    for between, (low, high) in outgoing.items()
                ]
                following[source, target] = (
                    _extreme([(low, high, t[0]) for low, high, t in terms], least=True),
                    _extreme([(low, high, t[1]) for low, high, t in terms], least=False),
                )
        found = following
    return found


def _grouped(step: Step) -> dict[str, dict[str, Interval]]:
    found: dict[str, dict[str, Interval]] = {}
    for (source, target), bounds in step.items():
        found.setdefault(source, {})[target] = bounds
    return found


def _extreme(terms: Sequence[tuple[float, float, float]], least: bool) -> float:
    left = 1.0 - sum(low for low, _, _ in terms)
    total = sum(low * t for low, _, t in terms)
    for low, high, t in sorted(terms, key=lambda term: term[2], reverse=not least):
        take = min(high - low, max(left, 0.0))
        total += take * t
        left -= take
    return min(1.0, max(0.0, round(total, _DECIMALS)))
