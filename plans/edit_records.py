"""Edits of what a plan records: exemptions, the procedure, its title and dates, its totals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from plans.edit_base import Action, action
from plans.edit_draft import Draft, Words, checked_name, refuse
from plans.plan import Exemption, Totals


@action("record-exemption")
@dataclass(frozen=True)
class RecordExemption(Action):
    """Record that a source unit stays though it is due; ``ground`` is the id of an exempting rule."""

    source: str
    ground: str
    note: str = ""
    document: str = ""

    def change(self, draft: Draft) -> None:
        """Make the change."""
        if not self.ground.strip():
            refuse("thiếu căn cứ miễn trừ", "the ground is missing", self.source, "ground")
        code = draft.source(self.source).code
        draft.exempt[code] = Exemption(code, self.ground.strip(), self.note, self.document)

    def describe(self, draft: Draft) -> Words:
        """Say what is exempt, and why."""
        name = draft.source_name(self.source)
        return Words(
            f"Ghi miễn sắp xếp {name} ({self.ground})", f"Record the exemption of {name} ({self.ground})"
        )


@action("remove-exemption")
@dataclass(frozen=True)
class RemoveExemption(Action):
    """Remove a recorded exemption."""

    source: str

    def change(self, draft: Draft) -> None:
        """Make the change."""
        if draft.exempt.pop(self.source, None) is None:
            refuse(
                "không có miễn trừ này",
                "there is no such exemption",
                None,
                "source",
                self.source,
                ", ".join(draft.exempt) or "—",
            )

    def describe(self, draft: Draft) -> Words:
        """Say what is no longer exempt."""
        name = draft.source_name(self.source)
        return Words(f"Bỏ miễn sắp xếp {name}", f"Remove the exemption of {name}")


@action("set-procedure")
@dataclass(frozen=True)
class SetProcedure(Action):
    """Record a date or figure of the procedure; None removes the key."""

    key: str
    value: object = None

    def change(self, draft: Draft) -> None:
        """Make the change."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", self.key):
            refuse("khóa không hợp lệ", "not a key", None, "key", self.key, "a-z, 0-9, _, -")
        number = isinstance(self.value, Decimal) and not self.value.is_finite()
        known = isinstance(self.value, str | bool | int | Decimal | date) and not isinstance(
            self.value, datetime
        )
        if number or not (known or self.value is None):
            refuse(
                "giá trị không ghi được",
                "the value cannot be recorded",
                None,
                self.key,
                str(self.value),
                "văn bản, số, ngày / text, number, date",
            )
        procedure = {key: value for key, value in draft.before.procedure.items() if key != self.key}
        if self.value is not None:
            procedure[self.key] = self.value
        draft.values["procedure"] = procedure

    def describe(self, draft: Draft) -> Words:  # noqa: ARG002
        """Say key and value."""
        if self.value is None:
            return Words(f"Thủ tục: bỏ {self.key}", f"Procedure: remove {self.key}")
        return Words(f"Thủ tục: {self.key} = {self.value}", f"Procedure: {self.key} = {self.value}")


@action("set-metadata")
@dataclass(frozen=True)
class SetMetadata(Action):
    """Set a plan's id, titles, instrument and dates; what is None stays as it is."""

    id: str | None = None
    title_vi: str | None = None
    title_en: str | None = None
    instrument: str | None = None
    decided: date | None = None
    effective: date | None = None

    def change(self, draft: Draft) -> None:
        """Make the change."""
        given = {name: value for name in _METADATA if (value := getattr(self, name)) is not None}
        if "id" in given:
            given["id"] = checked_name(given["id"])
        draft.values |= given

    def describe(self, draft: Draft) -> Words:  # noqa: ARG002
        """Say what is set."""
        given = [name for name in _METADATA if getattr(self, name) is not None]
        vi = ", ".join(f"{_METADATA[name].vi} = {getattr(self, name)}" for name in given)
        en = ", ".join(f"{_METADATA[name].en} = {getattr(self, name)}" for name in given)
        return Words(f"Sửa phương án: {vi}", f"Edit the plan: {en}")


_METADATA = {
    "id": Words("mã phương án", "id"),
    "title_vi": Words("tên tiếng Việt", "Vietnamese title"),
    "title_en": Words("tên tiếng Anh", "English title"),
    "instrument": Words("văn bản", "instrument"),
    "decided": Words("ngày quyết định", "decided"),
    "effective": Words("ngày hiệu lực", "effective"),
}


@action("set-totals")
@dataclass(frozen=True)
class SetTotals(Action):
    """State anew the totals of the whole plan; None = not stated. A plan that is being edited states none."""

    units_concerned: int | None = None
    units_formed: int | None = None
    units_before: int | None = None
    units_after: int | None = None

    def change(self, draft: Draft) -> None:
        """Make the change."""
        counts = (self.units_concerned, self.units_formed, self.units_before, self.units_after)
        if any(count is not None and count < 0 for count in counts):
            refuse("không phải số đếm", "not a count", None, "totals", str(counts), "0, 1, 2, …")
        draft.values["totals"] = Totals(*counts, extra=draft.before.totals.extra)

    def describe(self, draft: Draft) -> Words:  # noqa: ARG002
        """Say the totals."""
        counts = (self.units_concerned, self.units_formed, self.units_before, self.units_after)
        if counts == (None,) * 4:
            return Words("Bỏ các tổng số đã ghi", "Remove the stated totals")
        text = ", ".join("—" if count is None else str(count) for count in counts)
        return Words(
            f"Ghi tổng số (liên quan, hình thành, trước, sau): {text}",
            f"State the totals (concerned, formed, before, after): {text}",
        )
