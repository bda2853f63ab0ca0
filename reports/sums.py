"""Sums after a plan on the register's base.

The parts of one unit are together the whole of it (contract: Plan), so a district or the city that keeps all parts
keeps the unit's figures, whether or not the parts themselves are known.
"""

from __future__ import annotations

from decimal import Decimal

from geo.register import exact_sum
from plans.shares import source_shares, split
from reports.context import Context


def total_before(context: Context, district: str | None, figure: str) -> Decimal | None:
    """Return the exact sum of area_km2 (km²) or population (persons) before; None = one of them is unknown.

    ``district`` is a code, None for all.
    """
    return exact_sum(
        unit.figure(figure).value for unit in context.register if district in (None, unit.district_code)
    )


def total_after(context: Context, district: str | None, figure: str) -> Decimal | None:
    """Return the sum after the plan; None where a part without figures leaves the district, or leads nowhere."""
    base = "area" if figure == "area_km2" else figure
    addends: list[Decimal | None] = []
    for unit in context.register:
        pairs = context.plan.by_source.get(unit.code)
        if pairs is None:
            if district in (None, unit.district_code):
                addends.append(unit.figure(figure).value)
            continue
        where = {target.code: context.formed_by_code[target.code].unit.district_code for target, _ in pairs}
        inside = [code for code, found in where.items() if district in (None, found)]
        complete = len(pairs) > 1 or pairs[0][1].part == "whole"
        value = unit.figure(figure).value
        if inside and len(inside) == len(where) and complete:
            addends.append(value)
        elif inside:
            shares = source_shares(context.plan, unit.code, base)
            parts = None if value is None else split(value, shares)
            addends += [None if parts is None else parts[code][0] for code in inside]
    return exact_sum(addends)
