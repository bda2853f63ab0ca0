"""The merger table as CSV: one row a transfer, decimal points, codes as text, formulas guarded."""

from __future__ import annotations

import csv
import io

from reports.context import Context
from reports.table import Sheet, guarded, plain_number
from reports.tables import csv_sheet


def sheet_csv(sheet: Sheet) -> str:
    """Return a table as CSV text: headings are the columns' keys, empty cells are unknown."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow(
            [
                "" if cell is None else guarded(cell) if isinstance(cell, str) else plain_number(cell)
                for cell in row
            ]
        )
    return out.getvalue()


def transfers_csv(context: Context) -> bytes:
    """Return the merger table as a CSV file in UTF-8."""
    return sheet_csv(csv_sheet(context)).encode()
