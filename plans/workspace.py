"""The workspace: scenarios that are named, copied, annotated and saved after every action.

    with open_workspace() as workspace:
        scenario = workspace.create("Phương án 1", plan)
        scenario = workspace.save(scenario.do(action, register, by="Lan"))

Each save is one transaction, tied to the version that was loaded: whoever saves second is told, with both states
in hand, and nothing is overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import uuid4

from geo.errors import PlanError, Problem, WorkspaceError
from geo.register import Register
from geo.text import comparable_name
from plans.edit import Action, Words, action_from_json
from plans.history import History, Step
from plans.plan import Plan
from plans.workspace_schema import check_version, prepare
from plans.workspace_store import (
    Session,
    Store,
    checked_name,
    checked_text,
    default_location,
    open_store,
)

_LISTED: Final = (
    "id, name, note, base, copied_from, version, created_at, created_by, changed_at, changed_by, deleted_at"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario as the list shows it. Times in UTC (ISO 8601); ``base`` is the vintage that it starts from."""

    id: str
    name: str
    note: str
    base: str
    copied_from: str
    version: int
    created_at: str
    created_by: str
    changed_at: str
    changed_by: str
    deleted_at: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as it was loaded, or with actions that are not saved yet; ``version`` is the one loaded."""

    listed: Listed
    history: History

    @property
    def id(self) -> str:
        """The scenario's id, the same for good."""
        return self.listed.id

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.listed.name

    @property
    def note(self) -> str:
        """What people noted of it."""
        return self.listed.note

    @property
    def version(self) -> int:
        """The version on which a save builds."""
        return self.listed.version

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return self.history.plan

    def do(self, action: Action, register: Register, by: str = "") -> Scenario:
        """Return the scenario after an action, not saved yet; raises PlanError (see Action.apply)."""
        return replace(self, history=self.history.do(action, register, by))

    def undo(self) -> Scenario:
        """Return the scenario one step back, not saved yet; raises PlanError at the start."""
        return replace(self, history=self.history.undo())

    def redo(self) -> Scenario:
        """Return the scenario one step on, not saved yet; raises PlanError where nothing was undone."""
        return replace(self, history=self.history.redo())

    def jump(self, step: int) -> Scenario:
        """Return the scenario at any step, not saved yet; raises PlanError when there is none."""
        return replace(self, history=self.history.jump(step))


class WorkspaceConflict(WorkspaceError):  # noqa: N818  it is a state of affairs to be settled, not a failure
    """Someone else saved since the scenario was loaded.

    ``mine`` was not saved and can be kept with Workspace.save_as; ``theirs`` is what is stored, None where it
    was deleted.
    """

    def __init__(self, label: str, mine: Scenario | Listed, theirs: Scenario | None) -> None:
        self.mine, self.theirs = mine, theirs
        if theirs is None:
            vi, en = "kịch bản đã bị xóa", "the scenario was deleted"
        else:
            who = theirs.listed.changed_by
            vi = f"{who or 'người khác'} đã lưu kịch bản này từ khi bạn mở"
            en = f"{who or 'someone else'} saved this scenario since you opened it"
        super().__init__(
            Problem(
                f"{vi}; thao tác của bạn chưa được lưu: hãy tải lại, hoặc lưu thành bản sao",
                f"{en}; your action was not saved: reload, or save it as a copy",
                label,
                mine.name,
                "version",
                "—" if theirs is None else str(theirs.version),
                str(mine.version),
            )
        )


_Item = TypeVar("_Item", Listed, Scenario)


def open_workspace(location: str | Path | None = None) -> Workspace:
    """Open a workspace: a file's path, a postgresql:// URL, or where absent SAPXEP_WORKSPACE or the user's own.

    A file that is missing is made, an older version is migrated. Raises WorkspaceError when it cannot be
    opened or is of a newer version; nothing is changed then.
    """
    store = open_store(default_location() if location is None else location)
    try:
        prepare(store)
    except BaseException:
        store.close()
        raise
    return Workspace(store)


