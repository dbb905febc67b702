"""Whether anything asks the network: every connection that Python opens is noted while a run is trained and checked."""

from __future__ import annotations

import re
import sys
from typing import Any

from ppo_engine.jobs.addresses import is_loopback
from ppo_engine.jobs.launcher import ROOT
from ppo_engine.jobs.preflight import Context, Mend

ASKING = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
# An address that a script or a style would load from; the names of SVG's and MathML's own languages are none.
LOADED = re.compile(r"https?://(?!www\.w3\.org/)[\w.\-]+")


def outside(event: str, arguments: tuple[Any, ...]) -> str:
    """The host outside this machine that an audit event is about; empty if there is none."""
    if event not in ASKING:
        return ""
    named = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
    host = named[0] if isinstance(named, tuple) else named
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or not isinstance(named, tuple) and event == "socket.connect":
        return ""  # a socket in the file system
    return "" if host == "" or is_loopback(host) else host


def loaded_from_outside() -> list[str]:
    """What the pages' own scripts and styles would load from elsewhere, as ``file: address``."""
    found = []
    for path in sorted((ROOT / "pages" / "shared" / "assets").rglob("*")):
        if path.suffix in (".js", ".css", ".svg"):
            found += [f"{path.name}: {address}" for address in LOADED.findall(path.read_text(encoding="utf-8"))]
    return found


def check(context: Context) -> str:
    """Train, evaluate, and compare with autograd, all in this process, under the ear of an audit hook."""
    asked: list[str] = []

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ASKING and (host := outside(event, arguments)):
            asked.append(host)

    sys.addaudithook(note)
    import ppo_engine.reference  # noqa: F401  (torch, in this process only)
    from ppo_engine.presets import build_config
    from ppo_engine.trainer import Trainer

    config = build_config("CartPole-v1", "quick", seed=1, total_timesteps=1024, n_steps=128, batch_size=128)
    with Trainer(config) as trainer:
        while not trainer.finished:
            trainer.update()
    if asked:
        raise Mend(
            f"{', '.join(sorted(set(asked)))} was asked for while a run was trained: find the package that does."
        )
    if named := loaded_from_outside():
        raise Mend(f"The pages' scripts name addresses outside ({', '.join(named)}): fetch pages/shared/assets anew.")
    config_text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    if not re.search(r"^\s*gatherUsageStats\s*=\s*false", config_text, re.MULTILINE):
        raise Mend("Streamlit would send usage statistics: set gatherUsageStats = false in .streamlit/config.toml.")
    return "A run was trained and no request left this machine; usage statistics are off."
