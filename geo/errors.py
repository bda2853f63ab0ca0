"""One error class a kind of trouble, and the problem that each of them lists.

Every error carries all problems found, not the first: a person mends a file once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, said in both languages.

    ``row`` is the line as the user sees it in the file (header = 1), or a key such as a unit's code.
    """

    vi: str
    en: str
    file: str = ""
    row: int | str | None = None
    field: str | None = None
    found: str | None = None
    accepted: str | None = None

    def text(self, language: Language = "vi") -> str:
        """Return the problem as one line: file, row, field, what is wrong, found, accepted."""
        vi = language == "vi"
        where = [self.file] if self.file else []
        if self.row is not None:
            where.append(
                f"{'dòng' if vi else 'row'} {self.row}" if isinstance(self.row, int) else str(self.row)
            )
        if self.field is not None:
            where.append(f"{'cột' if vi else 'field'} {self.field}")
        text = (", ".join(where) + ": " if where else "") + (self.vi if vi else self.en)
        if self.found is not None:
            text += f"; {'gặp' if vi else 'found'} “{self.found}”"
        if self.accepted is not None:
            text += f"; {'chấp nhận' if vi else 'accepted'}: {self.accepted}"
        return text


class SapxepError(Exception):
    """What every error of this project is; ``problems`` holds at least one problem."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not self.problems:
            raise ValueError("problems must hold at least one problem; got none")
        super().__init__(self.text("en"))

    def text(self, language: Language = "vi", limit: int = 50) -> str:
        """Return all problems, one a line; past ``limit`` lines their number is said."""
        lines = [problem.text(language) for problem in self.problems[:limit]]
        if (left := len(self.problems) - limit) > 0:
            lines.append(f"… và {left} lỗi nữa" if language == "vi" else f"… and {left} more")
        return "\n".join(lines)


class InputFileError(SapxepError):
    """A file is missing, unreadable, or not of the format that its name promises."""


class RegisterError(SapxepError):
    """A register of units has rows that cannot be used."""


class LayerError(SapxepError):
    """A boundary layer cannot be used."""


class PlanError(SapxepError):
    """A plan cannot be read or contradicts itself."""


class CrosswalkError(SapxepError):
    """A crosswalk's shares cannot hold together, or two crosswalks do not follow each other."""


class RuleBookError(SapxepError):
    """A rule file is not usable: unknown condition, no citation, overlapping validity, no unit."""


class CatalogueError(SapxepError):
    """A catalogue of indicators has rows that cannot be used."""


class ObservationError(SapxepError):
    """Observations hold what was not understood; nothing is computed from them."""


class ExportError(SapxepError):
    """A document cannot be written; what stood at the target is left whole."""


class WorkspaceError(SapxepError):
    """The workspace cannot be read or written."""
