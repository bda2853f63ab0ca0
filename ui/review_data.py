"""What the Review page reads out of an office's file: differences as rows, places on the map, columns matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.errors import Language, Problem
from geo.register import Register
from plans.plan import Plan
from reports.context import Context
from reports.reader import Page, heading, locate, read_pages, text_of
from reports.verify import Difference, Differences
from ui.text import text_in

if TYPE_CHECKING:
    import pandas as pd

KINDS: Final = ("value", "missing_row", "extra_row", "total", "missing_column", "missing_sheet")
# what a planner sees first of a merger table; the other columns are taken by their own headings
MAIN: Final = (
    "former_code", "former_name", "former_kind", "district_name", "part", "area_km2", "population", "new_code",
    "new_name", "new_kind", "clause", "note",
)  # fmt: skip
HEADER: Final = ("id", "title_vi", "title_en", "instrument", "decided", "effective")
IGNORED: Final = "ignored:"
_CODE: Final = re.compile(r"(?<!\d)\d{5}(?!\d)")
_SEARCHED: Final = 30
_COVERS: Final = ("phuong an", "plan")  # in the form of reports.reader.heading


@dataclass(frozen=True, slots=True)
class Place:
    """A unit on the map: its code, and whether it is of the vintage before or after the plan."""

    code: str
    side: str
    name: str


def places_of(difference: Difference, plan: Plan, register: Register) -> tuple[Place, ...]:
    """Return the units that a difference concerns, as far as the map can show them; at most three.

    The codes of the row's key come first, then those that the file or the plan names.
    """
    found: dict[tuple[str, str], Place] = {}
    formed = plan.by_code
    old, _, new = difference.key.partition(" → ")
    texts = [(old, True), (new, False), (difference.in_plan, True), (difference.in_file, True)]
    for text, source_first in texts:
        for code in _CODE.findall(text):
            is_source = code in register and (code in plan.by_source or code not in formed)
            if is_source and source_first:
                found.setdefault((code, "before"), Place(code, "before", register[code].full_name))
            elif code in formed:
                found.setdefault((code, "after"), Place(code, "after", formed[code].name))
            elif code in register:
                found.setdefault((code, "before"), Place(code, "before", register[code].full_name))
    return tuple(found.values())[:3]


# “toàn bộ / whole, một phần / part”: halves of each item; of what a file holds only our own word for nothing is one
_PAIRS: Final = re.compile(r"([^,;()/ ](?:[^,;()/]*[^,;()/ ])?) / ([^,;()/]+)")
_FOUND: Final = re.compile(r"(?<=\()(\w+) / (empty)(?=\))")
_KINDS: Final = "commune|ward|township|special_zone"
_LISTED: Final = re.compile(rf"\b({_KINDS}) \([^)]*\)")
_KIND: Final = re.compile(rf"\b({_KINDS})\b")


def differences_frame(differences: Differences, plan: Plan, register: Register) -> pd.DataFrame:
    """Return one row a difference: what, sheet, row (NaN where the file has none), unit, column, in_file, in_plan,
    key."""
    import pandas as pd

    rows = [
        {
            "what": one.what,
            "sheet": one.sheet,
            "row": float("nan") if one.row is None else float(one.row),
            "unit": "; ".join(place.name for place in places_of(one, plan, register)),
            "column": one.column,
            "in_file": one.in_file,
            "in_plan": one.in_plan,
            "key": one.key,
        }
        for one in differences
    ]
    columns = ["what", "sheet", "row", "unit", "column", "in_file", "in_plan", "key"]
    return pd.DataFrame(rows, columns=columns).astype({"row": "float64"})


def problems_frame(
    problems: Iterable[Problem], words: Language, titles: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return one row a problem: row (text: a line of the file or a code), field, problem, found, accepted.

    ``titles``: what fields are called, by key.
    """
    import pandas as pd

    rows = [
        {
            "row": "" if one.row is None else str(one.row),
            "field": (titles or {}).get(one.field or "", one.field or ""),
            "problem": one.en if words == "en" else one.vi,
            "found": one_language(one.found or "", words, _FOUND),
            "accepted": one_language(one.accepted or "", words),
        }
        for one in problems
    ]
    return pd.DataFrame(rows, columns=["row", "field", "problem", "found", "accepted"])


def one_language(text: str, chosen: Language, pairs: re.Pattern[str] = _PAIRS) -> str:
    """Return what was found or is accepted in one language: kinds in its words, of “vi / en” the half that is its."""
    at = 2 if chosen == "en" else 1
    text = pairs.sub(lambda match: match[at], text)
    text = _LISTED.sub(lambda match: text_in(chosen, f"kind.{match[1]}"), text)
    return _KIND.sub(lambda match: text_in(chosen, f"kind.{match[1]}"), text)


def stated_hashes(content: bytes, name: str) -> Mapping[str, str]:
    """Return the hashes that a workbook's cover states, by name; empty where it has no such cover."""
    from reports.annexes import PLAN_COLUMNS

    cover = next((p for p in read_pages(content, name) if heading(p.name) in _COVERS), None)
    table = locate(cover, PLAN_COLUMNS) if cover is not None else None
    if table is None:
        return {}
    said = {text_of(r.cells.get("field")): text_of(r.cells.get("value")) for r in table.records}
    return {key.removeprefix("hash."): value for key, value in said.items() if key.startswith("hash.")}


def fits(stated: Mapping[str, str], context: Context) -> bool:
    """Whether a workbook was made by these rules on this map from these observations."""
    names = ("rules", "map", "observations")
    return bool(stated) and all(stated.get(name, "") == context.hashes[name] for name in names)


def headings_of(pages: Sequence[Page], matched: Iterable[str]) -> list[str]:
    """Return the headings of the row that holds those matched; where none are, of the row with most words."""
    wanted = set(matched)
    best: tuple[tuple[int, int], list[str]] = ((0, 0), [])
    for page in pages:
        for row in page.cells[:_SEARCHED]:
            texts = [text_of(cell).strip() for cell in row if isinstance(cell, str) and cell.strip()]
            score = (len(wanted & set(texts)), len(set(texts)))
            if score > best[0]:
                best = score, list(dict.fromkeys(texts))
    return best[1]


def corrections(matched: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping for reports.importer.plan_from_table: what was chosen otherwise than recognised.

    A column that was recognised and is to be left out goes under a key that no plan has.
    """
    found: dict[str, str] = {}
    taken = {text for text in chosen.values() if text}
    for key, text in chosen.items():
        known = matched.get(key, "")
        if text and text != known:
            found[key] = text
        elif not text and known and known not in taken:
            found[IGNORED + key] = known
    return found
