"""Vietnamese text: one form for comparing names, and a form without accents for searching."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

# old and new spelling put the tone on either vowel (Hoà, Hòa); with the tone moved to the word's end they
# compare alike
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def without_accents(text: str) -> str:
    """Return lower-case text without accents, one space between words: “Phú Đô” gives “phu do”."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def comparable_name(text: str) -> str:
    """Return a name's form for comparing: case, composition, spaces and the tone's position do not count.

    “Hòa”, “Hoà”, “HÒA” and the decomposed spelling give one form; “Hóa” and “Hoa” give others.
    """
    words = []
    for word in text.replace("–", "-").replace("-", " - ").split():
        decomposed = unicodedata.normalize("NFD", word.casefold())
        tones = "".join(c for c in decomposed if c in _TONES)
        rest = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
        words.append(rest + tones)
    return " ".join(words)


def vietnamese_number(value: Decimal | float | int | None, decimals: int | None = None) -> str:
    """Return a number in the Vietnamese form: 1234.5 gives “1.234,5”; None gives an em dash.

    Without ``decimals`` a Decimal keeps its own, a float loses trailing zeros.
    """
    if value is None or value != value:
        return "—"
    if decimals is not None:
        text = f"{value:,.{decimals}f}"
    elif isinstance(value, float):
        text = f"{value:,.6f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:,}"
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")
