"""Every page of the menu as app.py registers it, so that a page that is added is tested without being named here."""

from __future__ import annotations

import ast

from pages.shared.contents import CONTENTS
from tests.browser.conftest import ROOT


def url_paths() -> list[str]:
    """The URL paths of all pages: those that app.py names, and the lessons."""
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.Page"]
    found = []
    for call in calls:
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        path = named.get("url_path")
        if isinstance(path, ast.Constant):
            found.append(path.value)
        elif path is None:
            found.append("")
    return [*found, *(entry.slug for entry in CONTENTS)]
