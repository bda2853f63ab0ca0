"""Forms of the actions that record figures: a part given, an exemption, the procedure, the plan's own data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from plans.edit import (
    Action,
    EditPart,
    GivePart,
    RecordExemption,
    RemoveExemption,
    SetMetadata,
    SetProcedure,
    SetTotals,
)
from plans.plan import Totals
from rules.procedure import Key, checklist, procedure_keys
from ui.text import language, number, t
from ui.workbench_forms import Desk
from ui.workbench_line import TOLERANCE_PERCENT, Division, deviation_percent, divided
from ui.workbench_state import LINE, judged

OWN: Final = "own"
REGISTER: Final = "register"


def part(desk: Desk) -> Sequence[Action] | None:
    """Give a part of a unit to another, or state anew what is known of a part."""
    if not desk.chosen:
        st.caption(t("workbench.need_one"))
        return None
    source = str(
        st.selectbox(
            t("workbench.part_of"), desk.chosen, format_func=desk.source_label, key="workbench-part-source"
        )
    )
    held = desk.draft.pieces(source)
    parts = [code for code, transfer in held.items() if transfer.part != "whole"]
    free = [code for code in (*desk.groups, *desk.staying) if code not in held and code != source]
    to = st.selectbox(
        t("workbench.to"),
        ["", *parts, *free],
        format_func=lambda code: (
            (t("workbench.edit_part", unit=desk.unit_label(code)) if code in parts else desk.unit_label(code))
            if code
            else t("workbench.into_new")
        ),
        filter_mode="contains",
        key=f"workbench-part-to:{source}",
    )
    name = code = ""
    if not to:
        left, right = st.columns(2)
        name = left.text_input(t("workbench.name"), key="workbench-part-name").strip()
        code = right.text_input(t("unit.code"), key="workbench-part-code", max_chars=5).strip()
    now = held.get(str(to))
    left, right = st.columns(2)
    area = left.number_input(
        f"{t('unit.area')} (km²)",
        min_value=0.0,
        value=None if now is None or now.area_km2 is None else float(now.area_km2),
        step=0.01,
        format="%.4f",
        key=f"workbench-part-area:{source}:{to}",
    )
    persons = right.number_input(
        f"{t('unit.population')} ({t('unit.persons')})",
        min_value=0,
        value=None if now is None else now.population,
        step=1,
        key=f"workbench-part-persons:{source}:{to}",
    )
    measured = st.radio(
        t("workbench.figures_from"),
        [REGISTER, OWN],
        format_func=lambda base: t(f"workbench.figures_{base}"),
        key="workbench-part-from",
    )
    reason = st.text_input(
        t("workbench.reason"),
        value="" if now is None else now.note,
        key=f"workbench-part-reason:{source}:{to}",
    )
    stated = None if area is None else Decimal(str(round(area, 4))).normalize() + 0
    line = _line(desk, source, stated)
    figures = {
        "area_km2": stated,
        "population": None if persons is None else int(persons),
        "reason": reason,
        "figures_from": REGISTER if measured == REGISTER else "",
        "line": line.wkt if line else "" if now is None else str(now.extra.get("line", "")),
    }
    if to in parts:
        return (EditPart(source, str(to), **figures),)  # type: ignore[arg-type]
    if not to and not (name and code):
        return None
    return (GivePart(source, str(to) or code, name=name, **figures),)  # type: ignore[arg-type]


def _line(desk: Desk, source: str, stated: Decimal | None) -> Division | None:
    """Say what a line drawn on the map leaves on either side, and whether the stated area fits."""
    points = st.session_state.get(LINE, ())
    layer = desk.work.layer
    if not points:
        st.caption(t("workbench.line_how"))
        return None
    polygons = {} if layer is None else dict(zip(layer.codes, layer.geometries, strict=True))
    cut = divided(polygons[source], points) if source in polygons else None
    if cut is None:
        st.warning(t("workbench.line_misses", unit=desk.source_label(source)))
        _drop_line()
        return None
    whole = desk.work.register[source].area_km2
    areas = {side: None if whole is None else whole * share for side, share in _sides(cut).items()}
    side = st.radio(
        t("workbench.line_side"),
        list(areas),
        format_func=lambda s: t(
            f"workbench.line_{s}",
            area=number(areas[s], None if areas[s] is None else 2),
            percent=number(_sides(cut)[s] * 100, 1),
        ),
        key="workbench-line-side",
    )
    drawn = areas[str(side)]
    off = None if stated is None or drawn is None else deviation_percent(stated, drawn)
    if off is None:
        st.caption(t("workbench.line_unchecked"))
    elif abs(off) > TOLERANCE_PERCENT:
        st.warning(t("workbench.line_off", percent=number(off), area=number(drawn, 2)))
    else:
        st.caption(t("workbench.line_fits", percent=number(off)))
    if layer is not None and layer.schematic:
        st.caption(t("workbench.line_schematic"))
    _drop_line()
    return cut


def _sides(cut: Division) -> dict[str, Decimal]:
    return {"left": cut.left, "right": cut.right}


def _drop_line() -> None:
    st.button(
        t("workbench.line_drop"),
        on_click=lambda: st.session_state.pop(LINE, None),
        type="tertiary",
        key="workbench-line-drop",
    )


def exempt(desk: Desk) -> Sequence[Action] | None:
    """Record that units stay though they are due, or take such a record back."""
    known = {item.code: item for item in desk.work.plan.exempt}
    removed: str | None = None
    if known:
        removed = st.selectbox(
            t("workbench.exempt_remove"),
            list(known),
            index=None,
            format_func=desk.source_label,
            key="workbench-exempt-remove",
        )
    if removed:
        return (RemoveExemption(removed),)
    if not desk.chosen:
        st.caption(t("workbench.need_one"))
        return None
    from rules.on_plan import exempting

    rules = exempting(judged(desk.work).view)
    if not rules:
        st.caption(t("workbench.no_grounds"))
        return None
    ground = st.selectbox(
        t("workbench.ground"),
        list(rules),
        format_func=lambda rule: rules[rule].title_en if language() == "en" else rules[rule].title_vi,
        key="workbench-exempt-ground",
    )
    note = st.text_area(t("workbench.note"), key="workbench-exempt-note", height=80)
    document = st.text_input(t("workbench.document"), key="workbench-exempt-document")
    return tuple(RecordExemption(code, str(ground), note.strip(), document.strip()) for code in desk.chosen)


def procedure(desk: Desk) -> Sequence[Action] | None:
    """Record a date, count or document of the procedure."""
    plan = desk.work.plan
    asked = {key.name: key for item in checklist(plan) for key in item.keys if key.type != "units"}
    others = {name: procedure_keys()[name] for name in plan.procedure if name in procedure_keys()}
    keys = {**asked, **{name: key for name, key in others.items() if key.type != "units"}}
    if not keys:
        st.caption(t("workbench.no_procedure"))
        return None
    name = str(
        st.selectbox(
            t("workbench.procedure_key"),
            list(keys),
            format_func=lambda k: _key_label(keys[k], plan.procedure.get(k)),
            filter_mode="contains",
            key="workbench-procedure-key",
        )
    )
    now = plan.procedure.get(name)
    value = _value(keys[name], now)
    if value == now and type(value) is type(now):
        return None
    return (SetProcedure(name, value),)


def _key_label(key: Key, value: object) -> str:
    label = key.label_en if language() == "en" else key.label_vi
    return label if value is None else f"✓ {label}"


def _value(key: Key, now: object) -> object:
    """Ask for a value of the key's type; None where nothing is entered."""
    at = f"workbench-procedure:{key.name}"
    if key.type == "date":
        given = st.date_input(
            t("workbench.value"), now if isinstance(now, date) else None, format="DD/MM/YYYY", key=at
        )
        return given if isinstance(given, date) else None
    if key.type == "count":
        whole = now if isinstance(now, int) and not isinstance(now, bool) else None
        count = st.number_input(t("workbench.value"), min_value=0, value=whole, step=1, key=at)
        return None if count is None else int(count)
    if key.type == "flag":
        words = {True: t("workbench.yes"), False: t("workbench.no")}
        flag = st.selectbox(
            t("workbench.value"),
            [True, False],
            index=None if not isinstance(now, bool) else int(not now),
            format_func=lambda v: words[v],
            key=at,
        )
        text = st.text_input(
            t("workbench.or_document"), value=now if isinstance(now, str) else "", key=f"{at}:text"
        )
        return text.strip() or flag
    return st.text_input(t("workbench.value"), value="" if now is None else str(now), key=at).strip() or None


