"""The form of each action: it draws the fields and returns the actions that they describe, None while they lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import streamlit as st

from geo.errors import PlanError
from geo.register import KIND_NAMES
from plans.edit import (
    Action,
    ChangeKind,
    ChooseSeat,
    Detach,
    DissolveGroup,
    Merge,
    Move,
    Rename,
    name_suggestions,
)
from plans.edit_draft import NO_TOWNSHIPS, Draft
from plans.plan import NewUnit, Transfer
from ui.session import Work
from ui.text import t
from ui.workbench_select import search_labels, short_names

NEW: Final = ""
Form = Callable[["Desk"], Sequence[Action] | None]


@dataclass(frozen=True)
class Desk:
    """What a form works on: the plan with its register, and the source units that are selected."""

    work: Work
    chosen: tuple[str, ...]

    @cached_property
    def draft(self) -> Draft:
        """The plan as the edits see it."""
        return Draft(self.work.plan, self.work.register)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Codes of the units that the plan forms, those of the selection first."""
        mine = [unit.code for code in self.chosen for unit, _ in self.work.plan.by_source.get(code, ())]
        return tuple(dict.fromkeys((*mine, *self.work.plan.by_code)))

    @cached_property
    def mine(self) -> tuple[str, ...]:
        """Codes of the units formed that take something of the selection."""
        taken = (self.work.plan.by_source.get(code, ()) for code in self.chosen)
        return tuple(dict.fromkeys(unit.code for pairs in taken for unit, _ in pairs))

    @cached_property
    def staying(self) -> tuple[str, ...]:
        """Codes of the units that the plan does not name, those selected first."""
        named = self.work.plan.by_source
        free = [code for code in self.chosen if code not in named]
        return tuple(dict.fromkeys((*free, *(u.code for u in self.work.register if u.code not in named))))

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        return search_labels(self.work.register)

    def source_label(self, code: str) -> str:
        """Return the name of a source unit."""
        return short_names(self.work.register)[code]

    def unit_label(self, code: str) -> str:
        """Return the name of a unit formed with its sources, of one that stays as the search shows it."""
        unit = self.work.plan.by_code.get(code)
        if unit is None:
            return self._labels[code]
        return f"{unit_name(unit)} ({code}) ← {self.draft.names(unit.sources)}"


def unit_name(unit: NewUnit) -> str:
    """Return the name of a unit formed with its kind, in the language of the visit."""
    name = t("unit.full_name", kind=t(f"kind.{unit.kind}"), name=unit.name)
    return name[:1].upper() + name[1:]


def _kinds(desk: Desk) -> list[str]:
    """Return the kinds that a unit may be: townships end with Law 72/2025/QH15."""
    late = desk.work.plan.effective >= NO_TOWNSHIPS
    return [kind for kind in KIND_NAMES if not (late and kind == "township")]


def _kind(desk: Desk, default: str, key: str) -> str:
    kinds = _kinds(desk)
    return str(
        st.selectbox(
            t("workbench.kind"),
            kinds,
            index=kinds.index(default) if default in kinds else 0,
            format_func=lambda kind: t(f"kind.{kind}"),
            key=key,
        )
    )


def _group(desk: Desk, key: str, *, staying: bool = False) -> str | None:
    """Ask for a unit of the plan (or one that stays): at first that of the selection."""
    options = [
        *desk.mine,
        *(c for c in desk.groups if c not in desk.mine),
        *(desk.staying if staying else ()),
    ]
    if not staying and not desk.groups:
        st.caption(t("workbench.no_groups"))
        return None
    free = [code for code in desk.chosen if code in set(desk.staying)]
    first = desk.mine[0] if desk.mine else free[0] if staying and free else options[0]
    return str(
        st.selectbox(
            t("workbench.group"),
            options,
            index=options.index(first),
            format_func=desk.unit_label,
            filter_mode="contains",
            key=f"{key}:{first}",
        )
    )


# --- forms ---------------------------------------------------------------------------------------------------


def merge(desk: Desk) -> Sequence[Action] | None:
    """Merge what is selected into a new unit or into one that exists."""
    if not desk.chosen:
        st.caption(t("workbench.need_two"))
        return None
    mark = "+".join(desk.chosen)
    outside = [code for code in (*desk.groups, *desk.staying) if code not in desk.chosen]
    into = st.selectbox(
        t("workbench.into"),
        [NEW, *outside],
        format_func=lambda code: desk.unit_label(code) if code else t("workbench.into_new"),
        filter_mode="contains",
        key="workbench-merge-into",
    )
    if into:
        return (Merge(desk.chosen, into=into),)
    if len(desk.chosen) < 2:
        st.caption(t("workbench.need_two"))
        return None
    names = name_suggestions(desk.work.plan, desk.work.register, desk.chosen)
    name = st.selectbox(
        t("workbench.name"),
        names,
        accept_new_options=True,
        key=f"workbench-merge-name:{mark}",
        help=t("workbench.name_help"),
    )
    left, right = st.columns(2)
    with left:
        seat = _seat(desk, desk.chosen, f"workbench-merge-seat:{mark}")
    with right:
        kind = _kind(desk, desk.draft.default_kind(desk.chosen), f"workbench-merge-kind:{mark}")
    return (Merge(desk.chosen, name=str(name or ""), seat=seat, kind=kind),)


