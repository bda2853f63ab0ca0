"""The figures that the Indicators page has of its own: the register's, which are real, and illustrative dossiers."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.files import DATA, read_bytes
from geo.register import Register
from geo.registers import write_register
from indicators.catalogue import Catalogue
from indicators.observations import Observations, register_observations
from indicators.status import combine
from ui.indicators_ways import chain_of, chains, crosswalk_of
from ui.session import Work, register_after

if TYPE_CHECKING:
    import pandas as pd

ILLUSTRATIVE: Final = "illustrative_dossiers_2024.csv"


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


@st.cache_resource(show_spinner=False, max_entries=4)
def illustrative_source() -> Source:
    """Return the embedded dossiers, which are illustrative, of the units before the first reform."""
    from indicators.catalogue import embedded_catalogue
    from indicators.observations import parse_observations

    content = read_bytes(DATA / "indicators" / ILLUSTRATIVE)
    observations = parse_observations(content, ILLUSTRATIVE, vintage="2024-12-31")
    return Source(observations, embedded_catalogue(), content, digest(content), ILLUSTRATIVE)


def illustrative_after(current: Work) -> Source | None:
    """Return the illustrative dossiers on the units that the plan leads to, None where no plans lead there.

    They are the old units' figures carried over; where those leave bounds alone there is no figure.
    """
    first = illustrative_source()
    ways = chains(current.plan, first.vintage)
    return _carried(f"{first.key}:{current.key}", first, current) if ways else None


@st.cache_resource(show_spinner=False, max_entries=4)
def _carried(key: str, _first: Source, _current: Work) -> Source:
    from indicators.remap import remap

    chain = chain_of(chains(_current.plan, _first.vintage)[0], _current)
    walk = crosswalk_of(chain.key, chain)
    made = remap(_first.observations, walk, _first.catalogue, register=chain.given)
    name = f"{_first.name} → {chain.asked.vintage}"
    return Source(made.observations(), _first.catalogue, _first.content, digest(key.encode()), name)


def register_source(current: Work, back: bool = False) -> Source:
    """Return population, area and density of the register in use as observations; ``back``: of that after the plan."""
    register = register_after(current) if back else current.register
    return _register_source(f"{current.key}:{back}", register)


@st.cache_resource(show_spinner=False, max_entries=8)
def _register_source(key: str, _register: Register) -> Source:  # noqa: ARG001 (the cache's key)
    from indicators.catalogue import embedded_catalogue

    content = register_bytes(_register)
    found = register_observations(_register)
    observations = Observations(with_density(found.frame), found.vintage, found.reports, found.file)
    return Source(observations, embedded_catalogue(), content, digest(content), _register.id)


def with_density(frame: pd.DataFrame) -> pd.DataFrame:
    """Return observations with DENSITY = POP / LAND_AREA added, as numerator and denominator: a ratio to be pooled.

    Its period is that of the population; the area is the register's. A unit that lacks either has none (status O).
    """
    import pandas as pd

    people = frame[frame["indicator"] == "POP"].set_index("unit_code")
    area = frame[frame["indicator"] == "LAND_AREA"].set_index("unit_code").reindex(people.index)
    status = [
        combine((str(a), str(b)))
        for a, b in zip(people["status"], area["status"].astype(object).fillna("O"), strict=True)
    ]
    rows = people.assign(
        indicator="DENSITY",
        value=float("nan"),
        numerator=people["value"],
        denominator=area["value"],
        status=status,
    ).reset_index()
    both = pd.concat(
        [frame.astype({"indicator": str, "status": str}), rows[list(frame.columns)]], ignore_index=True
    )
    for column in ("unit_code", "vintage", "period", "indicator", "status"):
        both[column] = both[column].astype("category")
    return both


def digest(content: bytes) -> str:
    """Return a short hash of bytes, for caches."""
    return hashlib.sha256(content).hexdigest()[:24]


def register_bytes(register: Register) -> bytes:
    """Return a register as the CSV that write_register makes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        write_register(register, path)
        return path.read_bytes()
