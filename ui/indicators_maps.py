"""Before and after on two maps of one extent and one colour scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from plans.territory import SPLIT_MARK
from ui import colours
from ui.data import schematic_layer
from ui.indicators_data import Chain, Key, chosen_rows, decimals_of, figures_of, new_values, old_values
from ui.layers import MapLayer, full_name
from ui.legend import scale_legend
from ui.map import MISSING, Style, figure_styles, new_click, show_map
from ui.session import Work, map_after, map_before
from ui.text import language, number, t
from ui.unit_facts import day

if TYPE_CHECKING:
    from indicators.remap import Remapped


def layers_of(chain: Chain, current: Work) -> tuple[MapLayer | None, MapLayer | None]:
    """Return the maps of the first and last units of a chain, None where there are no boundaries of that date."""
    before = map_before(current) if chain.before is current.register else schematic_layer(chain.before)
    if chain.plans == (current.plan,):
        return before, map_after(current)
    last, register = chain.plans[-1], chain.registers[-2]
    names = {
        unit.code: [full_name(register[transfer.code]) for transfer in unit.transfers] for unit in last.units
    }
    return before, schematic_layer(chain.after, names)


def maps(chain: Chain, result: Remapped, column: Key, current: Work) -> str | None:
    """Draw the two maps and return the code of a new unit that was just clicked, or None."""
    item = result.catalogue.by_id[column[0]]
    old, new = figures_of(old_values(result, column)), figures_of(new_values(result, column))
    old = {unit.code: old.get(unit.code) for unit in chain.before}
    new = {unit.code: new.get(unit.code) for unit in chain.after}
    scale = colours.scale([*old.values(), *new.values()])
    decimals = decimals_of(item, old)
    before, after = layers_of(chain, current)
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
    for side, place, layer, values, register in (
        ("before", places[0], before, old, chain.before),
        ("after", places[1], after, new, chain.after),
    ):
        styles: dict[str, Style] = figure_styles(values, scale)
        notes = {code: _note(value, decimals, item.unit) for code, value in values.items()}
        if side == "after":
            notes |= {code: f"↔ {said} {item.unit}" for code, said in bounds.items()}
            notes |= {
                code: f"≈ {notes[code]} · {t('indicators.mark_estimated')}" for code in estimated & set(notes)
            }
        with place:
            st.markdown(f"**{t(f'indicators.{side}', day=day(register.vintage))}**")
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
    st.html(
        scale_legend(
            item.name(language()), scale, decimals=decimals, unit=item.unit, note=t("indicators.one_scale")
        )
    )
    click = new_click("indicators-map-after") if after is not None else None
    return click.code if click is not None and click.code else None


def _note(value: float | None, decimals: int, unit: str) -> str:
    return t("state.missing") if value is None else f"{number(value, decimals)} {unit}".strip()
