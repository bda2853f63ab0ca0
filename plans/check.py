"""What a plan cannot be without: every code that it names exists in the register it starts from."""

from __future__ import annotations

from collections.abc import Iterator

from geo.errors import PlanError, Problem
from geo.register import Register
from plans.plan import Plan


def check_plan(plan: Plan, register: Register) -> None:
    """Check a plan against its base register. Raises PlanError with all that does not fit, naming the units."""
    if problems := list(_misfits(plan, register)):
        raise PlanError(problems)


def _misfits(plan: Plan, register: Register) -> Iterator[Problem]:
    if register.vintage and register.vintage != plan.base:
        yield Problem(
            "sổ đơn vị thuộc thời điểm khác với phương án",
            "the register is of another vintage than the plan's base",
            register.id,
            None,
            "vintage",
            register.vintage,
            plan.base,
        )
    known = f"mã trong sổ {register.id} / a code of the register {register.id}"
    for unit in plan.units:
        for transfer in unit.transfers:
            if transfer.code not in register:
                yield Problem(
                    f"không có đơn vị nguồn này (đơn vị mới {unit.code} {unit.name})",
                    f"there is no such source unit (unit formed {unit.code} {unit.name})",
                    plan.id,
                    transfer.code,
                    "unit.from.code",
                    transfer.code,
                    known,
                )
        if unit.code in register and unit.code not in plan.by_source:
            yield Problem(
                "mã của một đơn vị giữ nguyên",
                "the code of a unit that stays as it is",
                plan.id,
                unit.code,
                "unit.code",
                unit.code,
                "mã của đơn vị nguồn, hoặc mã mới / the code of a source unit, or a new one",
            )
        if unit.district_code and register.districts and unit.district_code not in register.districts:
            yield Problem(
                "không có huyện này",
                "there is no such district",
                plan.id,
                unit.code,
                "unit.district_code",
                unit.district_code,
                ", ".join(register.districts),
            )
    for exemption in plan.exempt:
        if exemption.code not in register:
            yield Problem(
                "không có đơn vị được miễn này",
                "there is no such exempt unit",
                plan.id,
                exemption.code,
                "exempt.code",
                exemption.code,
                known,
            )
