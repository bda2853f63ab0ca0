"""Results on sources and on units formed, and how they stand in JSON (contract: Verdicts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from plans.apply import Amount
from rules.verdicts import json_number


def numbers_json(values: Mapping[str, Decimal | None]) -> dict[str, float | int | None]:
    """Return figures as JSON carries them."""
    return {key: json_number(value) for key, value in values.items()}


@dataclass(frozen=True, slots=True)
class SourceResult:
    """A unit of the register: due or not by which tests, its role in its group, and what the plan does with it.

    ``percent``: of its standard, in %. ``result`` is None where it is not known whether an untouched unit is due.
    """

    code: str
    name: str
    due: bool | None
    due_by: tuple[str, ...]
    role: str
    result: str | None
    exemption: str | None
    percent: Mapping[str, Decimal | None] = field(hash=False)
    reason_vi: str = ""
    reason_en: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the source as in the contract, the reason beside it where there is one."""
        found: dict[str, Any] = {
            "code": self.code,
            "name": self.name,
            "due": self.due,
            "due_by": list(self.due_by),
            "role": self.role,
            "result": self.result,
            "exemption": self.exemption,
            "percent": numbers_json(self.percent),
        }
        if self.reason_vi:
            found |= {"reason_vi": self.reason_vi, "reason_en": self.reason_en}
        return found


@dataclass(frozen=True, slots=True)
class UnitResult:
    """A unit formed or changed with the amounts it is judged on (km², persons), their base and % of its standard."""

    code: str
    name: str
    kind: str
    district_code: str
    amounts: Mapping[str, Amount] = field(hash=False)
    percent: Mapping[str, Decimal | None] = field(hash=False)
    basis: Mapping[str, str] = field(hash=False)
    predecessors: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the unit as in the contract; a figure that cannot be known is null with its bounds beside it."""
        found: dict[str, Any] = {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "district_code": self.district_code,
        }
        for quantity, amount in self.amounts.items():
            found |= amount_json(quantity, amount)
        return found | {
            "percent": numbers_json(self.percent),
            "basis": dict(self.basis),
            "predecessors": [{"code": code, "part": part} for code, part in self.predecessors],
        }


def amount_json(quantity: str, amount: Amount) -> dict[str, Any]:
    """Return an amount as JSON fields: the figure, or null with low and high where they are known."""
    found: dict[str, Any] = {quantity: json_number(amount.value)}
    if amount.value is None and amount.low is not None:
        found[f"{quantity}_low"] = json_number(amount.low)
        found[f"{quantity}_high"] = json_number(amount.high)
    elif amount.estimated:
        found[f"{quantity}_estimated"] = True
    return found
