"""Edits of groups: merge, move, detach, dissolve, rename, choose the seat, change the kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from plans.edit_base import Action, action
from plans.edit_draft import Draft, Words, checked_code, checked_kind, checked_name, labels, refuse
from plans.plan import NewUnit, Transfer


def _joined(draft: Draft, target: NewUnit, sources: Iterable[str]) -> tuple[Transfer, ...]:
    """Return a unit's transfers with whole sources added; what these were part of loses them."""
    for code in sources:
        draft.source(code)
    draft.take_out(sources, but=target.code)
    kept = {t.code: t for t in target.transfers}
    for code in sources:
        if code not in kept or kept[code].part != "whole":
            kept[code] = Transfer(code)
    return tuple(kept[code] for code in sorted(kept))


@action("merge")
@dataclass(frozen=True)
class Merge(Action):
    """Merge source units, whole, into one unit: a new one, or (``into``) one of the plan or that stays.

    Sources that are in other groups are moved. The seat, where given, gives the code; else the most populous
    source does (Decision 124/2004/QĐ-TTg and 19/2025/QĐ-TTg: the code follows the People's Committee's seat).
    Name and kind by default: the name of the source that gives the code, the kind by Draft.default_kind.
    """

    sources: tuple[str, ...]
    into: str = ""
    name: str = ""
    kind: str = ""
    seat: str = ""
    code: str = ""

    def change(self, draft: Draft) -> None:
        """Make the change."""
        if not self.sources or (len(set(self.sources)) < 2 and not self.into):
            refuse(
                "cần chọn ít nhất hai đơn vị để gộp",
                "at least two units are needed for a merger",
                None,
                "sources",
                ", ".join(self.sources),
            )
        target = draft.unit(self.into) if self.into else NewUnit("", "", "commune", ())
        stood = target.code in draft.units
        transfers = _joined(draft, target, self.sources)
        members = tuple(t.code for t in transfers)
        if self.seat and self.seat not in members:
            refuse(
                "trụ sở phải ở một đơn vị nguồn",
                "the seat must be in one of the sources",
                None,
                "seat",
                self.seat,
                draft.names(members),
            )
        first = self.seat or target.code or draft.default_seat(transfers)
        name = self.name or target.name or draft.register[first].name
        kind = checked_kind(self.kind) if self.kind else target.kind if stood else draft.default_kind(members)
        code = checked_code(self.code) if self.code else first
        draft.units.pop(target.code, None)
        draft.free(code)
        draft.regroup(
            replace(target, code=code, name=checked_name(name), kind=kind, seat=self.seat or target.seat),
            transfers,
        )

    def describe(self, draft: Draft) -> Words:
        """Say what is merged into what."""
        names = draft.names(self.sources)
        name, kind = self.name, self.kind
        if self.into:
            into = draft.unit(self.into)
            name, kind = name or into.name, kind or into.kind
        elif set(self.sources) <= draft.register.by_code.keys():
            seat = self.seat or draft.default_seat(tuple(Transfer(code) for code in self.sources))
            name, kind = name or draft.register[seat].name, kind or draft.default_kind(self.sources)
        label = labels(kind or "commune", name)
        if self.into:
            return Words(f"Gộp {names} vào {label.vi}", f"Merge {names} into {label.en}")
        return Words(f"Gộp {names} thành {label.vi}", f"Merge {names} into the new {label.en}")


@action("move")
@dataclass(frozen=True)
class Move(Action):
    """Move a source unit, whole, to another unit; pieces of it that went elsewhere come with it."""

    source: str
    to: str

    def change(self, draft: Draft) -> None:
        """Make the change."""
        draft.source(self.source)
        target = draft.unit(self.to)
        stood = target.code in draft.units
        transfers = _joined(draft, target, (self.source,))
        if not stood:
            target = replace(target, kind=draft.default_kind(t.code for t in transfers))
        draft.regroup(target, transfers)

    def describe(self, draft: Draft) -> Words:
        """Say what moves where."""
        name, to = draft.source_name(self.source), draft.name(self.to)
        return Words(f"Chuyển {name} sang {to}", f"Move {name} to {to}")


