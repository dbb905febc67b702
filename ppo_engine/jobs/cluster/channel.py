"""What a worker sends to the sink and hears from it. It never waits inside Ray, which would give its CPU to another."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from typing import Any

from ppo_engine.jobs.cluster.messages import Opening, Reply
from ppo_engine.jobs.recorder import Leave

MOST_ON_THE_WAY = 64
ASK_EVERY = 0.2
LAST_WORDS = 120.0
OPENING = 300.0


class Channel:
    """The sink as one attempt at a run sees it: sends are numbered by the attempt, and replies come when they come.

    ``reply`` is the newest. Raises Leave once the sink refuses this attempt, or is gone.
    """

    def __init__(self, sink: Any, run_id: str, opening: Opening):
        self.sink, self.run_id, self.attempt, self.reply = sink, run_id, opening.attempt, opening.reply
        self.lost = ""
        self._on_the_way: deque[Future] = deque()
        self._heard = time.monotonic()

    def send(self, method: str, *arguments: Any) -> None:
        """Call the sink and go on; waits only while very much is still on its way."""
        self.hear()
        self._on_the_way.append(getattr(self.sink, method).remote(self.run_id, self.attempt, *arguments).future())
        while len(self._on_the_way) > MOST_ON_THE_WAY:
            self._take(self._on_the_way.popleft(), LAST_WORDS)

    def hear(self) -> Reply:
        """The newest reply that has arrived."""
        while self._on_the_way and self._on_the_way[0].done():
            self._take(self._on_the_way.popleft(), 0.0)
        if self.lost:
            raise Leave(self.lost)
        return self.reply

    def silent(self) -> bool:
        """Whether nothing is on its way and the newest reply is no longer new."""
        return not self._on_the_way and time.monotonic() - self._heard >= ASK_EVERY

    def settle(self) -> Reply:
        """Wait until the sink has answered everything; its last reply."""
        while self._on_the_way:
            self._take(self._on_the_way.popleft(), LAST_WORDS)
        return self.hear()

    def _take(self, answer: Future, seconds: float) -> None:
        # A future is waited for in Python: Ray sees nothing of it and leaves this task its CPU.
        try:
            reply = answer.result(timeout=seconds)
        except Exception as error:  # the sink's process died, or could not do what it was asked
            self.lost = self.lost or f"the sink did not answer: {type(error).__name__}: {error}"
            return
        if reply.refused:
            self.lost = self.lost or "another attempt has taken the run over"
        else:
            self.reply, self._heard = reply, time.monotonic()
