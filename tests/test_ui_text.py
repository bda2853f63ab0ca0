"""Every word of the screens stands in both languages, and nowhere else."""

from __future__ import annotations

import ast
import re
import string
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui import text

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "ui").glob("*.py"))]
# the switch shows each language in its own words
ALLOWED = {"Tiếng Việt", "English", "Ngôn ngữ / Language"}
# Streamlit calls whose first text is read by a person
SHOWN = {
    "title", "header", "subheader", "caption", "write", "markdown", "info", "warning", "error", "success", "button",
    "metric", "selectbox", "multiselect", "text_input", "number_input", "checkbox", "toggle", "radio", "slider",
    "file_uploader", "download_button", "tabs", "expander", "spinner", "date_input", "text_area", "toast", "status",
    "segmented_control", "pills", "form_submit_button", "popover", "link_button", "page_link", "text",
}  # fmt: skip


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    problems = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
            and id(node) not in problems
        ):
            yield node.lineno, node.value


def vietnamese(value: str) -> bool:
    marks = {c for c in unicodedata.normalize("NFD", value) if unicodedata.combining(c)}
    return bool(marks) or "đ" in value.casefold()


def hard_coded(tree: ast.AST) -> list[tuple[int, str]]:
    found = [(line, value) for line, value in literals(tree) if vietnamese(value) and value not in ALLOWED]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SHOWN:
            first = node.args[0] if node.args else None
            parts = first.values if isinstance(first, ast.JoinedStr) else [first]
            shown = [part.value for part in parts if isinstance(part, ast.Constant)]
            found += [
                (node.lineno, value)
                for value in shown
                if isinstance(value, str) and value not in ALLOWED and re.search(r"[A-Za-zÀ-ỹ]{3,}", value)
            ]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_page_holds_words_of_its_own(path: Path) -> None:
    assert hard_coded(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_words_in_code_would_be_found() -> None:
    tree = ast.parse(
        '"""Tài liệu."""\nst.title("Bản đồ")\nst.button("Save now")\nst.caption(f"{n} units")\nx = "ok"'
    )
    assert {value for _, value in hard_coded(tree)} == {"Bản đồ", "Save now", " units"}


def test_every_key_has_both_languages_with_the_same_values_put_in() -> None:
    assert len(text.table()) >= 30
    for key, words in text.table().items():
        fields = {
            language: {
                name for _, name, _, _ in string.Formatter().parse(words[language]) if name is not None
            }
            for language in text.LANGUAGES
        }
        assert fields["vi"] == fields["en"], key
        assert all(word.strip() for word in words.values()), key


def test_every_key_that_code_asks_for_exists() -> None:
    asked: set[str] = set()
    starts: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    asked.add(str(first.value))
                elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
                    starts.add(str(first.values[0].value))
    assert len(asked) > 15
    assert asked <= set(text.table())
    assert all(any(key.startswith(start) for key in text.table()) for start in starts), starts


def test_no_key_is_left_over() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    stems = set(re.findall(r"""["'](\w+\.\w*)(?:\{|["'])""", code))
    unused = [
        key
        for key in text.table()
        if key not in stems and not any(key.startswith(s) and s != key for s in stems)
    ]
    assert unused == []


def test_a_key_without_a_language_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.toml").write_text('[page.one]\nvi = "một"\n', encoding="utf-8")
    assert tomllib.loads((tmp_path / "a.toml").read_text(encoding="utf-8"))
    monkeypatch.setattr(text, "STRINGS", tmp_path)
    text.table.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"page\.one must stand once, with vi and en"):
            text.table()
    finally:
        text.table.cache_clear()


def test_values_are_put_in_and_an_unknown_key_is_an_error() -> None:
    assert text.text_in("en", "unit.full_name", kind="commune", name="Hòa Phú") == "Hòa Phú commune"
    assert text.text_in("vi", "unit.full_name", kind="xã", name="Hòa Phú") == "xã Hòa Phú"
    with pytest.raises(KeyError):
        text.text_in("vi", "no.such")


def test_numbers_take_the_vietnamese_form_and_missing_is_a_dash() -> None:
    assert text.number(1234.5, 1) == "1.234,5"
    assert text.number(None) == "—"
