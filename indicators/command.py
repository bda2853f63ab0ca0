"""The command `sapxep remap`: plans and a file of observations in, a file of remapped observations out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.errors import ObservationError, Problem
from geo.files import read_bytes
from geo.register import Register
from indicators.assemble import TOTALS
from indicators.catalogue import Catalogue, embedded_catalogue, read_catalogue
from indicators.formats import provenance, write_remapped
from indicators.observations import parse_observations
from indicators.remap import remap
from plans.apply import apply_plan
from plans.crosswalk import DEFAULT_BASES, chain_crosswalk
from plans.files import plan_text
from plans.plan import Plan


@dataclass(frozen=True)
class Summary:
    """What the command prints: totals before and after, and reports; ``files`` are those written."""

    columns: tuple[str, ...]
    totals: tuple[tuple[str, ...], ...]
    reports: tuple[Problem, ...]
    files: tuple[Path, ...]


LOCAL: Final = "local"


def run_remap(
    plans: Sequence[Plan],
    register: Register,
    observations: Path | str,
    out: Path | str,
    *,
    catalogue: Path | str | None = None,
    base: str | None = None,
    backcast: bool = False,
    engine: str = LOCAL,
) -> Summary:
    """Remap a file of observations through one plan or a chain, composed left to right, and write the result.

    ``catalogue`` adds to the embedded one, its rows first. Raises what reading, remapping and writing raise;
    nothing is written then.
    """
    if engine != LOCAL:
        raise ObservationError(
            Problem(
                "chưa có bộ máy tính này",
                "this engine is not there",
                field="engine",
                found=engine,
                accepted=LOCAL,
            )
        )
    known = with_embedded(catalogue)
    walk = chain_crosswalk(plans, register, entered_bases(plans))
    given = last_register(plans, register) if backcast else register
    content = read_bytes(observations)
    found = parse_observations(content, str(observations), known, given)
    result = remap(found, walk, known, base=base, backcast=backcast, register=register)
    inputs: dict[str, Path | str | bytes] = {f"plan {plan.id}": plan_text(plan).encode() for plan in plans}
    inputs[f"observations {Path(observations).name}"] = content
    if catalogue is not None:
        inputs["catalogue"] = Path(catalogue)
    options = {
        "register": register.id or register.vintage,
        "base": base or "",
        "backcast": "yes" if backcast else "no",
        "engine": engine,
    }
    written = write_remapped(result, out, provenance(inputs, options))
    rows = tuple(
        tuple(f"{cell:.10g}" if isinstance(cell, float) else str(cell) for cell in row)
        for row in result.totals.itertuples(index=False, name=None)
    )
    return Summary(TOTALS, rows, result.reports, tuple(written))


def with_embedded(catalogue: Path | str | None) -> Catalogue:
    """Return the embedded catalogue, with the rows of a file of one's own in place of its own."""
    return (
        embedded_catalogue()
        if catalogue is None
        else embedded_catalogue().extended(*read_catalogue(catalogue))
    )


def entered_bases(plans: Sequence[Plan]) -> tuple[str, ...]:
    """Return the bases for which the plans can have shares: people, area, and those entered for a transfer."""
    entered = sorted({base for plan in plans for _, transfer in plan.transfers for base in transfer.shares})
    return (*DEFAULT_BASES, *(base for base in entered if base not in DEFAULT_BASES))


def last_register(plans: Sequence[Plan], register: Register) -> Register:
    """Return the register to which a chain of plans leads."""
    for plan in plans:
        register = apply_plan(plan, register)
    return register
