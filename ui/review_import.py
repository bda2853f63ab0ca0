"""An office's merger table as a plan: columns as they were recognised, to be corrected; problems by row; opening it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.errors import Problem, SapxepError
from geo.register import Register
from plans.files import plan_text
from plans.plan import Plan
from reports.columns import TRANSFER_COLUMNS
from reports.context import Context
from reports.importer import columns_matched, plan_from_table
from reports.reader import read_pages
from reports.tables import units_sheet
from ui.export_data import file_name
from ui.page_export import in_language, preview_columns
from ui.review_data import HEADER, MAIN, corrections, headings_of, problems_frame
from ui.session import Work, has_page, open_page, open_plan, plain_lines
from ui.table import Column, figures, show_table
from ui.text import language, number, t

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPENED: Final = "review:opened"
SHOWN: Final = (
    "new_code", "new_name", "new_kind", "district_name", "predecessors", "area_km2", "population",
    "mark",
)  # fmt: skip
Pairs = tuple[tuple[str, str], ...]


@st.cache_resource(show_spinner=False, max_entries=12)
def _matched(
    file_key: str,  # noqa: ARG001 (the cache's key)
    _content: bytes,
    _name: str,
) -> tuple[dict[str, str], list[str]] | SapxepError:
    """Return headings by our keys, and all headings; nothing recognised is no error: a person can match them."""
    try:
        pages = read_pages(_content, _name)
        try:
            matched = columns_matched(_content, _name)
        except SapxepError:
            matched = {}
        return matched, headings_of(pages, matched.values())
    except SapxepError as error:
        return error


@st.cache_resource(show_spinner=False, max_entries=12)
def _imported(
    file_key: str,  # noqa: ARG001 (the cache's key)
    register_key: str,  # noqa: ARG001
    mapping: Pairs,
    header: Pairs,
    _content: bytes,
    _name: str,
    _register: Register,
) -> tuple[Plan, tuple[Problem, ...]] | SapxepError:
    try:
        return plan_from_table(_content, _name, _register, mapping=dict(mapping), header=dict(header))
    except SapxepError as error:
        return error


def draw_import(current: Work, file_key: str, name: str, content: bytes) -> None:
    """Draw how the file reads as a plan over the register in use, and what can be done with it."""
    st.caption(
        t("review.import_intro", vintage=current.register.vintage, units=number(len(current.register)))
    )
    if (opened := st.session_state.pop(_OPENED, None)) is not None:
        st.success(t("review.opened", plan=plain_lines(opened)))
    with st.spinner(t("review.reading")):
        read = _matched(file_key, content, name)
    if isinstance(read, SapxepError):
        st.error(plain_lines(read.text(language(), limit=12)))
        return
    matched, headings = read
    mapping = _columns(file_key, matched, headings)
    header = _header(file_key, current.plan)
    with st.spinner(t("review.reading")):
        result = _imported(
            file_key,
            current.key,
            tuple(sorted(mapping.items())),
            tuple(sorted(header.items())),
            content,
            name,
            current.register,
        )
    if isinstance(result, SapxepError):
        unusable = "review.unusable_one" if len(result.problems) == 1 else "review.unusable"
        st.error(t(unusable, count=number(len(result.problems))))
        _problems(f"review-problems-{file_key}", result.problems, matched)
        return
    _plan(current, file_key, matched, *result)


def _columns(file_key: str, matched: Mapping[str, str], headings: Sequence[str]) -> dict[str, str]:
    """Draw which heading was taken for what; return what was chosen otherwise."""
    titles = _titles()
    known = sum(key in matched for key in MAIN)
    needed = bool({"former_code", "former_name"} & set(matched)) and bool(
        {"new_code", "new_name"} & set(matched)
    )
    label = t("review.columns", known=known, count=len(MAIN))
    chosen: dict[str, str] = {}
    with st.expander(label, expanded=not needed):
        st.caption(t("review.columns_help"))
        options = ["", *headings, *(text for text in matched.values() if text not in headings)]
        places = st.columns(3)
        for at, key in enumerate(MAIN):
            chosen[key] = str(
                places[at % 3].selectbox(
                    titles[key],
                    options,
                    index=options.index(matched.get(key, "")),
                    format_func=lambda text: text or t("review.not_there"),
                    key=f"review:column-{file_key}-{key}",
                )
            )
        others = [
            f"{text} → {titles[key]}" for key, text in matched.items() if key in titles and key not in MAIN
        ]
        if others:
            st.caption(plain_lines(t("review.others", columns="; ".join(others))))
    return corrections(matched, chosen)


def _header(file_key: str, plan: Plan) -> dict[str, str]:
    """Draw the plan's own fields; what is left empty is taken from the file, else assumed and said."""
    hints = {
        "id": plan.id,
        "title_vi": plan.title_vi,
        "title_en": plan.title_en,
        "instrument": plan.instrument,
        "decided": plan.decided.isoformat(),
        "effective": plan.target,
    }
    found = {}
    with st.expander(t("review.header")):
        st.caption(t("review.header_help"))
        places = st.columns(3)
        for at, key in enumerate(HEADER):
            text = places[at % 3].text_input(
                t(f"review.field_{key}"), placeholder=hints[key], key=f"review:header-{file_key}-{key}"
            )
            if text and text.strip():
                found[key] = text.strip()
    return found


def _titles() -> dict[str, str]:
    return {column.key: column.en if language() == "en" else column.vi for column in TRANSFER_COLUMNS}


def _problems(key: str, problems: Sequence[Problem], matched: Mapping[str, str]) -> None:
    columns = [
        Column("row", t("review.row"), width=70),
        Column("field", t("review.column"), filter=True, width=130),
        Column("problem", t("review.problem"), width=330),
        Column("found", t("review.found"), width=170),
        Column("accepted", t("review.allowed"), width=260),
    ]
    frame = problems_frame(problems, language(), {**_titles(), **matched})
    show_table(key, frame, columns, file_name="problems")


def _plan(
    current: Work, file_key: str, matched: Mapping[str, str], plan: Plan, reports: Sequence[Problem]
) -> None:
    transfers = list(plan.transfers)
    figures(
        {
            t("review.units_formed"): len(plan.units),
            t("review.units_concerned"): len(plan.by_source),
            t("review.parts"): sum(transfer.part != "whole" for _, transfer in transfers),
            t("review.mended"): len(reports),
        }
    )
    same = plan == current.plan
    if same:
        st.success(t("review.same_plan", plan=plain_lines(current.plan.id)))
    with st.container(horizontal=True, vertical_alignment="center"):
        if not same and st.button(t("review.open"), type="primary", key="review:open"):
            open_plan(plan, current.register)
            st.session_state[_OPENED] = plan.id
            st.rerun()
        st.download_button(
            t("review.download_plan"),
            plan_text(plan),
            file_name=file_name(plan.id, "toml"),
            mime="application/toml",
            key="review:download-plan",
            on_click="ignore",
        )
        if same and has_page("rules") and st.button(t("review.to_rules"), key="review:rules"):
            open_page("rules")
    if reports:
        st.subheader(t("review.mended_title"))
        _problems(f"review-reports-{file_key}", reports, matched)
    st.subheader(t("review.units_formed"))
    sheet = units_sheet(Context(plan, current.register))
    columns = [column for column in preview_columns(sheet) if column.name in SHOWN]
    shown = [column if column.name != "new_kind" else replace(column, filter=True) for column in columns]
    show_table(f"review-units-{file_key}", in_language(sheet).frame(), shown, file_name="units-formed")
