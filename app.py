"""The app: pages, language, one look. Start it with `make app`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import page_map, page_overview
from ui.style import apply_style
from ui.text import choose_language, language, t

ICON = Path(__file__).parent / "static" / "sapxep" / "icon.svg"


def main() -> None:
    """Draw the frame of all pages, then the page asked for."""
    # an icon of our own: Streamlit fetches its material symbols for the tab from the network
    st.set_page_config(page_icon=str(ICON), layout="wide")
    with st.sidebar:
        choose_language()
        if language() == "en":
            st.caption(t("app.numbers"))
    apply_style()
    pages = [
        st.Page(page_overview.page, title=t("page.overview"), default=True),
        st.Page(page_map.page, title=t("page.map"), url_path="map"),
    ]
    st.navigation(pages).run()


main()
