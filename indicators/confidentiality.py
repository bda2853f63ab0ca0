"""Hiding small counts, and testing that old and new tables together do not give them back.

Nothing here is applied unless asked for: no Vietnamese threshold was found, so the threshold is the caller's.
Sources: Handbook on Statistical Disclosure Control, chapter 5; ONS on overlapping geographies (reference: indicators,
2.6).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from indicators.links import Links, Profile, resolve
from indicators.remap import Remapped

_WHY = ("không công bố: số nhỏ", "suppressed: a small count")
_AGAIN = (
    "không công bố: trừ với bảng cũ sẽ lộ số nhỏ",
    "suppressed: subtracting the old table would give it away",
)


def suppress(remapped: Remapped, threshold: int, published: pd.DataFrame | None = None) -> Remapped:
    """Return a result with small figures hidden, status Q.

    A count in [1, threshold) is hidden, as is a rate whose denominator is below ``threshold``. ``published`` (default:
    the observations themselves) is what is public of the old units; where it and the new totals together would give
    a hidden old figure back, the new total is hidden too (secondary suppression).
    """
    if threshold < 1:
        raise ValueError(f"threshold must be at least 1; got {threshold}")
    from dataclasses import replace

    frame = remapped.frame.copy()
    kinds = {i.id: i.kind for i in remapped.catalogue}
    kind = frame["indicator"].astype(str).map(kinds)
    value = pd.to_numeric(frame["value"], errors="coerce")
    small = kind.str.startswith("count") & (value > 0) & (value < threshold)
    small |= frame["denominator"].notna() & (frame["denominator"] < threshold)
    old = hidden_inputs(remapped.inputs if published is None else published, threshold)
    again = _differenced(remapped, old) & ~small
    for chosen, why in ((small, _WHY), (again, _AGAIN)):
        _hide(frame, chosen, f"{why[0]} / {why[1]}")
    return replace(remapped, frame=frame)


def _hide(frame: pd.DataFrame, chosen: pd.Series, why: str) -> None:
    if not chosen.any():
        return
    if why not in frame["reason"].cat.categories:
        frame["reason"] = frame["reason"].cat.add_categories([why])
    for column in ("value", "numerator", "denominator", "low", "high"):
        frame.loc[chosen, column] = np.nan
    frame.loc[chosen, "status"] = "Q"
    frame.loc[chosen, "reason"] = why


def hidden_inputs(observations: pd.DataFrame, threshold: int) -> set[tuple[str, str, str]]:
    """Return the keys (unit, period, indicator) of old figures that are not public: small, or with status Q."""
    value = pd.to_numeric(observations["value"], errors="coerce")
    hidden = ((value > 0) & (value < threshold)) | (observations["status"].astype(str) == "Q")
    keys = observations.loc[hidden, ["unit_code", "period", "indicator"]].astype(str)
    return set(keys.itertuples(index=False, name=None))


def recoverable(links: Links, hidden: Iterable[str]) -> dict[str, str]:
    """Return the hidden old units that a new total gives back, with the target that does: exactly one parent hidden.

    Old figures a_i are public but for the hidden ones; a new total of whole parents minus the public ones is the
    rest, one figure where one is hidden.
    """
    secret = set(hidden)
    found: dict[str, str] = {}
    for target, code in enumerate(links.targets):
        places = list(links.links_of(target))
        inside = [links.sources[links.source[i]] for i in places if links.sources[links.source[i]] in secret]
        if len(inside) == 1 and all(links.whole[i] for i in places):
            found[inside[0]] = code
    return found


def _differenced(remapped: Remapped, hidden: set[tuple[str, str, str]]) -> pd.Series:
    frame = remapped.frame
    chosen = pd.Series(False, index=frame.index)
    if not hidden or remapped.backcast:
        return chosen
    links = resolve(remapped.crosswalk, Profile(("population",)))
    by_column: dict[tuple[str, str], list[str]] = {}
    for code, period, indicator in hidden:
        by_column.setdefault((period, indicator), []).append(code)
    for (period, indicator), codes in by_column.items():
        targets = set(recoverable(links, codes).values())
        rows = (frame["period"] == period) & (frame["indicator"] == indicator)
        chosen |= rows & frame["unit_code"].isin(list(targets))
    return chosen


__all__ = ["hidden_inputs", "recoverable", "suppress"]