def plan_data(desk: Desk) -> Sequence[Action] | None:
    """Edit the plan's id, titles, instrument and dates, or drop the totals that an instrument stated."""
    plan = desk.work.plan
    values: dict[str, object] = {
        "title_vi": st.text_input(t("workbench.title_vi"), plan.title_vi, key="workbench-plan-vi").strip(),
        "title_en": st.text_input(t("workbench.title_en"), plan.title_en, key="workbench-plan-en").strip(),
        "instrument": st.text_input(
            t("workbench.instrument"), plan.instrument, key="workbench-plan-instrument"
        ).strip(),
        "id": st.text_input(t("workbench.plan_id"), plan.id, key="workbench-plan-id").strip(),
        "decided": st.date_input(
            t("workbench.decided"), plan.decided, format="DD/MM/YYYY", key="workbench-plan-decided"
        ),
        "effective": st.date_input(
            t("workbench.effective"), plan.effective, format="DD/MM/YYYY", key="workbench-plan-effective"
        ),
    }
    drop = False
    if plan.totals != Totals():
        drop = st.checkbox(t("workbench.drop_totals"), key="workbench-plan-totals")
    given = {
        name: value for name, value in values.items() if value != getattr(plan, name) and value is not None
    }
    actions: list[Action] = [SetMetadata(**given)] if given else []  # type: ignore[arg-type]
    return (*actions, *([SetTotals()] if drop else [])) or None
