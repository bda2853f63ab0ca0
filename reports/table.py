"""A table of a document: columns with headings in both languages, rows of text and exact numbers.

Every document and the check back are made from these tables, so that what is printed, what is verified and what is
imported cannot drift apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from geo.register import KIND_NAMES

if TYPE_CHECKING:
    import pandas as pd

CellKind = Literal["text", "code", "area", "count", "percent", "share", "number"]
Cell = str | Decimal | int | None

PART_NAMES: Final[Mapping[str, str]] = {"whole": "toàn bộ", "part": "một phần", "remainder": "phần còn lại"}
# a cell that begins so is read as a formula by spreadsheets
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# control characters cannot stand in XML; each is shown by its picture (U+2400 block) and read back from it
_CONTROLS: Final = {i: 0x2400 + i for i in range(32) if i not in (9, 10, 13)} | {127: 0x2421}
_PICTURES: Final = {picture: control for control, picture in _CONTROLS.items()}
_MARK: Final = "\u2426"
_ALL: Final = "".join(map(chr, _PICTURES))
_LITERAL: Final = re.compile(f"[{_ALL}{_MARK}]")
_SHOWN: Final = re.compile(f"{_MARK}([{_ALL}{_MARK}])|[{_ALL}]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``words`` maps what a cell holds to what a reader sees; ``total`` asks for a sum below.

    What is not ``printed`` stands to the right of what is, and out of the area that a workbook prints.
    """

    key: str
    vi: str
    en: str
    kind: CellKind = "text"
    width: float = 12
    total: bool = False
    words: Mapping[str, str] | None = None
    printed: bool = True

    @property
    def numeric(self) -> bool:
        """Whether cells are numbers."""
        return self.kind not in ("text", "code")


@dataclass(frozen=True, slots=True)
class Total:
    """The exact sum of a column and how many of its cells are empty: missing is not zero."""

    value: Decimal
    missing: int


@dataclass(frozen=True)
class Sheet:
    """One table; ``identity`` names the columns that tell its rows apart.

    ``printed_rows`` is how many of the first rows a workbook prints (the rest is for the screen), None = all.
    """

    key: str
    vi: str
    en: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    identity: tuple[str, ...]
    note_vi: str = ""
    note_en: str = ""
    printed_rows: int | None = None

    def __post_init__(self) -> None:
        """Refuse rows of another width."""
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"rows of {self.key} must have {len(self.columns)} cells; got {len(row)}: {row}"
                )

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Position of each column by its key."""
        return {column.key: i for i, column in enumerate(self.columns)}

    def column(self, key: str) -> list[Cell]:
        """Return the cells of one column."""
        at = self.positions[key]
        return [row[at] for row in self.rows]

    @cached_property
    def totals(self) -> Mapping[str, Total]:
        """Exact sums of the columns that have a total."""
        found = {}
        for column in self.columns:
            if column.total:
                cells = self.column(column.key)
                numbers = [Decimal(cell) for cell in cells if isinstance(cell, Decimal | int)]
                found[column.key] = Total(sum(numbers, Decimal(0)), len(cells) - len(numbers))
        return found

    def without_empty(self, keep: Sequence[str] = ()) -> Sheet:
        """Return the sheet without columns that hold nothing, except those named."""
        kept = [
            i
            for i, column in enumerate(self.columns)
            if column.key in keep or any(row[i] not in (None, "") for row in self.rows)
        ]
        return Sheet(
            self.key,
            self.vi,
            self.en,
            tuple(self.columns[i] for i in kept),
            tuple(tuple(row[i] for i in kept) for row in self.rows),
            self.identity,
            self.note_vi,
            self.note_en,
            self.printed_rows,
        )

    def frame(self) -> pd.DataFrame:
        """Return the table with numbers as float64 (missing = NaN), text as it is."""
        import pandas as pd

        made = pd.DataFrame(list(self.rows), columns=[column.key for column in self.columns])
        for column in self.columns:
            if column.numeric:
                made[column.key] = pd.to_numeric(
                    made[column.key].map(lambda cell: None if cell is None else float(cell))
                ).astype("float64")
            else:
                made[column.key] = made[column.key].fillna("").astype(str)
        return made


KIND_WORDS: Final = dict(KIND_NAMES)
PART_WORDS: Final = dict(PART_NAMES)


def shown(column: Column, cell: Cell) -> Cell:
    """Return a cell as a Vietnamese reader sees it: words translated, control characters by their pictures."""
    if isinstance(cell, str):
        return visible(column.words.get(cell, cell) if column.words else cell)
    return cell


def visible(text: str) -> str:
    """Return text whose control characters (line breaks and tabs aside) are replaced by their pictures.

    A picture that the text itself holds is marked, so that invisible() gives the same text again.
    """
    text = _LITERAL.sub(lambda match: _MARK + match[0], text).translate(_CONTROLS)
    # lone surrogates and non-characters cannot be written in XML at all
    return re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


def invisible(text: str) -> str:
    """Return the text that visible() was given."""
    return _SHOWN.sub(lambda match: match[1] or chr(_PICTURES[ord(match[0])]), text)


def guarded(text: str) -> str:
    """Return text for a CSV cell: what begins like a formula gets an apostrophe (contract: Documents)."""
    text = visible(text)
    return "'" + text if text.lstrip("'").startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """Return the text that a CSV cell stands for: the apostrophe that guards a formula is removed."""
    rest = text[1:]
    return invisible(
        rest if text.startswith("'") and rest.lstrip("'").lstrip(" ").startswith(_FORMULA) else text
    )


def plain_text(text: str) -> str:
    """Return text for comparing: composed Unicode, one space between words, no space at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain_number(value: Decimal | int) -> str:
    """Return a number for a file: decimal point, no grouping, no exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
