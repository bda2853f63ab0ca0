"""What the Indicators page shows, without drawing it: sources, chains of plans, results as rows, files to download."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.files import DATA, read_bytes
from geo.register import Register
from geo.registers import embedded_for, embedded_register, write_register
from indicators.catalogue import Catalogue, Indicator
from indicators.observations import Observations, register_observations
from plans.apply import apply_plan
from plans.files import embedded_plan, embedded_plans, plan_text
from plans.plan import Plan
from ui.layers import full_name
from ui.session import Work

if TYPE_CHECKING:
    import pandas as pd

    from indicators.remap import Remapped
    from plans.crosswalk import Crosswalk

ILLUSTRATIVE: Final = "illustrative_dossiers_2024.csv"
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


@dataclass(frozen=True)
class Source:
    """Checked observations, the catalogue that explains them, and the bytes they were read from (for hashes)."""

    observations: Observations
    catalogue: Catalogue
    content: bytes
    key: str
    name: str

    @property
    def vintage(self) -> str:
        """The vintage of the units that are observed."""
        return self.observations.vintage

    @property
    def illustrative(self) -> bool:
        """Whether any indicator is marked so: not to be taken for fact."""
        used = set(map(str, self.observations.frame["indicator"].unique()))
        return any("illustrative" in item.marks for item in self.catalogue if item.id in used)


@dataclass(frozen=True)
class Chain:
    """Plans that follow each other and the registers before the first and after each, one more than the plans."""

    plans: tuple[Plan, ...]
    registers: tuple[Register, ...]
    key: str

    @property
    def before(self) -> Register:
        """The register that the observations speak of."""
        return self.registers[0]

    @property
    def after(self) -> Register:
        """The register of the result."""
        return self.registers[-1]


@st.cache_resource(show_spinner=False, max_entries=4)
def illustrative_source() -> Source:
    """Return the embedded dossiers, which are illustrative."""
    from indicators.catalogue import embedded_catalogue
    from indicators.observations import parse_observations

    content = read_bytes(DATA / "indicators" / ILLUSTRATIVE)
    observations = parse_observations(content, ILLUSTRATIVE, vintage="2024-12-31")
    return Source(observations, embedded_catalogue(), content, digest(content), ILLUSTRATIVE)


def register_source(current: Work) -> Source:
    """Return population and area of the register in use as observations."""
    from indicators.catalogue import embedded_catalogue

    content = register_bytes(current.register)
    return Source(
        register_observations(current.register),
        embedded_catalogue(),
        content,
        digest(content),
        current.register.id,
    )


def digest(content: bytes) -> str:
    """Return a short hash of bytes, for caches."""
    return hashlib.sha256(content).hexdigest()[:24]


def register_bytes(register: Register) -> bytes:
    """Return a register as the CSV that write_register makes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        write_register(register, path)
        return path.read_bytes()


def chains(plan: Plan, vintage: str) -> tuple[tuple[Plan, ...], ...]:
    """Return the ways from observations of a vintage along a plan: to its units, then on to those that follow.

    The embedded plans lead there and on. Empty where nothing leads from the vintage to the plan.
    """
    known = [embedded_plan(name) for name in embedded_plans()]
    way: tuple[Plan, ...] = (plan,)
    while way[0].base != vintage:
        earlier = next((p for p in known if p.target == way[0].base and p not in way), None)
        if earlier is None:
            return ()
        way = (earlier, *way)
    found = [way]
    while later := next((p for p in known if p.base == way[-1].target and p not in way), None):
        way = (*way, later)
        found.append(way)
    return tuple(found)


@st.cache_resource(show_spinner=False, max_entries=16)
def _chain(key: str, _plans: tuple[Plan, ...], _register: Register) -> Chain:
    registers = [_register]
    for plan in _plans:
        registers.append(apply_plan(plan, registers[-1]))
    return Chain(_plans, tuple(registers), key)


def chain_of(plans: Sequence[Plan], current: Work) -> Chain:
    """Return the registers along a way that starts at the work's own plan or at embedded ones before it.

    Raises PlanError where a plan does not fit the units that the one before it leaves.
    """
    first = plans[0].base
    embedded = embedded_for(first)
    own = first == current.register.vintage or embedded is None
    register = current.register if own else embedded_register(str(embedded))
    key = ":".join([current.key, *(plan.id for plan in plans)])
    return _chain(key, tuple(plans), register)


@st.cache_resource(show_spinner=False, max_entries=16)
def crosswalk_of(key: str, _chain: Chain) -> Crosswalk:  # noqa: ARG001 (the cache's key)
    """Return the crosswalk of a chain by all bases that its plans know."""
    from indicators.command import bases_of
    from plans.crosswalk import chain_crosswalk

    return chain_crosswalk(_chain.plans, _chain.before, bases_of(_chain.plans, None))


@st.cache_resource(show_spinner=False, max_entries=16)
def _remapped(key: str, _source: Source, _chain: Chain, base: str | None) -> Remapped:  # noqa: ARG001
    from indicators.remap import remap

    walk = crosswalk_of(_chain.key, _chain)
    return remap(_source.observations, walk, _source.catalogue, base=base, register=_chain.before)


def result_key(source: Source, chain: Chain, base: str | None) -> str:
    """Return what tells a result from others: hashes of the content and of the plan, the chain, the base."""
    return f"{source.key}:{chain.key}:{base or ''}"


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
    """Return how many decimals a figure is shown with: none for whole numbers, one for percents, else two."""
    known = [value for value in values.values() if value is not None]
    if known and all(value.is_integer() for value in known):
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
        unit = chain.after[code]
        parents = str(row.parents).split()
        names = [chain.before[parent].name if parent in chain.before else parent for parent in parents]
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
                    chain.before[c].name if c in chain.before else c for c in str(row.parents_missing).split()
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


def target_of(indicator: Indicator, catalogue: Catalogue) -> tuple[float, bool, str] | None:
    """Return the catalogue's target of an indicator: limit, whether at least, source; None where there is none."""
    of_others = (item for item in catalogue if item.kind == "target" and indicator.id in item.parts)
    for item in (indicator, *of_others):
        match = re.fullmatch(r"\s*(>=|<=|>|<|≥|≤)?\s*([\d.,]+)\s*", item.target)
        if match:
            return float(match[2].replace(",", ".")), match[1] not in ("<=", "<", "≤"), item.target_source
    return None


def file_of(result: Remapped, source: Source, chain: Chain, base: str | None, ending: str) -> bytes:
    """Return the result as a file of an ending; CSV comes with its CSVW metadata in a zip.

    Raises ExportError, as for more rows than a worksheet holds.
    """
    from indicators.formats import provenance, write_remapped

    inputs: dict[str, Path | str | bytes] = {
        f"plan {plan.id}": plan_text(plan).encode() for plan in chain.plans
    }
    inputs |= {
        f"register {chain.before.id}": register_bytes(chain.before),
        f"observations {source.name}": source.content,
    }
    made_from = provenance(inputs, {"base": base or "", "backcast": "False", "register": chain.before.id})
    with tempfile.TemporaryDirectory() as folder:
        written = write_remapped(result, Path(folder) / f"indicators.{ending}", made_from)
        if len(written) == 1:
            return written[0].read_bytes()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in written:
                packed.write(path, path.name)
        return out.getvalue()