class Workspace:
    """Scenarios in a database. Usable from several threads; every call is one transaction or two."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def location(self) -> str:
        """Where it is, for people to read: a path, or a URL without its password."""
        return self._store.label

    def __enter__(self) -> Self:
        """Return the workspace."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; a later call opens another."""
        self._store.close()

    def scenarios(self, deleted: bool = False) -> tuple[Listed, ...]:
        """Return the scenarios, or those deleted, the latest changed first."""
        with self._store.transaction() as session:
            rows = session.rows(
                f"SELECT {_LISTED} FROM sapxep_scenario WHERE (deleted_at <> '') = ? ORDER BY changed_at DESC, id",
                (deleted,),
            )
        return tuple(Listed(*row) for row in rows)

    def create(self, name: str, plan: Plan, note: str = "", by: str = "") -> Scenario:
        """Create a scenario that begins with a plan.

        Raises WorkspaceError when the name is empty or taken (case, spelling of tones and spaces do not count).
        """
        return self._insert(name, note, History.start(plan, by), by, "")

    def copy(self, scenario_id: str, new_name: str, by: str = "") -> Scenario:
        """Copy a stored scenario with its note and its whole history."""
        return self.save_as(self.load(scenario_id), new_name, by)

    def save_as(self, scenario: Scenario, new_name: str, by: str = "") -> Scenario:
        """Save a scenario, with what is not saved of it, under another name; the stored one stays as it is."""
        return self._insert(new_name, scenario.note, scenario.history, by, scenario.id)

    def load(self, scenario_id: str) -> Scenario:
        """Return a scenario with its history.

        Raises WorkspaceError when there is none, it was deleted, or what is stored is damaged.
        """
        with self._store.transaction() as session:
            found = self._read(session, scenario_id)
        if found is None:
            raise WorkspaceError(
                Problem(
                    "không có kịch bản này", "there is no such scenario", self.location, found=scenario_id
                )
            )
        return found

    def save(self, scenario: Scenario, expected_version: int | None = None, by: str = "") -> Scenario:
        """Save a scenario's new steps and where one stands; return it with the version that it then has.

        ``expected_version`` is the scenario's own where absent; ``by`` the last step's where empty. A save
        that was stored though its answer was lost counts as done. Raises WorkspaceConflict when another
        version is stored, WorkspaceError when it cannot be saved: the stored state is whole in both cases.
        """
        history = scenario.history
        expected = scenario.version if expected_version is None else expected_version
        who = by or history.step.by
        with self._store.transaction(write=True) as session:
            check_version(self._store, session)
            found = session.rows(
                "SELECT number, digest FROM sapxep_step WHERE scenario_id = ? ORDER BY number DESC LIMIT 1",
                (scenario.id,),
            )
            last, digest = found[0] if found else (-1, "")
            # steps are only added to: what is stored must be how this history begins
            follows = 0 <= last < len(history.steps) and history.steps[last].digest == digest
            if not follows or not session.run(
                "UPDATE sapxep_scenario SET version = version + 1, position = ?, tip = ?, changed_at = ?, "
                "changed_by = ? WHERE id = ? AND version = ? AND deleted_at = ''",
                (history.position, history.tip, _now(), checked_text(who), scenario.id, expected),
            ):
                stored = self._read(session, scenario.id)
                if stored is None or stored.version != expected + 1 or stored.history != history:
                    raise WorkspaceConflict(self.location, scenario, stored)
                return stored
            self._add_steps(session, scenario.id, history.steps[last + 1 :])
            row = session.rows(f"SELECT {_LISTED} FROM sapxep_scenario WHERE id = ?", (scenario.id,))[0]
        return Scenario(Listed(*row), history)

    def rename(self, item: _Item, name: str, by: str = "") -> _Item:
        """Rename a scenario. Raises WorkspaceConflict as save does, WorkspaceError when the name is taken."""
        name = checked_name(name)
        return self._revise(item, {"name": name, "name_key": comparable_name(name)}, by)

    def annotate(self, item: _Item, note: str, by: str = "") -> _Item:
        """Set a scenario's note. Raises WorkspaceConflict as save does."""
        return self._revise(item, {"note": checked_text(note)}, by)

    def delete(self, item: _Item, by: str = "") -> None:
        """Mark a scenario as deleted; restore brings it back. Raises WorkspaceConflict as save does."""
        self._revise(item, {"deleted_at": _now()}, by)

    def restore(self, scenario_id: str, name: str = "") -> Scenario:
        """Bring a deleted scenario back, under another name where its own was taken since."""
        with self._store.transaction(write=True) as session:
            check_version(self._store, session)
            row = session.rows("SELECT name FROM sapxep_scenario WHERE id = ?", (scenario_id,))
            if row:
                chosen = checked_name(name or row[0][0])
                self._check_free(session, chosen, scenario_id)
                session.run(
                    "UPDATE sapxep_scenario SET deleted_at = '', name = ?, name_key = ?, version = version + 1 "
                    "WHERE id = ? AND deleted_at <> ''",
                    (chosen, comparable_name(chosen), scenario_id),
                )
        return self.load(scenario_id)

    def _revise(self, item: _Item, values: dict[str, str], by: str) -> _Item:
        sets = ", ".join(f"{column} = ?" for column in values)
        with self._store.transaction(write=True) as session:
            check_version(self._store, session)
            if "name" in values:
                self._check_free(session, values["name"], item.id)
            moved = session.run(
                f"UPDATE sapxep_scenario SET {sets}, version = version + 1, changed_at = ?, changed_by = ? "
                "WHERE id = ? AND version = ? AND deleted_at = ''",
                (*values.values(), _now(), checked_text(by), item.id, item.version),
            )
            if not moved:
                raise WorkspaceConflict(self.location, item, self._read(session, item.id))
            row = session.rows(f"SELECT {_LISTED} FROM sapxep_scenario WHERE id = ?", (item.id,))[0]
        return replace(item, listed=Listed(*row)) if isinstance(item, Scenario) else Listed(*row)

    def _insert(self, name: str, note: str, history: History, by: str, copied_from: str) -> Scenario:
        name, now, base = checked_name(name), _now(), history.plan.base
        listed = Listed(
            uuid4().hex, name, checked_text(note), base, copied_from, 1, now, checked_text(by), now, by, ""
        )
        with self._store.transaction(write=True) as session:
            check_version(self._store, session)
            self._check_free(session, name, listed.id)
            session.run(
                f"INSERT INTO sapxep_scenario ({_LISTED}, name_key, position, tip) "
                f"VALUES ({', '.join('?' * 14)})",
                (
                    *(getattr(listed, column) for column in _LISTED.split(", ")),
                    *(comparable_name(name), history.position, history.tip),
                ),
            )
            self._add_steps(session, listed.id, history.steps)
        return Scenario(listed, history)

    def _check_free(self, session: Session, name: str, scenario_id: str) -> None:
        taken = session.rows(
            "SELECT name FROM sapxep_scenario WHERE name_key = ? AND deleted_at = '' AND id <> ?",
            (comparable_name(name), scenario_id),
        )
        if taken:
            raise WorkspaceError(
                Problem(
                    "đã có kịch bản tên này",
                    "there is a scenario of this name",
                    self.location,
                    field="name",
                    found=taken[0][0],
                    accepted="tên khác / another name",
                )
            )

    def _add_steps(self, session: Session, scenario_id: str, steps: Sequence[Step]) -> None:
        for step in steps:
            session.run(
                "INSERT INTO sapxep_step (scenario_id, number, parent, action, vi, en, done_at, done_by, digest, plan) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(scenario_id, step.number, step.parent),
                    json.dumps(None if step.action is None else step.action.as_json()),
                    *(step.words.vi, step.words.en, step.at, checked_text(step.by), step.digest, step.packed),
                ),
            )

    def _read(self, session: Session, scenario_id: str) -> Scenario | None:
        found = session.rows(
            f"SELECT {_LISTED}, position, tip FROM sapxep_scenario WHERE id = ? AND deleted_at = ''",
            (scenario_id,),
        )
        if not found:
            return None
        *listed, position, tip = found[0]
        rows = session.rows(
            "SELECT number, parent, action, vi, en, done_at, done_by, digest, plan FROM sapxep_step "
            "WHERE scenario_id = ? ORDER BY number",
            (scenario_id,),
        )
        item = Listed(*listed)
        try:
            history = History(tuple(_step(*row) for row in rows), position, tip)
            history.plan  # noqa: B018  read now, so that damage shows here and not in the middle of work
        except (PlanError, ValueError, TypeError) as error:
            raise WorkspaceError(
                Problem(
                    f"kịch bản bị hỏng: {error.text('vi') if isinstance(error, PlanError) else error}",
                    f"the scenario is damaged: {error}",
                    self.location,
                    item.name,
                )
            ) from error
        return Scenario(item, history)


def _step(
    number: int, parent: int | None, action: str, vi: str, en: str, at: str, by: str, digest: str, packed: Any
) -> Step:
    raw = json.loads(action)
    done = None if raw is None else action_from_json(raw)
    return Step(number, parent, done, Words(vi, en), at, by, digest, bytes(packed))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
