"""Putting results together: the contract's frame, statuses, coverage, breaks and totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from indicators.blocks import METHODS, Block, Reasons, Result, missing_counts
from indicators.panel import Panel
from indicators.periods import span
from indicators.rounding import split_figures
from indicators.status import PRECEDENCE, rank

if TYPE_CHECKING:
    # slow to import, and files at scale do without
    import pandas as pd

Floats = npt.NDArray[np.float64]

#: columns of remapped observations (contract)
COLUMNS: Final = (
    "unit_code", "vintage", "period", "indicator", "value", "numerator", "denominator", "status",
    "low", "high", "method", "base", "parents", "parents_missing", "coverage", "reason",
)  # fmt: skip
TOTALS: Final = (
    "indicator", "period", "total_before", "total_after", "in_bounds", "in_partial", "missing_before", "missing_after",
    "equal",
)  # fmt: skip


@dataclass(frozen=True)
class Coded:
    """A column of text: ``places`` in ``texts``."""

    places: npt.NDArray[Any]
    texts: Sequence[str]


@dataclass(frozen=True)
class Pieces:
    """The result of some columns of the panel."""

    columns: tuple[int, ...]
    block: Block
    result: Result


def frame_of(
    data: Panel, pieces: Sequence[Pieces], reasons: Reasons, vintage: str, population: Floats, breaks: bool,
    via: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """Return what columns_of says as a frame: one row a unit, period and indicator, texts as categoricals."""
    import pandas as pd

    made = columns_of(data, pieces, reasons, vintage, population, breaks, via)
    return pd.DataFrame(
        {
            name: _categorical(column) if isinstance(column, Coded) else column
            for name, column in made.items()
        },
        copy=False,
    )


def _categorical(column: Coded) -> pd.Categorical:
    """Return a categorical column; places are ours and right, so they are not looked through again."""
    import pandas as pd

    dtype = pd.CategoricalDtype(pd.Index(list(column.texts), dtype=object))
    return pd.Categorical.from_codes(column.places, dtype=dtype, validate=False)


def columns_of(
    data: Panel, pieces: Sequence[Pieces], reasons: Reasons, vintage: str, population: Floats, breaks: bool,
    via: Sequence[str] = (),
) -> dict[str, Coded | npt.NDArray[Any]]:  # fmt: skip
    """Return the remapped observations in the contract's columns, by indicator, period and unit.

    Status: the highest of the parents', at least E where a share below 1 was used; without a value the
    highest of the parents that have none, O where all have one, M for zero over zero. A code whose
    territory changed says so in the reason of an indicator's first period: on the new units the series is
    whole, it breaks where it is joined to the old one by code (indicators.series marks that B). Coverage:
    weight of the parents given over that of all, the weight being the register's population times the
    share (where it is not known: the number of parents). ``via``: the vintages that a composed crosswalk passes:
    the reason of what takes parts of units says that it was computed once, not step by step.
    """
    links = pieces[0].block.links
    shape = (len(data.columns), len(links.targets))
    figures = {name: np.empty(shape) for name in ("value", "numerator", "denominator", "low", "high")}
    coverage = np.ones(shape)
    method = np.empty(shape, dtype=np.int8)
    reason = np.empty(shape, dtype=np.int32)
    status = np.empty(shape, dtype=np.int8)
    lacking = np.empty(shape, dtype=np.int32)
    bases: dict[str, int] = {}
    base = np.empty(shape, dtype=np.int16)
    words: npt.NDArray[np.object_] | None = None
    first = _first_periods(data) if breaks else np.zeros(shape[0], dtype=bool)
    for piece in pieces:
        rows = _rows(piece.columns)
        result, block = piece.result, piece.block
        for name, array in figures.items():
            array[rows] = getattr(result, name)
        method[rows] = result.method
        base[rows] = np.array(
            [bases.setdefault(text, len(bases)) for text in block.links.bases], dtype=np.int16
        )
        count = missing_counts(block.links, result.known)
        lacking[rows] = count
        if count.any():
            coverage[rows] = _coverage(block, result, population)
        valued = ~np.isnan(result.value)
        if result.words is not None:
            if words is None:
                words = np.full(shape, None, dtype=object)
            words[rows] = result.words
            valued |= result.words != ""
        given = np.take(data.status[rows], block.links.source, axis=1)
        found = np.minimum.reduceat(given, block.links.starts, axis=1)
        found = np.where(result.estimated, np.minimum(found, rank("E")), found)
        if not valued.all():
            # why there is no value is said by the parents that have none: suppressed stays suppressed
            silent = np.where(np.take(result.known, block.links.source, axis=1), rank("A"), given)
            silent = np.minimum.reduceat(silent, block.links.starts, axis=1)
            found = np.where(valued, found, np.where(silent == rank("A"), rank("O"), silent))
        found[result.impossible & ~valued] = rank("M")
        why = result.reason.copy()
        for row, column in enumerate(piece.columns):
            indicator = data.columns[column][0]
            if "approximate" in indicator.marks.split():
                # what is merged of it is near the truth only (catalogue)
                merged = ~block.links.simple & valued[row]
                found[row, merged] = np.minimum(found[row, merged], rank("U"))
                why[row, merged & (why[row] == 0)] = reasons.place(
                    f"gần đúng / approximate: {indicator.note}"
                )
        if first[rows].any() and block.links.changed.any():
            broken = first[rows][:, None] & block.links.changed[None, :] & valued
            for place in np.unique(why[broken]):
                text = _break_text(vintage) + (f"; {reasons.texts[place]}" if place else "")
                why[broken & (why == place)] = reasons.place(text)
        if via and block.links.touched.any():
            split = np.broadcast_to(block.links.touched, why.shape)
            for place in np.unique(why[split]):
                text = (f"{reasons.texts[place]}; " if place else "") + _chain_text(via)
                why[split & (why == place)] = reasons.place(text)
        status[rows] = found
        reason[rows] = why
    return _columns(data, links.targets, links.parents, vintage, figures, words, status, method, list(bases), base,
                  _missing_parents(pieces, lacking), coverage, reason, reasons)  # fmt: skip


def _rows(columns: tuple[int, ...]) -> slice | list[int]:
    return (
        slice(columns[0], columns[-1] + 1) if columns[-1] - columns[0] + 1 == len(columns) else list(columns)
    )


def _break_text(vintage: str) -> str:
    return (
        f"từ {vintage} mã này là lãnh thổ khác, không nối với chuỗi cũ / "
        f"from {vintage} this code is another territory: not to be joined to its old series"
    )


def _chain_text(via: Sequence[str]) -> str:
    through = ", ".join(via)
    return (
        f"tính một lần bằng bảng chuyển đổi ghép qua {through} / "
        f"computed once by the crosswalk composed through {through}"
    )


def _first_periods(data: Panel) -> npt.NDArray[np.bool_]:
    """Return which columns are the first period of their indicator."""
    start: dict[str, str] = {}
    for indicator, period in data.columns:
        begun = str((span(period) or (period,))[0])
        start[indicator.id] = min(start.get(indicator.id, begun), begun)
    return np.array([str((span(p) or (p,))[0]) == start[i.id] for i, p in data.columns], dtype=bool)


def _coverage(block: Block, result: Result, population: Floats) -> Floats:
    links = block.links
    share = np.where(np.isnan(links.share), 1.0, links.share)
    weight = population[links.source] * share
    total = np.add.reduceat(weight, links.starts)
    counted = np.where(np.isnan(total)[links.target], 1.0, weight)
    total = np.add.reduceat(counted, links.starts)
    given = np.add.reduceat(np.take(result.known, links.source, axis=1) * counted, links.starts, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, given / total, 0.0))


def _missing_parents(
    pieces: Sequence[Pieces], lacking: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Return for each cell the place of the text that names its missing parents, and the texts."""
    places = np.zeros(lacking.shape, dtype=np.int32)
    texts = {"": 0}
    if not lacking.any():
        return places, [""]
    for piece in pieces:
        links = piece.block.links
        rows = np.array(piece.columns)
        names = np.array(links.sources, dtype=object)
        for target in np.flatnonzero(lacking[rows].any(axis=0)):
            sources = links.source[links.links_of(int(target))]
            gone = ~piece.result.known[:, sources]
            patterns, inverse = np.unique(gone, axis=0, return_inverse=True)
            found = [texts.setdefault(" ".join(names[sources[pattern]]), len(texts)) for pattern in patterns]
            places[rows, target] = np.array(found, dtype=np.int32)[inverse.reshape(-1)]
    return places, list(texts)


