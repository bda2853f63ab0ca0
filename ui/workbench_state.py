"""What the workbench remembers of a visit: the workspace, the scenario that is open, its verdicts, the selection.

A scenario is saved after every action. Where it cannot be saved, what was not saved is kept beside the last good
state until the visitor decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.errors import SapxepError, WorkspaceError
from plans.edit import Action
from plans.edit_draft import Words
from plans.plan import Plan
from plans.workspace import Scenario, Workspace, WorkspaceConflict, open_workspace
from plans.workspace_store import default_location
from ui.session import Work, follow_plan, work_of

if TYPE_CHECKING:
    import networkx as nx

    from rules.engine import Judgement

SCENARIO: Final = "workbench:scenario"
PARAMETER: Final = "scenario"
CHOSEN: Final = "workbench:chosen"
LINE: Final = "workbench:line"
AUTHOR: Final = "workbench:author"
_UNSAVED: Final = "workbench:unsaved"
_ANSWER: Final = "workbench:answer"
_JUDGED: Final = "workbench:judged"
_REFUSED: Final = "workbench:refused"


@dataclass(frozen=True)
class Unsaved:
    """A state that could not be saved, and why."""

    scenario: Scenario
    error: WorkspaceError


@dataclass(frozen=True)
class Answer:
    """What followed from the last action: words, the verdicts before and after, codes touched, seconds to judge."""

    words: Words
    before: Judgement
    after: Judgement
    touched: tuple[str, ...]
    seconds: float
    #: whether the step was reached by undo, redo or the history
    moved: bool = False


@st.cache_resource(show_spinner=False, max_entries=4)
def _workspace(location: str) -> Workspace:
    return open_workspace(location)


def workspace() -> Workspace:
    """Return the workspace that all visits share. Raises WorkspaceError when it cannot be opened; tried anew then."""
    return _workspace(default_location())


def author() -> str:
    """Return the name that the visitor gave, for the history."""
    return str(st.session_state.get(AUTHOR, "")).strip()


def scenario() -> Scenario | None:
    """Return the scenario that is open, as it was last saved."""
    found = st.session_state.get(SCENARIO)
    return found if isinstance(found, Scenario) else None


def reopen() -> Scenario | None:
    """Return the scenario that is open; after a reload the one that the address names.

    Raises WorkspaceError when that one cannot be loaded; the address then names none any more.
    """
    current = scenario()
    asked = st.query_params.get(PARAMETER, "")
    if current is None and asked:
        del st.query_params[PARAMETER]
        current = workspace().load(asked)
        open_scenario(current)
    if current is not None and asked != current.id:
        st.query_params[PARAMETER] = current.id
    return current


def open_scenario(found: Scenario) -> None:
    """Make a scenario the one that is edited, with nothing selected."""
    for key in (_ANSWER, _JUDGED, _UNSAVED, _REFUSED):
        st.session_state.pop(key, None)
    st.session_state[CHOSEN] = []
    st.session_state[SCENARIO] = found
    st.query_params[PARAMETER] = found.id


def close_scenario() -> None:
    """Leave the scenario; it stays in the workspace."""
    for key in (SCENARIO, _ANSWER, _JUDGED, _UNSAVED, _REFUSED):
        st.session_state.pop(key, None)
    st.session_state[CHOSEN] = []
    st.query_params.pop(PARAMETER, None)


def unsaved() -> Unsaved | None:
    """Return what could not be saved, until it is settled."""
    found = st.session_state.get(_UNSAVED)
    return found if isinstance(found, Unsaved) else None


def refused() -> SapxepError | None:
    """Return why the last action could not be done, once."""
    found = st.session_state.pop(_REFUSED, None)
    return found if isinstance(found, SapxepError) else None


def answer() -> Answer | None:
    """Return what followed from the last action on the scenario that is open."""
    found = st.session_state.get(_ANSWER)
    return found if isinstance(found, Answer) else None


# --- verdicts ------------------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=8)
def _geometry(layer_key: str, vintage: str, _work: Work) -> tuple[nx.Graph[str] | None, Mapping[str, int]]:  # noqa: ARG001
    """Who borders whom, and polygons a unit: made once, since rejudge looks for the very same object."""
    from plans.basemap import neighbours_on

    graph, pieces = neighbours_on(_work.layer, _work.register.vintage)
    return graph, pieces or {}


@st.cache_resource(show_spinner=False, max_entries=16)
def _judged(key: str, _work: Work) -> Judgement:  # noqa: ARG001 (the cache's key)
    from rules.engine import judge

    graph, pieces = _geometry(_work.layer_key, _work.register.vintage, _work)
    return judge(_work.plan, _work.register, graph, pieces)


def judged(current: Work) -> Judgement:
    """Return the verdicts on the plan that is edited; after an action only what it touched is judged again."""
    kept = st.session_state.get(_JUDGED)
    if kept is not None and kept.view.register is current.register and kept.plan == current.plan:
        found: Judgement = kept
        return found
    st.session_state[_JUDGED] = found = _judged(current.key, current)
    return found


def rejudged(before: Judgement, after: Work, touched: Iterable[str]) -> Judgement:
    """Return the verdicts after an edit of what was judged."""
    from rules.engine import rejudge

    graph, pieces = _geometry(after.layer_key, after.register.vintage, after)
    return rejudge(before, after.plan, after.register, graph, pieces, tuple(touched))


# --- actions -------------------------------------------------------------------------------------------------


def do(*actions: Action) -> None:
    """Do actions on the scenario, save it, and remember what followed."""
    _step(lambda s, work: _done(s, work, actions))


def _done(current: Scenario, work: Work, actions: tuple[Action, ...]) -> Scenario:
    for action in actions:
        current = current.do(action, work.register, author())
    return current


def undo() -> None:
    """Go one step back."""
    _step(lambda s, _: s.undo(), moved=True)


def redo() -> None:
    """Go one step on."""
    _step(lambda s, _: s.redo(), moved=True)


def jump(step: int) -> None:
    """Go to any step of the history."""
    _step(lambda s, _: s.jump(step), moved=True)


def _step(change: Callable[[Scenario, Work], Scenario], *, moved: bool = False) -> None:
    current = scenario()
    if current is None or unsaved() is not None:
        return
    try:
        before = work_of(current.plan)
        was = judged(before)
        found = change(current, before)
        after = work_of(found.plan)
    except SapxepError as error:
        st.session_state[_REFUSED] = error
        return
    try:
        kept = workspace().save(found, by=author())
    except WorkspaceError as error:
        st.session_state[_UNSAVED] = Unsaved(found, error)
        return
    _settle(kept, was, after, moved=moved)


def _settle(kept: Scenario, was: Judgement, after: Work, *, moved: bool = False) -> None:
    from plans.edit import touched

    start = time.perf_counter()
    codes = touched(was.plan, after.plan).codes
    now = rejudged(was, after, codes)
    words = kept.history.step.words
    st.session_state[_ANSWER] = Answer(words, was, now, codes, time.perf_counter() - start, moved)
    st.session_state[_JUDGED] = now
    st.session_state[SCENARIO] = kept
    st.session_state[CHOSEN] = []
    st.session_state.pop(LINE, None)
    follow_plan(was.plan, after.plan)


def retry() -> None:
    """Try again to save what could not be saved."""
    if (kept := unsaved()) is None or (last := scenario()) is None:
        return
    try:
        saved = workspace().save(kept.scenario, by=author())
    except WorkspaceError as error:
        st.session_state[_UNSAVED] = Unsaved(kept.scenario, error)
        return
    del st.session_state[_UNSAVED]
    _settle(saved, judged(work_of(last.plan)), work_of(saved.plan))


def discard() -> None:
    """Give up what could not be saved; where someone else saved, take what is stored."""
    kept = st.session_state.pop(_UNSAVED, None)
    if not isinstance(kept, Unsaved):
        return
    if isinstance(kept.error, WorkspaceConflict):
        if kept.error.theirs is None:
            close_scenario()
        else:
            open_scenario(kept.error.theirs)


def save_copy(name: str) -> None:
    """Save what could not be saved under another name, and go on with that.

    Raises WorkspaceError when the name is taken or nothing can be saved.
    """
    if (kept := unsaved()) is None:
        return
    open_scenario(workspace().save_as(kept.scenario, name, author()))


def trial(actions: Iterable[Action], current: Work) -> tuple[Plan, Judgement] | SapxepError:
    """Return what an action would give, without doing it; or why it cannot be done."""
    plan = current.plan
    try:
        for action in actions:
            plan = action.apply(plan, current.register)
        from plans.edit import touched

        return plan, rejudged(judged(current), work_of(plan), touched(current.plan, plan).codes)
    except SapxepError as error:
        return error
