"""The style that every page shares: readable, by keyboard, on a phone; and what the URL leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.shared import hiding

CSS = (Path(__file__).parent / "assets" / "page.css").read_text(encoding="utf-8")


def show(url_path: str, hidden: Sequence[str]) -> None:
    """Sends the style; it takes no room on the page."""
    st.html(f"<style>{CSS}\n{hiding.style(url_path, hidden)}</style>")
