"""The list of scenarios: create, open, copy, rename, annotate, delete, restore; each starts from a plan or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import streamlit as st

from geo.errors import SapxepError
from geo.files import decode
from geo.registers import embedded_for, embedded_register
from plans.check import check_plan
from plans.edit import empty_plan
from plans.files import embedded_plan, embedded_plans, parse_plan
from plans.plan import Plan
from plans.workspace import Listed, Workspace
from ui.session import register_for, work
from ui.text import language, number, t
from ui.workbench_state import AUTHOR, author, open_scenario
from ui.workbench_words import plain, time_words

# the vintages of the map, and the dates by which the law then in force is chosen
STARTS: Final = {
    "2024-12-31": (date(2024, 11, 14), date(2025, 1, 1)),
    "2025-01-01": (date(2025, 6, 16), date(2025, 7, 1)),
    "2025-07-01": (None, None),
}
_WRONG: Final = "workbench:wrong"
_DAY: Final = 150  # pixels that a day and its sign need


def start_dates(vintage: str, today: date) -> tuple[date, date]:
    """Return the day of decision and the effective day that a new plan begins with; today's map: from today on."""
    decided, effective = STARTS.get(vintage, (None, None))
    return decided or today, effective or date(today.year + 1, 1, 1)


def base_words(vintage: str) -> str:
    """Return the vintage that a plan starts from, in words."""
    return t(f"workbench.base_{vintage.replace('-', '_')}") if vintage in STARTS else vintage


def scenario_list(workspace: Workspace) -> None:
    """Draw the list and the form for a new scenario."""
    if wrong := st.session_state.pop(_WRONG, None):
        st.error(wrong)
    left, right = st.columns([3, 2], gap="medium")
    with right, st.container(border=True):
        _new(workspace)
    with left:
        name = st.text_input(
            t("workbench.author"),
            author(),
            key="workbench-author",
            help=t("workbench.author_help"),
            max_chars=60,
        )
        # the widget's own state goes with the page; ours stays
        st.session_state[AUTHOR] = name
        found = workspace.scenarios()
        st.subheader(t("workbench.scenarios", count=number(len(found))))
        if not found:
            st.info(t("workbench.empty"))
        for item in found:
            _row(workspace, item)
        deleted = workspace.scenarios(deleted=True)
        if deleted:
            with st.expander(t("workbench.deleted", count=number(len(deleted)))):
                for item in deleted:
                    _deleted_row(workspace, item)
        st.caption(t("workbench.kept_in", place=workspace.location))


def attempt(change: Callable[[], object]) -> bool:
    """Do something to the workspace; what goes wrong is said at the next run, and nothing else changes."""
    try:
        change()
    except SapxepError as error:
        st.session_state[_WRONG] = error.text(language())
        return False
    return True


def _new(workspace: Workspace) -> None:
    st.subheader(t("workbench.new"))
    name = st.text_input(t("workbench.scenario_name"), key="workbench-new-name", max_chars=100)
    kinds = ["nothing", "embedded", "shown", "file"]
    kind = st.radio(
        t("workbench.start_from"),
        kinds,
        format_func=lambda k: t(f"workbench.from_{k}"),
        key="workbench-new-from",
    )
    make: Callable[[], Plan] | None = None
    if kind == "nothing":
        make = _from_nothing(name)
    elif kind == "embedded":
        chosen = st.selectbox(
            t("workbench.embedded"), embedded_plans(), key="workbench-new-plan", format_func=_title
        )
        make = lambda: embedded_plan(str(chosen))  # noqa: E731
    elif kind == "shown":
        st.caption(_plan_words(work().plan))
        make = lambda: work().plan  # noqa: E731
    else:
        given = st.file_uploader(t("session.plan_file"), type=["toml"], key="workbench-new-file")
        if given is not None:
            content, file = given.getvalue(), given.name
            make = lambda: _from_file(content, file)  # noqa: E731
    note = st.text_area(t("workbench.note"), key="workbench-new-note", height=80)
    if st.button(
        t("workbench.create"),
        type="primary",
        disabled=not name.strip() or make is None,
        key="workbench-create",
    ):
        assert make is not None
        try:
            plan = make()
            check_plan(plan, register_for(plan))
            made = workspace.create(name, plan, note.strip(), author())
        except SapxepError as error:
            st.error(error.text(language(), limit=12))
        else:
            open_scenario(made)
            st.rerun()


