"""The workspace on SQLite and on a real PostgreSQL: saved whole, never overwritten in silence, refusals said."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.errors import WorkspaceError
from geo.registers import embedded_register
from plans import workspace_schema
from plans.edit import Merge, Move, Rename
from plans.files import embedded_plan
from plans.workspace import Scenario, Workspace, WorkspaceConflict, open_workspace
from plans.workspace_store import default_location
from tests.postgres import Server, programs
from tests.test_plans_edit import EMPTY, R, done

# one worker, so that one server is started
pytestmark = pytest.mark.xdist_group("postgresql")
ROOT = Path(__file__).resolve().parents[1]
MERGE = Merge(("10001", "10002"), name="Một")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    running = Server(folder)
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "folder" / "workspace.sqlite")
    running: Server = request.getfixturevalue("server")
    return running.database()


@pytest.fixture
def workspace(location: str) -> Iterator[Workspace]:
    with open_workspace(location) as opened:
        yield opened


def said(error: WorkspaceError) -> str:
    assert error.text("vi") != error.text("en")
    return error.text("en")


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_saved_after_every_action_and_opened_again(workspace: Workspace, location: str) -> None:
    scenario = workspace.create(" Phương án  1 ", EMPTY, "ghi chú\nhai dòng", by="Lan")
    assert (scenario.name, scenario.version, scenario.plan) == ("Phương án 1", 1, EMPTY)
    for number, action in enumerate((MERGE, Move("10003", "10002"), Rename("10002", "Hai")), 2):
        scenario = workspace.save(scenario.do(action, R, by="Minh"))
        assert scenario.version == number
    scenario = workspace.save(scenario.undo())
    with open_workspace(location) as again:
        loaded = again.load(scenario.id)
        assert loaded == scenario
        assert loaded.plan == done(MERGE, Move("10003", "10002"))
        assert loaded.redo().plan.units[0].name == "Hai"
        assert [step.by for step in loaded.history.steps] == ["Lan", "Minh", "Minh", "Minh"]
        assert loaded.history.steps[1].action == MERGE
        assert loaded.history.steps[1].words.vi.startswith("Gộp An Phú")
        (listed,) = again.scenarios()
        assert (listed.created_by, listed.changed_by, listed.note, listed.base) == (
            "Lan",
            "Minh",
            "ghi chú\nhai dòng",
            "2024-12-31",
        )


def test_copies_names_notes_and_deletion(workspace: Workspace) -> None:
    first = workspace.save(workspace.create("Một", EMPTY, "ghi").do(MERGE, R))
    copy = workspace.copy(first.id, "Hai")
    assert (copy.history, copy.note, copy.listed.copied_from) == (first.history, "ghi", first.id)
    workspace.save(copy.do(Move("10003", "10002"), R))
    assert workspace.load(first.id) == first
    renamed = workspace.rename(first, "Ba")
    noted = workspace.annotate(renamed, "khác", by="Lan")
    assert (noted.name, noted.note, noted.version, noted.listed.changed_by) == ("Ba", "khác", 4, "Lan")
    assert workspace.save(noted.undo()).version == 5
    for name in ("hai", " HAI ", "", "a\x00"):
        with pytest.raises(WorkspaceError) as caught:
            workspace.create(name, EMPTY)
        assert said(caught.value)
    with pytest.raises(WorkspaceError, match="of this name"):
        workspace.rename(workspace.load(first.id), "Hai")
    workspace.delete(workspace.load(first.id))
    assert [item.name for item in workspace.scenarios()] == ["Hai"]
    with pytest.raises(WorkspaceError, match="no such scenario"):
        workspace.load(first.id)
    other = workspace.create("Ba", EMPTY)  # the name is free again
    (gone,) = workspace.scenarios(deleted=True)
    with pytest.raises(WorkspaceError, match="of this name"):
        workspace.restore(gone.id)
    assert workspace.restore(gone.id, "Bốn").plan == EMPTY
    assert {item.name for item in workspace.scenarios()} == {"Hai", other.name, "Bốn"}


def test_two_people_never_overwrite_each_other(workspace: Workspace, location: str) -> None:
    start = workspace.create("Chung", EMPTY)
    with open_workspace(location) as second:
        mine, theirs = workspace.load(start.id), second.load(start.id)
        theirs = second.save(theirs.do(Merge(("10003", "10004")), R, by="Minh"))
        mine = mine.do(MERGE, R, by="Lan")
        with pytest.raises(WorkspaceConflict, match="Minh saved this scenario") as caught:
            workspace.save(mine)
        conflict = caught.value
        assert said(conflict)
        assert (conflict.mine, conflict.theirs) == (mine, theirs)
        assert workspace.load(start.id) == theirs
        copy = workspace.save_as(mine, "Chung (bản của Lan)")
        assert copy.history == mine.history
        reloaded = workspace.save(theirs.do(MERGE, R, by="Lan"))
        assert len(reloaded.plan.units) == 2
        for call in (
            lambda: workspace.rename(mine, "Khác"),
            lambda: workspace.annotate(mine, "khác"),
            lambda: workspace.delete(mine),
            lambda: workspace.save(mine, expected_version=reloaded.version),  # other steps than those stored
        ):
            with pytest.raises(WorkspaceConflict):
                call()
        workspace.delete(reloaded)
        with pytest.raises(WorkspaceConflict, match="deleted") as caught:
            second.save(theirs.undo())
        assert caught.value.theirs is None


def test_a_save_whose_answer_was_lost_can_be_repeated(workspace: Workspace) -> None:
    changed = workspace.create("Một", EMPTY).do(MERGE, R, by="Lan")
    saved = workspace.save(changed)
    assert workspace.save(changed) == saved
    assert workspace.load(changed.id).version == 2


def test_writers_at_the_same_time_lose_nothing(workspace: Workspace, location: str) -> None:
    start = workspace.create("Chung", done(MERGE))
    errors: list[BaseException] = []

    def write(who: str) -> None:
        try:
            with open_workspace(location) as own:
                for number in range(6):
                    scenario = own.load(start.id)
                    while True:
                        try:
                            own.save(scenario.do(Rename("10002", f"{who} {number}"), R, by=who))
                            break
                        except WorkspaceConflict as conflict:
                            scenario = conflict.theirs or scenario
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(f"Người {i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    final = workspace.load(start.id)
    names = [step.plan().units[0].name for step in final.history.steps[1:]]
    assert sorted(names) == sorted(f"Người {i} {n}" for i in range(4) for n in range(6))
    assert (final.version, final.history.position) == (25, 24)


def test_one_workspace_serves_several_threads(workspace: Workspace) -> None:
    errors: list[BaseException] = []

    def work(i: int) -> None:
        try:
            scenario = workspace.create(f"Số {i}", EMPTY)
            workspace.save(scenario.do(MERGE, R))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {item.version for item in workspace.scenarios()} == {2}
    assert len(workspace.scenarios()) == 8


KILLED = """
    import sys
    from plans.edit import Rename
    from plans.workspace import open_workspace
    from tests.test_plans_edit import R
    workspace = open_workspace(sys.argv[1])
    scenario = workspace.load(sys.argv[2])
    while True:
        scenario = workspace.save(scenario.do(Rename("10002", f"Tên {scenario.version}"), R))
        print(scenario.version, flush=True)
