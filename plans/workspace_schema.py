"""The tables of a workspace, and how a workspace of an older version becomes one of this version."""

from __future__ import annotations

from typing import Final

from geo.errors import Problem, WorkspaceError
from plans.workspace_store import Session, Store

# one entry a version: what turns the version before into it; never changed once released, only added to.
# Steps are only ever added, deleted scenarios are only marked: nothing that was saved is overwritten.
MIGRATIONS: Final[list[tuple[str, ...]]] = [
    (
        """
        CREATE TABLE sapxep_scenario (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            note TEXT NOT NULL,
            base TEXT NOT NULL,
            copied_from TEXT NOT NULL,
            version INTEGER NOT NULL,
            position INTEGER NOT NULL,
            tip INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            created_by TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            changed_by TEXT NOT NULL,
            deleted_at TEXT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX sapxep_scenario_name ON sapxep_scenario (name_key) WHERE deleted_at = ''",
        """
        CREATE TABLE sapxep_step (
            scenario_id TEXT NOT NULL REFERENCES sapxep_scenario (id),
            number INTEGER NOT NULL,
            parent INTEGER,
            action TEXT NOT NULL,
            vi TEXT NOT NULL,
            en TEXT NOT NULL,
            done_at TEXT NOT NULL,
            done_by TEXT NOT NULL,
            digest TEXT NOT NULL,
            plan {blob} NOT NULL,
            PRIMARY KEY (scenario_id, number)
        )
        """,
    ),
]
_META: Final = "sapxep_meta"


def prepare(store: Store) -> None:
    """Create or migrate the tables where needed.

    Raises WorkspaceError when the workspace is of a newer version, or the file is another program's.
    """
    with store.transaction() as session:
        tables = store.tables(session)
        if _META in tables and check_version(store, session) == len(MIGRATIONS):
            return
    if tables and _META not in tables and not store.label.startswith("postgresql:"):
        raise WorkspaceError(
            Problem(
                "đây là cơ sở dữ liệu của chương trình khác, không phải không gian làm việc",
                "this is another program's database, not a workspace",
                store.label,
                found=", ".join(sorted(tables)[:5]),
            )
        )
    with store.transaction(write=True) as session:
        store.lock_schema(session)
        if _META not in store.tables(session):
            session.run(f"CREATE TABLE {_META} (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
            session.run(f"INSERT INTO {_META} (key, value) VALUES ('schema', '0')")
        found = check_version(store, session)
        for statements in MIGRATIONS[found:]:
            for statement in statements:
                session.run(statement)
        session.run(f"UPDATE {_META} SET value = ? WHERE key = 'schema'", (str(len(MIGRATIONS)),))


def check_version(store: Store, session: Session) -> int:
    """Return the version of the workspace. Raises WorkspaceError when it is newer than this program's."""
    rows = session.rows(f"SELECT value FROM {_META} WHERE key = 'schema'")
    text = str(rows[0][0]) if rows else ""
    if not text.isdigit() or int(text) > len(MIGRATIONS):
        raise WorkspaceError(
            Problem(
                "không gian làm việc thuộc phiên bản mới hơn của chương trình; hãy cập nhật chương trình, dữ liệu "
                "được giữ nguyên",
                "the workspace is of a newer version of the program; update the program, the data is left as it is",
                store.label,
                field="schema",
                found=text,
                accepted=f"≤ {len(MIGRATIONS)}",
            )
        )
    return int(text)
