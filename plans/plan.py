"""A plan: a legal table of who goes where, whole or in part, by which clause.

Immutable. What a plan says by itself is checked when it is made; what needs a register is checked by
plans.check. Sources are named by codes of the base vintage, units formed by codes of the vintage that begins
on the effective date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal

from geo.errors import PlanError, Problem
from geo.register import Kind, exact_sum

Part = Literal["whole", "part", "remainder"]
PARTS: Final[tuple[Part, ...]] = ("whole", "part", "remainder")
CONFIDENCES: Final = ("high", "medium", "low")
# what the instrument itself states; a planner's own figures carry no name and are the plan's own statement
INSTRUMENT: Final = ("", "resolution")

# values that TOML can hold and that we carry along without reading them
Extra = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one unit formed takes of one source unit. Areas in km², populations in persons, None = not stated.

    ``shares`` holds shares in [0, 1] that a person entered, by base (households, dossiers, ...).
    """

    code: str
    part: Part = "whole"
    area_km2: Decimal | None = None
    population: int | None = None
    whole_area_km2: Decimal | None = None
    whole_population: int | None = None
    figures_from: str = ""
    shares: Mapping[str, Decimal] = field(default_factory=dict, hash=False)
    source: str = ""
    confidence: str = ""
    note: str = ""
    extra: Extra = field(default_factory=dict, hash=False)

    def stated(self, figure: str) -> Decimal | None:
        """Return what is stated of ``area_km2`` or ``population`` for what is transferred."""
        value = self.area_km2 if figure == "area_km2" else self.population
        return None if value is None else Decimal(value)

    def stated_whole(self, figure: str) -> Decimal | None:
        """Return what the same source states for the whole former unit."""
        value = self.whole_area_km2 if figure == "area_km2" else self.whole_population
        if value is None and self.part == "whole":
            return self.stated(figure)
        return None if value is None else Decimal(value)


@dataclass(frozen=True, slots=True)
class NewUnit:
    """One unit formed or changed, with what it takes from which source units."""

    code: str
    name: str
    kind: Kind
    transfers: tuple[Transfer, ...]
    district_code: str = ""
    seat: str = ""
    area_km2: Decimal | None = None
    population: int | None = None
    clause: str = ""
    source: str = ""
    confidence: str = ""
    note: str = ""
    extra: Extra = field(default_factory=dict, hash=False)

    def stated(self, figure: str) -> Decimal | None:
        """Return what the instrument states of the unit formed: its own figure, else all its transfers'.

        Figures of proposals and other documents give shares of parts only and do not count here
        (contract: Plan).
        """
        own = self.area_km2 if figure == "area_km2" else self.population
        if own is not None:
            return Decimal(own)
        return exact_sum(t.stated(figure) if t.figures_from in INSTRUMENT else None for t in self.transfers)

    @property
    def sources(self) -> tuple[str, ...]:
        """Codes of the source units, in the plan's order."""
        return tuple(transfer.code for transfer in self.transfers)


@dataclass(frozen=True, slots=True)
class Exemption:
    """A source unit that is due and stays, and why. ``ground`` is the id of an exempting rule."""

    code: str
    ground: str
    note: str = ""
    document: str = ""
    extra: Extra = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the instrument itself states of the whole; None = not stated."""

    units_concerned: int | None = None
    units_formed: int | None = None
    units_before: int | None = None
    units_after: int | None = None
    extra: Extra = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Plan:
    """A plan from its base vintage to the vintage that begins on its effective date."""

    id: str
    title_vi: str
    title_en: str
    instrument: str
    decided: date
    effective: date
    base: str
    units: tuple[NewUnit, ...] = ()
    exempt: tuple[Exemption, ...] = ()
    totals: Totals = Totals()
    procedure: Mapping[str, object] = field(default_factory=dict, hash=False)
    extra: Extra = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Put units, and transfers within a unit, into stable order and refuse what contradicts itself."""
        ordered = tuple(sorted(self.units, key=lambda unit: unit.code))
        object.__setattr__(self, "units", ordered)
        object.__setattr__(self, "exempt", tuple(sorted(self.exempt, key=lambda e: e.code)))
        if problems := list(_contradictions(self)):
            raise PlanError(problems)

    @property
    def target(self) -> str:
        """The vintage that the plan leads to, named by its effective date."""
        return self.effective.isoformat()

    @cached_property
    def by_code(self) -> Mapping[str, NewUnit]:
        """Units formed by code."""
        return MappingProxyType({unit.code: unit for unit in self.units})

    @cached_property
    def by_source(self) -> Mapping[str, tuple[tuple[NewUnit, Transfer], ...]]:
        """What becomes of each source unit that the plan names: (unit formed, transfer) pairs, by code."""
        found: dict[str, list[tuple[NewUnit, Transfer]]] = {}
        for unit in self.units:
            for transfer in unit.transfers:
                found.setdefault(transfer.code, []).append((unit, transfer))
        return MappingProxyType({code: tuple(pairs) for code, pairs in sorted(found.items())})

    @property
    def transfers(self) -> Iterator[tuple[NewUnit, Transfer]]:
        """All transfers with the unit formed, in stable order."""
        return ((unit, transfer) for unit in self.units for transfer in unit.transfers)