"""


def test_killed_in_the_middle_of_saves(workspace: Workspace, location: str) -> None:
    start = workspace.create("Một", done(MERGE))
    workspace.close()
    child = python(KILLED, location, start.id)
    assert child.stdout is not None
    saved = 0
    for line in child.stdout:
        saved = int(line)
        if saved >= 20:
            break
    child.send_signal(signal.SIGKILL)
    rest = child.communicate()[0].split()
    saved = int(rest[-1]) if rest else saved
    with open_workspace(location) as again:
        loaded = again.load(start.id)
        # what was said to be saved is there; one more may have been saved and not yet said
        assert loaded.version in (saved, saved + 1)
        assert len(loaded.history.steps) == loaded.version
        assert loaded.plan.units[0].name == f"Tên {loaded.version - 1}"
        again.save(loaded.undo())


def test_newer_version_is_refused_and_left_as_it_is(workspace: Workspace, location: str) -> None:
    scenario = workspace.create("Một", EMPTY)
    with workspace._store.transaction(write=True) as session:
        session.run("UPDATE sapxep_meta SET value = '99' WHERE key = 'schema'")
    for call in (lambda: open_workspace(location), lambda: workspace.save(scenario.do(MERGE, R))):
        with pytest.raises(WorkspaceError, match="newer version") as caught:
            call()
        assert "99" in said(caught.value)
    with workspace._store.transaction(write=True) as session:
        session.run("UPDATE sapxep_meta SET value = '1' WHERE key = 'schema'")
    assert workspace.load(scenario.id) == scenario


def test_older_version_is_migrated_or_left_whole(
    workspace: Workspace, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = workspace.create("Một", EMPTY)
    broken = [
        *workspace_schema.MIGRATIONS,
        ("ALTER TABLE sapxep_scenario ADD COLUMN colour TEXT", "NONSENSE"),
    ]
    monkeypatch.setattr(workspace_schema, "MIGRATIONS", broken)
    with pytest.raises(WorkspaceError):
        open_workspace(location)
    better = [*broken[:-1], ("ALTER TABLE sapxep_scenario ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'",)]
    monkeypatch.setattr(workspace_schema, "MIGRATIONS", better)
    with open_workspace(location) as migrated:
        assert migrated.load(scenario.id) == scenario
        with migrated._store.transaction() as session:
            assert session.rows("SELECT colour FROM sapxep_scenario") == [("red",)]


def test_opening_at_the_same_time(location: str) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            open_workspace(location).close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_damaged_steps_are_named(workspace: Workspace) -> None:
    scenario = workspace.save(workspace.create("Một", EMPTY).do(MERGE, R))
    with workspace._store.transaction(write=True) as session:
        session.run("UPDATE sapxep_step SET plan = ? WHERE number = 1", (b"rubbish",))
    with pytest.raises(WorkspaceError, match="damaged") as caught:
        workspace.load(scenario.id)
    assert "Một" in said(caught.value)


# --- SQLite alone ---------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workspace.sqlite"


def test_full_disk_keeps_the_last_good_state(path: Path) -> None:
    with open_workspace(path) as workspace:
        scenario = workspace.save(workspace.create("Một", done(MERGE)).do(Rename("10002", "Hai"), R))
        connection = workspace._store._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        changed = scenario
        with pytest.raises(WorkspaceError, match="disk is full") as caught:  # noqa: PT012  it fills by and by
            for number in range(200):
                changed = changed.do(Rename("10002", f"Tên {number}"), R)
                scenario = workspace.save(scenario_with(scenario, changed))
        assert "intact" in said(caught.value)
        assert workspace.load(scenario.id) == scenario
        # the limit went with the connection: there is room again, and nothing has to be reopened
        assert workspace.save(scenario_with(scenario, changed)).plan == changed.plan


def scenario_with(saved: Scenario, changed: Scenario) -> Scenario:
    return Scenario(saved.listed, changed.history)


def test_file_size_limit_in_a_process_of_its_own(path: Path) -> None:
    code = """
        import resource, sys
        from geo.errors import WorkspaceError
        from plans.edit import Rename
        from plans.workspace import open_workspace
        from tests.test_plans_edit import R
        with open_workspace(sys.argv[1]) as workspace:
            scenario = workspace.load(sys.argv[2])
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
            try:
                while True:
                    scenario = workspace.save(scenario.do(Rename("10002", f"Tên {scenario.version}"), R))
            except WorkspaceError as error:
                print(scenario.version, error.text("en"))
    """
    with open_workspace(path) as workspace:
        start = workspace.create("Một", done(MERGE))
    out, err = python(code, str(path), start.id).communicate(timeout=60)
    assert "Traceback" not in err
    version, _, message = out.partition(" ")
    assert "disk" in message
    with open_workspace(path) as workspace:
        loaded = workspace.load(start.id)
        assert (loaded.version, loaded.plan.units[0].name) == (int(version), f"Tên {int(version) - 1}")


def test_read_only_files_are_read(path: Path) -> None:
    with open_workspace(path) as workspace:
        scenario = workspace.create("Một", EMPTY)
        workspace._store._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(WorkspaceError, match="read-only") as caught:
            workspace.save(scenario.do(MERGE, R))
        assert str(path) in said(caught.value)
        assert workspace.load(scenario.id) == scenario


def test_files_that_are_no_workspace(tmp_path: Path) -> None:
    text = tmp_path / "a.sqlite"
    text.write_text("đây là văn bản" * 100)
    other = tmp_path / "b.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")
    connection.close()
    before = text.read_bytes(), other.read_bytes()
    for path, words in (
        (text, "not a workspace file"),
        (other, "another program's"),
        (tmp_path, "cannot be opened"),
        (text / "c.sqlite", "cannot be opened"),
        ("mysql://lan:s3cret@host/db", "not a place"),
    ):
        with pytest.raises(WorkspaceError, match=words) as caught:
            open_workspace(path)
        assert "s3cret" not in said(caught.value)
    assert (text.read_bytes(), other.read_bytes()) == before


def test_damaged_file(path: Path) -> None:
    with open_workspace(path) as workspace:
        scenario = workspace.create("Một", embedded_plan("nq1286"))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(WorkspaceError, match="damaged"), open_workspace(path) as workspace:
        workspace.load(scenario.id)
    assert path.read_bytes() == content


def test_a_file_that_vanished_is_not_made_anew(path: Path) -> None:
    with open_workspace(path) as workspace:
        scenario = workspace.create("Một", EMPTY)
        for file in path.parent.glob("workspace.sqlite*"):
            file.unlink()
        with pytest.raises(WorkspaceError, match="cannot be opened"):
            workspace.save(scenario.do(MERGE, R))
        assert not path.exists()


def test_a_writer_that_does_not_let_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plans.workspace_store.PATIENCE", 0.1)
    with open_workspace(path) as workspace:
        scenario = workspace.create("Một", EMPTY)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceError, match="try again"):
            workspace.save(scenario.do(MERGE, R))
        holder.execute("ROLLBACK")
        holder.close()
        assert workspace.save(scenario.do(MERGE, R)).version == 2


def test_default_location(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAPXEP_WORKSPACE", "postgresql://host/db")
    assert default_location() == "postgresql://host/db"
    monkeypatch.delenv("SAPXEP_WORKSPACE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_location() == str(tmp_path / "sapxep" / "workspace.sqlite")
    open_workspace().close()
    assert (tmp_path / "sapxep" / "workspace.sqlite").exists()
    monkeypatch.delenv("XDG_DATA_HOME")
    assert default_location().endswith(".local/share/sapxep/workspace.sqlite")


def test_an_action_and_its_save_at_the_size_of_a_city(path: Path) -> None:
    register = embedded_register("hanoi-2024-12-31")
    with open_workspace(path) as workspace:
        scenario = workspace.create("1286", embedded_plan("nq1286"))
        started = time.perf_counter()
        for number in range(10):
            scenario = workspace.save(scenario.do(Rename("10363", f"Tên {number}"), register))
        taken = (time.perf_counter() - started) / 10
    print(f"action and save: {taken * 1000:.1f} ms")
    assert taken < 0.2


# --- PostgreSQL alone -----------------------------------------------------------------------------------------


def test_lost_connection_and_a_crashed_server(server: Server) -> None:
    workspace = open_workspace(server.database())
    scenario = workspace.save(workspace.create("Một", EMPTY).do(MERGE, R))
    changed = scenario.do(Move("10003", "10002"), R)
    with workspace._store.transaction() as session:
        ((process,),) = session.rows("SELECT pg_backend_pid()")
    with open_workspace(workspace._store.url) as other, other._store.transaction() as session:  # type: ignore[attr-defined]
        session.rows("SELECT pg_terminate_backend(?)", (process,))
    assert workspace.load(scenario.id) == scenario  # lost while idle: opened again, unnoticed
    server.stop("immediate")
    try:
        with pytest.raises(WorkspaceError, match="cannot be reached") as caught:
            workspace.save(changed)
        assert "intact" in said(caught.value)
    finally:
        server.start()
    assert workspace.load(scenario.id) == scenario
    saved = workspace.save(changed)
    assert workspace.load(scenario.id) == saved
    workspace.close()


def test_connection_lost_within_a_save(server: Server) -> None:
    url = server.database()
    with open_workspace(url) as workspace, open_workspace(url) as other:
        scenario = workspace.create("Một", EMPTY)
        with (  # noqa: PT012  the block is the transaction
            pytest.raises(WorkspaceError, match="cannot be reached"),
            workspace._store.transaction(True) as session,
        ):
            session.run("UPDATE sapxep_scenario SET version = 77")
            ((process,),) = session.rows("SELECT pg_backend_pid()")
            with other._store.transaction() as killer:
                killer.rows("SELECT pg_terminate_backend(?)", (process,))
            session.run("UPDATE sapxep_scenario SET version = 78")
        assert workspace.load(scenario.id) == scenario


def test_refusals_of_a_server_do_not_repeat_the_password(server: Server) -> None:
    with pytest.raises(WorkspaceError, match="cannot be reached") as caught:
        open_workspace(server.url("nowhere"))
    assert "s3cret" not in said(caught.value)
    assert f"postgresql://127.0.0.1:{server.port}/nowhere" in said(caught.value)
    for url in ("postgresql://lan:s3cret@127.0.0.1:1/db", "postgresql://lan:s3cret@127.0.0.1:port/db"):
        with pytest.raises(WorkspaceError) as caught:
            open_workspace(url)
        assert "s3cret" not in said(caught.value)


def test_no_right_to_write(server: Server) -> None:
    import psycopg

    url = server.database()
    with open_workspace(url) as workspace:
        scenario = workspace.create("Một", EMPTY)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
    with open_workspace(url.replace("sapxep:s3cret", "guest")) as guest:
        assert guest.load(scenario.id) == scenario
        with pytest.raises(WorkspaceError, match="not permitted"):
            guest.save(scenario.do(MERGE, R))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY guest")
        connection.execute("DROP ROLE guest")


def test_the_command_does_not_import_psycopg_for_a_file(path: Path) -> None:
    code = """
        import sys
        from plans.workspace import open_workspace
        open_workspace(sys.argv[1]).close()
        print("psycopg" in sys.modules)
    """
    out, err = python(code, str(path)).communicate(timeout=60)
    assert (out.strip(), err) == ("False", "")
