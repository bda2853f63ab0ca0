"""Indicators: figures of the old units on the new ones, how each came about, and before and after on the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.errors import SapxepError
from plans.plan import Plan
from ui.indicators_data import (
    Chain,
    Source,
    chain_of,
    chains,
    crosswalk_of,
    illustrative_source,
    register_source,
    remapped,
    result_key,
)
from ui.indicators_upload import uploaded_source
from ui.indicators_view import results
from ui.session import Work, plain_lines, work
from ui.text import language, number, t
from ui.unit_facts import day

if TYPE_CHECKING:
    from indicators.remap import Remapped

SOURCES: Final = ("illustrative", "register", "upload")
_SOURCE: Final = "indicators-source-kept"
_DONE: Final = "indicators-done"


def page() -> None:
    """Draw the page."""
    st.title(t("page.indicators"))
    current = work()
    kind = _source_kind()
    try:
        source = _source(kind, current)
    except SapxepError as error:
        st.error(plain_lines(error.text(language(), limit=20)))
        return
    if source is None:
        return
    if source.illustrative:
        st.warning(t("indicators.illustrative"))
    ways = chains(current.plan, source.vintage)
    if not ways:
        st.error(t("indicators.no_way", found=day(source.vintage), base=day(current.plan.base)))
        return
    try:
        chain, base = _choices(ways, current)
        result = _computed(source, chain, base)
    except SapxepError as error:
        st.error(plain_lines(error.text(language(), limit=20)))
        st.caption(t("indicators.nothing_computed"))
        return
    results(source, chain, base, result, current)


def _source_kind() -> str:
    st.session_state.setdefault("indicators-source", st.session_state.get(_SOURCE, SOURCES[0]))
    kind = st.segmented_control(
        t("indicators.source"),
        SOURCES,
        format_func=lambda name: t(f"indicators.source_{name}"),
        key="indicators-source",
        required=True,
    )
    st.session_state[_SOURCE] = kind or SOURCES[0]
    return str(st.session_state[_SOURCE])


def _source(kind: str, current: Work) -> Source | None:
    if kind == "upload":
        return uploaded_source(current)
    if kind == "illustrative":
        return illustrative_source()
    return register_source(current)


def _choices(ways: Sequence[tuple[Plan, ...]], current: Work) -> tuple[Chain, str | None]:
    left, right = st.columns(2)
    made = {i: chain_of(way, current) for i, way in enumerate(ways)}

    def way_words(i: int) -> str:
        chain = made[i]
        return t(
            "indicators.way",
            plans=", ".join(plan.instrument or plan.id for plan in chain.plans),
            before=number(len(chain.before)),
            after=number(len(chain.after)),
        )

    at = left.selectbox(
        t("indicators.to"), list(made), format_func=way_words, key=f"indicators-way-{len(ways)}"
    )
    chain = made[int(at or 0)]
    bases = ["", *crosswalk_of(chain.key, chain).bases]
    base = right.selectbox(
        t("indicators.base"),
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
