"""Choosing source units: clicks and boxes on the map, a search without accents, the list of a district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import streamlit as st

from geo.register import Register, Unit
from geo.text import without_accents
from plans.plan import Plan
from ui.kept import Kept
from ui.layers import full_name
from ui.map import Click, new_click
from ui.text import language, number, t
from ui.workbench_state import CHOSEN, LINE

MAP: Final = "workbench-map"
FOCUS: Final = "workbench:focus"
_SEARCH: Final = "workbench-search"
_DISTRICT: Final = "workbench-district"
_ONLY_DUE: Final = "workbench-only-due"


def chosen(register: Register) -> list[str]:
    """Return the codes that are selected, in the order in which they were."""
    return [code for code in st.session_state.get(CHOSEN, ()) if code in register]


def choose(codes: Iterable[str]) -> None:
    """Select just these units."""
    st.session_state[CHOSEN] = list(dict.fromkeys(codes))


def focus(codes: Iterable[str]) -> None:
    """Zoom the map to units, once."""
    st.session_state[FOCUS] = tuple(codes)


def toggled(selected: list[str], click: Click, register: Register) -> list[str]:
    """Return the selection after a click: a unit is taken in or out, the units of a box are taken in.

    A box drawn with Ctrl or Shift takes its units out. A click beside all units changes nothing: a whole
    selection would be lost too easily.
    """
    if click.codes is not None:
        boxed = [code for code in click.codes if code in register]
        if click.more:
            return [code for code in selected if code not in set(boxed)]
        return list(dict.fromkeys((*selected, *boxed)))
    if click.code not in register:
        return selected
    if click.code in selected:
        return [code for code in selected if code != click.code]
    return [*selected, click.code]


def take_click(register: Register) -> None:
    """Take what was clicked or drawn on the map since the last run into the selection."""
    click = new_click(MAP)
    if click is None:
        return
    if click.line:
        st.session_state[LINE] = click.line
        return
    st.session_state[CHOSEN] = toggled(chosen(register), click, register)
    st.session_state.pop(FOCUS, None)


def search_order(unit: Unit) -> tuple[str, str]:
    """Order units by name without accents."""
    return without_accents(unit.name).casefold(), unit.code


def search_label(unit: Unit) -> str:
    """Return what a search box shows of a unit, with the form without accents, since it matches what it shows."""
    plain = without_accents(f"{unit.name} {unit.district_name}".strip())
    place = f" ({unit.district_name})" if unit.district_name else ""
    return f"{full_name(unit)}{place} · {plain} · {unit.code}"


# each run asks for all of a register's
_LABELS: Final[Kept[Mapping[str, str]]] = Kept(8)
_SHORT: Final[Kept[Mapping[str, str]]] = Kept(8)
_ORDERED: Final[Kept[Sequence[Unit]]] = Kept(8)


def ordered(register: Register) -> Sequence[Unit]:
    """Return the units by name without accents."""
    return _ORDERED(register, None, lambda: sorted(register, key=search_order))


def search_labels(register: Register) -> Mapping[str, str]:
    """Return what search boxes show of all units by code, in their order."""
    return _LABELS(
        register, language(), lambda: {unit.code: search_label(unit) for unit in ordered(register)}
    )


def short_names(register: Register) -> Mapping[str, str]:
    """Return the units' names with their kinds by code, and the district where the register has a name twice."""

    def made() -> Mapping[str, str]:
        often = Counter(unit.name for unit in register)
        return {
            unit.code: f"{full_name(unit)} ({unit.district_name})"
            if often[unit.name] > 1 and unit.district_name
            else full_name(unit)
            for unit in register
        }

    return _SHORT(register, language(), made)


def listed(
    units: Iterable[Unit], due: Collection[str], *, only_due: bool, kept: Collection[str]
) -> list[str]:
    """Return the codes that the list shows: all, or those still due and those already selected."""
    return [unit.code for unit in units if not only_due or unit.code in due or unit.code in kept]


def selection(register: Register, plan: Plan, due: Collection[str] = ()) -> list[str]:
    """Draw the search, the district's list and what is selected; return the selection.

    ``due``: codes of the units that the law has due and the plan does not touch.
    """

    def found() -> None:
        if code := st.session_state.get(_SEARCH):
            choose((*chosen(register), code))
            focus((code,))
            st.session_state[_SEARCH] = None

    labels = search_labels(register)
    st.selectbox(
        t("workbench.search"),
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        placeholder=t("map.search_placeholder"),
        filter_mode="contains",
        key=_SEARCH,
        on_change=found,
    )
    with st.expander(t("workbench.by_district" if _districts(register) else "workbench.by_list")):
        _district_list(register, plan, frozenset(due))
    return _chips(register)


def _districts(register: Register) -> list[tuple[str, str]]:
    found = {unit.district_code: unit.district_name for unit in register if unit.district_code}
    return sorted(found.items(), key=lambda item: without_accents(item[1]))


def _district_list(register: Register, plan: Plan, due: Collection[str]) -> None:
    districts = dict(_districts(register))
    units = list(ordered(register))
    if districts:
        asked = st.selectbox(
            t("unit.district"),
            list(districts),
            format_func=lambda code: f"{districts[code]} · {without_accents(districts[code])}",
            filter_mode="contains",
            key=_DISTRICT,
        )
        units = [unit for unit in units if unit.district_code == asked]
    here = sum(unit.code in due for unit in units)
    only_due = st.toggle(t("workbench.only_due", count=number(here)), key=_ONLY_DUE)
    codes = listed(units, due, only_due=only_due, kept=chosen(register))
    now = [code for code in chosen(register) if code in set(codes)]
    key = f"workbench-list:{districts and asked}:{only_due}:{'+'.join(now)}"

    def changed() -> None:
        picked = st.session_state.get(key) or []
        others = [code for code in chosen(register) if code not in set(codes)]
        kept = [code for code in now if code in picked]
        choose((*others, *kept, *(code for code in picked if code not in now)))

    st.pills(
        t("workbench.units"),
        codes,
        selection_mode="multi",
        default=now,
        format_func=lambda c: (
            ("• " if c in plan.by_source else "! " if c in due else "") + short_names(register)[c]
        ),
        key=key,
        on_change=changed,
        label_visibility="collapsed",
        wrap=True,
    )
    st.caption(t("workbench.list_note"))


def _chips(register: Register) -> list[str]:
    now = chosen(register)
    if not now:
        st.caption(t("workbench.none_selected"))
        return now
    key = f"workbench-chips:{'+'.join(now)}"

    def changed() -> None:
        choose(code for code in now if code in (st.session_state.get(key) or []))

    st.pills(
        t("workbench.selected", count=number(len(now)), facts=_facts([register[code] for code in now])),
        now,
        selection_mode="multi",
        default=now,
        format_func=lambda code: f"{short_names(register)[code]} ×",
        key=key,
        on_change=changed,
        wrap=True,
    )
    st.button(t("workbench.clear"), on_click=choose, args=((),), type="tertiary", key="workbench-clear")
    return now


def _facts(units: list[Unit]) -> str:
    from geo.register import exact_sum

    area = exact_sum(unit.area_km2 for unit in units)
    persons = exact_sum(None if unit.population is None else unit.population for unit in units)
    return f"{number(area, 2 if area is not None else None)} km², {number(persons)} {t('unit.persons')}"
