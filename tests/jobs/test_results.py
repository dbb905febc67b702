"""The results table: README shows every seed that is kept, and at least half of a preset's seeds reach its bar."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppo_engine.jobs.results import BARS, DATA, config_of, markdown, readme_with
from ppo_engine.jobs.trained import read, trained_row
from ppo_engine.presets import build_config

README = Path(__file__).parents[2] / "README.md"
ROWS = read(DATA)


def test_readme_shows_the_kept_rows():
    text = README.read_text(encoding="utf-8")
    assert readme_with(text, ROWS) == text


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: f"{bar.env_id}-{bar.preset}")
def test_every_seed_is_kept_and_reaches_the_bar(bar):
    mine = [row for row in ROWS if (row["env_id"], row["preset"]) == (bar.env_id, bar.preset)]
    assert [row["seed"] for row in mine] == list(range(1, bar.seeds + 1))
    steps = build_config(bar.env_id, bar.preset)
    for row in mine:
        assert row["timesteps"] == steps.total_updates * steps.batch, "trained with other settings than today's"
        assert row["n"] == 100 and row["ci95"][0] <= row["mean"] <= row["ci95"][1]
    assert 2 * sum(row["mean"] >= bar.bar for row in mine) >= len(mine), "fewer than half of the seeds reach it"


def test_a_row_is_what_training_gives_today():
    kept = next(row for row in ROWS if (row["env_id"], row["seed"]) == ("CartPole-v1", 1))
    again = trained_row(config_of("CartPole-v1", "quick", 1))
    # The parameters' bits depend on the processor's BLAS kernel, what the policy can do does not.
    assert again["mean"] >= 475 and again["timesteps"] == kept["timesteps"]


def test_the_table_has_a_line_for_every_preset_with_rows():
    lines = markdown(ROWS).splitlines()
    assert len(lines) == 2 + len({(row["env_id"], row["preset"]) for row in ROWS})
    assert "−80" in markdown(ROWS) and "LunarLander-v3" in markdown(ROWS)
