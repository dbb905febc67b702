"""A replay as one HTML file: the Lab's panels, their data and films, plotly.js and what the run was; it asks nobody."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from plotly.offline import get_plotlyjs

from ppo_engine.config import KNOBS
from ppo_engine.knob_use import unread_knobs
from ppo_engine.plots import compared, packets
from ppo_engine.plots.captions import hint, title
from ppo_engine.plots.group_replays import group_packet, with_films
from ppo_engine.plots.panels import FOLDER, script_text, style_text
from ppo_engine.plots.replays import replay_packet
from ppo_engine.plots.verdicts import show
from ppo_engine.recordings import Recording

WHAT = (
    "A recorded training run, replayed by the very panels that showed it live: every curve, histogram and rollout is "
    "what happened. Everything is in this file; it loads nothing and sends nothing."
)
UNFINISHED = "not finished when this was saved"


def run_page(recording: Recording, name: str = "") -> str:
    """The replay of one run as a whole HTML document; ``name`` is what its owner called it, text from a visitor."""
    films = [
        {"url": _media(film.path), "update": film.update, "ret": film.ret if np.isfinite(film.ret) else None}
        for film in recording.films
    ]
    words = {"title": title(recording.config), "hint": hint(recording.config), "sentence": recording.note}
    packet = {
        "run": f"replay:{recording.name}", "preview": None,
        "replay": {**replay_packet(recording), **words, "films": films, "fixed": True},
    }  # fmt: skip
    return _page("ppo-live", title(recording.config), name, packet, [recording])


def group_page(found: Sequence[Recording], whole: Sequence[np.ndarray], names: Sequence[str] = ()) -> str:
    """The replay of compared runs; ``whole`` are the rows of all their updates, ``names`` their owner's for them."""
    packet = with_films(group_packet(found, whole), found, _media)
    called = " against ".join(run["name"] for run in packet["runs"])
    heading = f"{found[0].config.env_id} · {called} · seed {found[0].config.seed}"
    return _page("ppo-compare", heading, ", ".join(filter(None, names)), packet, found)


def _media(path: Path) -> str:
    return "data:video/mp4;base64," + base64.b64encode(path.read_bytes()).decode()


def _page(root: str, heading: str, name: str, packet: dict[str, Any], found: Sequence[Recording]) -> str:
    scripts = [script_text() + "\n" + (FOLDER / "page.js").read_text(encoding="utf-8"), get_plotlyjs()]
    allowed = " ".join(f"'sha256-{_sha256(text)}'" for text in scripts)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "media-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    called = f"<p class='pg-name'>{html.escape(name)}</p>" if name else ""
    style = style_text() + (FOLDER / "page.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>{html.escape(heading)} · PPO Playground</title><link rel="icon" href="data:,"><style>{style}</style></head>
<body><header class="pg-head"><div><h1>{html.escape(heading)}</h1>{called}</div>
<p class="pg-keys">Space plays and pauses, ← → step, + − change the speed</p>
<button type="button" id="pg-theme">Dark</button></header>
<main><div id="{root}"></div></main>
<section class="pg-about"><h2>What this is</h2><p>{html.escape(WHAT)}</p>{_facts(found)}
<h2>Knobs</h2>{_knobs(found)}</section>
<script type="application/json" id="pg-data">{_json(packet)}</script>
<script>{scripts[0]}</script>
<script>{scripts[1]}</script>
</body></html>
"""


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(packet: dict[str, Any]) -> str:
    """JSON that cannot end the element it stands in, whatever its strings say; numbers that are none become null."""
    text = json.dumps(_finite(packet), allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _facts(found: Sequence[Recording]) -> str:
    rows = [
        ("Run", [recording.name for recording in found]),
        ("Seed", [str(recording.config.seed) for recording in found]),
        ("Updates", [show(int(recording.updates[-1]), 0) for recording in found]),
        ("Environment steps", [show(packets.column(recording.rows, "timesteps")[-1], 0) for recording in found]),
        ("Knobs moved", [_moves(recording) for recording in found]),
        ("parameters_sha256", [recording.parameters_sha256 or UNFINISHED for recording in found]),
    ]  # fmt: skip
    return _table(rows, len(found))


def _moves(recording: Recording) -> str:
    said = [
        f"{KNOBS[change['name']].label} {packets.knob_value(change['name'], change['old'])} → "
        f"{packets.knob_value(change['name'], change['new'])} at update {change['update']}"
        for change in recording.changes
    ]
    return "; ".join(said) or "none"


def _knobs(found: Sequence[Recording]) -> str:
    configs = [recording.config for recording in found]
    unread = [unread_knobs(config) for config in configs]
    rows = []
    for name, knob in KNOBS.items():
        values = [
            "not read" if name in reasons else compared.value_text(name, getattr(config, name))
            for config, reasons in zip(configs, unread, strict=True)
        ]
        rows.append((f"{knob.label} ({name})", values))
    return _table(rows, len(found), "pg-knobs")


def _table(rows: Sequence[tuple[str, list[str]]], count: int, cls: str = "") -> str:
    head = "".join(f"<th scope='col'>{letter}</th>" for letter in compared.LETTERS[:count])
    body = "".join(
        f"<tr><th scope='row'>{html.escape(label)}</th>{''.join(f'<td>{html.escape(v)}</td>' for v in values)}</tr>"
        for label, values in rows
    )
    return f"<div class='pg-table {cls}'><table>{f'<tr><td></td>{head}</tr>' if count > 1 else ''}{body}</table></div>"
