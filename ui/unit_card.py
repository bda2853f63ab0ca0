"""The panel beside the map: what is known of the unit in view, and where to go from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import streamlit as st

from geo.register import Register, Unit
from plans.apply import formed_unit
from plans.territory import SPLIT_MARK
from ui.colouring import Side
from ui.layers import MapLayer, full_name
from ui.session import Work, has_page, open_page
from ui.style import facts_html
from ui.text import t
from ui.unit_facts import day, facts, fate, sources, stated

Choose = Callable[[Side, str], None]


def unit_card(
    work: Work,
    registers: Mapping[Side, Register],
    chosen: tuple[Side, str] | None,
    layers: Mapping[Side, MapLayer | None],
    choose: Choose,
    *,
    wide: bool = False,
) -> None:
    """Draw the panel of the unit in view, or how to choose one.

    ``choose`` puts another unit into view. ``wide``: below the maps, in columns.
    """
    if chosen is None:
        st.caption(t("map.no_unit"))
        return
    side, code = chosen
    split = side == "after" and code.endswith(SPLIT_MARK)
    code = code.removesuffix(SPLIT_MARK)
    unit = registers["before" if split else side][code]
    st.subheader(full_name(unit))
    st.caption(t("map.split_caption") if split else t(f"map.{side}_date", day=day(registers[side].vintage)))
    one, two, three = st.columns([1, 1, 1.3]) if wide else [st.container() for _ in range(3)]
    shown = facts(unit)
    formed = work.plan.by_code.get(code) if side == "after" and not split else None
    if formed is not None:
        shown |= stated(formed_unit(work.plan, work.register, formed))
    layer = layers.get(side)
    with one:
        st.html(facts_html(shown))
        if layer is not None and code not in layer.codes and not split:
            st.caption(t("map.not_on_layer"))
    with two:
        if side == "before" or split:
            _fate(work, registers, unit, choose)
        elif formed is None:
            st.caption(t("map.stays"))
        else:
            _origin(work, registers, code, choose)
        _verdicts(work, "before" if split else side, code)
    with three:
        _sources(unit)


def _fate(work: Work, registers: Mapping[Side, Register], unit: Unit, choose: Choose) -> None:
    pairs = fate(work.plan, unit.code)
    if not pairs:
        st.caption(t("map.stays"))
        return
    st.markdown(f"**{t('map.becomes')}**")
    for code, part in pairs:
        words = f"{full_name(registers['after'][code])} ({t('part.' + part)})"
        _lead(f"to-{code}", words, "after", code, choose)


def _origin(work: Work, registers: Mapping[Side, Register], code: str, choose: Choose) -> None:
    st.markdown(f"**{t('map.came_from')}**")
    for transfer in work.plan.by_code[code].transfers:
        words = f"{full_name(registers['before'][transfer.code])} ({t('part.' + transfer.part)})"
        _lead(f"from-{transfer.code}", words, "before", transfer.code, choose)


def _lead(key: str, words: str, side: Side, code: str, choose: Choose) -> None:
    st.button(words, key=f"map-{key}", on_click=_show, args=(side, code, choose), width="stretch")


def _show(side: Side, code: str, choose: Choose) -> None:
    # beside each other both sides are seen already; a single map changes to the side of the unit
    if st.session_state.get("map-view") != "both":
        st.session_state["map-view"] = side
    choose(side, code)


def _verdicts(work: Work, side: Side, code: str) -> None:
    concerned = code in (work.plan.by_source if side == "before" else work.plan.by_code)
    if (
        concerned
        and has_page("rules")
        and st.button(t("map.to_verdicts"), key="map-verdicts", width="stretch")
    ):
        st.session_state["rules-unit"] = code
        open_page("rules")


def _sources(unit: Unit) -> None:
    if found := sources(unit):
        rows = "".join(f"<p><b>{escape(name)}:</b> {escape(words)}</p>" for name, words in found)
        st.html(f'<div class="sx-source">{rows}</div>')
