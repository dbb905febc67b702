"""Turns the feeds of compared runs into what one browser tab has not seen yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pages.shared.deltas import BADGES
from pages.shared.feed import Feed, open_feed
from ppo_engine.config import TrainConfig
from ppo_engine.plots import compared, packets
from ppo_engine.plots.differences import difference
from ppo_engine.plots.partings import Parting, parting, shared_until

COLUMNS = ("timesteps", "ep_rew_mean", "kl", "entropy")


class Seen(NamedTuple):
    """What a tab has been sent of the compared runs: for each its newest update, and that of the tick before.

    As with one run, a tick of overlap heals a message that the next one overtook.
    """

    key: str = ""
    updates: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    versions: tuple[int, ...] = ()
    serial: int = 0


def key_of(feeds: Sequence[Feed]) -> str:
    """What the comparison is called on the way to the browser."""
    return ",".join(feed.run_id for feed in feeds)


def now_in_force(feed: Feed) -> TrainConfig:
    """A run's config with its live knobs as they were moved, and as a wish that still waits will have them."""
    moved = {change["name"]: change["new"] for change in feed.changes}
    return feed.config.with_(**{**moved, **feed.pending})


def called(run_ids: Sequence[str]) -> list[str]:
    """What the runs are called on the page."""
    return compared.names([now_in_force(open_feed(run_id)) for run_id in run_ids])


def packet(feeds: Sequence[Feed], seen: Seen) -> tuple[dict[str, Any], Seen]:
    """The data for the component, without films, and where the tab stands after it."""
    key = key_of(feeds)
    whole = seen.key != key
    if whole:
        seen = Seen(key, (0,) * len(feeds), (0,) * len(feeds), (-1,) * len(feeds), seen.serial)
    configs = [now_in_force(feed) for feed in feeds]
    names = compared.names(configs)
    partings = [parting(feeds[0].rows, feed.rows) for feed in feeds[1:]]
    data: dict[str, Any] = {"key": key, "serial": seen.serial + 1, "whole": whole, "runs": [], "replay": None}
    if whole:
        data |= packets.fixed(feeds[0].config)
    for index, feed in enumerate(feeds):
        news = whole or feed.version != seen.versions[index]
        data["runs"].append(_run(feed, configs[index], names[index], seen.before[index], news))
    data |= together([feed.rows for feed in feeds], configs, names, partings)
    updates = tuple(feed.last_update for feed in feeds)
    return data, Seen(key, updates, seen.updates, tuple(feed.version for feed in feeds), seen.serial + 1)


def _run(feed: Feed, config: TrainConfig, name: str, after: int, news: bool) -> dict[str, Any]:
    p, state = feed.progress, feed.status.name
    share = p.timesteps / p.total_timesteps if p.total_timesteps else 0.0
    data: dict[str, Any] = {
        "run": feed.run_id, "name": name, "badge": BADGES[state], "state": state, "sentence": feed.status.sentence,
        "share": share, "update": p.update, "timesteps": p.timesteps, "total": p.total_timesteps,
        "objective": packets.objective_packet(config, config.clip_range),
        "knobs": packets.knob_lines(feed.changes, feed.updates, packets.column(feed.rows, "timesteps")),
    }  # fmt: skip
    fresh = feed.updates > after
    if news:
        data["rows"] = rows_packet(feed.updates[fresh], feed.rows[fresh], after)
        if feed.histogram is not None:
            data["hist"] = packets.histogram_packet(feed.last_update, feed.histogram)
    return data


def rows_packet(updates: np.ndarray, rows: np.ndarray, after: int) -> dict[str, Any]:
    """Only the columns that the comparison draws."""
    packed = packets.rows_packet(updates, rows, after)
    packed["cols"] = {name: packed["cols"][name] for name in COLUMNS}
    return packed


def together(
    rows: Sequence[np.ndarray], configs: Sequence[TrainConfig], names: Sequence[str], partings: Sequence[Parting]
) -> dict[str, Any]:
    """What only the runs together tell: where they part, who is ahead, which knobs differ, two sentences."""
    steps = [packets.column(row, "timesteps") for row in rows]
    returns = [packets.column(row, "ep_rew_mean") for row in rows]
    strips = [difference(steps[i], returns[i], steps[0], returns[0]) for i in range(1, len(rows))]
    parted = [
        {"update": found.update, "x": float(steps[0][found.update - 1]), "shared": shared_until(found)}
        if found.update is not None and found.same_start else {"update": None, "x": None, "shared": 0}
        for found in partings
    ]  # fmt: skip
    ahead = [float(y[-1]) if len(y) else float("nan") for _, y in strips]
    reached = min([x[-1] for x, _ in strips if len(x)], default=0.0)
    return {
        "parted": parted,
        "strips": [{"x": packets.encode(x), "y": packets.encode(y)} for x, y in strips],
        "table": [list(row) for row in compared.knob_table(configs)] if len(configs) > 1 else [],
        "start": compared.start_sentence(configs, partings),
        "sentence": compared.difference_sentence(names, reached, ahead),
    }
