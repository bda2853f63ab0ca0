"""Workbench: prepare a plan on the map, with the law answering after every action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from geo.errors import WorkspaceError
from plans.edit import Action, touched
from plans.files import plan_text
from plans.workspace import Scenario, WorkspaceConflict
from ui.session import open_plan, work_of
from ui.text import language, number, t
from ui.workbench_answer import STYLE, change_list, figures_table, group_verdicts
from ui.workbench_forms import Desk, drawn, forms, unit_name
from ui.workbench_indicators import indicators_panel
from ui.workbench_map import editing_map
from ui.workbench_scenarios import scenario_list
from ui.workbench_select import selection, take_click
from ui.workbench_state import (
    Answer,
    answer,
    close_scenario,
    discard,
    do,
    judged,
    jump,
    redo,
    refused,
    reopen,
    retry,
    save_copy,
    scenario,
    trial,
    undo,
    unsaved,
    workspace,
)
from ui.workbench_words import file_name, plain, time_words

_ACTION: Final = "workbench:action"


def page() -> None:
    """Draw the page: the list of scenarios, or the one that is open."""
    st.title(t("page.workbench"))
    st.html(STYLE)
    try:
        workspace()
        current = reopen()
    except WorkspaceError as error:
        st.error(error.text(language()))
        if scenario() is None:
            st.info(t("workbench.unreachable"))
            st.button(t("workbench.try_again"))
            return
        current = scenario()
    if current is None:
        scenario_list(workspace())
        return
    _head(current)
    _editor()


def _head(current: Scenario) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(current.name, width="content")
        st.button(t("workbench.all_scenarios"), on_click=close_scenario)
        if st.button(t("workbench.use"), help=t("workbench.use_help")):
            open_plan(current.plan)
            st.rerun()
    if current.note:
        st.caption(current.note)


@st.fragment
def _editor() -> None:
    current = scenario()
    if current is None:
        st.rerun()
        return
    # what was saved stays in sight, whatever could not be saved
    work = work_of(current.plan)
    take_click(work.register)
    if (error := refused()) is not None:
        st.error(error.text(language()))
    _unsaved_panel()
    _toolbar(current)
    with st.container(key="workbench-body"):
        left, right = st.columns([11, 9], gap="medium")
    with right:
        found = judged(work)
        due = [result.code for result in found.sources if result.result == "due-not-done"]
        chosen = selection(work.register, work.plan, due)
        _action(Desk(work, tuple(chosen)))
        if (said := answer()) is not None:
            _answer(said)
        _chosen_groups(Desk(work, tuple(chosen)))
    with left:
        editing_map(work, found, chosen)


def _toolbar(current: Scenario) -> None:
    history = current.history
    locked = unsaved() is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("workbench.undo"), on_click=undo, disabled=locked or not history.can_undo, key="workbench-undo"
        )
        st.button(
            t("workbench.redo"), on_click=redo, disabled=locked or not history.can_redo, key="workbench-redo"
        )
        with st.popover(t("workbench.history", count=number(len(history.steps) - 1))):
            _history(current, locked)
        st.download_button(
            t("workbench.download"),
            plan_text(current.plan).encode(),
            file_name=f"{file_name(current.plan.id)}.toml",
            mime="application/toml",
            on_click="ignore",
            key="workbench-download",
        )
        st.caption(
            t(
                "workbench.saved",
                name=current.name,
                version=current.version,
                at=time_words(current.listed.changed_at),
            ),
            width="content",
        )


def _history(current: Scenario, locked: bool) -> None:
    history = current.history
    done = set(history.path[: history.path.index(history.position) + 1])
    with st.container(key="verdicts-history", height=360):
        for step in reversed(history.steps):
            here = step.number == history.position
            state = "●" if here else "○" if step.number in done else "·"
            by = f" · {step.by}" if step.by else ""
            st.button(
                plain(f"{state} {step.number}. {step.words.text(language())} · {time_words(step.at)}{by}"),
                key=f"workbench-step:{step.number}",
                type="tertiary",
                disabled=here or locked,
                on_click=jump,
                args=(step.number,),
                wrap=True,
            )
    st.caption(t("workbench.history_note"))


def _unsaved_panel() -> None:
    kept = unsaved()
    if kept is None:
        return
    conflict = isinstance(kept.error, WorkspaceConflict)
    with st.container(border=True, key="workbench-unsaved"):
        st.error(kept.error.text(language()))
        st.write(t("workbench.unsaved", action=kept.scenario.history.step.words.text(language())))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if conflict:
                st.button(t("workbench.take_theirs"), on_click=discard, key="workbench-theirs")
            else:
                st.button(t("workbench.try_again"), on_click=retry, key="workbench-retry")
                st.button(t("workbench.give_up"), on_click=discard, key="workbench-give-up")
            name = st.text_input(
                t("workbench.copy_name"),
                value=t("workbench.copy_of", name=kept.scenario.name),
                key="workbench-copy-name",
            )
            if st.button(t("workbench.save_copy"), key="workbench-save-copy"):
                try:
                    save_copy(name)
                except WorkspaceError as error:
                    st.error(error.text(language()))
                else:
                    st.rerun()
            st.download_button(
                t("workbench.download"),
                plan_text(kept.scenario.plan).encode(),
                file_name=f"{file_name(kept.scenario.plan.id)}.toml",
                on_click="ignore",
                key="workbench-unsaved-download",
            )


def _action(desk: Desk) -> None:
    names = list(forms())
    # a box goes on showing the words that were chosen: one a language, the choice kept beside it
    kept = st.session_state.get(_ACTION)
    name = st.selectbox(
        t("workbench.action"),
        names,
        index=names.index(kept) if kept in names else 0,
        format_func=lambda n: t(f"workbench.action_{n}"),
        key=f"workbench-action:{language()}",
    )
    st.session_state[_ACTION] = name
    with st.container(border=True):
        actions = drawn(str(name), desk)
        st.button(
            t(f"workbench.do_{name}"),
            type="primary",
            disabled=not actions or unsaved() is not None,
            on_click=do,
            args=tuple(actions or ()),
            key="workbench-do",
        )
        if actions and name not in ("exempt", "procedure", "plan"):
            _preview(desk, actions)


def _preview(desk: Desk, actions: Sequence[Action]) -> None:
    """Say what the action would give: figures, verdicts, indicators, before it is decided."""
    tried = trial(actions, desk.work)
    if not isinstance(tried, tuple):
        st.warning(tried.text(language()))
        return
    plan, after = tried
    codes = [code for code in sorted(touched(desk.work.plan, plan).units) if code in plan.by_code]
    with st.expander(t("workbench.preview"), expanded=True):
        if codes:
            st.html(figures_table(after, codes))
        change_list(judged(desk.work), after, "preview")
        if codes:
            st.markdown(f"**{t('workbench.indicators_of', unit=unit_name(plan.by_code[codes[0]]))}**")
            indicators_panel(plan, desk.work.register, codes[0], "preview")


def _answer(said: Answer) -> None:
    with st.container(border=True, key="workbench-answer"):
        st.markdown(
            f"**{t('workbench.now_at' if said.moved else 'workbench.done')}** {plain(said.words.text(language()))}"
        )
        codes = [code for code in said.touched if code in said.after.by_unit]
        if codes:
            st.html(figures_table(said.after, codes))
        change_list(said.before, said.after, "answer")
        st.caption(t("workbench.timed", ms=number(said.seconds * 1000, 0), groups=number(len(codes))))


def _chosen_groups(desk: Desk) -> None:
    found = judged(desk.work)
    for code in desk.mine[:3]:
        with st.expander(t("workbench.verdicts_of", unit=unit_name(desk.work.plan.by_code[code]))):
            st.html(figures_table(found, [code]))
            group_verdicts(found, code, f"group-{code}")
            st.markdown(f"**{t('workbench.indicators')}**")
            indicators_panel(desk.work.plan, desk.work.register, code, f"group-{code}")
