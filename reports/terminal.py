"""What the command prints: tables for reading, CSV and JSON for other programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from geo.errors import Language
from geo.register import KIND_NAMES, Register

if TYPE_CHECKING:
    import pandas as pd

_WORST_FIRST: Final = ("fail", "undetermined", "exempt", "pass")


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document on standard output and nothing else."""
    print(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def print_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a CSV on standard output; None is an empty cell."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)


def print_frame(frame: pd.DataFrame) -> None:
    """Print a frame as a table."""
    print_table([str(column) for column in frame.columns], frame.astype(object).to_numpy().tolist())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table for reading; wide cells are wrapped where the terminal is narrow."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    width = None if sys.stdout.isatty() else 180
    Console(width=width, highlight=False, markup=False).print(table)


def print_verdicts(verdicts: Sequence[Mapping[str, Any]], language: Language, as_csv: bool = False) -> None:
    """Print verdicts (contract: JSON of validate): all as CSV, those that are no pass as a table, worst first.

    In CSV measured, required and margin are JSON, factors are joined by spaces.
    """
    if as_csv:
        columns = list(verdicts[0]) if verdicts else []
        print_csv(columns, [[_cell(verdict[column]) for column in columns] for verdict in verdicts])
        return
    shown = sorted(
        (verdict for verdict in verdicts if verdict["outcome"] != "pass"),
        key=lambda v: (v["severity"] != "mandatory", _WORST_FIRST.index(v["outcome"]), v["rule"]),
    )
    print_table(
        ("rule", "subject", "outcome", "severity", "message"),
        [[v["rule"], v["subject"], v["outcome"], v["severity"], v[f"message_{language}"]] for v in shown],
    )


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value


def print_assessment(sources: Sequence[Mapping[str, Any]], language: Language, as_csv: bool = False) -> None:
    """Print assessed units (contract: JSON of assess): all as CSV, those that are due or undetermined as a table."""
    words = {True: "due", False: "not due", None: "undetermined"}
    rows = [
        [
            source["code"],
            source["name"],
            words[source["due"]],
            " ".join(source["due_by"]),
            " ".join(f"{key} {value}" for key, value in source["percent"].items() if value is not None),
            source.get(f"reason_{language}") or "",
        ]
        for source in sources
        if as_csv or source["due"] is not False
    ]
    (print_csv if as_csv else print_table)(("code", "name", "due", "due_by", "percent", "reason"), rows)


def register_summary(register: Register) -> dict[str, object]:
    """Return what a register holds: counts by kind, exact totals (None where a figure is missing), what is missing."""
    kinds = [unit.kind for unit in register]
    return {
        "register": register.id,
        "vintage": register.vintage,
        "units": len(register),
        **{kind: sum(found == kind for found in kinds) for kind in KIND_NAMES},
        "districts": len(register.districts),
        "area_km2": register.total("area_km2"),
        "population": register.total("population"),
        "missing_area": sum(unit.area_km2 is None for unit in register),
        "missing_population": sum(unit.population is None for unit in register),
        "unknown_terrain": sum(not unit.terrain for unit in register),
    }
