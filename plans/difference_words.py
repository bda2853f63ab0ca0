"""What becomes of a source unit in a plan, as facts that can be compared and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from geo.register import Register
from geo.text import vietnamese_number
from plans.edit_draft import Words, labels
from plans.plan import NewUnit, Plan, Transfer

Change = Literal[
    "moved", "split", "renamed", "code", "kind", "seat", "figures", "exemption", "details", "metadata"
]
CHANGES: Final[Mapping[Change, Words]] = {
    "moved": Words("khác nhóm", "moved"),
    "split": Words("chia khác", "split differently"),
    "renamed": Words("khác tên", "renamed"),
    "code": Words("khác mã", "other code"),
    "kind": Words("khác loại", "other kind"),
    "seat": Words("khác trụ sở", "other seat"),
    "figures": Words("khác số liệu", "other figures"),
    "exemption": Words("khác miễn trừ", "other exemption"),
    "details": Words("khác điều khoản, nguồn, ghi chú", "other clause, source or note"),
    "metadata": Words("khác thông tin phương án", "other metadata"),
}


class Side:
    """One plan of those compared: what becomes of a source unit in it."""

    def __init__(self, label: str, plan: Plan | None, register: Register) -> None:
        self.label, self.plan, self.register = label, plan, register
        self.by_source = {} if plan is None else plan.by_source
        self.exempt = {} if plan is None else {e.code: e for e in plan.exempt}
        self.codes = self.by_source.keys() | self.exempt.keys()

    def pieces(self, code: str) -> tuple[tuple[NewUnit, Transfer], ...]:
        """Return the units that take a source; one that stays is formed from itself."""
        if code in self.by_source:
            return self.by_source[code]
        unit, transfer = self.register[code], Transfer(code)
        return ((NewUnit(unit.code, unit.name, unit.kind, (transfer,)), transfer),)

    def facts(self, code: str) -> dict[Change, object]:
        """Return what is compared of a source unit, by the change that a difference in it is."""
        pieces = self.pieces(code)
        return {
            "moved": sorted(
                [(t.code, t.part) for t in unit.transfers if t.code != code] for unit, _ in pieces
            ),
            "split": sorted((t.part, unit.code if len(pieces) > 1 else "") for unit, t in pieces),
            "renamed": [unit.name for unit, _ in pieces],
            "code": [unit.code for unit, _ in pieces],
            "kind": [unit.kind for unit, _ in pieces],
            "seat": [unit.seat for unit, _ in pieces],
            "figures": [
                (
                    *(unit.area_km2, unit.population, t.area_km2, t.population),
                    *(t.whole_area_km2, t.whole_population, t.figures_from, dict(t.shares)),
                )
                for unit, t in pieces
            ],
            "exemption": self.exempt.get(code),
            "details": [
                (
                    *(unit.district_code or self.register[code].district_code, unit.clause, unit.note),
                    *(
                        unit.source,
                        unit.confidence,
                        t.note,
                        t.source,
                        t.confidence,
                        dict(t.extra),
                        dict(unit.extra),
                    ),
                )
                for unit, t in pieces
            ],
        }

    def outcome(self, code: str, change: Change) -> Words:
        """Return what becomes of a source unit in words, so that the change shows."""
        said = [self._piece(code, unit, t, change) for unit, t in self.pieces(code)]
        return Words("; ".join(words.vi for words in said), "; ".join(words.en for words in said))

    def _piece(self, code: str, unit: NewUnit, transfer: Transfer, change: Change) -> Words:
        if change in ("moved", "split"):
            words = self._company(unit, transfer)
        elif change == "figures":
            words = _stated(unit, transfer)
        elif change == "exemption":
            found = self.exempt.get(code)
            text = (
                None
                if found is None
                else " – ".join(t for t in (found.ground, found.note, found.document) if t)
            )
            words = (
                Words("không miễn", "not exempt")
                if text is None
                else Words(f"miễn ({text})", f"exempt ({text})")
            )
        else:
            words = _SAID[change](unit, transfer, self.register)
        if transfer.part == "whole" or change in ("moved", "split", "exemption"):
            return words
        part = {"part": Words("một phần", "a part"), "remainder": Words("phần còn lại", "the remainder")}[
            transfer.part
        ]
        colon = ":" if change in ("figures", "details") else ""
        return Words(f"{part.vi}{colon} {words.vi}", f"{part.en}{colon} {words.en}")

    def _company(self, unit: NewUnit, transfer: Transfer) -> Words:
        others = [t for t in unit.transfers if t.code != transfer.code]
        names = {t.code: self.register[t.code].name for t in others}
        vi = ", ".join(names[t.code] if t.part == "whole" else f"một phần {names[t.code]}" for t in others)
        en = ", ".join(names[t.code] if t.part == "whole" else f"part of {names[t.code]}" for t in others)
        if transfer.part == "whole":
            changed = unit.code in self.by_source and not others
            stays = Words("đứng riêng", "alone") if changed else Words("giữ nguyên", "alone")
            return Words(f"với {vi}", f"with {en}") if others else stays
        amount = _amount(transfer)
        part = (
            Words(f"một phần{amount.vi}", f"a part{amount.en}")
            if transfer.part == "part"
            else Words(f"phần còn lại{amount.vi}", f"the remainder{amount.en}")
        )
        if not others:
            return Words(f"{part.vi} đứng riêng", f"{part.en} alone")
        return Words(f"{part.vi} với {vi}", f"{part.en} with {en}")


def _amount(transfer: Transfer) -> Words:
    area, persons = transfer.area_km2, transfer.population
    vi = [f"{vietnamese_number(area)} km²"] if area is not None else []
    en = [f"{area} km²"] if area is not None else []
    if persons is not None:
        vi.append(f"{vietnamese_number(persons)} người")
        en.append(f"{persons:,} persons")
    return Words(f" ({', '.join(vi)})", f" ({', '.join(en)})") if vi else Words("", "")


_ORIGINS: Final = {
    "register": Words("theo sổ", "by the register"),
    "resolution": Words("theo nghị quyết", "by the resolution"),
    "proposal": Words("theo đề án", "by the proposal"),
    "encyclopedia": Words("theo bách khoa thư", "by the encyclopedia"),
}


def _stated(unit: NewUnit, transfer: Transfer) -> Words:
    """Say what is stated of the transfer, and of the unit formed."""
    own = _amount(Transfer(unit.code, area_km2=unit.area_km2, population=unit.population))
    part = _amount(transfer)
    origin = _ORIGINS.get(transfer.figures_from, Words(transfer.figures_from, transfer.figures_from))
    by = Words(f", {origin.vi}", f", {origin.en}") if transfer.figures_from else Words("", "")
    shares = "".join(f", {base} {share}" for base, share in sorted(transfer.shares.items()))
    nothing = Words("không ghi số liệu", "no figures stated")
    if not (own.vi or part.vi or shares):
        return nothing
    vi = f"ghi{part.vi}{by.vi}{shares}" if part.vi or shares else ""
    en = f"stated{part.en}{by.en}{shares}" if part.vi or shares else ""
    if own.vi:
        vi += f"{', ' if vi else ''}đơn vị mới{own.vi}"
        en += f"{', ' if en else ''}the unit formed{own.en}"
    return Words(vi, en)


def _label(unit: NewUnit, _transfer: Transfer, register: Register) -> Words:
    label = labels(unit.kind, unit.name)
    own = register.by_code.get(unit.code)
    if own is not None and (own.name, own.kind) == (unit.name, unit.kind):
        return Words(f"vẫn là {label.vi}", f"stays {label.en}")
    return Words(f"thành {label.vi}", f"becomes {label.en}")


def _seat(unit: NewUnit, _transfer: Transfer, register: Register) -> Words:
    if not unit.seat:
        return Words("chưa ghi trụ sở", "no seat stated")
    name = register[unit.seat].name if unit.seat in register else unit.seat
    return Words(f"trụ sở tại {name}", f"seat in {name}")


def _details(unit: NewUnit, transfer: Transfer, _register: Register) -> Words:
    texts = (
        unit.clause,
        unit.note,
        unit.source,
        unit.confidence,
        transfer.note,
        transfer.source,
        transfer.confidence,
    )
    said = "; ".join(dict.fromkeys(text for text in texts if text))
    return Words(f"“{said}”", f"“{said}”") if said else Words("không ghi chú", "nothing noted")


_SAID: Final[Mapping[Change, Callable[[NewUnit, Transfer, Register], Words]]] = {
    "renamed": _label,
    "kind": _label,
    "code": lambda unit, _t, _r: Words(f"mã {unit.code}", f"code {unit.code}"),
    "seat": _seat,
    "details": _details,
}


def sentence(outcomes: Sequence[str], marks: Sequence[str], word: str) -> str:
    """Return “với Mỹ Thành ở A, giữ nguyên ở B”; plans with one outcome are named together."""
    grouped: dict[str, list[str]] = {}
    for outcome, mark in zip(outcomes, marks, strict=True):
        grouped.setdefault(outcome, []).append(mark)
    return ", ".join(f"{outcome} {word} {', '.join(where)}" for outcome, where in grouped.items())
