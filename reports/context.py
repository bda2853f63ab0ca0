"""What a document is made from: plan and register, and what is derived from them, computed once and when needed.

Figures are never patched here: every one comes from plans, rules or indicators.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from geo.register import Register
from plans.apply import FormedUnit, apply_plan, formed_units
from plans.crosswalk import Crosswalk, plan_crosswalk
from plans.files import plan_text
from plans.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from geo.layer import Layer

Made = TypeVar("Made")
ROOT = Path(__file__).resolve().parents[1]


class Judged(Protocol):
    """What documents need of rules.engine.Judgement."""

    def as_json(self) -> dict[str, Any]:
        """Return the document of `validate` (contract: Verdicts)."""


class Remapping(Protocol):
    """What documents need of indicators.remap.Remapped."""

    @property
    def frame(self) -> pd.DataFrame:
        """Observations of the new units (contract: Remapped observations)."""

    @property
    def inputs(self) -> pd.DataFrame:
        """The observations that they come from, of the units before."""

    @property
    def totals(self) -> pd.DataFrame:
        """One row an indicator and period that adds up."""


@dataclass(frozen=True)
class Context:
    """All that documents of one plan are made from. None = not computed, and documents say so."""

    plan: Plan
    register: Register
    judgement: Judged | None = None
    remapped: Remapping | None = None
    layer: Layer | None = None
    crosswalk: Crosswalk | None = None

    @cached_property
    def formed(self) -> tuple[FormedUnit, ...]:
        """Units formed, in the order of codes. Raises PlanError when plan and register do not fit."""
        return formed_units(self.plan, self.register)

    @cached_property
    def formed_by_code(self) -> Mapping[str, FormedUnit]:
        """Units formed by code."""
        return {unit.code: unit for unit in self.formed}

    @cached_property
    def after(self) -> Register:
        """The register of the next vintage."""
        return apply_plan(self.plan, self.register)

    @cached_property
    def links(self) -> Crosswalk:
        """The crosswalk: the one given, else the plan's by population and area."""
        return self.crosswalk if self.crosswalk is not None else plan_crosswalk(self.plan, self.register)

    @cached_property
    def judged(self) -> Mapping[str, Any] | None:
        """The verdicts as the contract's JSON document, None when the plan was not judged."""
        return None if self.judgement is None else self.judgement.as_json()

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """Digests of plan, register, rules, map and observations, in hexadecimal; empty = took no part."""
        return {
            "plan": plan_hash(self.plan),
            "register": register_hash(self.register),
            "rules": rules_hash() if self.judgement is not None else "",
            "map": self.layer.content_hash if self.layer is not None else "",
            "observations": observations_hash(self.remapped.inputs) if self.remapped is not None else "",
        }

    @cached_property
    def _made(self) -> dict[str, Any]:
        return {}

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what ``make`` gives, made at the first call: drawings that several documents share."""
        if name not in self._made:
            self._made[name] = make()
        return cast(Made, self._made[name])

    @cached_property
    def stamp(self) -> str:
        """One line for the foot of every page: the first 12 digits of each hash."""
        parts = (("plan", "phương án"), ("register", "sổ đơn vị"), ("rules", "bộ quy tắc"))
        return " · ".join(f"{name} {self.hashes[key][:12] or '—'}" for key, name in parts)

    @property
    def schematic(self) -> bool:
        """Whether the map is a schematic one."""
        return self.layer is not None and bool(self.layer.schematic)


def build_context(
    plan: Plan, register: Register, layer: Layer | None = None, observations: pd.DataFrame | None = None
) -> Context:
    """Return a context with all that the project can compute.

    Verdicts stand on the layer given, else the embedded one; indicators are those of ``observations`` (contract:
    Observations), else the register's own figures. Raises PlanError when plan and register do not fit, ObservationError
    when the observations cannot be used.
    """
    from reports.compute import embedded_layer_for, judged, remapped

    layer = layer if layer is not None else embedded_layer_for(register)
    links = plan_crosswalk(plan, register)
    after = remapped(observations, links, register)
    return Context(plan, register, judged(plan, register, layer), after, layer, links)


def observations_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of observations: their columns and rows as text, in their order."""
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()


def plan_hash(plan: Plan) -> str:
    """Return the SHA-256 of a plan's text in stable order."""
    return hashlib.sha256(plan_text(plan).encode()).hexdigest()


def register_hash(register: Register) -> str:
    """Return the SHA-256 of a register: identity and figures of every unit, in the order of codes."""
    digest = hashlib.sha256(register.vintage.encode())
    for unit in register:
        fields = [unit.code, unit.name, unit.kind, unit.district_code, unit.district_name, unit.terrain]
        for name in sorted(unit.figures):
            figure = unit.figures[name]
            value = "" if figure.value is None else f"{figure.value.normalize():f}"
            fields += [name, value, str(figure.low or ""), str(figure.high or ""), figure.source]
        digest.update("\x1f".join(fields).encode() + b"\x1e")
    return digest.hexdigest()


def rules_hash() -> str:
    """Return the SHA-256 of the rule book's files, in the order of their names; empty when there are none."""
    files = sorted(
        (path for folder in ("rules", "data/rules") for path in (ROOT / folder).rglob("*.toml")),
        key=lambda path: path.relative_to(ROOT).as_posix(),
    )
    if not files:
        return ""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\x00" + path.read_bytes() + b"\x00")
    return digest.hexdigest()
