"""Reading tables as people save them, and writing files that are whole or absent.

Spreadsheets save CSV with a byte-order mark, semicolons, Windows encodings and decimal commas; reading copes
with what is unambiguous and names what is not.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import ExportError, InputFileError, Problem

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text cells. ``rows[i]`` stands in line ``lines[i]`` of the file (header = 1)."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]
    notes: tuple[Problem, ...] = field(default=())


def read_bytes(path: Path | str) -> bytes:
    """Return a file's bytes.

    Raises InputFileError naming the file when it is missing or cannot be read.
    """
    path = Path(path)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputFileError(Problem("không có tệp này", "there is no such file", file=str(path))) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputFileError(
            Problem(f"không đọc được tệp: {reason}", f"the file cannot be read: {reason}", file=str(path))
        ) from error


def decode(content: bytes, name: str) -> tuple[str, list[Problem]]:
    """Return the text of a file in UTF-8 or UTF-16 (with a byte-order mark).

    Raises InputFileError for any other encoding: guessing would turn Vietnamese names into other names.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), []
        except UnicodeDecodeError:
            pass
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputFileError(
            Problem(
                "không phải bảng mã UTF-8; hãy lưu lại dưới dạng “CSV UTF-8”",
                "the encoding is not UTF-8; save it again as “CSV UTF-8”",
                file=name,
                row=line,
                found=repr(content[error.start : error.start + 4])[2:-1],
                accepted="UTF-8",
            )
        ) from error


def parse_csv(content: bytes, name: str) -> Table:
    """Parse a CSV with commas, semicolons or tabs; the separator is read off the header.

    Blank lines are passed over. Raises InputFileError when the text is no table, a header cell is empty or
    occurs twice, or a row has more cells than the header.
    """
    text, notes = decode(content, name)
    if "\x00" in text:
        raise InputFileError(Problem("không phải tệp văn bản CSV", "this is not a CSV text file", file=name))
    header_line = text.split("\n", 1)[0]
    separator = max(",;\t", key=header_line.count)
    if separator != "," and header_line.count(separator):
        shown = {";": ";", "\t": "tab"}[separator]
        notes.append(
            Problem(f"dùng dấu phân cách “{shown}”", f"the separator is “{shown}”", file=name, row=1)
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    parsed: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                parsed.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputFileError(
            Problem(f"CSV hỏng: {error}", f"malformed CSV: {error}", file=name, row=line)
        ) from error
    if not parsed:
        raise InputFileError(Problem("tệp rỗng", "the file is empty", file=name))
    header = [cell.strip() for cell in parsed[0][1]]
    while header and not header[-1]:
        header.pop()
    problems = []
    for position, column in enumerate(header, 1):
        if not column:
            problems.append(
                Problem("tên cột trống", "a column has no name", file=name, row=1, field=str(position))
            )
        elif header.index(column) != position - 1:
            problems.append(
                Problem("tên cột lặp lại", "a column's name occurs twice", file=name, row=1, field=column)
            )
    rows, lines = [], []
    for line, cells in parsed[1:]:
        if any(cell.strip() for cell in cells[len(header) :]):
            problems.append(
                Problem(
                    "nhiều ô hơn số cột",
                    "more cells than columns",
                    file=name,
                    row=line,
                    found=str(len(cells)),
                    accepted=str(len(header)),
                )
            )
            continue
        padded = cells + [""] * (len(header) - len(cells))
        rows.append({column: padded[i].strip() for i, column in enumerate(header)})
        lines.append(line)
    if problems:
        raise InputFileError(problems)
    return Table(name, tuple(header), tuple(rows), tuple(lines), tuple(notes))


def read_csv(path: Path | str) -> Table:
    """Read a CSV file; see parse_csv."""
    return parse_csv(read_bytes(path), str(path))


@contextmanager
def whole_file(target: Path | str) -> Iterator[Path]:
    """Yield a path beside ``target`` to write to; it takes the target's place only when all went well.

    Raises ExportError when the folder is missing or cannot be written; the old file is then left whole.
    """
    target = Path(target)

    def refused(error: OSError) -> ExportError:
        reason = error.strerror or str(error)
        return ExportError(
            Problem(f"không ghi được: {reason}", f"cannot be written: {reason}", file=str(target))
        )

    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise refused(error) from error
    beside = Path(name)
    try:
        yield beside
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o666 & ~umask)
        beside.replace(target)
    except OSError as error:
        raise refused(error) from error
    finally:
        beside.unlink(missing_ok=True)


def write_text(target: Path | str, text: str) -> None:
    """Write UTF-8 text, whole or not at all."""
    with whole_file(target) as beside:
        beside.write_text(text, encoding="utf-8", newline="")


def write_rows(
    target: Path | str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    guard: Callable[[str], str] = str,
) -> None:
    """Write a CSV, whole or not at all; None is an empty cell, ``guard`` is applied to text cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(
            ["" if cell is None else guard(cell) if isinstance(cell, str) else cell for cell in row]
        )
    write_text(target, out.getvalue())
