"""Kinds of sets, decisions and words: distinct items, inherited figures, facilities, recognitions, texts."""

from __future__ import annotations

import numpy as np

from geo.text import vietnamese_number
from indicators.blocks import (
    METHOD,
    Block,
    Bools,
    Result,
    empty,
    finish_missing,
    reduce_add,
    reduce_max,
    reduce_min,
)


def distinct(block: Block) -> Result:
    """Ratio over distinct items (procedures, services): the numerator is the size of a union (reference 2.1).

    Merge: [max N_i, min(sum N_i, |U|)] over the denominators' list U, a point where both ends meet; sums of distinct
    counts are wrong. Unequal denominators: |U| itself lies in [max D, sum D]. Split and backcast need the item
    list: a part's items lie in [0, N_i]. A unit that stays whole keeps its figure.
    """
    links, factor = block.links, block.percent()
    both = ~(np.isnan(block.numerator) | np.isnan(block.denominator))
    n, d = np.where(both, block.numerator, np.nan), np.where(both, block.denominator, np.nan)
    result = empty(block, both | ~np.isnan(block.value), "union-bounds")
    by_link_n, by_link_d = np.take(n, links.source, axis=1), np.take(d, links.source, axis=1)
    sure = np.where(links.whole, by_link_n, 0.0 * by_link_n)
    most, common = reduce_add(by_link_n, links), reduce_max(by_link_d, links)
    low_n, high_n = reduce_max(sure, links), np.minimum(most, common)
    equal = reduce_min(by_link_d, links) == common
    widest = np.where(equal, common, reduce_add(by_link_d, links))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = factor * low_n / widest, factor * high_n / common
    zero = common == 0
    result.low, result.high = np.where(zero, np.nan, low), np.where(zero, np.nan, high)
    exact = (low_n == high_n) & equal & ~zero
    result.value = np.where(exact, result.low, np.nan)
    result.numerator, result.denominator = np.where(exact, low_n, np.nan), np.where(equal, common, np.nan)
    result.impossible |= zero
    result.reason[~exact & ~zero] = block.reasons.place(
        "số mục không trùng cần danh sách: chỉ có khoảng", "distinct items need their list: bounds only"
    )
    result.reason[zero] = block.reasons.place("mẫu số bằng 0", "the denominator is zero")
    alone = links.simple & np.isnan(result.value) & ~zero
    result.value = np.where(alone, np.take(block.value, links.source[links.starts], axis=1), result.value)
    lone = np.isnan(result.low) & np.isnan(result.value) & ~zero
    result.method[lone] = METHOD["refused"]
    result.reason[lone] = block.reasons.place(
        "không có tử số và mẫu số của tập", "numerator and denominator of the set are not given"
    )
    simple = np.broadcast_to(links.simple, result.value.shape) & ~np.isnan(result.value)
    result.low[simple] = result.high[simple] = np.nan
    result.reason[simple] = 0
    lacking = finish_missing(block, result)
    result.low[lacking > 0] = result.high[lacking > 0] = np.nan
    return result


def inherited(block: Block) -> Result:
    """Figure produced at a higher level and copied down: copied where all parents are equal, never summed.

    Merge, split and backcast: the same figure, numerator and denominator with it. Parents that differ are a
    conflict: no value (reference 2.1).
    """
    links = block.links
    value = block.value
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = block.percent() * block.numerator / block.denominator
    value = np.where(np.isnan(value) & np.isfinite(quotient), quotient, value)
    result = empty(block, ~np.isnan(value), "inherited")
    equal = np.ones(result.value.shape, dtype=bool)
    for name, figures in (
        ("value", value),
        ("numerator", block.numerator),
        ("denominator", block.denominator),
    ):
        by_link = np.take(figures, links.source, axis=1)
        one, other = reduce_min(by_link, links, True), reduce_max(by_link, links, True)
        equal &= (one == other) | np.isnan(one)
        setattr(result, name, one)
    conflict = ~equal
    for figures in (result.value, result.numerator, result.denominator):
        figures[conflict] = np.nan
    result.method[conflict] = METHOD["refused"]
    result.reason[conflict] = block.reasons.place(
        "các đơn vị gốc có số khác nhau, trong khi số này lấy từ cấp trên",
        "the parents differ, while the figure is that of a higher level",
    )
    finish_missing(block, result)
    return result


def word_cells(block: Block) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.object_]], Bools]:
    """Return the text values, empty where there is none, and where there is one."""
    words = block.words
    if words is None:
        words = np.full(block.value.shape, "", dtype=object)
    return words, words != ""


