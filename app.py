"""The app: pages, language, one look. Start it with `make app`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import streamlit as st

from geo.errors import SapxepError
from ui.session import choose_work, keep_pages
from ui.start import LOADING, started
from ui.style import apply_style
from ui.text import choose_language, language, t

ICON: Final = Path(__file__).parent / "static" / "sapxep" / "icon.svg"
PAGES: Final = (
    "overview",
    "map",
    "rules",
    "indicators",
    "workbench",
    "compare",
    "dashboard",
    "assess",
    "export",
    "review",
)


def opened(name: str) -> Callable[[], None]:
    """Return what draws a page: its module is imported when it is first opened; errors are said, not traced."""

    def page() -> None:
        try:
            with LOADING:
                module = import_module(f"ui.page_{name}")
            module.page()
        except SapxepError as error:
            st.error(error.text(language()))

    return page


def main() -> None:
    """Draw the frame of all pages, then the page asked for."""
    # an icon of our own: Streamlit fetches its material symbols for the tab from the network
    st.set_page_config(page_icon=str(ICON), layout="wide")
    with st.sidebar:
        choose_language()
        if language() == "en":
            st.caption(t("app.numbers"))
    apply_style()
    pages = {
        name: st.Page(opened(name), title=t(f"page.{name}"), url_path=name, default=name == "overview")
        for name in PAGES
    }
    keep_pages(pages)
    chosen = st.navigation(list(pages.values()))
    with st.sidebar:
        choose_work()
    chosen.run()


if __name__ == "__main__":
    main()  # every run of a visit
else:
    app = st.App(__file__, lifespan=started)  # the server, which imports this file once
