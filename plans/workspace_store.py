"""The database under a workspace: SQLite in a file, or PostgreSQL by a URL, spoken to in one SQL.

Statements use ``?`` for values and {blob} for the type of bytes; each store puts in its own words. A connection is
kept and shared under a lock; one that was lost is opened again at the next transaction.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

from geo.errors import Problem, WorkspaceError

# seconds to wait for another writer, or for a server to answer
PATIENCE: Final = 10


def default_location() -> str:
    """Return SAPXEP_WORKSPACE where it is set, else a file in the user's data folder."""
    if given := os.environ.get("SAPXEP_WORKSPACE", "").strip():
        return given
    data = os.environ.get("XDG_DATA_HOME", "").strip()
    folder = Path(data) if data else Path.home() / ".local" / "share"
    return str(folder / "sapxep" / "workspace.sqlite")


def open_store(location: str | Path) -> Store:
    """Return the store of a file's path or a postgresql:// URL; nothing is opened yet."""
    text = str(location)
    if text.startswith(("postgresql://", "postgres://")):
        return PostgresStore(text)
    if "://" in text and not text.startswith("sqlite:///"):
        raise WorkspaceError(
            Problem(
                "không phải nơi lưu không gian làm việc",
                "not a place for a workspace",
                field="SAPXEP_WORKSPACE",
                found=text.partition("://")[0] + "://…",
                accepted="đường dẫn tệp, hoặc / a file's path, or postgresql://…",
            )
        )
    return SqliteStore(Path(text.removeprefix("sqlite:///")).expanduser())


class Session:
    """One transaction: statements see and make all of its changes or none."""

    def __init__(self, store: Store, connection: Any) -> None:
        self._store, self._connection = store, connection

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return [tuple(row) for row in self._run(statement, values).fetchall()]

    def run(self, statement: str, values: Sequence[object] = ()) -> int:
        """Execute a statement; return how many rows it changed."""
        return int(self._run(statement, values).rowcount)

    def _run(self, statement: str, values: Sequence[object]) -> Any:
        return self._connection.execute(self._store.worded(statement), tuple(values))


