"""Editing a plan: actions from plan to plan, each named, storable and said in both languages.

    after = Merge(("10357", "10360", "10363"), name="Hoa Viên").apply(plan, register)

What an action changes is dropped where it no longer holds (an instrument's figures for a unit that now takes
other sources); what a person chose is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from geo.register import Register
from geo.text import comparable_name
from plans.edit_base import (
    ACTIONS,
    Action,
    Touched,
    action_from_json,
    registered_actions,
    touched,
)
from plans.edit_draft import Words, checked_name
from plans.edit_groups import Detach, DissolveGroup, Merge, Move
from plans.edit_parts import EditPart, GivePart
from plans.edit_records import RecordExemption, RemoveExemption, SetMetadata, SetProcedure, SetTotals
from plans.edit_units import ChangeKind, ChooseSeat, EditUnit, Rename
from plans.plan import Plan

__all__ = [
    "ACTIONS",
    "Action",
    "ChangeKind",
    "ChooseSeat",
    "Detach",
    "DissolveGroup",
    "EditPart",
    "EditUnit",
    "GivePart",
    "Merge",
    "Move",
    "RecordExemption",
    "RemoveExemption",
    "Rename",
    "SetMetadata",
    "SetProcedure",
    "SetTotals",
    "Touched",
    "Words",
    "action_from_json",
    "empty_plan",
    "name_suggestions",
    "registered_actions",
    "touched",
]


def empty_plan(register: Register, decided: date, effective: date, plan_id: str, title: str = "") -> Plan:
    """Return a plan on a register that changes nothing yet. Raises PlanError when the dates do not fit."""
    return Plan(
        id=checked_name(plan_id),
        title_vi=title,
        title_en=title,
        instrument="",
        decided=decided,
        effective=effective,
        base=register.vintage,
    )


def name_suggestions(plan: Plan, register: Register, sources: Iterable[str]) -> tuple[str, ...]:
    """Return names for what sources form together: their own, the most populous first.

    A name that another unit of the district will bear after the plan comes last.
    """
    units = sorted(
        (register[code] for code in dict.fromkeys(sources)), key=lambda u: (-(u.population or 0), u.code)
    )
    codes, districts = {u.code for u in units}, {u.district_code for u in units}
    taken = {
        comparable_name(u.name)
        for u in register
        if u.district_code in districts and u.code not in codes and u.code not in plan.by_source
    } | {comparable_name(unit.name) for unit in plan.units if codes.isdisjoint(unit.sources)}
    names = {comparable_name(u.name): u.name for u in reversed(units)}
    ordered = [names[key] for key in dict.fromkeys(comparable_name(u.name) for u in units)]
    return tuple(sorted(ordered, key=lambda name: comparable_name(name) in taken))
