"""To which register do these codes belong? Codes are reused, so the evidence is weighed and said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from geo.errors import ObservationError, PlanError, Problem
from geo.register import Register
from geo.registers import embedded_ids, embedded_register
from geo.text import comparable_name
from indicators.periods import CHANGES, span


@lru_cache(maxsize=1)
def known_registers() -> tuple[Register, ...]:
    """Return the registers of Hanoi that come with the project, one a vintage, and those its plans lead to."""
    from plans.apply import apply_plan
    from plans.files import embedded_plan

    found = {
        r.vintage: r for name in embedded_ids() if name.startswith("hanoi") for r in [embedded_register(name)]
    }
    for name in ("nq1286", "nq1656"):
        try:
            plan = embedded_plan(name)
        except PlanError:
            continue
        if plan.base in found and plan.target not in found:
            found[plan.target] = apply_plan(plan, found[plan.base])
    return tuple(found[vintage] for vintage in sorted(found))


def with_known(registers: Sequence[Register]) -> tuple[Register, ...]:
    """Return the caller's registers and the embedded ones of other vintages, where they speak of the same units."""
    vintages = {register.vintage for register in registers}
    codes = {code for register in registers for code in register.by_code}
    others = [
        register
        for register in known_registers()
        if register.vintage not in vintages
        and (not registers or len(codes & set(register.by_code)) > len(register) / 2)
    ]
    return (*registers, *others)


def recognise(
    codes: Iterable[str],
    registers: Sequence[Register],
    periods: Iterable[str] = (),
    names: Mapping[str, str] | None = None,
    file: str = "",
) -> tuple[Register, Problem]:
    """Return the register to which the codes belong, and a report of the evidence.

    Evidence, in this order: all codes known; names (code to name, where the file has them) agree; the codes are
    exactly the register's; the periods lie where its map was in force; or the units named are the same in all that
    fit. Raises ObservationError listing the candidates where several fit and the difference matters, and where
    none fits.
    """
    wanted = set(codes)
    fitting = [register for register in registers if wanted <= set(register.by_code)]
    if not fitting:
        best = max(registers, key=lambda register: len(wanted & set(register.by_code)))
        unknown = sorted(wanted - set(best.by_code))
        raise ObservationError(
            [
                Problem(
                    f"không có mã này trong sổ {best.id or best.vintage}",
                    f"register {best.id or best.vintage} has no such code",
                    file,
                    code,
                    "unit_code",
                    code,
                    ", ".join(register.id or register.vintage for register in registers),
                )
                for code in unknown
            ]
        )
    steps = [("mã", "codes")]

    def narrow(kept: list[Register], vi: str, en: str) -> None:
        if kept and len(kept) < len(fitting):
            fitting[:] = kept
            steps.append((vi, en))

    if names:
        agreeing = {
            r.vintage: sum(
                comparable_name(r[c].name) in comparable_name(n) for c, n in names.items() if c in r
            )
            for r in fitting
        }
        most = max(agreeing.values())
        narrow([r for r in fitting if agreeing[r.vintage] == most], "tên", "names")
    narrow([r for r in fitting if set(r.by_code) == wanted], "đủ số đơn vị", "the number of units")
    narrow([r for r in fitting if all(_in_force(period, r.vintage) for period in periods)], "kỳ", "periods")
    if len(fitting) > 1 and all(_same(fitting[0], other, wanted) for other in fitting[1:]):
        del fitting[1:]
        steps.append(("các đơn vị này không đổi", "these units are the same in all that fit"))
    if len(fitting) > 1:
        raise ObservationError(
            Problem(
                "không rõ thời điểm: mã khớp nhiều sổ mà đơn vị không như nhau; hãy ghi cột vintage",
                "the vintage is unclear: the codes fit several registers whose units differ; fill the column vintage",
                file,
                None,
                "vintage",
                "",
                ", ".join(register.vintage for register in fitting),
            )
        )
    chosen = fitting[0]
    share = f"{len(wanted)}/{len(chosen)}"
    vi = ", ".join(step[0] for step in steps)
    en = ", ".join(step[1] for step in steps)
    report = Problem(
        f"cột vintage trống; nhận ra {chosen.vintage} ({share} đơn vị; căn cứ: {vi})",
        f"vintage is empty; recognised as {chosen.vintage} ({share} units; evidence: {en})",
        file,
        None,
        "vintage",
        chosen.vintage,
    )
    return chosen, report


def _in_force(period: str, vintage: str) -> bool:
    """Whether a period lies wholly where the map of a vintage was in force."""
    found = span(period)
    if found is None:
        return True
    begun = [day for day in CHANGES if day.isoformat() <= vintage]
    gone = [day for day in CHANGES if day.isoformat() > vintage]
    return found[0] >= (begun[-1] if begun else date.min) and (not gone or found[1] <= gone[0])


def _same(one: Register, other: Register, codes: Iterable[str]) -> bool:
    """Whether the units of these codes are the same in two registers: name, area and population."""
    return all(
        comparable_name(one[code].name) == comparable_name(other[code].name)
        and one[code].area_km2 == other[code].area_km2
        and one[code].population == other[code].population
        for code in codes
    )
