"""Share: the address of what is seen now, to copy, to embed in a slide, and as a QR code.

The code comes from segno: pure Python, no dependencies, all of ISO/IEC 18004, and it writes SVG by itself.
"""

from __future__ import annotations

import io
from base64 import b64encode
from html import escape
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from pages.shared import hiding
from pages.shared.page_parts import parts_of
from pages.shared.plain import plain
from ppo_engine.jobs.addresses import in_the_network, is_loopback

SIZES = {"1280 × 720": (1280, 720), "1920 × 1080": (1920, 1080), "800 × 450": (800, 450)}


def show(url_path: str) -> None:
    """A button in the corner of every page; what it holds is made when it is opened."""
    if st.context.is_embedded:
        return
    with (
        st.container(key="share_corner"),
        st.popover("Share", icon=":material/qr_code_2:", key="share", on_change="rerun", type="tertiary") as opened,
    ):
        if opened.open:
            _panel(url_path)


def address(base: str, params: dict[str, str]) -> str:
    """The whole address of a page with its keys."""
    return f"{base}?{urlencode(params, safe=',:')}" if params else base


def qr_svg(text: str) -> str:
    """A QR code as SVG, dark on white whatever the theme, with a quiet zone of four modules (ISO/IEC 18004)."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, omitsize=True
    )
    return out.getvalue().decode("utf-8")


def picture(svg: str, label: str) -> str:
    """An SVG as an image with its name; Streamlit takes SVG elements out of the HTML that it is given."""
    data = b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<div class="ppo-qr"><img src="data:image/svg+xml;base64,{data}" alt="{escape(label)}"></div>'


def iframe(url: str, size: tuple[int, int]) -> str:
    """HTML that shows the page inside another one, without Streamlit's frame."""
    joined = f"{url}{'&' if '?' in url else '?'}embed=true"
    return (
        f'<iframe src="{escape(joined)}" width="{size[0]}" height="{size[1]}" title="PPO Playground"'
        ' style="border:0" allowfullscreen></iframe>'
    )


def reach(url: str, port: int, elsewhere: str) -> str:
    """What to know of an address that only this machine reaches; empty if others reach it."""
    host = urlsplit(url).hostname or ""
    if not is_loopback(host):
        return ""
    if not elsewhere:
        return f"A phone cannot reach {host}: it means this machine alone, which is in no network just now."
    return (
        f"A phone cannot reach {host}: the app listens on this machine only. In your network it would be"
        f" http://{elsewhere}:{port}, once you start it with the line below; then everybody in that network can use it."
    )


def command(port: int, elsewhere: str) -> str:
    """The command line that serves the app to the network."""
    return f"streamlit run app.py --server.address {elsewhere} --server.allowedHosts {elsewhere} --server.port {port}"


def _panel(url_path: str) -> None:
    root = (st.context.url or "http://localhost").rstrip("/").removesuffix(f"/{url_path}" if url_path else "")
    parts = parts_of(url_path)
    left_out = st.multiselect(
        "Leave out", list(parts), [name for name in st.session_state.get("_hide", ()) if name in parts],
        format_func=lambda name: parts[name].words, key=f"share_hide_{url_path}", placeholder="nothing",
    )  # fmt: skip
    params = hiding.own_params() | ({hiding.KEY: ",".join(left_out)} if left_out else {})
    url = address(f"{root}/{url_path}", params)
    st.code(url, language=None, wrap_lines=True)
    code, words = st.columns([2, 3], gap="medium")
    with code:
        st.html(picture(qr_svg(url), "QR code of this address"))
    with words:
        size = st.selectbox("Embed in a slide", list(SIZES), key="share_size")
        st.code(iframe(url, SIZES[size]), language=None, wrap_lines=True)
    port, elsewhere = int(st.get_option("server.port")), in_the_network()
    if said := reach(url, port, elsewhere):
        st.caption(plain(said))
        if elsewhere:
            st.code(command(port, elsewhere), language=None, wrap_lines=True)
