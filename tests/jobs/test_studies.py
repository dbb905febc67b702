"""Studies kept as data: what a row is, what counts as collapsed, Table 1's scores, and links that lead to settings."""

from __future__ import annotations

import json

import pytest

from ppo_engine.jobs import collapse, studies, table_one
from ppo_engine.jobs.trained import fill, read, trained_row
from ppo_engine.knobs import ConfigError
from ppo_engine.trainer import Trainer
from tests.jobs.conftest import POLE


def test_a_row_says_what_training_gave():
    row = trained_row(POLE)
    with Trainer(POLE) as trainer:
        episodes = [episode for _ in range(POLE.total_updates) for episode in trainer.update().episodes]
        assert row["parameters_sha256"] == trainer.parameters_sha256()
    late = [episode.ret for episode in episodes if episode.timesteps > 0.9 * POLE.total_timesteps]
    assert row["last_tenth"] == round(sum(late) / len(late), 1)
    assert row["last_100"] == round(sum(episode.ret for episode in episodes[-100:]) / len(episodes[-100:]), 1)
    first = [episode.ret for episode in episodes if episode.timesteps <= POLE.total_timesteps / 40]
    assert row["curve"][0] == round(sum(first) / len(first), 1) and len(row["curve"]) == 40
    assert 10 < row["untrained"] < 40 and not row["diverged"] and row["n"] == 100


def test_what_is_kept_is_not_trained_again(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"seed": 2, "mean": 1.0}, {"seed": 9, "mean": 2.0}]))
    assert fill(path, ("seed",), [], [(1,), (2,)], POLE.with_) == read(path)


def test_destroyed_is_below_half_way_or_diverged():
    rows = [
        {"env_id": "CartPole-v1", "untrained": 20.0, "diverged": False, "last_tenth": value}
        for value in (247.0, 248.0, None)
    ]
    below = collapse.level(rows, "CartPole-v1")
    assert below == (20 + 475) / 2
    assert [collapse.collapsed(row, below) for row in rows] == [True, False, True]
    assert collapse.collapsed({**rows[1], "diverged": True}, below)


def test_the_twins_of_a_seed_differ_in_the_objective_alone():
    for env_id in collapse.SETTINGS:
        one, other = (collapse.config_of(env_id, objective, 7) for objective in collapse.OBJECTIVES)
        assert other == one.with_(objective="surrogate") and one.max_grad_norm is None


def test_table_one_scores_are_zero_for_the_untrained_and_one_for_the_best_run():
    row = {"seed": 1, "untrained": 10.0}
    rows = [{**row, "env_id": env, "setting": "clip 0.2", "last_100": 110.0} for env in table_one.STEPS]
    rows += [{**row, "env_id": env, "setting": "none", "last_100": 60.0} for env in table_one.STEPS]
    rows += [{**row, "env_id": "CartPole-v1", "setting": "fixed 1", "last_100": 60.0}]
    assert table_one.scores(rows) == {("clip 0.2", 1): 1.0, ("none", 1): 0.5}
    assert len(table_one.SETTINGS) == 11 and len(table_one.wanted()) == 11 * len(table_one.STEPS) * 5


@pytest.mark.parametrize("study", studies.STUDIES)
def test_a_link_leads_to_the_rows_own_settings(study):
    key = studies.STUDIES[study].wanted()[-1]
    row = dict(zip(studies.STUDIES[study].names, key, strict=True))
    assert studies.settings(studies.link(study, row)) == studies.STUDIES[study].config_of(*key)
    with pytest.raises(ConfigError, match="it must be a row of a kept study"):
        studies.settings(f"{study}/nothing/1")
