"""Edits that divide a source unit: give a part, state or correct its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from geo.register import Unit
from geo.text import vietnamese_number
from plans.edit_base import Action, action
from plans.edit_draft import Draft, Words, checked_code, checked_kind, checked_name, refuse
from plans.edit_groups import made_remainder
from plans.plan import NewUnit, Transfer

# the figures are measured against the register's own (drawn on its map, counted in its census): the share is the
# part over the register's whole, and the unit formed is judged on the register's base
REGISTER: Final = "register"
# wider and larger than any commune, so that only slips of the pen are refused
_LIMITS: Final = {"area_km2": Decimal(5000), "population": Decimal(1_000_000)}


@dataclass(frozen=True)
class _Figures(Action):
    """What is stated of a part: area in km², population in persons, from which source.

    ``figures_from``: "register" (measured against the register's figures, whose whole is then stated beside
    them), "" (the plan's own statement) or the name of a document. ``line`` is a dividing line as WKT
    (longitude, latitude), kept beside the part.
    """

    source: str
    to: str
    area_km2: Decimal | None = None
    population: int | None = None
    reason: str = ""
    figures_from: str = REGISTER
    whole_area_km2: Decimal | None = None
    whole_population: int | None = None
    line: str = ""

    def stated(self, transfer: Transfer, source: Unit) -> Transfer:
        """Return a transfer with these figures. Raises PlanError when they cannot be of a part of the source."""
        area, persons = self.whole_area_km2, self.whole_population
        if self.figures_from == REGISTER:
            area = source.area_km2 if self.area_km2 is not None else None
            persons = source.population if self.population is not None else None
        for field, value, whole in (
            ("area_km2", self.area_km2, area),
            ("population", self.population, persons),
            ("whole_area_km2", area, None),
            ("whole_population", persons, None),
        ):
            limit = _LIMITS[field.removeprefix("whole_")] if whole is None else Decimal(whole)
            if value is None:
                continue
            if not Decimal(value).is_finite() or value < 0 or value > limit or (value == whole and value):
                refuse(
                    f"phần của {source.name} phải nhỏ hơn toàn bộ" if whole is not None else "số liệu vô lý",
                    f"a part of {source.name} must be smaller than the whole"
                    if whole is not None
                    else "an impossible figure",
                    source.code,
                    field,
                    str(value),
                    f"0 ≤ x < {limit}",
                )
        extra = {key: value for key, value in transfer.extra.items() if key != "line"}
        return replace(
            transfer,
            area_km2=self.area_km2,
            population=self.population,
            whole_area_km2=area,
            whole_population=persons,
            figures_from=self.figures_from if (self.area_km2, self.population) != (None, None) else "",
            note=self.reason,
            shares={},
            source="",
            confidence="",
            extra=extra | ({"line": self.line} if self.line else {}),
        )

    def amount(self, vi: bool) -> str:
        """Return the figures in brackets: “(0,73 km², 13.092 người)”, empty when none is stated."""
        area = None if self.area_km2 is None else f"{self.area_km2:,} km²"
        persons = None if self.population is None else f"{self.population:,} persons"
        if vi:
            area = None if self.area_km2 is None else f"{vietnamese_number(self.area_km2)} km²"
            persons = None if self.population is None else f"{vietnamese_number(self.population)} người"
        said = [text for text in (area, persons) if text]
        return f" ({', '.join(said)})" if said else ""


@action("give-part")
@dataclass(frozen=True)
class GivePart(_Figures):
    """Give a part of a source unit to another unit; the unit that has the source keeps the remainder.

    A source that stays becomes a changed unit under its own code. ``to`` is a unit of the plan, one that
    stays, or, with ``name`` (and ``kind``), the code of a unit that the part alone forms.
    """

    name: str = ""
    kind: str = ""

    def change(self, draft: Draft) -> None:
        """Make the change."""
        source = draft.source(self.source)
        pieces = draft.pieces(self.source)
        if self.to in pieces or (not pieces and self.to == self.source):
            refuse(
                f"{draft.name(self.to)} đã có {source.name}: hãy sửa phần đã có",
                f"{draft.name(self.to)} already has {source.name}: edit the part that it has",
                self.source,
                "to",
                self.to,
            )
        part = self.stated(Transfer(self.source, "part"), source)
        if not pieces:
            own = draft.unit(self.source)
            draft.put("", replace(own, transfers=(made_remainder(own.transfers[0]),)))
        for code, held in pieces.items():
            if held.part == "whole":
                unit = draft.units[code]
                transfers = [made_remainder(t) if t is held else t for t in unit.transfers]
                draft.regroup(unit, transfers)
        if self.name:
            draft.free(self.to)
            kind = checked_kind(self.kind) if self.kind else source.kind
            draft.put("", NewUnit(checked_code(self.to), checked_name(self.name), kind, (part,)))
        else:
            target = draft.unit(self.to)
            draft.regroup(target, (*target.transfers, part))

    def describe(self, draft: Draft) -> Words:
        """Say which part goes where."""
        name, to = draft.source_name(self.source), self.name or draft.name(self.to)
        return Words(
            f"Giao một phần {name}{self.amount(True)} cho {to}",
            f"Give part of {name}{self.amount(False)} to {to}",
        )


@action("edit-part")
@dataclass(frozen=True)
class EditPart(_Figures):
    """State anew what is known of the part (or remainder) of a source that the unit ``to`` takes."""

    def change(self, draft: Draft) -> None:
        """Make the change."""
        source = draft.source(self.source)
        held = draft.pieces(self.source).get(self.to)
        if held is None or held.part == "whole":
            refuse(
                f"{draft.name(self.to)} không nhận một phần nào của {source.name}",
                f"{draft.name(self.to)} takes no part of {source.name}",
                self.source,
                "to",
                self.to,
                ", ".join(code for code, t in draft.pieces(self.source).items() if t.part != "whole") or "—",
            )
        stated = self.stated(held, source)
        unit = draft.units[self.to]
        draft.regroup(unit, [stated if t is held else t for t in unit.transfers])

    def describe(self, draft: Draft) -> Words:
        """Say which figures are stated."""
        name, to = draft.source_name(self.source), draft.name(self.to)
        return Words(
            f"Sửa phần {name} về {to}{self.amount(True)}",
            f"Edit the part of {name} in {to}{self.amount(False)}",
        )
