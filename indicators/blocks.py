"""What a kind computes on and what it gives back: arrays of columns (indicator, period) by units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from indicators.catalogue import Indicator
from indicators.links import Links

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]

METHODS: Final = (
    "sum",
    "pooled-ratio",
    "weighted-mean",
    "recomputed",
    "inherited",
    "union-bounds",
    "bounds",
    "refused",
    "missing",
)
METHOD: Final = {name: place for place, name in enumerate(METHODS)}


class Reasons:
    """The texts of the column ``reason``, each once; place 0 is empty."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._places: dict[str, int] = {"": 0}

    def place(self, vi: str, en: str = "") -> int:
        """Return the place of a reason, said in both languages."""
        text = f"{vi} / {en}" if en else vi
        if text not in self._places:
            self._places[text] = len(self.texts)
            self.texts.append(text)
        return self._places[text]


@dataclass(frozen=True)
class Done:
    """What is known of one indicator in one period on the target units: arrays of shape (targets,).

    ``estimated``: a share below 1 was used, so that what is recomputed from it is an estimate too.
    """

    value: Floats
    low: Floats
    high: Floats
    numerator: Floats
    denominator: Floats
    words: Words | None = None
    estimated: Bools | None = None


Lookup = Callable[[str, str], "Done | None"]


@dataclass(frozen=True)
class Block:
    """Columns of one kind. Figures have shape (columns, sources), NaN = missing.

    ``links`` carry the shares (of the denominator, for a ratio), ``numerator_links`` those of the numerator.
    ``weight``: (columns, sources), the catalogue's weight or denominator where values must be weighted;
    ``population``: (sources,) of the register, NaN where unknown. ``words``: text values of kinds that have them.
    ``done`` finds what was computed before, for kinds that are recomputed from others,
    ``catalogue_of`` an indicator's row.
    """

    columns: Sequence[tuple[Indicator, str]]
    value: Floats
    numerator: Floats
    denominator: Floats
    links: Links
    numerator_links: Links
    weight: Floats
    population: Floats
    reasons: Reasons
    words: Words | None = None
    done: Lookup = field(default=lambda _indicator, _period: None)
    catalogue_of: Callable[[str], Indicator | None] = field(default=lambda _name: None)

    @property
    def indicator(self) -> Indicator:
        """The first column's indicator."""
        return self.columns[0][0]

    def percent(self) -> Floats:
        """Return 100 for columns in percent, else 1; shape (columns, 1)."""
        return np.array([[100.0 if indicator.percent else 1.0] for indicator, _ in self.columns])


@dataclass
class Result:
    """Figures on the target units, shape (columns, targets), NaN = empty; methods and reasons by place.

    ``known``: (columns, sources), which parents count as given; ``estimated``: a share below 1 was used;
    ``impossible``: the figure cannot exist (zero over zero).
    """

    value: Floats
    numerator: Floats
    denominator: Floats
    low: Floats
    high: Floats
    method: npt.NDArray[np.int8]
    reason: npt.NDArray[np.int32]
    known: Bools
    estimated: Bools
    impossible: Bools
    words: Words | None = None
    pool: Floats | None = None


def empty(block: Block, known: Bools, method: str) -> Result:
    """Return a result with nothing in it yet."""
    shape = (len(block.columns), len(block.links.targets))

    def nothing() -> Floats:
        return np.full(shape, np.nan)

    return Result(
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        np.full(shape, METHOD[method], dtype=np.int8),
        np.zeros(shape, dtype=np.int32),
        known,
        np.zeros(shape, dtype=bool),
        np.zeros(shape, dtype=bool),
    )


def missing_counts(links: Links, known: Bools) -> npt.NDArray[np.int64]:
    """Return the number of missing parents, shape (columns, targets)."""
    if bool(known.all()):
        return np.zeros((known.shape[0], len(links.targets)), dtype=np.int64)
    lacking = np.take(~known, links.source, axis=1).astype(np.int64)
    return np.asarray(np.add.reduceat(lacking, links.starts, axis=1))


def reduce_add(values: Floats, links: Links) -> Floats:
    """Return the sum over each target's links; NaN where one of them is NaN."""
    return np.asarray(np.add.reduceat(values, links.starts, axis=1))


def reduce_min(values: Floats, links: Links, ignore: bool = False) -> Floats:
    """Return the least over each target's links; with ``ignore`` NaN is passed over, else it spreads."""
    function = np.fmin if ignore else np.minimum
    return np.asarray(function.reduceat(values, links.starts, axis=1))


def reduce_max(values: Floats, links: Links, ignore: bool = False) -> Floats:
    """Return the greatest over each target's links; see reduce_min."""
    function = np.fmax if ignore else np.maximum
    return np.asarray(function.reduceat(values, links.starts, axis=1))


def finish_missing(block: Block, result: Result) -> npt.NDArray[np.int64]:
    """Empty what lacks a parent, with method ``missing`` and its reason; return the counts of missing parents."""
    lacking = missing_counts(block.links, result.known)
    if lacking.any():
        gone = lacking > 0
        result.value[gone] = np.nan
        result.numerator[gone] = np.nan
        result.denominator[gone] = np.nan
        result.method[gone] = METHOD["missing"]
        result.reason[gone] = block.reasons.place("thiếu số liệu của đơn vị gốc", "a parent is missing")
    return lacking