def _contradictions(plan: Plan) -> Iterator[Problem]:
    """Yield what no plan may hold (contract: errors of a plan), each naming the unit."""

    def problem(vi: str, en: str, code: str, field: str, accepted: str, found: str = "") -> Problem:
        return Problem(vi, en, plan.id, code, field, found or code, accepted)

    if plan.target <= plan.base:
        yield Problem(
            "ngày hiệu lực không sau thời điểm gốc",
            "the effective date is not after the base",
            plan.id,
            None,
            "effective",
            plan.target,
            f"> {plan.base}",
        )
    seen: set[str] = set()
    for unit in plan.units:
        if unit.code in seen:
            yield problem(
                "mã đơn vị mới lặp lại",
                "a unit formed stands twice",
                unit.code,
                "unit.code",
                "một lần / once",
            )
        seen.add(unit.code)
        if not unit.transfers:
            yield problem(
                "đơn vị mới không hình thành từ đơn vị nào",
                "the unit is formed from nothing",
                unit.code,
                "unit.from",
                "≥ 1",
                unit.name,
            )
        codes = [transfer.code for transfer in unit.transfers]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield problem(
                f"đơn vị nguồn {code} có hai lần trong một đơn vị mới",
                f"source {code} stands twice in one unit",
                unit.code,
                "unit.from.code",
                "một lần / once",
                code,
            )
    exempted = [exemption.code for exemption in plan.exempt]
    for code in sorted({code for code in exempted if exempted.count(code) > 1}):
        yield problem("miễn trừ lặp lại", "exempted twice", code, "exempt.code", "một lần / once")
    for code, pairs in plan.by_source.items():
        wholes = [unit.code for unit, transfer in pairs if transfer.part == "whole"]
        if len(set(wholes)) > 1:
            yield problem(
                f"nhập toàn bộ vào hai đơn vị {', '.join(wholes)}",
                f"goes whole to two units: {', '.join(wholes)}",
                code,
                "unit.from.code",
                "toàn bộ vào một đơn vị / whole to one unit",
            )
        elif wholes and len(pairs) > 1:
            others = ", ".join(unit.code for unit, transfer in pairs if transfer.part != "whole")
            yield problem(
                f"vừa toàn bộ (vào {wholes[0]}) vừa một phần (vào {others})",
                f"goes whole (to {wholes[0]}) and in part (to {others})",
                code,
                "unit.from.part",
                "toàn bộ, hoặc các phần / whole, or parts",
            )
        for figure in ("area_km2", "population"):
            yield from _excess(plan, code, [transfer for _, transfer in pairs], figure)


def _excess(plan: Plan, code: str, transfers: list[Transfer], figure: str) -> Iterator[Problem]:
    """Yield a problem where stated parts exceed the whole that is stated for the same unit by one source."""
    by_source: dict[str, list[Transfer]] = {}
    for transfer in transfers:
        by_source.setdefault(transfer.figures_from, []).append(transfer)
    for group in by_source.values():
        wholes = {whole for transfer in group if (whole := transfer.stated_whole(figure)) is not None}
        parts = sum((t.stated(figure) or Decimal(0) for t in group), Decimal(0))
        if wholes and parts > max(wholes):
            yield Problem(
                f"các phần cộng lại {parts} vượt toàn bộ {max(wholes)}",
                f"the parts add up to {parts}, above the whole {max(wholes)}",
                plan.id,
                code,
                f"unit.from.{figure}",
                str(parts),
                f"≤ {max(wholes)}",
            )
