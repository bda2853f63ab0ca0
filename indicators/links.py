"""A crosswalk as arrays: which source unit gives which share to which target, on the base chosen for an indicator.

Links are sorted by target, then source, so that one reduceat a target gives sums and extremes over its parents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.errors import CrosswalkError, Language, Problem
from geo.register import Register
from geo.text import without_accents
from indicators.catalogue import Catalogue, Indicator
from indicators.chains import chain_bounds
from indicators.rounding import SCALE, integer_shares
from plans.crosswalk import Crosswalk, Link

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

#: what the bases that every plan has are called; others keep their own names
_BASES: Final[Mapping[str, tuple[str, str]]] = {
    "population": ("dân số", "population"),
    "area": ("diện tích", "area"),
    "households": ("số hộ", "households"),
    "dossiers": ("hồ sơ", "dossiers"),
}
#: closest base of a split first (contract: Observations)
ORDER: Final = ("dossiers", "households", "population", "area")


@dataclass(frozen=True)
class Profile:
    """By which bases an indicator is split: the first usable one gives the point, all usable ones the range.

    ``own`` marks a quantity that is itself the base (area by area, persons by population): its share is a
    statement about this very quantity, other bases then say nothing more.
    """

    order: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True)
class Links:
    """Links of shape (links,), sorted by target and source; places index ``sources`` and ``targets``.

    ``share``: in [0, 1], NaN where only bounds are known; ``whole_shares``: the same times 10^12 as integers, -1
    unknown; ``low`` and ``high``: bounds of the share; ``split_base``: base of each link, empty for whole units;
    ``groups``: for each divided source its place and its links, in the order of target codes.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    source: Places
    target: Places
    share: Floats
    whole_shares: npt.NDArray[np.int64]
    low: Floats
    high: Floats
    split_base: tuple[str, ...]
    groups: tuple[tuple[int, Places], ...]

    @cached_property
    def starts(self) -> Places:
        """Place of each target's first link."""
        return np.searchsorted(self.target, np.arange(len(self.targets)))

    @cached_property
    def counts(self) -> Places:
        """Number of parents of each target."""
        return np.diff(np.append(self.starts, len(self.target)))

    @cached_property
    def whole(self) -> Bools:
        """Whether a link takes its source unit whole."""
        return np.asarray(self.share == 1.0)

    @cached_property
    def touched(self) -> Bools:
        """Whether a target takes a part of a unit."""
        return np.asarray(~np.logical_and.reduceat(self.whole, self.starts))

    @cached_property
    def bounded(self) -> Bools:
        """Whether a target takes a part whose share is not known."""
        return np.asarray(np.logical_or.reduceat(np.isnan(self.share), self.starts))

    @cached_property
    def simple(self) -> Bools:
        """Whether a target is one whole source unit: nothing has to be computed."""
        return np.asarray((self.counts == 1) & ~self.touched)

    @cached_property
    def changed(self) -> Bools:
        """Whether a target keeps the code of a source unit but not its territory."""
        known = set(self.sources)
        own = np.array([self.sources[place] for place in self.source[self.starts]], dtype=object)
        same = self.simple & (own == np.array(self.targets, dtype=object))
        return np.asarray(np.array([code in known for code in self.targets]) & ~same)

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """Codes of each target's parents, joined by spaces."""
        ends = np.append(self.starts[1:], len(self.target))
        names = np.array(self.sources, dtype=object)[self.source]
        return tuple(" ".join(names[a:b]) for a, b in zip(self.starts, ends, strict=True))

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Base of each target: empty where all its parents are whole, else the base or bases of its parts."""
        ends = np.append(self.starts[1:], len(self.target))
        found = []
        for a, b in zip(self.starts, ends, strict=True):
            found.append("" if b - a == 1 and not self.split_base[a] else _joined(self.split_base[a:b]))
        return tuple(found)

    def links_of(self, target: int) -> range:
        """Return the places of one target's links."""
        start = int(self.starts[target])
        return range(start, start + int(self.counts[target]))

    def gather(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return values by link from values by source: (columns, sources) gives (columns, links)."""
        return np.take(values, self.source, axis=1)


def base_name(bases: str, language: Language) -> str:
    """Return what the base or bases of a split, joined by spaces, are called."""
    return ", ".join(_BASES[one][language != "vi"] if one in _BASES else one for one in bases.split())


def _joined(bases: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(base for base in bases if base))


def profile(indicator: Indicator, asked: str | None = None) -> Profile:
    """Return by which bases an indicator is split.

    What is measured in km² or ha is split by area whatever is asked; persons, households and dossiers by their own
    base first. A base that was asked for is used alone for the point, and nothing takes its place.
    """
    unit = without_accents(indicator.unit)
    if unit in ("km²", "km2", "ha", "m2", "m²"):
        return Profile(("area",), True)
    if asked:
        return Profile((asked,), asked == "population" and unit == "nguoi")
    if unit == "nguoi":
        return Profile(("population", "households", "dossiers", "area"), True)
    if unit == "ho":
        return Profile(("households", "population", "dossiers", "area"), True)
    return Profile(ORDER)


def profile_of(indicator_id: str, catalogue: Catalogue, fallback: Profile, asked: str | None) -> Profile:
    """Return the profile of an indicator named by another, or the fallback where the catalogue lacks it."""
    indicator = catalogue.by_id.get(indicator_id)
    return profile(indicator, asked) if indicator is not None else fallback


def joined_crosswalk(crosswalks: Crosswalk | Sequence[Crosswalk]) -> Crosswalk:
    """Return one crosswalk with the bases of several that lead from the same to the same vintage."""
    if isinstance(crosswalks, Crosswalk):
        return crosswalks
    first = crosswalks[0]
    for other in crosswalks[1:]:
        if (other.from_vintage, other.to_vintage) != (first.from_vintage, first.to_vintage):
            raise CrosswalkError(
                Problem(
                    "các bảng chuyển đổi không cùng thời điểm",
                    "the crosswalks are of different vintages",
                    found=f"{other.from_vintage} – {other.to_vintage}",
                    accepted=f"{first.from_vintage} – {first.to_vintage}",
                )
            )
    links = {(link.base, link.from_code, link.to_code): link for x in crosswalks for link in x.links}
    alike = len({x.via for x in crosswalks}) == 1
    steps = (
        tuple(joined_crosswalk(each) for each in zip(*(x.steps for x in crosswalks), strict=True))
        if alike
        else ()
    )
    return Crosswalk(first.from_vintage, first.to_vintage, tuple(links.values()), first.via, steps)


def resolve(crosswalk: Crosswalk, wanted: Profile) -> Links:
    """Return the links for a profile: per divided source unit the first of its bases that has every share."""
    # kept with the crosswalk, beside its own cached properties: it cannot change
    kept: dict[Profile, Links] = crosswalk.__dict__.setdefault("_resolved", {})
    if wanted not in kept:
        kept[wanted] = _resolved(crosswalk, wanted)
    return kept[wanted]


def _resolved(crosswalk: Crosswalk, wanted: Profile) -> Links:
    rows = _rows(crosswalk, wanted)
    if crosswalk.steps:
        # product shares bound nothing: each split has bounds of its own
        bounds = chain_bounds([_bounds_of(resolve(step, wanted)) for step in crosswalk.steps])
        rows = [
            (*row[:3], *bounds.get((row[0], row[1]), (row[3], row[4])), row[5]) if row[5] else row
            for row in rows
        ]
    return _links(rows)


def _bounds_of(links: Links) -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (links.sources[s], links.targets[t]): (float(low), float(high))
        for s, t, low, high in zip(links.source, links.target, links.low, links.high, strict=True)
    }


def _rows(crosswalk: Crosswalk, wanted: Profile) -> list[tuple[str, str, Decimal | None, float, float, str]]:
    by_source: dict[str, dict[str, tuple[Link, ...]]] = {}
    for (base, code), links in crosswalk.by_source.items():
        by_source.setdefault(code, {})[base] = links
    rows: list[tuple[str, str, Decimal | None, float, float, str]] = []
    others = () if wanted.own else tuple(base for base in crosswalk.bases if base not in wanted.order)
    for code in sorted(by_source):
        bases = by_source[code]
        any_base = next(iter(bases.values()))
        if len(any_base) == 1 and any_base[0].share == 1:
            rows.append((code, any_base[0].to_code, Decimal(1), 1.0, 1.0, ""))
            continue
        usable = [
            base
            for base in (*wanted.order, *others)
            if base in bases and all(link.share is not None for link in bases[base])
        ]
        chosen = next((base for base in usable if base in wanted.order), None)
        shown = chosen or next((base for base in wanted.order if base in bases), next(iter(bases)))
        for link in bases[shown]:
            low, high = _range(
                link,
                [bases[base] for base in usable],
                chosen is not None,
                wanted.own and chosen == wanted.order[0],
            )
            rows.append((code, link.to_code, link.share, low, high, shown))
    return rows


def _range(link: Link, usable: Sequence[Sequence[Link]], point: bool, own: bool) -> tuple[float, float]:
    """Return the bounds of a share: the range over the bases that say one; with one base alone, all that can be."""
    if not point or link.share is None:
        return float(link.low), float(link.high)
    shares = [
        float(other.share)
        for links in usable
        for other in links
        if other.to_code == link.to_code and other.share is not None
    ]
    if own:
        return float(link.share), float(link.share)
    if len(shares) < 2 or min(shares) == max(shares):
        return 0.0, 1.0
    return min(shares), max(shares)


def _links(rows: Sequence[tuple[str, str, Decimal | None, float, float, str]]) -> Links:
    sources = tuple(sorted({row[0] for row in rows}))
    targets = tuple(sorted({row[1] for row in rows}))
    place = {code: i for i, code in enumerate(sources)}
    rank = {code: i for i, code in enumerate(targets)}
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    source = np.array([place[row[0]] for row in ordered], dtype=np.intp)
    target = np.array([rank[row[1]] for row in ordered], dtype=np.intp)
    share = np.array([np.nan if row[2] is None else float(row[2]) for row in ordered])
    whole_shares = np.array(
        [-1 if row[2] is None else int(row[2] * SCALE) for row in ordered], dtype=np.int64
    )
    groups = []
    divided: dict[int, list[int]] = {}
    for i, row in enumerate(ordered):
        if row[5]:
            divided.setdefault(place[row[0]], []).append(i)
    for code, found in divided.items():
        places = np.array(found, dtype=np.intp)
        shares = [ordered[i][2] for i in found]
        known = [s for s in shares if s is not None]
        if len(known) == len(shares) and abs(sum(known, Decimal(0)) - 1) < Decimal("1e-9"):
            whole_shares[places] = integer_shares(known)
        groups.append((code, places))
    return Links(
        sources,
        targets,
        source,
        target,
        share,
        whole_shares,
        np.array([row[3] for row in ordered]),
        np.array([row[4] for row in ordered]),
        tuple(row[5] for row in ordered),
        tuple(groups),
    )


def reverse(crosswalk: Crosswalk, wanted: Profile, register: Register | None) -> Links:
    """Return links from the new units back to the old ones by the last known shares (reference 2.4).

    The share of old unit i in new unit j is x_i w_ij / sum over j's parents, x the base's figure in the register of
    the old vintage (population, area). It is a constant-share assumption: bounds are [0, 1] wherever j has other
    parents; without figures there is no point.
    """
    forward = resolve(crosswalk, wanted)
    figures: Mapping[str, str] = {"area": "area_km2", "population": "population"}
    rows: list[tuple[str, str, Decimal | None, float, float, str]] = []
    names = [base for base in wanted.order if base in figures] or ["population"]
    for t, code in enumerate(forward.targets):
        places = list(forward.links_of(t))
        if len(places) == 1 and forward.whole[places[0]]:
            rows.append((code, forward.sources[forward.source[places[0]]], Decimal(1), 1.0, 1.0, ""))
            continue
        base, shares = names[0], None
        for base in names:
            shares = _backward(forward, places, register, figures[base])
            if shares is not None:
                break
        for n, i in enumerate(places):
            share = None if shares is None else shares[n]
            rows.append((code, forward.sources[forward.source[i]], share, 0.0, 1.0, base))
    return _links(rows)


def _backward(
    forward: Links, places: Sequence[int], register: Register | None, figure: str
) -> list[Decimal] | None:
    amounts: list[Decimal] = []
    for i in places:
        code = forward.sources[forward.source[i]]
        value = register[code].figure(figure).value if register is not None and code in register else None
        if value is None or forward.whole_shares[i] < 0:
            return None
        amounts.append(value * int(forward.whole_shares[i]) / SCALE)
    total = sum(amounts, Decimal(0))
    if not total:
        return None
    exact = integer_shares([amount / total for amount in amounts])
    return [Decimal(int(share)) / SCALE for share in exact]
