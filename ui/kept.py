"""Results remembered by the very object that they were made from: a register or a plan, which cannot change."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The last few results by object and further keys.

    The object is kept with its result, so that its id cannot come to name another.
    """

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._known: dict[tuple[int, Hashable], tuple[object, T]] = {}

    def __call__(
        self, thing: object, key: Hashable, make: Callable[[], T], good: Callable[[T], bool] = lambda _: True
    ) -> T:
        """Return what was made of ``thing`` under ``key``; made anew where there is none that is still ``good``."""
        place = (id(thing), key)
        known = self._known.get(place)
        if known is None or known[0] is not thing or not good(known[1]):
            known = (thing, make())
            while len(self._known) >= self._most:
                # another visit's run may have dropped it meanwhile
                self._known.pop(next(iter(self._known), place), None)
            self._known[place] = known
        return known[1]
