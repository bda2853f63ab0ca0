"""What every edit of a plan shares: the action, its register by name, its JSON form, and the plan being changed.

An action is immutable data; applying it gives a new plan or raises PlanError, and the old plan stays.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Final, TypeVar

from geo.errors import PlanError, Problem
from geo.register import Register
from geo.registers import decimal_of
from plans.check import check_plan
from plans.edit_draft import Draft, Words, refuse
from plans.plan import Plan


@dataclass(frozen=True, slots=True)
class Touched:
    """What differs between two plans: codes of units formed (before or after), and of source units."""

    units: frozenset[str]
    sources: frozenset[str]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in order."""
        return tuple(sorted(self.units | self.sources))


ACTIONS: Final[dict[str, type[Action]]] = {}
_A = TypeVar("_A", bound="type[Action]")


def action(name: str) -> Callable[[_A], _A]:
    """Register an action under the name by which it is stored."""

    def registered(cls: _A) -> _A:
        if name in ACTIONS:
            raise ValueError(f"action names must be unique; got {name} twice")
        ACTIONS[name] = cls
        cls.action = name
        return cls

    return registered


@dataclass(frozen=True)
class Action:
    """One edit. Fields are text, numbers, dates and tuples, so that the action can be stored and done again."""

    action: ClassVar[str] = ""

    def apply(self, plan: Plan, register: Register) -> Plan:
        """Return the plan after the action.

        Raises PlanError, in both languages, when the action does not fit the plan, changes nothing, or would
        leave a plan that is not valid; the plan given is untouched in any case.
        """
        for item in fields(self):
            _check_text(item.name, getattr(self, item.name))
        draft = Draft(plan, register)
        self.change(draft)
        after = draft.plan()
        if after == plan:
            refuse("thao tác này không thay đổi gì", "this changes nothing")
        check_plan(after, register)
        _check_exempt(plan, after, register)
        return after

    def change(self, draft: Draft) -> None:
        """Make the change on a draft."""
        raise NotImplementedError

    def describe(self, draft: Draft) -> Words:
        """Return what the action does, said of the plan before it."""
        raise NotImplementedError

    def description(self, plan: Plan, register: Register) -> Words:
        """Return what the action does in both languages; ``plan`` is the plan before it."""
        return self.describe(Draft(plan, register))

    def touched(self, plan: Plan, register: Register) -> Touched:
        """Return what the action touches of a plan; see touched."""
        return touched(plan, self.apply(plan, register))

    def as_json(self) -> dict[str, object]:
        """Return the action as JSON values, defaults left out; action_from_json gives an equal action."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        defaults = {item.name: item.default for item in fields(self)}
        return {"action": self.action} | {
            name: encoded(value) for name, value in values.items() if value != defaults[name]
        }


def touched(before: Plan, after: Plan) -> Touched:
    """Return the units formed and the source units for which two plans differ."""
    units = {
        c
        for c in before.by_code.keys() | after.by_code.keys()
        if before.by_code.get(c) != after.by_code.get(c)
    }
    sources = {
        c
        for c in before.by_source.keys() | after.by_source.keys()
        if before.by_source.get(c) != after.by_source.get(c)
    }
    exempt = set(before.exempt) ^ set(after.exempt)
    return Touched(frozenset(units), frozenset(sources | {e.code for e in exempt}))


def _check_exempt(before: Plan, after: Plan, register: Register) -> None:
    exempt = {exemption.code for exemption in after.exempt}
    for code in sorted(touched(before, after).sources & exempt):
        if any(
            unit.code != code or len(unit.transfers) > 1
            for unit, t in after.by_source.get(code, ())
            if t.part == "whole"
        ):
            name = register[code].name
            refuse(
                f"{name} đang được miễn sắp xếp: hãy bỏ miễn trừ trước, hoặc để nguyên đơn vị",
                f"{name} is exempt from rearrangement: remove the exemption first, or leave the unit as it is",
                code,
            )


def _check_text(name: str, value: object) -> None:
    """Refuse characters that no file or database can hold."""
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and any(
            unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text
        ):
            refuse(
                "có ký tự không in được",
                "there are characters that cannot be printed",
                None,
                name,
                ascii(text),
            )


# --- stored form ---------------------------------------------------------------------------------------------


def encoded(value: object) -> object:
    """Return a value as JSON: decimals as {"decimal": …}, dates as {"date": …}, tuples as lists."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, list | tuple):
        return [encoded(item) for item in value]
    return value


def decoded(value: object) -> object:
    """Return what was encoded; lists come back as tuples. Raises ValueError for anything else."""
    if isinstance(value, list):
        return tuple(decoded(item) for item in value)
    if isinstance(value, dict):
        (kind, text), *more = value.items()
        number = decimal_of(str(text))
        if kind == "date" and not more:
            return date.fromisoformat(str(text))
        if kind == "decimal" and not more and number is not None:
            return number
        raise ValueError(f"values must be dates or decimals; got {value}")
    return value


def action_from_json(stored: Mapping[str, Any]) -> Action:
    """Return the action that as_json stored. Raises PlanError when it is none, or of a newer version."""
    name = stored.get("action") if isinstance(stored, Mapping) else None
    cls = ACTIONS.get(str(name))
    if cls is None:
        refuse(
            "không có thao tác này",
            "there is no such action",
            None,
            "action",
            str(name),
            ", ".join(sorted(ACTIONS)),
        )
    try:
        values = {key: decoded(value) for key, value in stored.items() if key != "action"}
        made = cls(**values)
        for item in fields(cls):
            if not _fits(str(item.type), getattr(made, item.name)):
                raise TypeError(f"{item.name} must be {item.type}; got {getattr(made, item.name)!r}")
    except (TypeError, ValueError) as error:
        raise PlanError(
            Problem("thao tác lưu trữ bị hỏng", "a stored action is damaged", "", None, str(name), str(error))
        ) from error
    return made


def _fits(annotation: str, value: object) -> bool:
    """Tell whether a value is of the type that a field is declared with (the few that actions use)."""
    found = "None" if value is None else type(value).__name__
    if isinstance(value, tuple):
        found = "tuple[str, ...]" if all(isinstance(item, str) for item in value) else "tuple"
    return annotation == "object" or found in annotation.split(" | ")


def registered_actions() -> Mapping[str, type[Action]]:
    """Return all actions by name."""
    return MappingProxyType(ACTIONS)
