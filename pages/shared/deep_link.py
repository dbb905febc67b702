"""Closes the "Page not found" that Streamlit shows the first visitor of a fresh server who comes by a page's own URL.

Because a folder named pages exists, Streamlit 1.67 looks the URL up among the files in it before the first session has
run ``st.navigation``; it then runs the right page all the same. A URL that is no page of ours keeps its message.
"""

from __future__ import annotations

import streamlit as st

_closer = st.components.v2.component(
    "ppo_deep_link",
    html="<i hidden></i>\n<!-- deep link -->",
    js="""
export default function (component) {
  const at = location.pathname.replace(/\\/+$/, "").split("/").pop();
  if (window.ppoDeepLink || !component.data.known.includes(at)) return;
  window.ppoDeepLink = true;
  const until = performance.now() + 3000;
  const look = () => {
    const dialogs = [...document.querySelectorAll("[role=dialog]")];
    const dialog = dialogs.find((d) => d.textContent.includes("Page not found"));
    const close = dialog && dialog.querySelector("button");
    if (close) close.click(); else if (performance.now() < until) setTimeout(look, 30);
  };
  look();
}
""",
    isolate_styles=False,
)


def close_false_alarm(url_paths: list[str]) -> None:
    """Take the message away when the URL names one of ``url_paths``, the pages that do exist."""
    _closer(key="ppo_deep_link", data={"known": [path for path in url_paths if path]})
