"""Colours that colour-blind people can tell apart, and classes of figures.

Sequential scales rise in lightness alone from dark to light, so they also hold in grey print. Outcomes use the
palette of Okabe and Ito (2008) and carry a symbol beside the colour. Missing is never zero: it is grey and hatched.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Method = Literal["quantile", "equal"]

MISSING_FILL: Final = "#e6e8eb"
MISSING_HATCH: Final = "#aab1ba"
NEUTRAL: Final = "#eef1f4"
SEQUENTIAL: Final = ("#fff4c2", "#4fa3a5", "#0b2a5b")
DIVERGING: Final = ("#a6480a", "#f5f2ec", "#0b4f8a")

# outcome: (colour, symbol); "advisory" is a failure that is not mandatory
OUTCOMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "pass": ("#009E73", "✓"),
        "fail": ("#D55E00", "✕"),
        "advisory": ("#E69F00", "!"),
        "exempt": ("#56B4E9", "◇"),
        "undetermined": ("#CC79A7", "?"),
    }
)
# for groups side by side; light enough for black labels
GROUPS: Final = ("#8fc1e3", "#f2c879", "#9fd3b6", "#e3a6c4", "#f0e08a", "#b9b3e0", "#f0ab8b", "#a9d9d6")


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(channel: float) -> float:
    channel = min(max(channel, 0.0), 1.0)
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _rgb(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def luminance(colour: str) -> float:
    """Return the relative luminance of “#rrggbb”, 0 (black) to 1 (white) (WCAG 2.2, relative luminance)."""
    r, g, b = (_linear(channel) for channel in _rgb(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ramp(anchors: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return ``count`` colours along the anchors, mixed in linear light's cube root (even to the eye)."""
    if count < 1:
        raise ValueError(f"count must be at least 1; got {count}")
    stops = [tuple(_linear(channel) ** (1 / 3) for channel in _rgb(anchor)) for anchor in anchors]
    colours = []
    for i in range(count):
        at = (i / (count - 1) if count > 1 else 0.5) * (len(stops) - 1)
        low = min(int(at), len(stops) - 2)
        mixed = (a + (b - a) * (at - low) for a, b in zip(stops[low], stops[low + 1], strict=True))
        colours.append("#" + "".join(f"{round(_gamma(channel**3) * 255):02x}" for channel in mixed))
    return tuple(colours)


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes of a figure. ``breaks`` are the inner limits; class i holds breaks[i-1] <= value < breaks[i].

    ``low`` and ``high`` are the least and greatest value seen, None when there was none.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    low: float | None
    high: float | None
    missing: int = 0

    def colour(self, value: float | None) -> str | None:
        """Return the colour of a value's class; None when the value is missing."""
        if value is None or math.isnan(value):
            return None
        return self.colours[bisect_right(self.breaks, value)]

    def classes(self) -> list[tuple[float | None, float | None, str]]:
        """Return (from, to, colour) of each class; empty when no value was seen."""
        if self.low is None:
            return []
        limits = [self.low, *self.breaks, self.high]
        return [(limits[i], limits[i + 1], colour) for i, colour in enumerate(self.colours)]


def scale(
    values: Iterable[float | None],
    count: int = 6,
    method: Method = "quantile",
    anchors: tuple[str, ...] = SEQUENTIAL,
) -> Scale:
    """Class the values, in quantiles (as many units in each) or equal steps; fewer classes where values repeat.

    Missing values (None, NaN) are counted apart and take part in no class. For maps side by side, class the
    values of both together.
    """
    given = list(values)
    known = sorted(float(value) for value in given if value is not None and not math.isnan(value))
    missing = len(given) - len(known)
    if not known:
        return Scale((), ramp(anchors, 1), None, None, missing)
    low, high = known[0], known[-1]
    count = max(1, min(count, len(set(known))))
    if method == "equal":
        cuts = [low + (high - low) * i / count for i in range(1, count)]
    else:
        cuts = [known[round(len(known) * i / count)] for i in range(1, count)]
    breaks = tuple(sorted({cut for cut in cuts if low < cut <= high}))
    return Scale(breaks, ramp(anchors, len(breaks) + 1), low, high, missing)


def diverging(values: Iterable[float | None], steps: int = 3) -> Scale:
    """Class differences around zero in equal classes: brown below, blue above, the middle one holds zero."""
    given = list(values)
    known = [float(value) for value in given if value is not None and not math.isnan(value)]
    missing = len(given) - len(known)
    reach = max((abs(value) for value in known), default=0.0)
    if reach == 0:
        return Scale((), (DIVERGING[1],), 0.0 if known else None, 0.0 if known else None, missing)
    breaks = tuple(reach * (2 * i - 2 * steps - 1) / (2 * steps + 1) for i in range(1, 2 * steps + 1))
    return Scale(breaks, ramp(DIVERGING, len(breaks) + 1), min(known), max(known), missing)
