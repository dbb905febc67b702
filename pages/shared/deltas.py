"""Turns a feed into what one browser tab has not seen yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pages.shared.feed import Feed
from ppo_engine.envs import describe
from ppo_engine.one_gradient import comparable
from ppo_engine.plots import evaluated, packets, verdicts
from ppo_engine.plots.captions import hint, title
from ppo_engine.plots.gradient_noise import KEPT, of_whole_returns
from ppo_engine.plots.lights import failures, lights
from ppo_engine.plots.line_search import refusal
from ppo_engine.plots.own_columns import own_columns
from ppo_engine.plots.trajectories import strip

BADGES = {
    "queued": "STARTING", "running": "LIVE", "paused": "PAUSED", "finished": "FINISHED", "stopped": "STOPPED",
    "diverged": "DIVERGED", "failed": "FAILED", "lost": "LOST",
}  # fmt: skip
NEWEST = -1
SLIDERS = ("clip_range", "learning_rate", "kl_coef")


class Cursor(NamedTuple):
    """What a tab has been sent: the newest update and episode, and those of the tick before, sent once more.

    A tick's message may be dropped when the next one overtakes it; one tick of overlap heals that without a question.
    """

    run_id: str = ""
    update: int = 0
    episode: int = 0
    update_before: int = 0
    episode_before: int = 0
    version: int = 0
    film: int = -1
    serial: int = 0


def packet(feed: Feed, cursor: Cursor, film: int, media: Callable[[Path], str]) -> tuple[dict[str, Any], Cursor]:
    """The data for the live component and where the tab stands after it.

    ``film`` is the update whose video was asked for (NEWEST: follow the newest); ``media`` makes a file fetchable.
    """
    whole = cursor.run_id != feed.run_id
    if whole:
        cursor = Cursor(feed.run_id, serial=cursor.serial)
    after, ep_after = cursor.update_before, cursor.episode_before
    fresh = feed.updates > after
    data: dict[str, Any] = {"run": feed.run_id, "serial": cursor.serial + 1, "head": head(feed)}
    if whole:
        data |= packets.fixed(feed.config)
        data |= {"tiles": verdicts.empty_tiles(), "warnings": [], "sentence": waiting(feed), "hint": hint(feed.config)}
        data |= {"lights": [], "trajectories": None}
    if whole or fresh.any():
        own = own_columns(feed.config, feed.updates, feed.rows, feed.changes, feed.kept)
        own = {name: values[fresh] for name, values in own.items()}
        data["rows"] = packets.rows_packet(feed.updates[fresh], feed.rows[fresh], after, own)
    episodes = feed.episodes[feed.episodes[:, 0] > ep_after]
    if whole or len(episodes):
        data["ep"] = packets.episodes_packet(episodes, ep_after)
    if whole or feed.version != cursor.version:
        data |= readouts(feed)
    if feed.films:
        data["film"] = films(feed, film, media)
    elif whole:
        data["film"] = None
    newest = int(feed.episodes[-1, 0]) if len(feed.episodes) else 0
    return data, Cursor(
        feed.run_id, feed.last_update, newest, cursor.update, cursor.episode, feed.version, film, cursor.serial + 1
    )


def head(feed: Feed) -> dict[str, Any]:
    """Badge, name, state and progress of the strip above the charts."""
    p, state = feed.progress, feed.status.name
    finite = {key: value if value == value else None for key, value in p._asdict().items()}
    return {
        "badge": BADGES[state], "state": state, "title": title(feed.config), "sentence": feed.status.sentence,
        "progress": finite, "note": "" if state == "running" and p.update else feed.status.sentence,
    }  # fmt: skip


def readouts(feed: Feed) -> dict[str, Any]:
    """Tiles, words, chips, objective, knob lines, histogram and sample of the newest update."""
    data: dict[str, Any] = {
        "chips": chips(feed), "objective": packets.objective_packet(feed.config, feed.knob_value("clip_range")),
        "klBand": packets.kl_band(feed.config, feed.knob_value("d_targ")),
        "knobs": packets.knob_lines(feed.changes, feed.updates, packets.column(feed.rows, "timesteps")),
        "evaluation": evaluated.lines(*feed.evaluation),
    }  # fmt: skip
    if not len(feed.updates):
        return data
    report, info = feed.report(), describe(feed.config.env_id)
    noise = of_whole_returns(feed.kept[:, -len(KEPT) :])
    tiles = verdicts.tiles(report, packets.column(feed.rows, "ep_rew_mean"), info.choices, noise)
    awaited = feed.live and comparable(feed.config)
    data |= {
        "tiles": [tile._replace(meaning="") for tile in tiles],
        "warnings": failures(feed.detail, feed.comparison) + [tile.warning for tile in tiles if tile.warning],
        "split": packets.split(report), "lights": lights(feed.detail, feed.comparison, awaited),
        "trajectories": strip(feed.detail),
        "sentence": refusal(feed.detail) or verdicts.sentence(report, feed.config.objective, info.threshold),
    }  # fmt: skip
    if feed.status.name == "diverged":
        data["warnings"] = [feed.status.sentence, *data["warnings"]]
    if feed.histogram is not None:
        data["hist"] = packets.histogram_packet(feed.last_update, feed.histogram)
    if feed.sample is not None:
        data["sample"] = packets.sample_packet(feed.last_update, feed.sample)
    return data


def chips(feed: Feed) -> dict[str, tuple[str, str]]:
    """Under each slider: a wish that waits, or when the last one was applied."""
    applied = {change["name"]: change for change in feed.changes}
    found = {}
    for name in SLIDERS:
        if name in feed.pending:
            found[name] = ("pending", f"{packets.knob_value(name, feed.pending[name])} pending")
        elif name in applied:
            found[name] = ("applied", f"applied at update {applied[name]['update']}")
    return found


def films(feed: Feed, wanted: int, media: Callable[[Path], str]) -> dict[str, Any]:
    """The video to show and which others there are."""
    shown = next((video for video in feed.films if video.update == wanted), feed.films[-1])
    ret = shown.ret if shown.ret == shown.ret else None
    return {"url": media(shown.path), "update": shown.update, "ret": ret, "list": [v.update for v in feed.films[-60:]]}


def waiting(feed: Feed) -> str:
    """The sentence before there is anything to say."""
    return "" if len(feed.updates) else feed.status.sentence