def _seat(desk: Desk, sources: Sequence[str], key: str, now: str = "") -> str:
    first = now or desk.draft.default_seat(Transfer(code) for code in sources)
    return str(
        st.selectbox(
            t("workbench.seat"),
            list(sources),
            index=list(sources).index(first),
            format_func=lambda code: f"{desk.source_label(code)} · {code}",
            key=key,
            help=t("workbench.seat_help"),
        )
    )


def move(desk: Desk) -> Sequence[Action] | None:
    """Move what is selected to another unit."""
    if not desk.chosen:
        st.caption(t("workbench.need_one"))
        return None
    options = [
        code for code in (*desk.groups, *desk.staying) if code not in desk.chosen and set(desk.mine) != {code}
    ]
    to = st.selectbox(
        t("workbench.to"),
        options,
        index=None,
        format_func=desk.unit_label,
        filter_mode="contains",
        placeholder=t("map.search_placeholder"),
        key="workbench-move-to",
    )
    if not to:
        return None
    return (Move(desk.chosen[0], to),) if len(desk.chosen) == 1 else (Merge(desk.chosen, into=to),)


def rename(desk: Desk) -> Sequence[Action] | None:
    """Give a unit another name."""
    if not desk.chosen and not desk.groups:
        st.caption(t("workbench.need_one"))
        return None
    code = _group(desk, "workbench-rename", staying=True)
    if code is None:
        return None
    unit = desk.draft.unit(code)
    names = list(
        dict.fromkeys((unit.name, *name_suggestions(desk.work.plan, desk.work.register, unit.sources)))
    )
    name = st.selectbox(
        t("workbench.name"),
        names,
        accept_new_options=True,
        key=f"workbench-rename-name:{code}",
        help=t("workbench.name_help"),
    )
    return None if not name or name == unit.name else (Rename(code, str(name)),)


def seat(desk: Desk) -> Sequence[Action] | None:
    """Choose where the People's Committee sits; the code follows."""
    code = _group(desk, "workbench-seat")
    if code is None:
        return None
    unit = desk.work.plan.by_code[code]
    chosen = _seat(desk, unit.sources, f"workbench-seat-in:{code}", unit.seat)
    return None if chosen == unit.seat else (ChooseSeat(code, chosen),)


def kind(desk: Desk) -> Sequence[Action] | None:
    """Change the kind of a unit."""
    if not desk.chosen and not desk.groups:
        st.caption(t("workbench.need_one"))
        return None
    code = _group(desk, "workbench-kind", staying=True)
    if code is None:
        return None
    unit = desk.draft.unit(code)
    chosen = _kind(desk, unit.kind, f"workbench-kind-of:{code}")
    return None if chosen == unit.kind else (ChangeKind(code, chosen),)


def detach(desk: Desk) -> Sequence[Action] | None:
    """Take what is selected out of its groups."""
    held = [code for code in desk.chosen if code in desk.work.plan.by_source]
    if not held:
        st.caption(t("workbench.need_member"))
        return None
    if len(held) == 1 and len(pairs := desk.work.plan.by_source[held[0]]) > 1:
        unit = st.selectbox(
            t("workbench.piece_of"),
            ["", *(formed.code for formed, _ in pairs)],
            format_func=lambda code: desk.unit_label(code) if code else t("workbench.all_pieces"),
            key=f"workbench-detach:{held[0]}",
        )
        return (Detach(held[0], str(unit)),)
    return tuple(Detach(code) for code in held)


def dissolve(desk: Desk) -> Sequence[Action] | None:
    """Dissolve a group."""
    code = _group(desk, "workbench-dissolve")
    return None if code is None else (DissolveGroup(code),)


def forms() -> Mapping[str, Form]:
    """Return the forms by name, in the order of the menu."""
    from ui.workbench_records import exempt, part, plan_data, procedure

    return MappingProxyType(
        {
            "merge": merge,
            "move": move,
            "part": part,
            "rename": rename,
            "seat": seat,
            "kind": kind,
            "detach": detach,
            "dissolve": dissolve,
            "exempt": exempt,
            "procedure": procedure,
            "plan": plan_data,
        }
    )


def drawn(name: str, desk: Desk) -> Sequence[Action] | None:
    """Draw a form and return its actions; what cannot be asked is said."""
    from ui.text import language

    try:
        return forms()[name](desk)
    except PlanError as error:
        st.error(error.text(language()))
        return None