def _columns(
    data: Panel, targets: tuple[str, ...], parents: tuple[str, ...], vintage: str, figures: dict[str, Floats],
    words: npt.NDArray[np.object_] | None, status: npt.NDArray[np.int8], method: npt.NDArray[np.int8],
    base_texts: list[str], base: npt.NDArray[np.int16], gone: tuple[npt.NDArray[np.int32], list[str]],
    coverage: Floats, reason: npt.NDArray[np.int32], reasons: Reasons,
) -> dict[str, Coded | npt.NDArray[Any]]:  # fmt: skip
    height, width = status.shape
    names = list(dict.fromkeys(indicator.id for indicator, _ in data.columns))
    periods = sorted({period for _, period in data.columns})
    name_at, period_at = {n: i for i, n in enumerate(names)}, {p: i for i, p in enumerate(periods)}
    unit = np.tile(np.arange(width, dtype=np.int16 if width < 32000 else np.int32), height)
    kept_parents = list(dict.fromkeys(parents))
    parent_at = {text: i for i, text in enumerate(kept_parents)}
    by_target = np.array([parent_at[text] for text in parents], dtype=np.int32)
    value: npt.NDArray[Any] = figures["value"].ravel()
    if words is not None:
        mixed = figures["value"].astype(object)
        worded = np.array([[cell is not None and cell != "" for cell in row] for row in words])
        mixed[worded] = words[worded]
        value = mixed.ravel()
    return {
        "unit_code": Coded(unit, targets),
        "vintage": Coded(np.zeros(height * width, dtype=np.int8), [vintage]),
        "period": Coded(
            np.repeat(np.array([period_at[p] for _, p in data.columns], dtype=np.int16), width), periods
        ),
        "indicator": Coded(
            np.repeat(np.array([name_at[i.id] for i, _ in data.columns], dtype=np.int16), width), names
        ),
        "value": value,
        "numerator": figures["numerator"].ravel(),
        "denominator": figures["denominator"].ravel(),
        "status": Coded(status.ravel(), list(PRECEDENCE)),
        "low": figures["low"].ravel(),
        "high": figures["high"].ravel(),
        "method": Coded(method.ravel(), list(METHODS)),
        "base": Coded(base.ravel(), base_texts),
        "parents": Coded(np.tile(by_target, height).astype(np.int32), kept_parents),
        "parents_missing": Coded(gone[0].ravel(), gone[1]),
        "coverage": coverage.ravel(),
        "reason": Coded(reason.ravel(), reasons.texts),
    }