class Store(ABC):
    """What both databases share: a connection, transactions, and errors in words."""

    # whether a connection can be lost while nothing is under way, as a server's can
    reopens: ClassVar[bool]
    begin_read: ClassVar[str]
    begin_write: ClassVar[str]
    blob: ClassVar[str]

    def __init__(self, label: str) -> None:
        self.label = label
        self._lock = threading.RLock()
        self._connection: Any = None

    @property
    @abstractmethod
    def errors(self) -> tuple[type[Exception], ...]:
        """What the driver raises."""

    @abstractmethod
    def connect(self) -> Any:
        """Open a connection."""

    @abstractmethod
    def explained(self, error: Exception) -> WorkspaceError:
        """Return a driver's error in words, in both languages."""

    @abstractmethod
    def tables(self, session: Session) -> set[str]:
        """Return the names of the tables that there are."""

    @abstractmethod
    def lock_schema(self, session: Session) -> None:
        """Keep other programs from migrating at the same time."""

    def usable(self) -> bool:
        """Tell whether the connection that is kept still leads where it did."""
        return True

    def worded(self, statement: str) -> str:
        """Return a statement in this database's words."""
        return statement.replace("{blob}", self.blob)

    def _begin(self, statement: str) -> Any:
        if self._connection is not None and not self.usable():
            self.close()
        kept = self._connection is not None
        try:
            if not kept:
                self._connection = self.connect()
            self._connection.execute(statement)
        except self.errors as error:
            self.close()
            if kept and self.reopens:
                # the connection was lost while nothing was under way: nothing is lost by opening another
                return self._begin(statement)
            raise self.explained(error) from error
        return self._connection

    @contextmanager
    def transaction(self, write: bool = False) -> Iterator[Session]:
        """Yield a session whose changes are all kept when the block ends, and none when it raises.

        Raises WorkspaceError when the database cannot be reached, read or written; what was saved before
        stays.
        """
        with self._lock:
            connection = self._begin(self.begin_write if write else self.begin_read)
            try:
                yield Session(self, connection)
                connection.execute("COMMIT")
            except self.errors as error:
                self.close()  # rolls back, also where a ROLLBACK could no longer be sent
                raise self.explained(error) from error
            except BaseException:
                try:
                    connection.execute("ROLLBACK")
                except self.errors:
                    self.close()
                raise

    def close(self) -> None:
        """Close the connection; the next transaction opens another."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(*self.errors):
                    connection.close()

    def problem(self, vi: str, en: str, reason: object = "") -> WorkspaceError:
        """Return an error that names this workspace."""
        said = f" ({reason})" if reason else ""
        return WorkspaceError(Problem(vi + said, en + said, self.label))


_KEPT: Final = ("; lần lưu trước vẫn còn nguyên", "; what was saved before is intact")
# by SQLite's primary result codes
_SQLITE: Final = {
    sqlite3.SQLITE_FULL: (
        "đĩa đầy, chưa lưu được" + _KEPT[0],
        "the disk is full, nothing was saved" + _KEPT[1],
    ),
    sqlite3.SQLITE_READONLY: ("tệp chỉ đọc, không lưu được", "the file is read-only, nothing can be saved"),
    sqlite3.SQLITE_CANTOPEN: ("không mở được tệp", "the file cannot be opened"),
    sqlite3.SQLITE_PERM: ("không có quyền với tệp này", "access to the file is denied"),
    sqlite3.SQLITE_IOERR: ("lỗi đọc ghi đĩa" + _KEPT[0], "the disk cannot be read or written" + _KEPT[1]),
    sqlite3.SQLITE_BUSY: (
        "chương trình khác đang giữ tệp, hãy thử lại",
        "another program holds the file; try again",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "tệp hỏng; hãy lấy lại từ bản sao lưu, tệp được giữ nguyên",
        "the file is damaged; restore it from a backup, it is left as it is",
    ),
    sqlite3.SQLITE_NOTADB: (
        "không phải tệp không gian làm việc",
        "this is not a workspace file",
    ),
    sqlite3.SQLITE_CONSTRAINT: (
        "người khác vừa lưu cùng lúc, hãy thử lại",
        "someone saved at the same moment; try again",
    ),
}


class SqliteStore(Store):
    """A file. Changes are written ahead and flushed to the disk at every commit."""

    reopens = False
    begin_read = "BEGIN"
    begin_write = "BEGIN IMMEDIATE"
    blob = "BLOB"

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path
        self._file: tuple[int, int] | None = None

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What sqlite3 raises."""
        return (sqlite3.Error, OSError)

    def _stat(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def usable(self) -> bool:
        """Tell whether the file is still the one that was opened: another one may have taken its place."""
        return self._stat() == self._file

    def connect(self) -> sqlite3.Connection:
        """Open the file, made when it is first missing; one that vanished later is not made anew."""
        first = self._file is None
        if first:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            f"file:{quote(str(self.path.absolute()))}?mode={'rwc' if first else 'rw'}",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            # a file of another program is not touched; ours is in this mode for good
            if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        self._file = self._stat()
        return connection

    def explained(self, error: Exception) -> WorkspaceError:
        """Return the error by SQLite's result code."""
        if isinstance(error, OSError):
            return self.problem("không mở được tệp", "the file cannot be opened", error.strerror or error)
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            raise error  # not the database's doing
        vi, en = _SQLITE.get(code & 0xFF, ("lỗi cơ sở dữ liệu", "the database failed"))
        return self.problem(vi, en, error)

    def tables(self, session: Session) -> set[str]:
        """Return the names of the file's tables."""
        return {name for (name,) in session.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def lock_schema(self, session: Session) -> None:
        """Do nothing: one writer has the whole file."""


class PostgresStore(Store):
    """A PostgreSQL database. psycopg is imported when it is first used."""

    reopens = True
    begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    begin_write = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    blob = "BYTEA"

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            import psycopg  # noqa: F401  only offices that share a workspace need it
        except ImportError as error:
            raise WorkspaceError(
                Problem(
                    "chưa cài psycopg để dùng PostgreSQL",
                    "psycopg, which speaks to PostgreSQL, is not installed",
                    accepted="pip install 'psycopg[binary]'",
                )
            ) from error
        try:
            parts = urlsplit(url)
            self._secret = parts.password or ""
            host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
        except ValueError:
            parts, host, self._secret = urlsplit("postgresql://"), "", url
        super().__init__(f"postgresql://{host}{parts.path}")

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What psycopg raises."""
        import psycopg

        return (psycopg.Error,)

    def connect(self) -> Any:
        """Open a connection; statements outside a transaction stand alone."""
        import psycopg

        return psycopg.connect(self.url, connect_timeout=PATIENCE, autocommit=True, application_name="sapxep")

    def usable(self) -> bool:
        """Tell whether the driver holds the connection for open."""
        return not self._connection.closed

    def worded(self, statement: str) -> str:
        """Return a statement with psycopg's placeholders."""
        return super().worded(statement).replace("?", "%s")

    def explained(self, error: Exception) -> WorkspaceError:
        """Return the error in words; the password is never repeated."""
        import psycopg

        reason = " ".join(str(error).split())
        if self._secret:
            reason = reason.replace(self._secret, "…")
        if isinstance(error, psycopg.errors.DiskFull):
            return self.problem(*_SQLITE[sqlite3.SQLITE_FULL], reason)
        if isinstance(error, psycopg.errors.ReadOnlySqlTransaction | psycopg.errors.InsufficientPrivilege):
            return self.problem("không có quyền ghi", "writing is not permitted", reason)
        if isinstance(error, psycopg.IntegrityError):
            return self.problem(*_SQLITE[sqlite3.SQLITE_CONSTRAINT], reason)
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return self.problem(
                "không kết nối được cơ sở dữ liệu, hãy thử lại" + _KEPT[0],
                "the database cannot be reached; try again" + _KEPT[1],
                reason,
            )
        return self.problem("lỗi cơ sở dữ liệu", "the database failed", reason)

    def tables(self, session: Session) -> set[str]:
        """Return the names of the tables on the search path."""
        return {
            name
            for (name,) in session.rows(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))"
            )
        }

    def lock_schema(self, session: Session) -> None:
        """Take a lock until the transaction ends (the number stands for “sapxep”)."""
        session.rows("SELECT pg_advisory_xact_lock(1935764592)")


def checked_text(text: str) -> str:
    """Return a text that any database can hold. Raises WorkspaceError for control characters."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        raise WorkspaceError(
            Problem(
                "có ký tự không in được", "there are characters that cannot be printed", found=ascii(text)
            )
        )
    return text


def checked_name(name: str) -> str:
    """Return a name with single spaces. Raises WorkspaceError when it is empty or longer than 200 signs."""
    name = unicodedata.normalize("NFC", " ".join(checked_text(name).split()))
    if not name or len(name) > 200:
        raise WorkspaceError(
            Problem(
                "tên trống hoặc quá dài",
                "the name is empty or too long",
                field="name",
                found=name,
                accepted="1-200",
            )
        )
    return name
