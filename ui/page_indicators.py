"""Indicators: figures of the old units on the new ones, how each came about, and before and after on the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.errors import SapxepError
from plans.plan import Plan
from ui.indicators_data import remapped, result_key
from ui.indicators_sources import Source, illustrative_after, illustrative_source, register_source
from ui.indicators_upload import uploaded_source
from ui.indicators_view import results
from ui.indicators_ways import Chain, chain_of, chains, crosswalk_of
from ui.session import Work, plain_lines, work
from ui.text import language, number, t
from ui.unit_facts import day

if TYPE_CHECKING:
    from indicators.remap import Remapped

SOURCES: Final = ("register", "illustrative", "upload")
DIRECTIONS: Final = ("forward", "back")
_DIRECTION: Final = "indicators-direction-kept"
# side by side where there is room, below each other where there is not; choices go on in a second line
STYLE: Final = """
<style>
[class*="st-key-indicators-"] .stButtonGroup [role="radiogroup"] { flex-wrap: wrap; row-gap: .25rem; }
@media (max-width: 1000px) {
  [class*="st-key-indicators-wide-"] .stHorizontalBlock { flex-wrap: wrap; }
  [class*="st-key-indicators-wide-"] .stColumn { min-width: 100%; }
}
</style>
"""
_SOURCE: Final = "indicators-source-kept"
_DONE: Final = "indicators-done"


def page() -> None:
    """Draw the page."""
    st.title(t("page.indicators"))
    st.html(STYLE)
    current = work()
    with st.container(horizontal=True, key="indicators-controls"):
        kind = _kept(_SOURCE, t("indicators.source"), SOURCES, "indicators.source_")
        back = _kept(_DIRECTION, t("indicators.direction"), DIRECTIONS, "indicators.direction_") == "back"
    if back:
        st.caption(t("indicators.back_note"))
    try:
        source = _source(kind, current, back)
    except SapxepError as error:
        st.error(plain_lines(error.text(language(), limit=20)))
        return
    if source is None:
        if kind == "illustrative":
            st.error(_no_way(illustrative_source().vintage, current, False))
        return
    if source.illustrative:
        st.warning(t("indicators.illustrative"))
    ways = chains(current.plan, source.vintage, back)
    if not ways:
        st.error(_no_way(source.vintage, current, back))
        return
    try:
        chain, base = _choices(ways, current, back)
        result = _computed(source, chain, base)
    except SapxepError as error:
        st.error(plain_lines(error.text(language(), limit=20)))
        st.caption(t("indicators.nothing_computed"))
        return
    results(source, chain, base, result, current)


def _kept(name: str, title: str, options: Sequence[str], words: str) -> str:
    """Draw a choice that outlasts a visit to another page."""
    key = name.removesuffix("-kept")
    st.session_state.setdefault(key, st.session_state.get(name, options[0]))
    chosen = st.segmented_control(
        title, options, format_func=lambda one: t(words + one), key=key, required=True, width="content"
    )
    st.session_state[name] = chosen or options[0]
    return str(st.session_state[name])


def _source(kind: str, current: Work, back: bool) -> Source | None:
    if kind == "upload":
        return uploaded_source(current, back)
    if kind == "illustrative":
        return illustrative_after(current) if back else illustrative_source()
    return register_source(current, back)


def _no_way(vintage: str, current: Work, back: bool) -> str:
    """Return why figures of a vintage cannot be carried, and what could be done."""
    plan = current.plan
    if not back:
        words = "indicators.no_way"
        other = bool(chains(plan, vintage, True))
    else:
        words = "indicators.no_way_back"
        other = bool(chains(plan, vintage))
    said = t(words, found=day(vintage), base=day(plan.base), target=day(plan.target))
    return f"{said} {t('indicators.other_direction')}" if other else said


def _choices(ways: Sequence[tuple[Plan, ...]], current: Work, back: bool) -> tuple[Chain, str | None]:
    left, right = st.columns(2)
    made = {i: chain_of(way, current, back) for i, way in enumerate(ways)}

    def way_words(i: int) -> str:
        chain = made[i]
        return t(
            "indicators.way",
            plans=", ".join(plan.instrument or plan.id for plan in chain.plans),
            before=number(len(chain.given)),
            after=number(len(chain.asked)),
        )

    at = left.selectbox(
        t("indicators.back_to" if back else "indicators.to"),
        list(made),
        format_func=way_words,
        key=f"indicators-way-{len(ways)}-{back}",
    )
    chain = made[int(at or 0)]
    bases = ["", *crosswalk_of(chain.key, chain).bases]
    base = right.selectbox(
        t("indicators.back_base" if back else "indicators.base"),
        bases,
        format_func=base_words,
        help=t("indicators.base_help"),
        key=f"indicators-base-{len(bases)}",
    )
    return chain, base or None


def base_words(base: str) -> str:
    """Return what a base of splits is called; one that a plan alone names keeps its own name."""
    return t(f"indicators.base_{base or 'auto'}") if base in ("", "population", "area") else base


def _computed(source: Source, chain: Chain, base: str | None) -> Remapped:
    """Compute with progress shown while it is long; a result that is kept comes at once."""
    key = result_key(source, chain, base)
    done = st.session_state.setdefault(_DONE, set())
    if key in done:
        return remapped(source, chain, base)
    place = st.empty()
    with place.container():
        bar = st.progress(0.1, t("indicators.step_crosswalk"))
        crosswalk_of(chain.key, chain)
        bar.progress(0.4, t("indicators.step_remap", count=number(len(source.observations))))
        result = remapped(source, chain, base)
        bar.progress(1.0, t("indicators.step_show"))
    place.empty()
    done.add(key)
    return result