def totals_of(data: Panel, pieces: Sequence[Pieces]) -> pd.DataFrame:
    """Return the totals of counts before and after, one row an indicator and period.

    ``total_before``: sum of what is given on the old units; ``total_after``: sum of what is known on the new ones,
    of which ``in_bounds`` lies in units known only by bounds (their sum is known, its division is not) and
    ``in_partial`` in units that lack a parent. ``missing_before`` and ``missing_after``: units without a value.
    ``equal``: nothing was lost or added.
    """
    import pandas as pd

    return pd.DataFrame(total_rows(data, pieces), columns=list(TOTALS))


def total_rows(data: Panel, pieces: Sequence[Pieces]) -> list[tuple[Any, ...]]:
    """Return the rows of totals_of."""
    rows: list[tuple[Any, ...]] = []
    for piece in pieces:
        if not piece.block.indicator.kind.startswith("count"):
            continue
        result = piece.result
        partial = _partials(piece, missing_counts(piece.block.links, result.known))
        inside = np.zeros(len(piece.columns)) if result.pool is None else result.pool
        # figures of up to six decimals: their sums lose the dust of binary fractions
        before = np.round(np.nansum(piece.block.value, axis=1), 6)
        after = np.round(np.nansum(result.value, axis=1) + inside + partial, 6)
        dust = np.where(before == np.rint(before), 0.0, 1e-9 * np.abs(before))
        equal = np.abs(before - after) <= dust
        lost = np.isnan(piece.block.value).sum(axis=1), np.isnan(result.value).sum(axis=1)
        for row, column in enumerate(piece.columns):
            indicator, period = data.columns[column]
            rows.append(
                (
                    indicator.id, period, float(before[row]), float(after[row]), float(inside[row]),
                    float(partial[row]), int(lost[0][row]), int(lost[1][row]), bool(equal[row]),
                )
            )  # fmt: skip
    return rows


def _partials(piece: Pieces, lacking: npt.NDArray[np.int64]) -> Floats:
    """Return per column what is known of units that lack a parent and are not in the pool of bounded ones."""
    links = piece.block.links
    if not lacking.any():
        return np.zeros(len(piece.columns))
    values = np.take(piece.block.value, links.source, axis=1) * np.where(
        np.isnan(links.share), 0.0, links.share
    )
    for source, places in links.groups:
        if bool((links.whole_shares[places] >= 0).all()):
            values[:, places] = split_figures(piece.block.value[:, source], links.whole_shares[places])
    inside = (lacking > 0) & ~links.bounded[None, :]
    sums = np.add.reduceat(np.nan_to_num(values), links.starts, axis=1)
    return np.asarray((sums * inside).sum(axis=1))