@action("detach")
@dataclass(frozen=True)
class Detach(Action):
    """Take a source unit out of its group: it stays as it was.

    With ``unit``, only the piece that this unit took comes back: to the remainder where there is one, else it
    stands as a unit under the source's code.
    """

    source: str
    unit: str = ""

    def change(self, draft: Draft) -> None:
        """Make the change."""
        name = draft.source(self.source).name
        pieces = draft.pieces(self.source)
        if not pieces or (self.unit and self.unit not in pieces):
            refuse(
                f"{name} không nằm trong nhóm này",
                f"{name} is not in this group",
                self.source,
                "unit",
                self.unit or self.source,
                ", ".join(pieces) or "—",
            )
        if self.unit and pieces[self.unit].part != "whole":
            return_piece(draft, self.source, self.unit)
        else:
            draft.take_out((self.source,))

    def describe(self, draft: Draft) -> Words:
        """Say what is detached from what."""
        name = draft.source_name(self.source)
        groups = ", ".join(draft.name(c) for c in ([self.unit] if self.unit else draft.pieces(self.source)))
        return Words(f"Tách {name} khỏi {groups}", f"Detach {name} from {groups}")


def return_piece(draft: Draft, source: str, unit: str) -> None:
    """Take back the part (or remainder) of a source that a unit took; see Detach."""
    holder = draft.units[unit]
    piece = draft.pieces(source)[unit]
    draft.regroup(holder, (t for t in holder.transfers if t.code != source))
    place_back(draft, piece)


def place_back(draft: Draft, piece: Transfer) -> None:
    """Join a piece that no unit holds any more to the remainder of its source."""
    pieces = draft.pieces(piece.code)
    keeper = next((code for code, t in pieces.items() if t.part == "remainder"), None)
    if keeper is None:
        # nobody holds the rest, so what comes back stands alone under the former unit's code
        own = draft.register[piece.code]
        draft.put("", NewUnit(own.code, own.name, own.kind, (replace(piece, part="remainder"),)))
        return
    rest = draft.units[keeper]
    mended = made_whole if len(pieces) == 1 else without_figures
    draft.regroup(rest, [mended(t) if t.code == piece.code else t for t in rest.transfers])


def made_whole(transfer: Transfer) -> Transfer:
    """Return a remainder to which all parts came back; its figures are those stated of the whole."""
    return replace(
        transfer,
        part="whole",
        area_km2=transfer.whole_area_km2,
        population=transfer.whole_population,
        whole_area_km2=None,
        whole_population=None,
        shares={},
    )


def made_remainder(transfer: Transfer) -> Transfer:
    """Return a whole transfer as the remainder left when a part is given; what was stated is the whole's."""
    return replace(
        transfer,
        part="remainder",
        area_km2=None,
        population=None,
        whole_area_km2=transfer.whole_area_km2 if transfer.area_km2 is None else transfer.area_km2,
        whole_population=transfer.whole_population if transfer.population is None else transfer.population,
        shares={},
    )


def without_figures(transfer: Transfer) -> Transfer:
    """Return a remainder that grew: how large it is now is not stated."""
    return replace(transfer, area_km2=None, population=None, shares={})


@action("dissolve")
@dataclass(frozen=True)
class DissolveGroup(Action):
    """Dissolve a unit formed: whole sources stay as they were, pieces go back as with Detach."""

    unit: str

    def change(self, draft: Draft) -> None:
        """Make the change."""
        unit = draft.formed(self.unit)
        del draft.units[unit.code]
        for transfer in unit.transfers:
            if transfer.part != "whole":
                place_back(draft, transfer)

    def describe(self, draft: Draft) -> Words:
        """Say which group is dissolved."""
        unit = draft.formed(self.unit)
        label = labels(unit.kind, unit.name)
        return Words(
            f"Giải thể nhóm {label.vi} ({draft.names(unit.sources)})",
            f"Dissolve the group {label.en} ({draft.names(unit.sources)})",
        )
