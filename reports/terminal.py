"""What the command prints: tables for reading, CSV and JSON for other programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document on standard output and nothing else."""
    print(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def print_csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a CSV on standard output; None is an empty cell."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)


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
