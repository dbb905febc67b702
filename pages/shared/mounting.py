"""Lines of script that components share: a style sent once, and a mount that waits for what it draws with."""

from __future__ import annotations

import json

NO_OP = "\nexport default function () {}\n"
"""What a component does that only brings scripts."""


def style_once(css: str, element_id: str) -> str:
    """Puts ``css`` into the page's head, unless an element of that id is there."""
    return (
        f"if (!document.getElementById('{element_id}')) {{ const s = document.createElement('style');"
        f" s.id = '{element_id}'; s.textContent = {json.dumps(css)}; document.head.append(s); }}\n"
    )


def mount_when_ready(mount: str, *needed: str) -> str:
    """Calls ``mount`` with the component once each of ``needed``, flags like ``PPOLive.ready`` of the window, is true.

    What it returns, if anything, is called when the component goes; one that goes before is never mounted.
    """
    ready = " && ".join(f"window.{flag.replace('.', '?.')}" for flag in needed)
    return f"""
export default function (component) {{
  let gone = false, end = null;
  const go = () => {{ if (gone) return; if ({ready}) end = window.{mount}(component); else setTimeout(go, 15); }};
  go();
  return () => {{ gone = true; if (end) end(); }};
}}
"""
