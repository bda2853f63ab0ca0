"""The command `sapxep remap`: from plans and a file of observations to a file on the new units, or back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import ObservationError, Problem
from geo.register import Register
from indicators.catalogue import Catalogue, embedded_catalogue, read_catalogue
from indicators.formats import provenance, write_remapped
from indicators.observations import read_observations
from indicators.remap import remap
from plans.apply import apply_plan
from plans.crosswalk import DEFAULT_BASES, Crosswalk, chain_crosswalk
from plans.files import plan_text
from plans.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: a Parquet file of more rows than these goes through the stream, which gives the same result in less memory
STREAM_ABOVE: Final = 2_000_000
TOTALS: Final = (
    "indicator",
    "period",
    "total_before",
    "total_after",
    "missing_before",
    "missing_after",
    "equal",
)


@dataclass(frozen=True)
class RemapSummary:
    """What a run of the command says: totals before and after side by side, and what was noticed."""

    columns: tuple[str, ...]
    totals: tuple[tuple[object, ...], ...]
    reports: tuple[Problem, ...]


def bases_of(plans: Sequence[Plan], base: str | None) -> tuple[str, ...]:
    """Return the bases of a crosswalk: population and area, those with entered shares, and the one asked for."""
    entered = sorted({name for plan in plans for _, transfer in plan.transfers for name in transfer.shares})
    return tuple(dict.fromkeys((*DEFAULT_BASES, *entered, *((base,) if base else ()))))


def run_remap(
    plans: Sequence[Plan],
    register: Register,
    source: Path | str,
    target: Path,
    *,
    catalogue: str | None = None,
    base: str | None = None,
    backcast: bool = False,
    engine: str = "local",
    progress: Callable[[int, int], None] | None = None,
) -> RemapSummary:
    """Remap a file of observations along a chain of plans and write the result (contract: remap).

    ``catalogue``: a file whose indicators are added to the embedded ones, or replace those of the same id.
    Parquet of counts and ratios above STREAM_ABOVE rows is streamed; ``engine`` "spark" runs the relational form.
    Raises what reading, the crosswalk and writing raise; nothing is written then.
    """
    known = embedded_catalogue()
    if catalogue:
        known = known.extended(*read_catalogue(catalogue, known.by_id).by_id.values())
    walk = chain_crosswalk(plans, register, bases_of(plans, base))
    source = Path(source)
    if engine == "spark":
        return _by_spark(source, target, walk, known, base, register, backcast)
    if (
        not backcast
        and source.suffix.lower() == target.suffix.lower() == ".parquet"
        and _rows(source) > STREAM_ABOVE
    ):
        from indicators.scale import SUMMED, remap_parquet

        done = remap_parquet(source, target, walk, known, base=base, register=register, progress=progress)
        return _summary(SUMMED, done.total_rows, done.reports)
    after = register
    for plan in plans:
        after = apply_plan(plan, after)
    given = after if backcast else register
    observations = read_observations(source, known, given)
    remapped = remap(observations, walk, known, base=base, backcast=backcast, register=register)
    inputs = {f"plan {plan.id}": plan_text(plan).encode() for plan in plans}
    options = {"base": base or "", "backcast": str(backcast), "register": register.id}
    write_remapped(remapped, target, provenance({**inputs, "observations": source}, options))
    totals = remapped.totals
    return _summary(list(totals.columns), totals.astype(object).to_numpy().tolist(), remapped.reports)


def _rows(source: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.ParquetFile(source).metadata.num_rows)
    except (OSError, pa.ArrowException):
        return 0  # reading it says what is wrong


def _by_spark(
    source: Path,
    target: Path,
    walk: Crosswalk,
    known: Catalogue,
    base: str | None,
    register: Register,
    backcast: bool,
) -> RemapSummary:
    from indicators.relational import remap_relational

    if backcast or target.suffix.lower() != ".parquet":
        raise ObservationError(
            Problem(
                "--engine spark chỉ ghi .parquet, không tính ngược",
                "--engine spark writes .parquet only, and does not go back",
                str(target),
                accepted="-o OUT.parquet",
            )
        )
    with _as_parquet(source, known, register) as parquet:
        done = remap_relational(parquet, target, walk, known, engine="spark", base=base, register=register)
    return RemapSummary(
        ("engine", "rows_in", "rows_out", "seconds"),
        ((done.engine, done.rows_in, done.rows_out, round(done.seconds, 1)),),
        (),
    )


@contextmanager
def _as_parquet(source: Path, known: Catalogue, register: Register) -> Iterator[Path]:
    if source.suffix.lower() == ".parquet":
        yield source
        return
    frame = read_observations(source, known, register).frame
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "observations.parquet"
        frame.to_parquet(path, index=False)
        yield path


def _summary(
    columns: Sequence[str], rows: Iterable[Sequence[object]], reports: tuple[Problem, ...]
) -> RemapSummary:
    """Return the totals in those of the columns TOTALS that there are; a streamed run sums over periods."""
    shown = [place for place, column in enumerate(columns) if column in TOTALS]
    return RemapSummary(
        tuple(columns[place] for place in shown),
        tuple(tuple(_plain(row[place]) for place in shown) for row in rows),
        reports,
    )


def _plain(cell: object) -> object:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
