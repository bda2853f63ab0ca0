"""Results remembered by object: made once, never another object's, made anew where they are no longer good."""

from __future__ import annotations

from ui.kept import Kept


def test_made_once_for_each_object_and_key() -> None:
    kept: Kept[int] = Kept()
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    first, other = [1], [1]
    assert [kept(first, "vi", make), kept(first, "vi", make)] == [0, 0]
    assert [kept(first, "en", make), kept(other, "vi", make), kept(first, "vi", make)] == [1, 2, 0]
    assert kept(first, "vi", make, lambda found: found > 0) == 3


def test_the_oldest_goes_and_no_id_comes_to_name_another() -> None:
    kept: Kept[list[int]] = Kept(2)
    for turn in range(20):
        # each list may get the address of the one before; what was made of that is not given for it
        assert kept([turn], None, lambda turn=turn: [turn]) == [turn]  # type: ignore[misc]
