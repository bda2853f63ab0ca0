"""What the Indicators page shows, without drawing it: results as rows, targets, files to download."""

from __future__ import annotations

import io
import math
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from indicators.catalogue import Catalogue, Indicator
from indicators.periods import span
from plans.files import plan_text
from ui.indicators_sources import Source, register_bytes
from ui.indicators_ways import Chain, crosswalk_of
from ui.layers import full_name

if TYPE_CHECKING:
    import pandas as pd

    from indicators.remap import Remapped

FORMATS: Final = ("csv", "xlsx", "parquet")
#: a worksheet's rows below its head
SHEET_ROWS: Final = 1_048_575
#: what is known of a figure, with the sign that stands beside its word
MARKS: Final[Mapping[str, str]] = {
    "exact": "=",
    "estimated": "≈",
    "bounds": "↔",
    "refused": "✕",
    "missing": "∅",
}
Key = tuple[str, str]


@st.cache_resource(show_spinner=False, max_entries=16)
def _remapped(key: str, _source: Source, _chain: Chain, base: str | None) -> Remapped:  # noqa: ARG001
    from indicators.remap import remap

    walk = crosswalk_of(_chain.key, _chain)
    return remap(
        _source.observations,
        walk,
        _source.catalogue,
        base=base,
        backcast=_chain.back,
        register=_chain.registers[0],
    )


def result_key(source: Source, chain: Chain, base: str | None) -> str:
    """Return what tells a result from others: hashes of the content and of the plan, the chain, the base."""
    return f"{source.key}:{chain.key}:{base or ''}:{'back' if chain.back else ''}"


def remapped(source: Source, chain: Chain, base: str | None) -> Remapped:
    """Return the observations on the chain's last units; kept between runs.

    Raises ObservationError and CrosswalkError as indicators.remap does.
    """
    return _remapped(result_key(source, chain, base), source, chain, base)


def columns_of(result: Remapped) -> list[Key]:
    """Return (indicator, period) of a result in their order."""
    pairs = result.frame[["indicator", "period"]].drop_duplicates()
    return [(str(i), str(p)) for i, p in zip(pairs["indicator"], pairs["period"], strict=True)]


def chosen_rows(frame: pd.DataFrame, column: Key) -> pd.DataFrame:
    """Return the rows of one indicator and period."""
    return frame[(frame["indicator"] == column[0]) & (frame["period"] == column[1])]


def old_values(result: Remapped, column: Key) -> dict[str, float | str | None]:
    """Return the figures of the old units by code; a ratio given as its parts alone is their quotient."""
    indicator = result.catalogue.by_id[column[0]]
    found: dict[str, float | str | None] = {}
    for row in chosen_rows(result.inputs, column).itertuples():
        value = _known(row.value)
        top, bottom = _known(row.numerator), _known(row.denominator)
        if value is None and isinstance(top, float) and isinstance(bottom, float) and bottom:
            value = top / bottom * (100 if indicator.percent else 1)
        found[str(row.unit_code)] = value
    return found


def new_values(result: Remapped, column: Key) -> dict[str, float | str | None]:
    """Return the figures of the new units by code, None where there is none."""
    rows = chosen_rows(result.frame, column)
    return {str(c): _known(v) for c, v in zip(rows["unit_code"], rows["value"], strict=True)}


def _known(value: object) -> float | str | None:
    if value is None or (isinstance(value, str) and not value):
        return None
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return None if number != number else number


def figures_of(values: Mapping[str, float | str | None]) -> dict[str, float | None]:
    """Return the values that are numbers; words count as none."""
    return {code: value if isinstance(value, float) else None for code, value in values.items()}


def mark_of(value: object, low: object, method: str, base: str, status: str) -> str:
    """Return what is known of a figure: exact, estimated, bounds, refused or missing."""
    if _known(value) is not None:
        return "estimated" if status in ("E", "I", "F") or base else "exact"
    if method == "refused":
        return "refused"
    return "bounds" if _known(low) is not None else "missing"


def decimals_of(indicator: Indicator, values: Mapping[str, float | None]) -> int:
    """Return how many decimals a figure is shown with: none for whole numbers, one for percents, else two.

    A figure per something that reaches thousands, as density does, is shown without.
    """
    known = [value for value in values.values() if value is not None]
    if known and all(value.is_integer() for value in known):
        return 0
    if "/" in indicator.unit and known and max(known) >= 1000:
        return 0
    return 1 if indicator.percent else 2


