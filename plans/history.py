"""The history of a plan: undo and redo without end, every action kept and named, any step reached again.

Immutable. Steps form a tree that only grows: an action after an undo begins a branch, and what was undone stays
reachable. Each step holds the whole plan, compressed, with its hash: a later version of an action cannot change
what was decided, and damage is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from geo.errors import PlanError, Problem
from geo.register import Register
from plans.edit import Action, Touched, Words, action_from_json, touched
from plans.files import parse_plan, plan_text
from plans.plan import Plan


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the plan and the action that led to it from the step ``parent`` (None = the start).

    ``at`` is the time in UTC (ISO 8601), ``by`` who did it where known, ``digest`` the SHA-256 of the plan's
    text, ``packed`` that text compressed.
    """

    number: int
    parent: int | None
    action: Action | None
    words: Words
    at: str
    by: str
    digest: str
    packed: bytes = field(repr=False)

    def plan(self) -> Plan:
        """Return the plan after this step. Raises PlanError when what was stored is damaged."""
        try:
            text = zlib.decompress(self.packed)
        except zlib.error as error:
            raise _damaged(self.number) from error
        if hashlib.sha256(text).hexdigest() != self.digest:
            raise _damaged(self.number)
        return parse_plan(text.decode())


def _damaged(number: object) -> PlanError:
    return PlanError(
        Problem("bước lịch sử bị hỏng", "a step of the history is damaged", field="step", found=str(number))
    )


def _step(
    number: int, parent: int | None, action: Action | None, words: Words, plan: Plan, by: str, at: str
) -> Step:
    text = plan_text(plan).encode()
    moment = at or datetime.now(UTC).isoformat(timespec="microseconds")
    return Step(
        number, parent, action, words, moment, by, hashlib.sha256(text).hexdigest(), zlib.compress(text, 6)
    )


@dataclass(frozen=True)
class History:
    """All steps, where one stands (``position``), and to which step redo leads in the end (``tip``)."""

    steps: tuple[Step, ...]
    position: int = 0
    tip: int = 0

    def __post_init__(self) -> None:
        """Refuse steps that do not follow each other, and a position that is not on the way to the tip."""
        numbers = all(
            step.number == i and (step.parent is None if i == 0 else step.parent in range(i))
            for i, step in enumerate(self.steps)
        )
        if (
            not self.steps
            or not numbers
            or self.tip not in range(len(self.steps))
            or self.position not in self.path
        ):
            raise _damaged(f"{self.position}/{self.tip}/{len(self.steps)}")

    @staticmethod
    def start(plan: Plan, by: str = "", at: str = "") -> History:
        """Return the history that begins with a plan."""
        words = Words(f"Bắt đầu từ {plan.id}", f"Start from {plan.id}")
        made = History((_step(0, None, None, words, plan, by, at),))
        made.__dict__["plan"] = plan
        return made

    @cached_property
    def plan(self) -> Plan:
        """The plan as it stands. Raises PlanError when its step is damaged."""
        return self.steps[self.position].plan()

    @property
    def step(self) -> Step:
        """The step at which one stands."""
        return self.steps[self.position]

    @cached_property
    def path(self) -> tuple[int, ...]:
        """Numbers of the steps from the start to the tip: those done, then those that redo would do."""
        way: list[int] = []
        number: int | None = self.tip
        while number is not None:
            way.append(number)
            number = self.steps[number].parent
        return tuple(reversed(way))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step before this one."""
        return self.step.parent is not None

    @property
    def can_redo(self) -> bool:
        """Whether a step was undone."""
        return self.position != self.tip

    def do(self, action: Action, register: Register, by: str = "", at: str = "") -> History:
        """Return the history after an action on the plan as it stands.

        Raises PlanError when the action cannot be done (see Action.apply); this history stays as it is.
        """
        plan = action.apply(self.plan, register)
        number = len(self.steps)
        words = action.description(self.plan, register)
        step = _step(number, self.position, action, words, plan, by, at)
        made = History((*self.steps, step), number, number)
        made.__dict__["plan"] = plan  # spares the reading of what was just written; the two are equal
        return made

    def undo(self) -> History:
        """Return the history one step back. Raises PlanError at the start."""
        if self.step.parent is None:
            raise PlanError(Problem("không còn gì để hoàn tác", "there is nothing to undo"))
        return replace(self, position=self.step.parent)

    def redo(self) -> History:
        """Return the history one step on, along the way that was undone. Raises PlanError at its end."""
        if not self.can_redo:
            raise PlanError(Problem("không còn gì để làm lại", "there is nothing to redo"))
        return replace(self, position=self.path[self.path.index(self.position) + 1])

    def jump(self, number: int) -> History:
        """Return the history at any step, of this branch or another. Raises PlanError when there is none."""
        if number not in range(len(self.steps)):
            raise PlanError(
                Problem(
                    "không có bước này",
                    "there is no such step",
                    field="step",
                    found=str(number),
                    accepted=f"0-{len(self.steps) - 1}",
                )
            )
        return replace(self, position=number, tip=self.tip if number in self.path else number)

    def touched(self) -> Touched:
        """Return what the step at which one stands changed; nothing at the start."""
        parent = self.step.parent
        return touched(self.plan if parent is None else self.steps[parent].plan(), self.plan)

    def as_json(self) -> dict[str, object]:
        """Return the history as JSON values; history_from_json gives an equal one."""
        return {
            "position": self.position,
            "tip": self.tip,
            "steps": [
                {
                    "parent": step.parent,
                    "action": None if step.action is None else step.action.as_json(),
                    "vi": step.words.vi,
                    "en": step.words.en,
                    "at": step.at,
                    "by": step.by,
                    "digest": step.digest,
                    "plan": base64.b64encode(step.packed).decode(),
                }
                for step in self.steps
            ],
        }


def history_from_json(stored: Mapping[str, Any]) -> History:
    """Return the history that as_json stored.

    Raises PlanError when it is damaged or holds an action that this version does not know.
    """
    try:
        steps = tuple(
            Step(
                number,
                raw["parent"],
                None if raw["action"] is None else action_from_json(raw["action"]),
                Words(raw["vi"], raw["en"]),
                raw["at"],
                raw["by"],
                raw["digest"],
                base64.b64decode(raw["plan"], validate=True),
            )
            for number, raw in enumerate(stored["steps"])
        )
        return History(steps, stored["position"], stored["tip"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(str(error)) from error


def first_irreproducible(history: History, register: Register) -> int | None:
    """Do all actions again; return the first step whose plan differs from the one stored, or None."""
    for step in history.steps[1:]:
        parent = history.steps[step.parent or 0].plan()
        try:
            if step.action is None or step.action.apply(parent, register) != step.plan():
                return step.number
        except PlanError:
            return step.number
    return None
