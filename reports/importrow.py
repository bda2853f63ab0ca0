"""One row of a merger table on its way into a plan; what is wrong or mended is noted with its row and column."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from geo.errors import Problem
from geo.register import KIND_NAMES, Kind, Register, Unit, kind_of
from geo.registers import restored_code, words
from geo.text import comparable_name, without_accents
from plans.plan import CONFIDENCES, Part
from reports.reader import Record, heading, number_of, text_of

_CONFIDENCE_WORDS = {"cao": "high", "trung binh": "medium", "thap": "low"}


@dataclass
class Target:
    """The unit formed that a row names; the code may be found out later."""

    code: str
    name: str
    kind: Kind


@dataclass
class RowReader:
    """A row, and where its troubles go."""

    file: str
    page: str
    record: Record
    register: Register
    problems: list[Problem]
    reports: list[Problem]

    def _note(
        self, into: list[Problem], vi: str, en: str, field: str, accepted: str | None, found: str
    ) -> None:
        file = f"{self.file} [{self.page}]" if self.page else self.file
        into.append(Problem(vi, en, file, self.record.number, field, found, accepted))

    def problem(self, vi: str, en: str, field: str, accepted: str, found: str | None = None) -> None:
        """Note what cannot be used."""
        self._note(self.problems, vi, en, field, accepted, self.text(field) if found is None else found)

    def report(self, vi: str, en: str, field: str, found: str) -> None:
        """Note what was mended or assumed."""
        self._note(self.reports, vi, en, field, None, found)

    def text(self, key: str) -> str:
        """Return a cell as text."""
        return text_of(self.record.cells.get(key))

    def number(self, key: str) -> Decimal | None:
        """Return a number that is not negative, None where the cell is empty."""
        cell = self.record.cells.get(key)
        if cell is None or (isinstance(cell, str) and cell.strip() in ("", "-", "–", "—", "…")):
            return None
        value = number_of(cell)
        if value is None or value < 0:
            self.problem("không phải số", "not a number", key, "≥ 0; 3.55; 3,55")
            return None
        return value

    def count(self, key: str) -> int | None:
        """Return a whole number, None where the cell is empty."""
        cell = self.record.cells.get(key)
        if isinstance(cell, str) and (value := number_of(cell, whole=True)) is not None:
            cell = int(value) if value == value.to_integral_value() else cell
        if isinstance(cell, int) and not isinstance(cell, bool) and cell >= 0:
            return cell
        value = self.number(key)
        if value is not None and value != value.to_integral_value():
            self.problem("phải là số nguyên", "must be a whole number", key, "0, 1, 2, …")
            return None
        return None if value is None else int(value)

    def toml(self, key: str) -> dict[str, Any]:
        """Return the fields that a cell holds as TOML."""
        try:
            return tomllib.loads(self.text(key), parse_float=Decimal)
        except tomllib.TOMLDecodeError:
            self.problem("không phải TOML", "not TOML", key, 'ten = "..."')
            return {}

    def digits(self, key: str, width: int) -> str:
        """Return a code of digits with its leading zeros."""
        text = self.text(key).strip()
        return text.zfill(width) if text.isdigit() else text

    def code(self, key: str) -> str | None:
        """Return a unit's code, leading zeros restored and that reported; None where the cell is empty or no code."""
        text = self.text(key).strip()
        if not text:
            return None
        code = restored_code(text)
        if code is None:
            self.problem("không phải mã đơn vị", "not a unit's code", key, "00001-99999")
        elif code != text:
            self.report(
                f"mã mất số 0 ở đầu, đã khôi phục thành {code}",
                f"the code had lost leading zeros; restored to {code}",
                key,
                text,
            )
        return code

    def confidence(self, key: str) -> str:
        """Return a confidence word, the Vietnamese ones accepted."""
        text = heading(self.text(key))
        word = _CONFIDENCE_WORDS.get(text, text)
        if word and word not in CONFIDENCES:
            self.problem("không có trong danh mục", "not one of the words", key, ", ".join(CONFIDENCES))
            return ""
        return word

    def part(self) -> Part:
        """Return whole, part or remainder; an empty cell is whole."""
        text = heading(self.text("part"))
        if not text or text in ("whole", "toan bo", "nguyen trang", "toan bo don vi", "100%", "x"):
            return "whole"
        if text in ("part", "mot phan", "1 phan"):
            return "part"
        if text in ("remainder", "phan con lai", "con lai"):
            return "remainder"
        self.problem("không rõ toàn bộ hay một phần", "neither whole nor part", "part",
                     "toàn bộ / whole, một phần / part, phần còn lại / remainder")  # fmt: skip
        return "whole"

    def kind_and_name(self, side: str) -> tuple[Kind | None, str]:
        """Return kind and name of a side (former, new); a kind that stands before the name is taken off it."""
        name, cell = self.text(f"{side}_name"), self.text(f"{side}_kind").strip()
        kind = kind_of(cell) if cell else None
        if cell and kind is None:
            self.problem("không phải loại đơn vị", "not a kind of unit", f"{side}_kind", words(KIND_NAMES))
        if not cell:
            for found, word in KIND_NAMES.items():
                match = re.match(rf"{word}\s+(?=\S)", name, re.IGNORECASE)
                if match:
                    return kind_of(found), name[match.end() :]
        return kind, name

    def source(self) -> str:
        """Return the code of the former unit: the one given, else found by name; empty if unknown."""
        code = self.code("former_code")
        if code is not None:
            return code
        kind, name = self.kind_and_name("former")
        if not name.strip():
            if not self.text("former_code").strip():
                self.problem("thiếu đơn vị cũ", "no former unit", "former_name", "mã hoặc tên / code or name")
            return ""
        found = [unit for unit in self.register if comparable_name(unit.name) == comparable_name(name)]
        if kind is not None:
            found = [unit for unit in found if unit.kind == kind]
        if district := self.text("district_name"):
            found = [unit for unit in found if _same_district(unit, district)]
        if len(found) == 1:
            self.report(
                f"tìm mã theo tên: {found[0].code}",
                f"code found by name: {found[0].code}",
                "former_name",
                name,
            )
            return found[0].code
        names = ", ".join(f"{unit.code} {unit.full_name} ({unit.district_name})" for unit in found[:6])
        self.problem(
            "tên khớp nhiều đơn vị" if found else "không có đơn vị tên này trong sổ",
            "the name fits several units" if found else "no unit of the register has this name",
            "former_name",
            names or f"tên trong sổ {self.register.id} / a name of the register",
            name,
        )
        return ""

    def target(self, source: str) -> Target:
        """Return the unit formed; without a kind it takes that of the source."""
        code = self.code("new_code") or ""
        kind, name = self.kind_and_name("new")
        if not name.strip():
            self.problem("thiếu tên đơn vị mới", "no name of the unit formed", "new_name", "văn bản / text")
        if kind is None:
            kind = self.register[source].kind if source in self.register else "commune"
            if not self.text("new_kind").strip():
                self.report(f"không ghi loại, tạm lấy {KIND_NAMES[kind]}", f"no kind given; {kind} is taken",
                            "new_kind", name)  # fmt: skip
        return Target(code, name, kind)


def _same_district(unit: Unit, text: str) -> bool:
    wanted, full = without_accents(text), without_accents(unit.district_name)
    return wanted in (full, full.partition(" ")[2], full.removeprefix("thi xa ").removeprefix("thanh pho "))