def _from_nothing(name: str) -> Callable[[], Plan]:
    vintage = str(
        st.selectbox(
            t("workbench.base"),
            [v for v in STARTS if embedded_for(v)],
            format_func=base_words,
            key="workbench-new-base",
        )
    )
    decided, effective = start_dates(vintage, date.today())
    # beside each other where there is room for both, else below
    days = st.container(horizontal=True)
    decided_at = days.date_input(
        t("workbench.decided"),
        decided,
        key=f"workbench-new-decided:{vintage}",
        help=t("workbench.decided_help"),
        format="DD/MM/YYYY",
        width=_DAY,
    )
    effective_at = days.date_input(
        t("workbench.effective"),
        effective,
        key=f"workbench-new-effective:{vintage}",
        format="DD/MM/YYYY",
        width=_DAY,
    )

    def make() -> Plan:
        found = embedded_for(vintage)
        register = embedded_register(str(found))
        return empty_plan(register, decided_at, effective_at, name, name)

    return make


def _from_file(content: bytes, name: str) -> Plan:
    return parse_plan(decode(content, name)[0], name)


def _title(name: str) -> str:
    return _plan_words(embedded_plan(name))


def _plan_words(plan: Plan) -> str:
    title = plan.title_en if language() == "en" else plan.title_vi
    return " · ".join(part for part in (plan.instrument or plan.id, title) if part)


def _row(workspace: Workspace, item: Listed) -> None:
    with st.container(border=True, key=f"workbench-row:{item.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(item.name)}**", width="stretch")
            if st.button(t("workbench.open"), key=f"workbench-open:{item.id}", type="primary"):
                attempt(lambda: open_scenario(workspace.load(item.id)))
                st.rerun()
            with st.popover(t("workbench.manage")):
                _manage(workspace, item)
        by = f" · {item.changed_by}" if item.changed_by else ""
        st.caption(f"{base_words(item.base)} · {time_words(item.changed_at)}{plain(by)}")
        if item.note:
            st.text(item.note)


def _manage(workspace: Workspace, item: Listed) -> None:
    name = st.text_input(
        t("workbench.scenario_name"), item.name, key=f"workbench-name:{item.id}:{item.version}"
    )
    if st.button(
        t("workbench.rename_scenario"), key=f"workbench-rename:{item.id}", disabled=name == item.name
    ):
        attempt(lambda: workspace.rename(item, name, author()))
        st.rerun()
    note = st.text_area(
        t("workbench.note"), item.note, key=f"workbench-note:{item.id}:{item.version}", height=80
    )
    if st.button(t("workbench.annotate"), key=f"workbench-annotate:{item.id}", disabled=note == item.note):
        attempt(lambda: workspace.annotate(item, note, author()))
        st.rerun()
    copy = st.text_input(
        t("workbench.copy_name"), t("workbench.copy_of", name=item.name), key=f"workbench-copy-as:{item.id}"
    )
    if st.button(t("workbench.copy"), key=f"workbench-copy:{item.id}"):
        attempt(lambda: workspace.copy(item.id, copy, author()))
        st.rerun()
    if st.button(t("workbench.delete"), key=f"workbench-delete:{item.id}", help=t("workbench.delete_help")):
        attempt(lambda: workspace.delete(item, author()))
        st.rerun()


def _deleted_row(workspace: Workspace, item: Listed) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            t("workbench.restore_as"), item.name, key=f"workbench-restore-name:{item.id}", width="stretch"
        )
        if st.button(t("workbench.restore"), key=f"workbench-restore:{item.id}"):
            attempt(lambda: workspace.restore(item.id, name))
            st.rerun()
