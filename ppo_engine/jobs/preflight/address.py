"""Whether the pages can be served here and only here: the port, and the address that is listened on."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import urllib.error
import urllib.request

import psutil

from ppo_engine.jobs.addresses import is_loopback
from ppo_engine.jobs.launcher import ROOT
from ppo_engine.jobs.preflight import Context, Mend

LOOPBACK = "127.0.0.1"


def configured() -> str:
    """The address that the app would be served on; empty if nothing names one, which means: on all."""
    given = os.environ.get("STREAMLIT_SERVER_ADDRESS")
    if given is not None:
        return given
    try:
        text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r'^\s*address\s*=\s*"([^"]*)"', text, re.MULTILINE)
    return found.group(1) if found else ""


def listened_on(port: int) -> set[str]:
    """The addresses on which somebody listens at the port; empty where the system does not tell."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return set()
    return {at.laddr.ip for at in connections if at.status == psutil.CONN_LISTEN and at.laddr and at.laddr.port == port}


def check(context: Context) -> str:
    """The configured address, then the port: ours, free, or somebody else's."""
    address, port = configured(), context.port
    if not is_loopback(address):
        raise Mend(
            f"The app is told to listen on {address or 'every address'}, where others on the network reach it: leave"
            ' address = "localhost" in .streamlit/config.toml.'
        )
    if _free(port):
        return f"Port {port} is free, and the app listens on {address} only."
    open_to = sorted(at for at in listened_on(port) if not is_loopback(at))
    if open_to:
        raise Mend(
            f"What listens on port {port} listens on {', '.join(open_to)}, where others on the network reach it: end"
            " it, or start the app without --server.address."
        )
    if not _is_ours(port):
        raise Mend(f"Port {port} is taken by another program: serve with --server.port {port + 1}, or end that one.")
    return f"The app answers on port {port}, on this machine only."


def _free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _is_ours(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/_stcore/health", timeout=5) as answer:
            return answer.status == 200 and answer.read(20).strip().lower() == b"ok"
    except (OSError, ValueError, urllib.error.URLError):
        return False