_PRESENT = ("1", "có", "co", "yes", "true", "đạt", "dat", "x")
_ABSENT = ("0", "không", "khong", "no", "false", "chưa", "chua")


def _flags(block: Block) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return 1 for present, 0 for absent, NaN for what is neither."""
    words, _ = word_cells(block)
    flat = [
        1.0 if word.casefold() in _PRESENT else 0.0 if word.casefold() in _ABSENT else np.nan
        for word in words.ravel()
    ]
    return np.array(flat).reshape(words.shape)


def facility(block: Block) -> Result:
    """Facility present or not: OR of the parents (reference 2.1).

    One whole parent that has it decides, even where another is missing; a part of a unit that has one is unknown
    unless located (bounds [0, 1]); a part of a unit without one has none. Backcast: OR.
    """
    links = block.links
    flags = np.take(_flags(block), links.source, axis=1)
    result = empty(block, ~np.isnan(_flags(block)), "recomputed")
    sure = np.where(links.whole, flags, np.where(flags == 0, 0.0, np.nan))
    has = reduce_max(np.where(links.whole, flags, np.nan), links, True) == 1
    none = reduce_max(sure, links) == 0
    result.value = np.where(has, 1.0, np.where(none, 0.0, np.nan))
    open_ = np.isnan(result.value)
    lacking = finish_missing(block, result)
    result.value[has] = 1.0
    result.method[has] = METHOD["recomputed"]
    result.reason[has] = 0
    unclear = open_ & (lacking == 0)
    result.method[unclear] = METHOD["bounds"]
    result.low[unclear], result.high[unclear] = 0.0, 1.0
    result.reason[unclear] = block.reasons.place(
        "cơ sở nằm ở phần nào của đơn vị bị chia: không rõ",
        "in which part of the divided unit it lies is unknown",
    )
    return result


def recognition(block: Block) -> Result:
    """Recognition by decision: no statistical rule, so nothing is inferred for a changed unit (reference 2.1, 1.6).

    A unit that stays whole keeps it. A merged unit: refused; the reason says how many parents, and which share of
    the people where known. Split: copied in practice, here left undecided. Backcast: as a merger.
    """
    return decided(block, "chờ công nhận lại", "awaits a new decision")


def decided(block: Block, vi: str, en: str) -> Result:
    """Keep the words of units that stay whole; refuse the others, with the parents' words and their people shown."""
    links = block.links
    words, given = word_cells(block)
    result = empty(block, given, "refused")
    first = words[:, links.source[links.starts]]
    keeps = np.broadcast_to(links.simple, result.value.shape)
    result.words = np.where(keeps, first, "")
    result.method[keeps] = METHOD["inherited"]
    for column in range(words.shape[0]):
        for target in np.flatnonzero(~links.simple):
            result.reason[column, target] = with_parents(block, column, int(target), vi, en)
    finish_missing(block, result)
    return result


def with_parents(block: Block, column: int, target: int, vi: str, en: str) -> int:
    """Return the place of a reason that shows the words of a target's parents and their share of the people."""
    sources = block.links.source[block.links.links_of(target)]
    shown = _shares(word_cells(block)[0][column, sources], block.population[sources])
    return block.reasons.place(f"{vi}: {shown[0]}", f"{en}: {shown[1]}")


def _shares(
    words: np.ndarray[tuple[int], np.dtype[np.object_]], people: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[str, str]:
    """Return how many parents have which word, and their share of the people, in both languages."""
    found: tuple[list[str], list[str]] = ([], [])
    for word in sorted({str(word) for word in words}):
        inside = words == word
        share = people[inside].sum() / people.sum()
        percent = "" if np.isnan(share) else vietnamese_number(float(100 * share), 1)
        for texts, of_people in zip(found, ("% dân số", "% of the people"), strict=True):
            texts.append(
                f"{word or '—'} {int(inside.sum())}/{len(words)}"
                + (f" ({percent}{of_people})" if percent else "")
            )
    # semicolons divide reasons
    return ", ".join(found[0]), ", ".join(found[1])


def text(block: Block) -> Result:
    """Text or list: the union of different texts, in the order of the parents' codes; a part copies (reference 2.1)."""
    links = block.links
    words, given = word_cells(block)
    result = empty(block, given, "inherited")
    result.words = np.full(result.value.shape, "", dtype=object)
    for column in range(words.shape[0]):
        for target in range(len(links.targets)):
            sources = links.source[links.links_of(target)]
            result.words[column, target] = "; ".join(dict.fromkeys(w for w in words[column, sources] if w))
    several = links.counts > 1
    result.method[:, several] = METHOD["recomputed"]
    lacking = finish_missing(block, result)
    result.words[lacking > 0] = ""
    return result
