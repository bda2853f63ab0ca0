from __future__ import annotations

import pytest

from geo.errors import Language
from rules.book import load_book
from rules.docs import DOCS, page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_are_current(language: Language) -> None:
    written = (DOCS / f"rulebook.{language}.md").read_text(encoding="utf-8")
    assert written == page(language), "run python -m rules.docs"


def test_the_page_names_every_rule_and_says_what_is_unverified() -> None:
    text = page("en")
    for rule in load_book().rules:
        assert f"### `{rule.id}`" in text
    assert "informs only, since its text is unverified" in text
