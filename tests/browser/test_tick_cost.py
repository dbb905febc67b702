"""What a tick of the live page costs: the server's processor time and the bytes on the wire, and no torch in it."""

from __future__ import annotations

import psutil
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 15
COUNT = "window.ticks = 0; const old = PPOLive.absorb; PPOLive.absorb = (s, d) => { ticks++; return old(s, d); }; 0"
BADGE = "document.querySelector('.ppo-badge') && document.querySelector('.ppo-badge').textContent"


def busy(process, page):
    """Milliseconds of processor time per second, over SECONDS seconds."""
    before = process.cpu_times()
    page.wait_for_timeout(1000 * SECONDS)
    after = process.cpu_times()
    return 1000 * (after.user + after.system - before.user - before.system) / SECONDS


def test_a_tick_is_cheap(page, server, tell):
    received, sockets = [], []

    def watch(socket):
        sockets.append(socket.url)
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", watch)
    page.goto(server.url)
    page.wait_for_function(f"{BADGE} === 'REPLAY'", timeout=20000)
    page.wait_for_timeout(5000)
    process = psutil.Process(server.process.pid)
    idle = busy(process, page)  # the browser plays the replay by itself; Streamlit still polls its config files
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("document.querySelector('.ppo-tile b').textContent !== '–'", timeout=20000)
    page.wait_for_timeout(3000)

    received.clear()
    page.evaluate(COUNT)
    cpu = busy(process, page)
    ticks, size = page.evaluate("ticks") / SECONDS, sum(received) / SECONDS / 1000
    tell(
        f"live page, 8 charts, {ticks:.1f} ticks/s: {cpu:.1f} ms of server CPU a second, {idle:.1f} of them without any"
        f" tick; {size:.1f} kB a second on the wire"
    )
    assert page.evaluate("ticks") > 2
    assert size / ticks <= 10, "kB a tick; processor time is printed, not asserted"
    assert not any("/torch/" in part.path for part in process.memory_maps())
