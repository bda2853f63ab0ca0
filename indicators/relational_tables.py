"""The crosswalk and the words of the ordinary way as small tables for the relational remapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from indicators.assemble import Pieces, frame_of
from indicators.blocks import Block
from indicators.catalogue import Indicator
from indicators.kinds import KIND_OF
from indicators.links import Links
from indicators.panel import Panel
from indicators.periods import span
from indicators.status import PRECEDENCE, rank

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: columns of the panel that is asked: an indicator's first period, a later one, nothing given, a denominator of 0
_PERIODS = ("2000", "2001", "2002", "2003")


@dataclass(frozen=True)
class Tables:
    """Tables of one branch, counts or rates; ``key`` tells the groups of indicators with the same bases apart.

    ``links``: key, from_code, to_code, place (order of the parts of a unit), share, whole_share (of 10^12), low, high,
    above_share, above_low, above_high (of a numerator), weight, touched (its target takes a part), divided.
    ``targets``: key, to_code, count, total (weight of all parents), touched, bounded, estimated, parents, base,
    method, rank, and the texts reason, first_reason, missing_reason, zero_reason.
    ``columns``: key, indicator, period, scale, exact, factor, first (the indicator's first period).
    ``ranks``: rank, status. ``divides``: whether any unit is divided; ``complete``: whether all figures are given.
    """

    links: Table
    targets: Table
    columns: Table
    ranks: Table
    is_ratio: bool
    divides: bool
    complete: bool


@dataclass(frozen=True)
class Group:
    """Indicators of one kind that are divided by the same bases and worded alike."""

    indicators: tuple[Indicator, ...]
    links: Links
    above: Links


def tables_of(run: Any, groups: Sequence[Group], facts: pd.DataFrame, is_ratio: bool) -> Tables:
    """Return the tables of one branch as Ibis memtables; ``facts``: see indicators.relational.looked_through."""
    import ibis

    links, targets, columns = [], [], []
    for key, group in enumerate(groups):
        links.append(_links(run, group.links, group.above).assign(key=key))
        targets.append(_targets(run, group, links[-1]).assign(key=key))
        columns.append(_columns(group.indicators, facts).assign(key=key))
    both = pd.concat(links, ignore_index=True)
    asked = pd.concat(columns, ignore_index=True)
    given = facts.set_index(["indicator", "period"])["tops" if is_ratio else "values"]
    units = len(groups[0].links.sources)
    complete = bool(
        (given.reindex(list(zip(asked["indicator"], asked["period"], strict=True))) == units).all()
    )
    ranks = pd.DataFrame({"rank": np.arange(len(PRECEDENCE), dtype=np.int64), "status": list(PRECEDENCE)})
    return Tables(
        ibis.memtable(both),
        ibis.memtable(pd.concat(targets, ignore_index=True)),
        ibis.memtable(asked),
        ibis.memtable(ranks),
        is_ratio,
        bool(both["divided"].any()),
        complete,
    )


def _links(run: Any, links: Links, above: Links) -> pd.DataFrame:
    share = np.where(np.isnan(links.share), 1.0, links.share)
    weight = run.population[links.source] * share
    total = np.add.reduceat(weight, links.starts)
    # as indicators.assemble: where a parent's population is not known each parent counts 1
    weight = np.where(np.isnan(total)[links.target], 1.0, weight)
    divided = np.zeros(len(links.source), dtype=bool)
    known = np.zeros(len(links.source), dtype=bool)
    place = np.zeros(len(links.source), dtype=np.int64)
    for _, places in links.groups:
        divided[places] = True
        known[places] = bool((links.whole_shares[places] >= 0).all())
        place[places] = np.arange(len(places))
    return pd.DataFrame(
        {
            "from_code": [links.sources[i] for i in links.source],
            "to_code": [links.targets[i] for i in links.target],
            "place": place,
            "share": links.share,
            "whole_share": np.maximum(links.whole_shares, 0),
            "low": links.low,
            "high": links.high,
            "above_share": above.share,
            "above_low": above.low,
            "above_high": above.high,
            "weight": weight,
            "touched": links.touched[links.target],
            "by_remainder": divided & known,
            "divided": divided,
        }
    )


def _targets(run: Any, group: Group, own_links: pd.DataFrame) -> pd.DataFrame:
    links = group.links
    words = _words(run, group)
    weight = own_links.groupby("to_code", sort=True)["weight"].sum()
    table = pd.DataFrame(
        {
            "to_code": list(links.targets),
            "count": links.counts.astype("int64"),
            "total": weight.reindex(list(links.targets)).to_numpy(),
            "touched": links.touched,
            "bounded": links.bounded,
        }
    )
    for name, column, period in (
        ("parents", "parents", 1), ("base", "base", 1), ("method", "method", 1), ("estimate", "status", 1),
        ("reason", "reason", 1), ("first_reason", "reason", 0), ("missing_reason", "reason", 2),
        ("zero_reason", "reason", 3),
    ):  # fmt: skip
        own = words[words["period"] == _PERIODS[period]].set_index("unit_code")[column]
        table[name] = own.reindex(list(links.targets)).astype(str).to_numpy()
    table["estimate"] = np.array([rank(status) for status in table["estimate"]], dtype=np.int64)
    return table


def _words(run: Any, group: Group) -> pd.DataFrame:
    """Return what the ordinary way says of every target where all, nothing, or a denominator of zero is given."""
    links, indicator = group.links, group.indicators[0]
    height, width = len(_PERIODS), len(links.sources)
    given = np.ones((height, width))
    given[2] = np.nan
    bottom = given.copy()
    bottom[3] = 0.0
    columns = tuple((indicator, period) for period in _PERIODS)
    status = np.where(np.isnan(given), rank("O"), rank("A")).astype(np.int8)
    if indicator.kind != "ratio":
        figures = (given, np.full_like(given, np.nan), np.full_like(given, np.nan))
    else:
        figures = (np.full_like(given, np.nan), bottom, bottom)
    place = {(indicator.id, period): i for i, period in enumerate(_PERIODS)}
    data = Panel(run.from_vintage, links.sources, columns, *figures, status, {}, place)
    block = Block(
        columns, *figures, links, group.above, np.full_like(given, np.nan), run.population, run.reasons
    )
    piece = Pieces(tuple(range(height)), block, KIND_OF[indicator.kind].apply(block))
    return frame_of(data, [piece], run.reasons, run.to_vintage, run.population, breaks=True)


def _columns(indicators: Sequence[Indicator], facts: pd.DataFrame) -> pd.DataFrame:
    by_id = {indicator.id: indicator for indicator in indicators}
    own = facts[facts["indicator"].isin(by_id)].reset_index(drop=True)
    begins = own["period"].map(lambda period: str((span(period) or (period,))[0]))
    return pd.DataFrame(
        {
            "indicator": own["indicator"].astype(str),
            "period": own["period"].astype(str),
            "scale": 10.0 ** own["places"].where(own["exact"], 0).astype(float),
            "exact": own["exact"].astype(bool),
            "factor": [100.0 if by_id[name].percent else 1.0 for name in own["indicator"]],
            "first": begins == begins.groupby(own["indicator"]).transform("min"),
        }
    )
