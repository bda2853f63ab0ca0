"""Remapping: observations of one vintage re-expressed on the units of another, each kind by its own formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from geo.errors import CrosswalkError, ObservationError, Problem
from geo.register import Register
from geo.registers import embedded_for, embedded_register
from indicators.assemble import COLUMNS, Pieces, frame_of, totals_of
from indicators.blocks import Block, Done, Reasons, Result
from indicators.catalogue import Catalogue, Indicator, embedded_catalogue
from indicators.kinds import KIND_OF, backward
from indicators.links import Links, Profile, joined_crosswalk, profile, profile_of, resolve, reverse
from indicators.panel import Panel, panel
from indicators.remarks import remarks
from plans.crosswalk import DEFAULT_BASES, Crosswalk

if TYPE_CHECKING:
    # slow to import, and files at scale do without
    import pandas as pd

    from indicators.observations import Observations

Floats = npt.NDArray[np.float64]
__all__ = ["COLUMNS", "Remapped", "remap"]

#: indicators that a register can stand in for as a weight, and its figure
_REGISTER_WEIGHTS: Final[Mapping[str, str]] = {"POP": "population", "LAND_AREA": "area_km2"}


@dataclass(frozen=True)
class Remapped:
    """Remapped observations.

    ``frame``: the contract's columns, one row a unit, period and indicator (keys, status, method, base, parents and
    reason are categoricals of text); ``totals``: one row an indicator and period that adds up, see totals_of;
    ``reports`` say what the reader should know. ``inputs`` are the observations, for explain.
    """

    frame: pd.DataFrame
    totals: pd.DataFrame
    reports: tuple[Problem, ...]
    from_vintage: str
    to_vintage: str
    catalogue: Catalogue = field(repr=False)
    crosswalk: Crosswalk = field(repr=False)
    inputs: pd.DataFrame = field(repr=False)
    backcast: bool = False
    base: str | None = None
    register: Register | None = field(default=None, repr=False)

    def observations(self) -> Observations:
        """Return the result as observations of the new vintage.

        Bounds, and the base that each part was split by, are not observations and stay behind: along a chain of
        reforms remap once, by the composed crosswalk (what differs, and why: indicators.chains).
        """
        from indicators.observations import Observations

        kept = self.frame[
            ["unit_code", "vintage", "period", "indicator", "value", "numerator", "denominator", "status"]
        ]
        return Observations(kept.copy(), self.to_vintage)


def remap(
    observations: Observations | pd.DataFrame,
    crosswalks: Crosswalk | Sequence[Crosswalk],
    catalogue: Catalogue | None = None,
    *,
    base: str | None = None,
    backcast: bool = False,
    register: Register | None = None,
) -> Remapped:
    """Re-express observations on the crosswalk's target units.

    ``base``: by which base divided units are split (default: dossiers, households, population, area, the closest
    to the indicator first that has a share). ``backcast``: from the new units back to the old ones by the last
    known shares, an estimate with bounds [0, X]. ``register``: of the crosswalk's first vintage, for the coverage
    and the shares of a backcast (default: the embedded one). Every target unit gets a row for every indicator and
    period; what cannot be said is empty, with the reason.

    Raises ObservationError for another vintage, unknown codes or indicators, duplicates, periods that two maps
    divide; CrosswalkError for a base that the crosswalk lacks.
    """
    from indicators.observations import Observations

    catalogue = catalogue if catalogue is not None else embedded_catalogue()
    crosswalk = joined_crosswalk(crosswalks)
    if base is not None and not _has_shares(crosswalk, base):
        raise CrosswalkError(
            Problem(
                f"bảng chuyển đổi không có tỷ lệ theo {base}",
                f"the crosswalk has no shares by {base}",
                field="base",
                found=base,
                accepted=", ".join(known for known in crosswalk.bases if _has_shares(crosswalk, known)),
            )
        )
    frame = observations.frame if isinstance(observations, Observations) else observations
    reports = list(observations.reports) if isinstance(observations, Observations) else []
    if register is None and (name := embedded_for(crosswalk.from_vintage)):
        register = embedded_register(name)
    if frame.empty:
        raise ObservationError(Problem("không có số liệu nào", "there are no observations"))
    run = _Run(crosswalk, catalogue, base, backcast, register)
    data = panel(frame, catalogue, run.sources, run.from_vintage)
    pieces = run.compute(data)
    result = frame_of(data, pieces, run.reasons, run.to_vintage, run.population, not backcast, crosswalk.via)
    totals = totals_of(data, pieces)
    reports += remarks(data, pieces, totals, crosswalk, run.weights_from_register, backcast)
    return Remapped(
        result,
        totals,
        tuple(reports),
        run.from_vintage,
        run.to_vintage,
        catalogue,
        crosswalk,
        frame,
        backcast,
        base,
        register,
    )


def _has_shares(crosswalk: Crosswalk, base: str) -> bool:
    """Whether a crosswalk knows a base: one of every plan's two, or one with a share of some divided unit.

    A base of no divided unit's is a slip of the pen: it would leave bounds where shares by another base are known.
    """
    if base in DEFAULT_BASES:
        return base in crosswalk.bases
    divided = [links for (known, _), links in crosswalk.by_source.items() if known == base and len(links) > 1]
    return base in crosswalk.bases and (
        not divided or any(link.share is not None for links in divided for link in links)
    )


class _Run:
    """One remapping: the choices made, links by profile, and what was computed so far."""

    def __init__(
        self,
        crosswalk: Crosswalk,
        catalogue: Catalogue,
        base: str | None,
        backcast: bool,
        register: Register | None,
    ) -> None:
        self.crosswalk, self.catalogue, self.base, self.backcast = crosswalk, catalogue, base, backcast
        self.register = register
        self.reasons = Reasons()
        self.from_vintage = crosswalk.to_vintage if backcast else crosswalk.from_vintage
        self.to_vintage = crosswalk.from_vintage if backcast else crosswalk.to_vintage
        self._links: dict[Profile, Links] = {}
        self._profiles: dict[tuple[str, ...], tuple[Profile, Profile]] = {}
        self.weights_from_register: set[str] = set()
        usable = register if not backcast else None
        sides = ({link.to_code for link in crosswalk.links}, {code for _, code in crosswalk.by_source})
        #: codes in the order of every Links, whatever the profile
        self.sources = tuple(sorted(sides[0] if backcast else sides[1]))
        self.population = _figures(usable, self.sources, "population")
        self.area = _figures(usable, self.sources, "area_km2")

    def links(self, wanted: Profile) -> Links:
        if wanted not in self._links:
            self._links[wanted] = (
                reverse(self.crosswalk, wanted, self.register)
                if self.backcast
                else resolve(self.crosswalk, wanted)
            )
        return self._links[wanted]

    def profiles(self, indicator: Indicator) -> tuple[Profile, Profile]:
        """Return the profiles of an indicator's denominator (or itself) and numerator."""
        key = (indicator.kind, indicator.unit, indicator.numerator, indicator.denominator, indicator.weight)
        if key not in self._profiles:
            self._profiles[key] = self._profiles_of(indicator)
        return self._profiles[key]

    def _profiles_of(self, indicator: Indicator) -> tuple[Profile, Profile]:
        own = profile(indicator, self.base)
        if indicator.kind not in ("ratio", "mean", "ratio-distinct"):
            return own, own
        plain = Profile(profile(replace(indicator, unit=""), self.base).order)
        below = profile_of(indicator.denominator or indicator.weight, self.catalogue, plain, self.base)
        above = profile_of(indicator.numerator, self.catalogue, plain, self.base)
        return below, above

    def compute(self, data: Panel) -> list[Pieces]:
        """Return the results of all columns: kinds computed from observations first, then those recomputed."""
        groups: dict[tuple[str, Profile, Profile], list[int]] = {}
        late: list[int] = []
        for column, (indicator, _) in enumerate(data.columns):
            kind = KIND_OF[indicator.kind]
            if kind.recomputed:
                late.append(column)
            else:
                groups.setdefault((indicator.kind, *self.profiles(indicator)), []).append(column)
        pieces: list[Pieces] = []
        at: dict[tuple[str, str], tuple[Pieces, int]] = {}
        for (kind_name, below, above), columns in groups.items():
            self._add(data, kind_name, columns, below, above, pieces, at)
        busy: set[int] = set()

        def done(indicator_id: str, period: str) -> Done | None:
            """Find or make what is asked for: computed, waiting, or derivable from two counts of the file."""
            key = (indicator_id, period)
            if (
                key not in at
                and (column := data.place.get(key)) is not None
                and column in late
                and column not in busy
            ):
                one(column)
            if key not in at:
                return self._derived(data, indicator_id, period)
            piece, row = at[key]
            result = piece.result
            return Done(
                result.value[row], result.low[row], result.high[row], result.numerator[row], result.denominator[row],
                None if result.words is None else result.words[row], result.estimated[row],
            )  # fmt: skip

        def one(column: int) -> None:
            busy.add(column)
            indicator = data.columns[column][0]
            used: list[Done] = []

            def asked(indicator_id: str, period: str) -> Done | None:
                found = done(indicator_id, period)
                used.extend([found] if found is not None else [])
                return found

            made = self._add(data, indicator.kind, [column], *self.profiles(indicator), pieces, at, asked)
            for part in used:
                if part.estimated is not None:
                    # what is recomputed from an estimate is one
                    made.estimated |= part.estimated

        for column in late:
            if column not in busy:
                one(column)
        return pieces

    def _add(
        self, data: Panel, kind: str, columns: list[int], below: Profile, above: Profile, pieces: list[Pieces],
        at: dict[tuple[str, str], tuple[Pieces, int]], done: object = None,
    ) -> Result:  # fmt: skip
        block = self._block(data, columns, below, above)
        if done is not None:
            block = replace(block, done=done, catalogue_of=self.catalogue.by_id.get)  # type: ignore[arg-type]
        result = backward(kind, block) if self.backcast else KIND_OF[kind].apply(block)
        piece = Pieces(tuple(columns), block, result)
        pieces.append(piece)
        for row, column in enumerate(columns):
            indicator, period = data.columns[column]
            at[(indicator.id, period)] = (piece, row)
        return result

    def _block(self, data: Panel, columns: list[int], below: Profile, above: Profile) -> Block:
        rows: slice | list[int] = columns
        if columns == list(range(columns[0], columns[-1] + 1)):
            rows = slice(columns[0], columns[-1] + 1)
        value, top, bottom = data.value[rows], data.numerator[rows], data.denominator[rows]
        weight = np.full(value.shape, np.nan)
        named = [
            c
            for c in columns
            if data.columns[c][0].numerator or data.columns[c][0].denominator or data.columns[c][0].weight
        ]
        if named:
            top, bottom = top.copy(), bottom.copy()
            for i, column in enumerate(columns):
                self._fill(data, column, top[i], bottom[i], weight[i])
        words = None
        if any(column in data.words for column in columns):
            words = np.array(
                [data.words.get(c, np.full(value.shape[1], "", dtype=object)) for c in columns], dtype=object
            )
        return Block(
            [data.columns[column] for column in columns], value, top, bottom, self.links(below), self.links(above),
            weight, self.population, self.reasons, words,
        )  # fmt: skip

    def _fill(self, data: Panel, column: int, top: Floats, bottom: Floats, weight: Floats) -> None:
        """Take numerator, denominator and weight from the indicators that the catalogue names."""
        indicator, period = data.columns[column]
        above = data.of(indicator.numerator, period) if indicator.numerator else None
        below = data.of(indicator.denominator, period) if indicator.denominator else None
        if above is not None and below is not None:
            lacking = np.isnan(top) | np.isnan(bottom)
            top[lacking], bottom[lacking] = above[lacking], below[lacking]
        if indicator.kind in ("dispersion", "survey") and indicator.parts:
            part = data.of(indicator.parts[0], period)
            if part is not None:
                bottom[:] = part
        by = indicator.weight or indicator.denominator
        found = data.of(by, period) if by else None
        if found is None and by in _REGISTER_WEIGHTS and not self.backcast:
            found = self.population if by == "POP" else self.area
            if not np.isnan(found).all():
                self.weights_from_register.add(indicator.id)
        if found is not None:
            weight[:] = found

    def _derived(self, data: Panel, indicator_id: str, period: str) -> Done | None:
        """Compute a ratio that is not in the file from its two counts, for ranks, targets and scores."""
        indicator = self.catalogue.by_id.get(indicator_id)
        if indicator is None or indicator.kind not in ("ratio", "mean"):
            return None
        above, below = data.of(indicator.numerator, period), data.of(indicator.denominator, period)
        if above is None or below is None:
            return None
        none = np.full((1, len(above)), np.nan)
        first, second = self.profiles(indicator)
        block = Block(
            [(indicator, period)], none, above[None, :].copy(), below[None, :].copy(), self.links(first),
            self.links(second), none, self.population, self.reasons,
        )  # fmt: skip
        r = backward(indicator.kind, block) if self.backcast else KIND_OF[indicator.kind].apply(block)
        return Done(
            r.value[0], r.low[0], r.high[0], r.numerator[0], r.denominator[0], estimated=r.estimated[0]
        )


def _figures(register: Register | None, codes: Sequence[str], figure: str) -> Floats:
    values = [
        register[code].figure(figure).value if register is not None and code in register else None
        for code in codes
    ]
    return np.array([np.nan if value is None else float(value) for value in values])
