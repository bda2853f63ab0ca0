"""Undo and redo: what is undone comes back equal, nothing is lost, and damage is noticed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import PlanError
from geo.registers import embedded_register
from plans.edit import Action, DissolveGroup, Merge, Move, Rename, Touched
from plans.files import embedded_plan
from plans.history import History, first_irreproducible, history_from_json
from tests.test_plans_edit import EMPTY, R, actions, partition

MERGE = Merge(("10001", "10002"), name="Một")


def test_do_undo_redo() -> None:
    start = History.start(EMPTY, "Lan")
    done = start.do(MERGE, R, by="Minh")
    assert done.plan == MERGE.apply(EMPTY, R)
    assert (done.step.by, done.step.words.vi) == ("Minh", "Gộp An Phú (Huyện Một), Bình Minh thành xã Một")
    undone = done.undo()
    assert undone.plan == EMPTY
    assert (undone.can_undo, undone.can_redo, done.can_undo, done.can_redo) == (False, True, True, False)
    assert undone.redo() == done
    assert done.touched().sources == {"10001", "10002"}
    assert start.touched() == Touched(frozenset(), frozenset())


def test_nothing_to_undo_or_redo() -> None:
    start = History.start(EMPTY)
    for call in (start.undo, start.redo, lambda: start.jump(1), lambda: start.jump(-1)):
        with pytest.raises(PlanError):
            call()
    with pytest.raises(PlanError):
        start.do(DissolveGroup("10001"), R)
    assert start.plan == EMPTY


def test_what_was_undone_stays_reachable() -> None:
    first = History.start(EMPTY).do(MERGE, R).do(Rename("10002", "Hai"), R)
    branch = first.undo().do(Rename("10002", "Ba"), R)
    assert branch.path == (0, 1, 3)
    assert [len(branch.steps), branch.plan.units[0].name] == [4, "Ba"]
    old = branch.jump(2)
    assert old.plan == first.plan
    # redo follows the way on which one undid, not the newest branch
    assert old.undo().redo() == old
    assert branch.jump(0).redo().redo().plan == branch.plan


def test_stored_and_reopened() -> None:
    history = History.start(EMPTY).do(MERGE, R).do(Move("10006", "10002"), R).undo()
    again = history_from_json(json.loads(json.dumps(history.as_json())))
    assert again == history
    assert again.plan == history.plan
    assert again.redo().plan.units[0].sources == ("10001", "10002", "10006")


def test_damage_is_noticed() -> None:
    history = History.start(EMPTY).do(MERGE, R)
    other = replace(history.steps[1], packed=history.steps[0].packed)
    with pytest.raises(PlanError):
        History((history.steps[0], other), 1, 1).plan  # noqa: B018
    with pytest.raises(PlanError):
        History((replace(history.steps[0], packed=b"x"),)).plan  # noqa: B018
    stored = history.as_json()
    for broken in (
        {},
        stored | {"position": 7},
        stored | {"tip": 0},
        stored | {"steps": []},
        stored | {"steps": [{}]},
        stored | {"steps": [stored["steps"][0] | {"plan": "?"}]},  # type: ignore[index]
    ):
        with pytest.raises(PlanError):
            history_from_json(broken)


def test_actions_done_again_give_the_same_plans() -> None:
    history = History.start(EMPTY).do(MERGE, R).undo().do(Move("10001", "10003"), R)
    assert first_irreproducible(history, R) is None
    changed = replace(history.steps[2], action=MERGE)
    assert first_irreproducible(History((*history.steps[:2], changed), 2, 2), R) == 2


def test_a_thousand_steps_stay_small() -> None:
    hanoi = embedded_register("hanoi-2024-12-31")
    history = History.start(embedded_plan("nq1286"))
    for number in range(30):
        history = history.do(Rename("10363", f"Hoa Viên {number}"), hanoi)
    assert sum(len(step.packed) for step in history.steps) / len(history.steps) < 6000


moves = st.one_of(
    actions, actions, actions, st.sampled_from(["undo", "redo"]), st.integers(0, 6).map(lambda n: ("jump", n))
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(moves, min_size=1, max_size=15))
def test_any_sequence(sequence: list[Action | str | tuple[str, int]]) -> None:
    history = History.start(EMPTY)
    plans = [EMPTY]
    for item in sequence:
        before = history
        try:
            if isinstance(item, Action):
                history = before.do(item, R)
                plans.append(history.plan)
                assert history.undo().plan == before.plan
                assert history.undo().redo() == history
            elif isinstance(item, tuple):
                history = before.jump(item[1])
            else:
                history = before.undo() if item == "undo" else before.redo()
                back = history.redo() if item == "undo" else history.undo()
                assert back == before
        except PlanError:
            continue
        assert history.plan == plans[history.position]
        partition(history.plan, R)
    assert [step.plan() for step in history.steps] == plans
    assert history_from_json(history.as_json()) == history
    assert first_irreproducible(history, R) is None
