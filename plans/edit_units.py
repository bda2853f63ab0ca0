"""Edits of one unit formed: its name, kind, seat, and what is stated of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from plans.edit_base import Action, action
from plans.edit_draft import Draft, Words, checked_code, checked_kind, checked_name, labels, refuse


@action("rename")
@dataclass(frozen=True)
class Rename(Action):
    """Give a unit another name; one that stays becomes a changed unit. The code stays."""

    unit: str
    name: str

    def change(self, draft: Draft) -> None:
        """Make the change."""
        unit = draft.unit(self.unit)
        draft.put(unit.code, replace(unit, name=checked_name(self.name)))

    def describe(self, draft: Draft) -> Words:
        """Say the old and the new name."""
        old = draft.name(self.unit)
        return Words(f"Đổi tên {old} thành {self.name}", f"Rename {old} to {self.name}")


@action("change-kind")
@dataclass(frozen=True)
class ChangeKind(Action):
    """Make a unit a commune, ward, township or special zone. The code stays."""

    unit: str
    kind: str

    def change(self, draft: Draft) -> None:
        """Make the change."""
        unit = draft.unit(self.unit)
        draft.put(unit.code, replace(unit, kind=checked_kind(self.kind)))

    def describe(self, draft: Draft) -> Words:
        """Say the kind."""
        old = draft.name(self.unit)
        label = labels(self.kind, "")
        return Words(f"Chuyển {old} thành {label.vi.strip()}", f"Make {old} a {label.en.strip()}")


@action("choose-seat")
@dataclass(frozen=True)
class ChooseSeat(Action):
    """Put the People's Committee's seat in one of the sources; the code follows it.

    A code that is none of the sources' was chosen by a person and stays; ``code`` chooses one.
    """

    unit: str
    seat: str
    code: str = ""

    def change(self, draft: Draft) -> None:
        """Make the change."""
        unit = draft.formed(self.unit)
        if self.seat not in unit.sources:
            refuse(
                "trụ sở phải ở một đơn vị nguồn",
                "the seat must be in one of the sources",
                unit.code,
                "seat",
                self.seat,
                draft.names(unit.sources),
            )
        follows = unit.code == unit.seat or (not unit.seat and unit.code in unit.sources)
        code = checked_code(self.code) if self.code else self.seat if follows else unit.code
        draft.put(unit.code, replace(unit, seat=self.seat, code=code))

    def describe(self, draft: Draft) -> Words:
        """Say the seat."""
        name, seat = draft.name(self.unit), draft.source_name(self.seat)
        return Words(f"Đặt trụ sở {name} tại {seat}", f"Seat of {name} in {seat}")


@action("edit-unit")
@dataclass(frozen=True)
class EditUnit(Action):
    """State anew all that the plan says of a unit formed beside its name, kind, seat and sources.

    What is left out is no longer stated. Area in km², population in persons.
    """

    unit: str
    area_km2: Decimal | None = None
    population: int | None = None
    district_code: str = ""
    clause: str = ""
    note: str = ""
    source: str = ""

    def change(self, draft: Draft) -> None:
        """Make the change."""
        unit = draft.formed(self.unit)
        area, persons = self.area_km2, self.population
        if (area is not None and not (area.is_finite() and 0 < area <= 5000)) or (
            persons is not None and not 0 <= persons <= 1_000_000
        ):
            refuse(
                "số liệu vô lý",
                "an impossible figure",
                unit.code,
                "area_km2, population",
                f"{area}, {persons}",
                "0 < km² ≤ 5000, 0 ≤ persons ≤ 1000000",
            )
        draft.put(
            unit.code,
            replace(
                unit,
                area_km2=area,
                population=persons,
                district_code=self.district_code,
                clause=self.clause,
                note=self.note,
                source=self.source,
            ),
        )

    def describe(self, draft: Draft) -> Words:
        """Say which unit."""
        name = draft.name(self.unit)
        return Words(f"Sửa thông tin của {name}", f"Edit what is stated of {name}")