def result_rows(result: Remapped, column: Key, chain: Chain, words: str) -> pd.DataFrame:
    """Return one row a new unit, for the table: what it takes, the old figures beside the new one, and how.

    ``value``, ``low``, ``high`` and ``coverage`` (%) are float64; ``value_text`` holds words where a kind has them.
    """
    import pandas as pd

    from geo.text import vietnamese_number
    from indicators.explain import reason_in

    old = old_values(result, column)
    rows = chosen_rows(result.frame, column)
    decimals = decimals_of(result.catalogue.by_id[column[0]], figures_of(old))

    def shown(code: str) -> str:
        value = old.get(code)
        return value if isinstance(value, str) else vietnamese_number(value, decimals)

    lines = []
    for row in rows.itertuples():
        code = str(row.unit_code)
        unit = chain.asked[code]
        parents = str(row.parents).split()
        names = [chain.given[parent].name if parent in chain.given else parent for parent in parents]
        value = _known(row.value)
        mark = mark_of(row.value, row.low, str(row.method), str(row.base), str(row.status))
        lines.append(
            {
                "code": code,
                "unit": full_name(unit, "vi" if words == "vi" else "en"),
                "district": unit.district_name,
                "change": "same" if parents == [code] and not row.base else "formed",
                "old": " + ".join(f"{name} {shown(p)}" for name, p in zip(names, parents, strict=True)),
                "value": value if isinstance(value, float) else float("nan"),
                "value_text": value if isinstance(value, str) else "",
                "mark": mark,
                "low": _number(row.low),
                "high": _number(row.high),
                "status": str(row.status),
                "method": str(row.method),
                "base": str(row.base),
                "coverage": 100 * _number(row.coverage),
                "missing": " ".join(
                    chain.given[c].name if c in chain.given else c for c in str(row.parents_missing).split()
                ),
                "parents": str(row.parents),
                "reason": reason_in(str(row.reason), "vi" if words == "vi" else "en"),
            }
        )
    # what the plan changes stands first, in the order of codes
    lines.sort(key=lambda line: line["change"] == "same")
    return pd.DataFrame(lines)


def _number(value: object) -> float:
    known = _known(value)
    return known if isinstance(known, float) else float("nan")


@dataclass(frozen=True)
class Target:
    """A target of the catalogue's: limit, sense, from which document, until which day, for whom.

    ``strict``: the limit itself does not meet it. ``level``: commune, district, city or national.
    """

    limit: float
    at_least: bool
    source: str
    day: str = ""
    level: str = "commune"
    strict: bool = False

    @property
    def sign(self) -> str:
        """The sign as the document has it."""
        return (">" if self.strict else "≥") if self.at_least else ("<" if self.strict else "≤")

    def met(self, low: float, high: float) -> bool | None:
        """Return whether a figure known to lie in [low, high] meets it; None where the bounds straddle it."""
        from indicators.bounds import meets

        limit = self.limit
        if self.strict:
            limit = math.nextafter(limit, math.inf if self.at_least else -math.inf)
        return meets(low, high, limit, self.at_least)


def target_of(indicator: Indicator, catalogue: Catalogue) -> Target | None:
    """Return the catalogue's target of an indicator, its own or that of a row of targets; None where there is none."""
    of_others = (item for item in catalogue if item.kind == "target" and indicator.id in item.parts)
    for item in (indicator, *of_others):
        match = re.fullmatch(r"\s*(>=|<=|>|<|=|≥|≤)?\s*([\d.,]+)\s*", item.target)
        if match:
            sign = match[1] or ""
            return Target(
                float(match[2].replace(",", ".")), sign not in ("<=", "<", "≤"), item.target_source,
                item.target_date, item.level or "commune", sign in ("<", ">"),
            )  # fmt: skip
    return None


def target_binds(indicator: Indicator, catalogue: Catalogue, period: str) -> bool:
    """Return whether the target of an indicator was in force when a period ended; where no date is known, it was.

    A target that came later is drawn to compare with and decides nothing (reference 2.1: the target of that year).
    """
    since = (item.valid_from for item in catalogue if item.kind == "target" and indicator.id in item.parts)
    days = span(period)
    return days is None or all(not day or day < days[1].isoformat() for day in since)


def file_of(result: Remapped, source: Source, chain: Chain, base: str | None, ending: str) -> bytes:
    """Return the result as a file of an ending; CSV comes with its CSVW metadata in a zip.

    Raises ExportError, as for more rows than a worksheet holds.
    """
    from indicators.formats import provenance, write_remapped

    first = chain.registers[0]
    inputs: dict[str, Path | str | bytes] = {
        f"plan {plan.id}": plan_text(plan).encode() for plan in chain.plans
    }
    inputs |= {
        f"register {first.id}": register_bytes(first),
        f"observations {source.name}": source.content,
    }
    made_from = provenance(inputs, {"base": base or "", "backcast": str(chain.back), "register": first.id})
    with tempfile.TemporaryDirectory() as folder:
        written = write_remapped(result, Path(folder) / f"indicators.{ending}", made_from)
        if len(written) == 1:
            return written[0].read_bytes()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in written:
                packed.write(path, path.name)
        return out.getvalue()
