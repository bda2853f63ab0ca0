"""Numbers and calculations in words, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from geo.text import vietnamese_number
from plans.apply import Amount

# quantity -> (Vietnamese name, English name, Vietnamese unit, English unit)
QUANTITY_WORDS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "area_km2": ("diện tích", "area", "km²", "km²"),
    "population": ("dân số", "population", "người", "persons"),
}
HUNDRED: Final = Decimal(100)
TERRAIN_VI: Final = {
    "plain": "đồng bằng",
    "mountain": "miền núi",
    "island": "hải đảo",
    "": "chưa rõ địa hình",
}
KIND_EN: Final = {
    "commune": "commune",
    "ward": "ward",
    "township": "township",
    "special_zone": "special zone",
}


@lru_cache(maxsize=65536)
def plain(value: Decimal) -> Decimal:
    """Return the number without zeros at its end: 21.00 gives 21."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


@lru_cache(maxsize=65536)
def vi_number(value: Decimal) -> str:
    """Return an exact number in the Vietnamese form, zeros at the end left away: “4,33”."""
    return vietnamese_number(plain(value))


@lru_cache(maxsize=65536)
def en_number(value: Decimal) -> str:
    """Return an exact number in the English form: “1,234.5”."""
    return f"{plain(value):,f}"


def percent_of(value: Decimal | None, standard: Decimal | None, decimals: int = 2) -> Decimal | None:
    """Return 100 × value / standard in %, rounded half up; None where either is unknown."""
    if value is None or not standard:
        return None
    return (HUNDRED * value / standard).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def amount_text(amount: Amount, quantity: str, vi: bool) -> str:
    """Return an amount in words: a figure, an estimate, bounds, or that it is missing."""
    unit = QUANTITY_WORDS[quantity][2 if vi else 3]
    number = vi_number if vi else en_number
    if amount.value is not None:
        mark = (
            (" (ước tính theo phần)" if vi else " (estimated from a part's share)")
            if amount.estimated
            else ""
        )
        return f"{number(amount.value)} {unit}{mark}"
    if amount.low is not None and amount.high is not None:
        low, high = number(amount.low), number(amount.high)
        return f"từ {low} đến {high} {unit}" if vi else f"{low} to {high} {unit}"
    name = QUANTITY_WORDS[quantity][0 if vi else 1]
    return f"thiếu số liệu {name}" if vi else f"{name} missing"


def origin_text(
    share: Decimal, required: Decimal, base: Decimal, unit: str, labels: Sequence[str], vi: bool
) -> str:
    """Return where a requirement comes from: “70 % của 30 km², đồng bằng sông Hồng”; empty where it is the base."""
    number = vi_number if vi else en_number
    of = "của" if vi else "of"
    standard = required / share if share else required
    parts = []
    if share != 1:
        parts.append(f"{number(share * HUNDRED)} % {of} {number(standard)} {unit}")
    if standard != base and base:
        factor = f"{number(HUNDRED * standard / base)} % {of} {number(base)} {unit}"
        factor = f"{number(standard)} {unit} = {factor}" if share != 1 else factor
        parts.append(", ".join([factor, *labels]))
    return "; ".join(parts)


@lru_cache(maxsize=4096)
def requirement(
    quantity: str,
    required: Decimal,
    base: Decimal,
    share: Decimal,
    labels: tuple[str, ...],
    vi: bool,
    line_of_due: bool,
) -> str:
    """Return the requirement in words: what is asked, or the line that a test of being due compares with."""
    number = vi_number if vi else en_number
    unit = QUANTITY_WORDS[quantity][2 if vi else 3]
    origin = origin_text(share, required, base, unit, labels, vi)
    if line_of_due:
        text = f"{'so với ngưỡng' if vi else 'against the line of'} {number(required)} {unit}"
    else:
        text = f"trên {number(required)} {unit} yêu cầu" if vi else f"of {number(required)} {unit} required"
    return text + (f" ({origin})" if origin else "")


def line(
    amount: Amount,
    quantity: str,
    required: Decimal,
    base: Decimal,
    share: Decimal,
    labels: tuple[str, ...],
    vi: bool,
    line_of_due: bool = False,
) -> str:
    """Return the whole calculation on one quantity in words.

    “16,67 km² trên 21 km² yêu cầu (70 % của 30 km², đồng bằng sông Hồng): 79,4 %, thiếu 4,33 km²”
    """
    asked = requirement(quantity, required, base, share, labels, vi, line_of_due)
    text = f"{amount_text(amount, quantity, vi)} {asked}"
    return text if amount.value is None else f"{text}: {margin_text(amount.value, required, quantity, vi)}"


@lru_cache(maxsize=65536)
def margin_text(value: Decimal, required: Decimal, quantity: str, vi: bool) -> str:
    """Return a figure against its requirement in words: “79,4 %, thiếu 4,33 km²”."""
    number = vi_number if vi else en_number
    unit = QUANTITY_WORDS[quantity][2 if vi else 3]
    percent = percent_of(value, required, 1)
    gap = value - required
    if gap == 0:
        rest = "vừa đủ" if vi else "exactly met"
    elif gap < 0:
        rest = f"thiếu {number(-gap)} {unit}" if vi else f"short by {number(-gap)} {unit}"
    else:
        rest = f"vượt {number(gap)} {unit}" if vi else f"above by {number(gap)} {unit}"
    if percent is None:
        return rest
    return f"{vietnamese_number(percent)} %, {rest}" if vi else f"{percent:,} %, {rest}"


def joined(codes: Sequence[str], limit: int = 12) -> str:
    """Return codes or names as a list, the number of those left away said."""
    shown = ", ".join(codes[:limit])
    return shown + (f", … (+{len(codes) - limit})" if len(codes) > limit else "")
