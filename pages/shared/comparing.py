"""Turns the feeds of compared runs into what one browser tab has not seen yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pages.shared.deltas import BADGES
from pages.shared.feed import Feed, open_feed
from ppo_engine.config import TrainConfig
from ppo_engine.plots import compared, packets
from ppo_engine.plots.partings import parting
from ppo_engine.plots.together import rows_packet, together


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
