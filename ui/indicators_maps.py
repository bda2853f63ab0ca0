"""Before and after on two maps of one extent and one colour scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from indicators.explain import unit_name
from plans.territory import SPLIT_MARK
from ui import colours
from ui.indicators_data import Key, chosen_rows, decimals_of, figures_of, new_values, old_values
from ui.indicators_layers import layers_of
from ui.indicators_ways import Chain, end_titles
from ui.legend import scale_legend
from ui.map import MISSING, Style, figure_styles, new_click, show_map
from ui.session import Work
from ui.text import language, number, t
from ui.unit_facts import day

if TYPE_CHECKING:
    from indicators.remap import Remapped


def maps(chain: Chain, result: Remapped, column: Key, current: Work) -> str | None:
    """Draw the two maps and return the code of a new unit that was just clicked, or None."""
    item = result.catalogue.by_id[column[0]]
    old, new = figures_of(old_values(result, column)), figures_of(new_values(result, column))
    old = {unit.code: old.get(unit.code) for unit in chain.given}
    new = {unit.code: new.get(unit.code) for unit in chain.asked}
    unit = unit_name(item.unit, language())
    scale = colours.scale([*old.values(), *new.values()])
    decimals = decimals_of(item, old)
    ends = layers_of(chain, current)
    with st.container(key="indicators-wide-maps"):
        places = st.columns(2)
    rows = chosen_rows(result.frame, column).set_index("unit_code")
    bounds = {
        str(code): f"{number(low, decimals)} – {number(high, decimals)}"
        for code, low, high in zip(rows.index, rows["low"].tolist(), rows["high"].tolist(), strict=True)
        if low == low and new.get(str(code)) is None
    }
    estimated = {
        str(code)
        for code, base in zip(rows.index, rows["base"].astype(str), strict=True)
        if base and new.get(str(code)) is not None
    }
    titles = end_titles(chain)
    for side, place, drawn, values in zip(("given", "asked"), places, ends, (old, new), strict=True):
        layer = drawn.layer
        styles: dict[str, Style] = figure_styles(values, scale)
        notes = {code: _note(value, decimals, unit) for code, value in values.items()}
        if side == "asked":
            notes |= {code: f"↔ {said} {unit}" for code, said in bounds.items()}
            notes |= {
                code: f"≈ {notes[code]} · {t('indicators.mark_estimated')}" for code in estimated & set(notes)
            }
        with place:
            st.markdown(f"**{titles[side == 'asked']}**")
            if layer is None:
                st.info(t("indicators.no_map"))
                continue
            styles |= {code: MISSING for code in layer.codes if code.endswith(SPLIT_MARK)}
            show_map(
                f"indicators-map-{side}",
                layer,
                styles,
                notes=notes,
                height=460,
                link="indicators",
                districts=False,
            )
            if drawn.instead:
                st.caption(t("indicators.schematic_instead", day=day(current.register.vintage)))
    st.html(
        scale_legend(
            item.name(language()), scale, decimals=decimals, unit=unit, note=t("indicators.one_scale")
        )
    )
    click = new_click("indicators-map-asked") if ends[1].layer is not None else None
    return click.code if click is not None and click.code else None


def _note(value: float | None, decimals: int, unit: str) -> str:
    return t("state.missing") if value is None else f"{number(value, decimals)} {unit}".strip()
