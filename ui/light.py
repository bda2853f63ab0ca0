"""Importing a library without an optional part of it that is slow to import and not used here."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec


class _Absent:
    """Says to one thread that a module is not installed; all other threads find it as ever."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.thread = threading.get_ident()

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 (the import system's signature)
        target: object = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if name == self.name and threading.get_ident() == self.thread:
            raise ModuleNotFoundError(f"{name} is left out here", name=name)
        return None


@contextmanager
def without(name: str) -> Iterator[None]:
    """Let imports inside do without an optional module, unless it has been imported before.

    folium looks for pandas to accept data frames as places, takes its absence, and is given none here; pandas takes
    longer to import than everything else that the first map needs.
    """
    finder = _Absent(name)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
