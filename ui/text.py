"""Every word of the screens, in Vietnamese and English.

The tables stand in ui/strings/*.toml: ``[page.key]`` with ``vi`` and ``en``. Pages call t("page.key").
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

import streamlit as st

from geo.errors import Language
from geo.text import vietnamese_number

STRINGS: Final = Path(__file__).parent / "strings"
LANGUAGES: Final[Mapping[Language, str]] = MappingProxyType({"vi": "Tiếng Việt", "en": "English"})
_STATE: Final = "language"


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[Language, str]]:
    """Return all strings by key, each in both languages.

    Raises ValueError when a key lacks a language or is defined in two files.
    """
    found: dict[str, Mapping[Language, str]] = {}
    for path in sorted(STRINGS.glob("*.toml")):
        for page, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for name, texts in entries.items():
                key = f"{page}.{name}"
                if key in found or set(texts) != set(LANGUAGES):
                    raise ValueError(
                        f"{path.name}: {key} must stand once, with vi and en; got {sorted(texts)}"
                    )
                found[key] = MappingProxyType(texts)
    return MappingProxyType(found)


def language() -> Language:
    """Return the language of this visit, Vietnamese until another is chosen."""
    return cast(Language, st.session_state.get(_STATE, "vi"))


def t(key: str, /, **values: object) -> str:
    """Return the words of ``key`` in the current language, with ``values`` put in.

    Raises KeyError for an unknown key.
    """
    return text_in(language(), key, **values)


def text_in(chosen: Language, key: str, /, **values: object) -> str:
    """Return the words of ``key`` in the language given, with ``values`` put in."""
    words = table()[key][chosen]
    return words.format(**values) if values else words


def number(value: Decimal | float | int | None, decimals: int | None = None) -> str:
    """Return a number as screens show it: the Vietnamese form (1.234,5) in both languages; unknown is a dash."""
    return vietnamese_number(value, decimals)


def choose_language() -> None:
    """Take the language from the address (?lang=en), and draw the switch.

    The address wins on the first run of a visit; later the switch leads and the address follows it.
    """
    if _STATE not in st.session_state:
        asked = st.query_params.get("lang", "vi")
        st.session_state[_STATE] = asked if asked in LANGUAGES else "vi"

    def switched() -> None:
        if chosen := st.session_state.get("language_switch"):
            st.session_state[_STATE] = chosen

    st.segmented_control(
        "Ngôn ngữ / Language",
        options=list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code],
        default=language(),
        key="language_switch",
        on_change=switched,
        label_visibility="collapsed",
    )
    if language() == "en":
        st.query_params["lang"] = "en"
    elif "lang" in st.query_params:
        del st.query_params["lang"]
