"""Recorder, store, desk and card of a worker that has no run folder: all of it goes to the sink, or comes from it."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator
from typing import Any

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import checkpoints
from ppo_engine.jobs.card import Card
from ppo_engine.jobs.cluster.channel import Channel
from ppo_engine.jobs.cluster.messages import Opening, differences, versions
from ppo_engine.jobs.desk import Desk
from ppo_engine.jobs.recorder import Leave, Recorder
from ppo_engine.jobs.registry import Entry
from ppo_engine.jobs.store import AppliedKnobs, Batch, NotWritten, Store
from ppo_engine.trainer import Trainer


class OtherVersions(RuntimeError):
    """A node that computes with other packages than the sink's machine: its numbers could be others."""


class RemoteDesk(Desk):
    """The wishes for the run, as the sink's last reply has them."""

    def __init__(self, channel: Channel):
        self.channel, self.served = channel, 0
        self._take()

    def _take(self) -> None:
        reply = self.channel.reply
        self.entry, self.gone = reply.entry, reply.gone
        self.wishes = [wish for wish in reply.wishes if wish.seq > self.served]

    def look(self) -> Entry | None:
        """The run's row as last heard of."""
        self.channel.hear()
        if self.channel.silent():
            self.channel.send("push", None, self.channel_seconds(), self.served)
        self._take()
        return self.entry

    def channel_seconds(self) -> float:
        """Seconds of training so far; the recorder puts its own in place of this."""
        return 0.0

    def tell(self, **values: Any) -> None:
        """Set columns of the run's row."""
        self.channel.send("tell", values)

    def wish_pause(self) -> None:
        """Only a worker of this machine is asked to leave."""

    def running(self) -> int:
        """A task of the cluster counts on one CPU."""
        return 1


class RemoteStore(Store):
    """run.db, written by the sink; what it said of the run's past was in the opening."""

    def __init__(self, channel: Channel, opening: Opening, desk: RemoteDesk):
        self.channel, self.opening, self.desk = channel, opening, desk
        self.attempt, self._update = opening.attempt, opening.last_update

    def last_update(self) -> int:
        """The newest update that has been sent or written."""
        return self._update

    def last_run_seconds(self) -> float:
        """Seconds of training on record before this attempt."""
        return self.opening.last_run_seconds

    def last_event(self) -> str:
        """The kind of the newest event before this attempt."""
        return self.opening.last_event

    def applied_knobs(self) -> list[AppliedKnobs]:
        """Every live knob that took effect before this attempt, in order."""
        return list(self.opening.applied_knobs)

    def last_wish(self) -> int:
        """The newest wish that was applied or refused before this attempt."""
        return self.opening.last_wish

    def commit(self, batch: Batch) -> None:
        """Send ``batch``; raises NotWritten once the sink has said that its disk takes nothing."""
        self.channel.send("push", batch, self.desk.channel_seconds(), self.desk.served)
        if batch.report is not None:
            self._update = max(self._update, batch.report.update)
        if self.channel.reply.full:
            raise NotWritten(self.channel.reply.full)

    def flush(self) -> None:
        """Have the sink write what waits there; raises NotWritten."""
        self.channel.send("push", None, self.desk.channel_seconds(), self.desk.served)
        if full := self.channel.settle().full:
            raise NotWritten(full)

    def drop_waiting_event(self, kind: str) -> None:
        """What waits, waits at the sink, and an event more does no harm."""

    def close(self) -> None:
        """Wait until all is written."""
        with contextlib.suppress(Leave):
            self.channel.settle()


class RemoteCard(Card):
    """The card lies on the sink's machine, and the sink knows what it has to say."""

    def __init__(self) -> None:
        self.pid = os.getpid()

    @property
    def whereabouts(self) -> dict[str, Any]:
        """The node, and the process there."""
        return {"pid": self.pid, "node": platform.node()}

    def note(self, text: str) -> None:
        """Nothing: the sink saw first why nothing can be written."""

    def close(self) -> None:
        """Nothing is open here."""


class RemoteRecorder(Recorder):
    """A recorder whose run folder is on another machine."""

    def __init__(self, channel: Channel, opening: Opening):
        self.channel, self.opening = channel, opening
        desk = RemoteDesk(channel)
        desk.channel_seconds = lambda: self.seconds  # type: ignore[method-assign]
        self._begin(desk, lambda: False, RemoteCard(), RemoteStore(channel, opening, desk))

    def config(self) -> TrainConfig:
        """The config that the run was started with; raises ConfigError."""
        return TrainConfig.from_dict(self.opening.config)

    def candidates(self) -> Iterator[tuple[str, checkpoints.Checkpoint | checkpoints.BadCheckpoint]]:
        """The checkpoints that came with the opening. Raises OtherVersions on a node that might compute otherwise."""
        if wrong := differences(self.opening.versions, versions()):
            raise OtherVersions(f"node {platform.node()} has {wrong}; install the same requirements there.")
        for name, data in self.opening.files:
            try:
                yield name, checkpoints.unpack(data)
            except checkpoints.BadCheckpoint as error:
                yield name, error

    def gone(self) -> bool:
        """Whether the run's folder has been deleted or moved away."""
        return self.channel.reply.gone

    def _keep(self, state: checkpoints.Checkpoint) -> None:
        self.channel.send("keep", state.update, checkpoints.pack(state))

    def keep_batch(self, trainer: Trainer) -> None:
        """Runs of a grid are not compared with autograd."""
