"""What a tick of the live page costs: the server's processor time and the bytes on the wire, and no torch in it."""

from __future__ import annotations

import psutil
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 20
COUNT = "window.ticks = 0; const old = PPOLive.absorb; PPOLive.absorb = (s, d) => { ticks++; return old(s, d); }; 0"
BADGE = "document.querySelector('.ppo-badge') && document.querySelector('.ppo-badge').textContent"


def test_a_tick_is_cheap(page, server, capsys):
    received, sockets = [], []

    def watch(socket):
        sockets.append(socket.url)
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", watch)
    page.goto(server.url)
    page.wait_for_function(f"{BADGE} === 'REPLAY'", timeout=20000)
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("document.querySelector('.ppo-tile b').textContent !== '–'", timeout=20000)
    page.wait_for_timeout(3000)

    process = psutil.Process(server.process.pid)
    received.clear()
    before = process.cpu_times()
    page.evaluate(COUNT)
    page.wait_for_timeout(1000 * SECONDS)
    after, ticks = process.cpu_times(), page.evaluate("ticks")
    cpu = 1000 * (after.user + after.system - before.user - before.system) / SECONDS
    size = sum(received) / SECONDS / 1000
    with capsys.disabled():
        print(f"\nlive page, 8 charts, {ticks / SECONDS:.1f} ticks/s: {cpu:.1f} ms of server CPU, {size:.1f} kB a second")
    assert ticks >= SECONDS / 2
    assert cpu <= 15 and size <= 10
    assert not any("/torch/" in part.path for part in process.memory_maps())
