"""Review: an office's workbook or CSV beside the plan, row by row; or taken as a plan."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import streamlit as st

from geo.errors import SapxepError
from reports.context import Context
from reports.verify import Differences, verify
from ui.export_data import choices, context_of
from ui.review_data import KINDS, differences_frame, fits, places_of, stated_hashes
from ui.review_import import draw_import
from ui.session import Work, has_page, open_on_map, open_page, plain_lines, work
from ui.style import facts_html
from ui.table import Column, figures, show_table
from ui.text import language, number, t

_GIVEN: Final = "review:given"
_UPLOAD: Final = "review:upload"
TABS: Final = ("compare", "import")


@dataclass(frozen=True, slots=True)
class Given:
    """A file that a visitor gave; kept while the map or another page is looked at."""

    name: str
    content: bytes
    key: str


def page() -> None:
    """Draw the page."""
    st.title(t("page.review"))
    st.caption(t("review.intro"))
    given = _file()
    if given is None:
        _empty()
        return
    current = work()
    tabs = st.tabs([t(f"review.tab_{name}") for name in TABS], key="review:tabs", on_change="rerun")
    draws = {"compare": _compare, "import": _import}
    for name, tab in zip(TABS, tabs, strict=True):
        if tab.open:
            with tab:
                draws[name](current, given)


def _file() -> Given | None:
    """Draw the upload and return the file in review; it stays when another page was shown."""
    st.file_uploader(t("review.file"), type=["xlsx", "csv"], key=_UPLOAD, on_change=_take)
    given = st.session_state.get(_GIVEN)
    if not isinstance(given, Given):
        return None
    if st.session_state.get(_UPLOAD) is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(t("review.kept", file=plain_lines(given.name)), width="content")
            if st.button(t("review.forget"), key="review:forget"):
                del st.session_state[_GIVEN]
                st.rerun()
    return given


def _take() -> None:
    given = st.session_state.get(_UPLOAD)
    if given is None:
        st.session_state.pop(_GIVEN, None)
        return
    content = given.getvalue()
    key = hashlib.sha256(given.name.encode() + b"\x1f" + content).hexdigest()[:24]
    st.session_state[_GIVEN] = Given(given.name, content, key)


def _empty() -> None:
    st.info(t("review.nothing_yet"))
    if has_page("export") and st.button(t("review.to_export"), key="review:export"):
        open_page("export")


def _import(current: Work, given: Given) -> None:
    draw_import(current, given.key, given.name, given.content)


# --- differences ---------------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=12)
def _differences(work_key: str, file_key: str, _work: Work, _given: Given) -> Differences | SapxepError:  # noqa: ARG001
    """Return what differs; an error is kept as well, so that a bad file is read once."""
    try:
        context = _context_for(_work, _given)
        return verify(_given.content, _work.plan, _work.register, context, _given.name)
    except SapxepError as error:
        return error


def _context_for(current: Work, given: Given) -> Context | None:
    """Return what a workbook of ours was made from, told by its cover; None where that cannot be told."""
    stated = stated_hashes(given.content, given.name)
    if not stated:
        return None
    for indicators in choices(current):
        context = context_of(current, indicators)
        if fits(stated, context):
            return context
    return None


def _compare(current: Work, given: Given) -> None:
    with st.spinner(t("review.comparing")):
        found = _differences(current.key, given.key, current, given)
    if isinstance(found, SapxepError):
        st.error(plain_lines(found.text(language(), limit=12)))
        st.caption(t("review.accepted"))
        return
    if not len(found):
        equal = "review.equal_one" if len(found.compared) == 1 else "review.equal"
        st.success(t(equal, plan=current.plan.id, count=number(len(found.compared))))
        _sheets(found)
        return
    _rows(current, given, found)


def _sheets(found: Differences) -> None:
    facts = {t("review.compared"): "; ".join(found.compared)}
    if found.not_compared:
        facts[t("review.not_compared")] = "; ".join(found.not_compared)
    st.html(facts_html(facts))


@st.fragment
def _rows(current: Work, given: Given, found: Differences) -> None:
    words = {kind: t(f"review.what_{kind}") for kind in KINDS}
    counts = {kind: sum(one.what == kind for one in found) for kind in KINDS}
    differs = "review.differs_one" if len(found) == 1 else "review.differs"
    st.warning(t(differs, count=number(len(found)), plan=current.plan.id))
    figures({words[kind]: count for kind, count in counts.items() if count})
    _sheets(found)
    frame = differences_frame(found, current.plan, current.register)
    columns = [
        Column("what", t("review.what"), words=words, filter=True, width=130),
        Column("sheet", t("review.sheet"), filter=True, width=130),
        Column("row", t("review.row"), 0, width=60),
        Column("unit", t("review.unit"), width=170),
        Column("column", t("review.column"), filter=True, width=150),
        Column("in_file", t("review.in_file"), width=160),
        Column("in_plan", t("review.in_plan"), width=160),
        Column("key", t("review.key"), width=120),
    ]
    chosen = show_table(f"review-{given.key}", frame, columns, file_name="differences", select=True)
    if chosen is None:
        st.caption(t("review.choose"))
        return
    one = found.found[int(chosen)]
    places = places_of(one, current.plan, current.register)
    facts = {
        words[one.what]: " · ".join(p for p in (one.sheet, one.column) if p),
        t("review.in_file"): one.in_file or "—",
        t("review.in_plan"): one.in_plan or "—",
    }
    st.html(facts_html(facts))
    if not places:
        st.caption(t("review.no_place"))
    with st.container(horizontal=True):
        for place in places:
            label = t(f"review.see_{place.side}", unit=plain_lines(place.name))
            if st.button(label, key=f"review:see-{place.side}-{place.code}"):
                open_on_map(place.code, place.side)
