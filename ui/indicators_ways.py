"""Which units figures are carried to: ways along plans, old to new and back, and the crosswalk of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from geo.register import Register
from geo.registers import embedded_for, embedded_register
from plans.apply import apply_plan
from plans.files import embedded_plan, embedded_plans
from plans.plan import Plan
from ui.session import Work
from ui.text import t
from ui.unit_facts import day

if TYPE_CHECKING:
    from plans.crosswalk import Crosswalk


@dataclass(frozen=True)
class Chain:
    """Plans that follow each other and the registers before the first and after each, one more than the plans.

    ``back``: figures of the last units are carried back to the first ones.
    """

    plans: tuple[Plan, ...]
    registers: tuple[Register, ...]
    key: str
    back: bool = False

    @property
    def given(self) -> Register:
        """The register that the observations speak of."""
        return self.registers[-1 if self.back else 0]

    @property
    def asked(self) -> Register:
        """The register of the result."""
        return self.registers[0 if self.back else -1]


def end_titles(chain: Chain) -> tuple[str, str]:
    """Return what the units that the figures were given for and those asked for are called, with their dates."""
    given, asked = day(chain.given.vintage), day(chain.asked.vintage)
    if chain.back:
        return t("indicators.back_given", day=given), t("indicators.back_asked", day=asked)
    return t("indicators.before", day=given), t("indicators.after", day=asked)


def chains(plan: Plan, vintage: str, back: bool = False) -> tuple[tuple[Plan, ...], ...]:
    """Return the ways from observations of a vintage along a plan, the shortest first.

    Forwards: to the plan's units, then on to those that follow. ``back``: from the units that the plan, or one that
    follows it, leads to, back to the units before it, then on to those before them. The embedded plans lead there
    and on. Empty where nothing leads from the vintage to the plan.
    """
    known = [embedded_plan(name) for name in embedded_plans()]

    def earlier(way: tuple[Plan, ...]) -> tuple[Plan, ...] | None:
        found = next((p for p in known if p.target == way[0].base and p not in way), None)
        return None if found is None else (found, *way)

    def later(way: tuple[Plan, ...]) -> tuple[Plan, ...] | None:
        found = next((p for p in known if p.base == way[-1].target and p not in way), None)
        return None if found is None else (*way, found)

    towards, onwards = (later, earlier) if back else (earlier, later)
    way: tuple[Plan, ...] | None = (plan,)
    while way is not None and (way[-1].target if back else way[0].base) != vintage:
        way = towards(way)
    found = []
    while way is not None:
        found.append(way)
        way = onwards(way)
    return tuple(found)


@st.cache_resource(show_spinner=False, max_entries=16)
def _chain(key: str, _plans: tuple[Plan, ...], _register: Register, back: bool) -> Chain:
    registers = [_register]
    for plan in _plans:
        registers.append(apply_plan(plan, registers[-1]))
    return Chain(_plans, tuple(registers), key, back)


def chain_of(plans: Sequence[Plan], current: Work, back: bool = False) -> Chain:
    """Return the registers along a way that starts at the work's own plan or at embedded ones before it.

    Raises PlanError where a plan does not fit the units that the one before it leaves.
    """
    first = plans[0].base
    embedded = embedded_for(first)
    own = first == current.register.vintage or embedded is None
    register = current.register if own else embedded_register(str(embedded))
    key = ":".join([current.key, *(plan.id for plan in plans)])
    return _chain(key, tuple(plans), register, back)


@st.cache_resource(show_spinner=False, max_entries=16)
def crosswalk_of(key: str, _chain: Chain) -> Crosswalk:  # noqa: ARG001 (the cache's key)
    """Return the crosswalk of a chain by all bases that its plans know; one for both directions."""
    from indicators.command import bases_of
    from plans.crosswalk import chain_crosswalk

    return chain_crosswalk(_chain.plans, _chain.registers[0], bases_of(_chain.plans, None))
