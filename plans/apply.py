"""Applying a plan to a register: the units formed, their figures, and the register of the next vintage.

Two bases of figures are kept apart: what the instrument states, and what the register says. Neither fills the
other's gaps within a sum (contract: Plan).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, cast

from geo.register import Figure, Register, Terrain, Unit
from plans.check import check_plan
from plans.plan import NewUnit, Plan
from plans.shares import source_shares, split

# Law 72/2025/QH15, Art. 1: two levels, no districts
NO_DISTRICTS_SINCE: Final = "2025-07-01"
QUANTITIES: Final = ("area_km2", "population")
Basis = Literal["stated", "register"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity: known (value, and low = high = value), bounded (value None), or unknown (all None).

    ``estimated`` marks a value that rests on a share below 1.
    """

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    estimated: bool = False

    @staticmethod
    def known(value: Decimal) -> Amount:
        """Return an amount that is known exactly."""
        return Amount(value, value, value)


NOTHING_KNOWN: Final = Amount(None)


@dataclass(frozen=True)
class FormedUnit:
    """A unit formed or changed by a plan, with its figures on both bases, keyed by area_km2 and population."""

    plan: NewUnit
    unit: Unit
    sources: tuple[Unit, ...]
    register: Mapping[str, Amount]
    stated: Mapping[str, Decimal | None]

    @property
    def code(self) -> str:
        """Code in the vintage formed."""
        return self.plan.code

    def basis(self, quantity: str) -> Basis:
        """Return the base on which a quantity is judged: stated where the instrument states it."""
        return "stated" if self.stated.get(quantity) is not None else "register"

    def judged(self, quantity: str) -> Amount:
        """Return the amount on which the unit is judged (see basis)."""
        stated = self.stated.get(quantity)
        return Amount.known(stated) if stated is not None else self.register[quantity]


def formed_units(plan: Plan, register: Register) -> tuple[FormedUnit, ...]:
    """Return every unit that the plan forms or changes, in the order of codes.

    Raises PlanError when the plan names what the register does not have.
    """
    check_plan(plan, register)
    return tuple(formed_unit(plan, register, unit) for unit in plan.units)


def formed_unit(plan: Plan, register: Register, unit: NewUnit) -> FormedUnit:
    """Return one unit formed; its sources must be in the register."""
    sources = tuple(register[code] for code in unit.sources)
    names = dict.fromkeys(QUANTITIES) | dict.fromkeys(name for source in sources for name in source.figures)
    amounts = {name: register_amount(plan, register, unit, name) for name in names}
    return FormedUnit(
        unit,
        _next_unit(plan, register, unit, sources, amounts),
        sources,
        MappingProxyType(amounts),
        MappingProxyType({quantity: unit.stated(quantity) for quantity in QUANTITIES}),
    )


def base_of(figure: str) -> str:
    """Return the base by which a figure of a register is split: area figures by area, others by their name."""
    return "area" if figure.startswith("area_km2") else figure


def register_amount(plan: Plan, register: Register, unit: NewUnit, figure: str) -> Amount:
    """Return a unit's figure on the register's base: the exact sum of its sources, parts by their shares."""
    value: Decimal | None = Decimal(0)
    low: Decimal | None = Decimal(0)
    high: Decimal | None = Decimal(0)
    estimated = False
    for code in unit.sources:
        source = register[code].figure(figure)
        shares = source_shares(plan, code, base_of(figure))
        whole = shares[unit.code].value == 1
        if source.value is not None:
            part = split(source.value, shares)[unit.code]
        elif source.bounds is not None:
            share = shares[unit.code]
            part = (None, source.bounds[0] * share.low, source.bounds[1] * share.high)
        else:
            return NOTHING_KNOWN
        estimated = estimated or not whole or source.confidence == "estimated"
        value = None if value is None or part[0] is None else value + part[0]
        low = None if low is None else low + part[1]
        high = None if high is None else high + part[2]
    return Amount(value, low, high, estimated and value is not None)


def _next_unit(
    plan: Plan, register: Register, unit: NewUnit, sources: tuple[Unit, ...], amounts: Mapping[str, Amount]
) -> Unit:
    districts = {source.district_code for source in sources}
    first = sources[0]
    code = unit.district_code or first.district_code
    like = next((u for u in (*sources, *register) if u.district_code == code), first)
    if not unit.district_code and len(districts) > 1:
        # the district of the source that keeps the code, else of the first source named
        like = next((source for source in sources if source.code == unit.code), first)
    origin = f"{plan.id}: " + " + ".join(
        f"{t.code}{'' if t.part == 'whole' else ' (' + t.part + ')'}" for t in unit.transfers
    )
    formed = Unit(
        code=unit.code,
        vintage=plan.target,
        name=unit.name,
        kind=unit.kind,
        district_code=like.district_code,
        district_name=like.district_name,
        district_kind=like.district_kind,
        province_code=first.province_code,
        province_name=first.province_name,
        terrain=cast(Terrain, _common(source.terrain for source in sources)),
        region=_common(source.region for source in sources),
        figures={name: _figure(amount, origin, sources, name) for name, amount in amounts.items()},
        notes={"predecessors": origin.partition(": ")[2]},
    )
    return _at(formed, plan.target)


def _at(unit: Unit, vintage: str) -> Unit:
    """Return the unit in a vintage; from July 2025 on without a district."""
    if vintage >= NO_DISTRICTS_SINCE:
        return replace(unit, vintage=vintage, district_code="", district_name="", district_kind="")
    return replace(unit, vintage=vintage)


def _common(values: Iterable[str]) -> str:
    """Return what all sources share, empty where they differ: nothing is assumed."""
    found = set(values)
    return found.pop() if len(found) == 1 else ""


def _figure(amount: Amount, origin: str, sources: tuple[Unit, ...], name: str) -> Figure:
    parents = [source.figure(name) for source in sources]
    return Figure(
        amount.value,
        origin,
        _common(parent.as_of for parent in parents),
        "estimated" if amount.estimated else _common(parent.confidence for parent in parents) or "mixed",
        amount.low if amount.value is None else None,
        amount.high if amount.value is None else None,
    )


def apply_plan(plan: Plan, register: Register) -> Register:
    """Return the register of the next vintage: units that stay, and the units formed in place of their sources.

    Totals are kept exactly where every share is known. Raises PlanError when plan and register do not fit.
    """
    formed = formed_units(plan, register)
    staying = (_at(unit, plan.target) for unit in register if unit.code not in plan.by_source)
    name = register.id.removesuffix(register.vintage) + plan.target if register.vintage else plan.target
    return Register(plan.target, (*staying, *(item.unit for item in formed)), name)
