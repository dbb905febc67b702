"""The recorded loop: watching a run changes nothing, what was kept adds up, and a box shows the engine's own lines."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from pages.shared.contents import CONTENTS
from pages.shared.loop_boxes import WHOLE, methods
from ppo_engine.learner import Learner
from ppo_engine.recordings.loop import LEVELS, METHODS, LoopTrainer, config_of, loops, record
from ppo_engine.trainer import Trainer

SAMPLES, EPOCHS, MINIBATCHES = 512, 6, 8
BOXES = {box["id"]: box for method in methods().values() for group in method["groups"] for box in group["boxes"]}


@pytest.mark.parametrize("method", METHODS)
def test_watching_changes_nothing(method):
    config = config_of(method)
    with Trainer(config) as plain, LoopTrainer(config) as watched:
        for _ in range(3):
            report, told = plain.update(), record(watched)
            assert told["kl"] == pytest.approx(report.kl, rel=0.01)
            assert told["episodes"] == [[e.step, e.env, e.ret] for e in report.episodes]
        assert plain.parameters_sha256() == watched.parameters_sha256()


def test_one_update_of_ppo_phase_by_phase():
    with LoopTrainer(config_of("ppo")) as trainer:
        record(trainer)
        update = record(trainer)
        advantages = trainer.batch.advantages
    assert len(update["dealt"]) == EPOCHS and len(set(update["dealt"])) == EPOCHS, "each epoch deals anew"
    for dealt in update["dealt"]:
        assert np.bincount([int(digit) for digit in dealt]).tolist() == [SAMPLES // MINIBATCHES] * MINIBATCHES
    steps = update["steps"]
    assert all(len(numbers) == EPOCHS * MINIBATCHES for numbers in steps.values())
    assert steps["kl"][0] == pytest.approx(0, abs=1e-9) and steps["low"][0] == steps["high"][0] == 1
    assert max(steps["kl"]) > 1e-4 and min(steps["seconds"]) > 0 and min(update["seconds"].values()) >= 0
    assert all(killed <= outside for killed, outside in zip(steps["killed"], steps["outside"], strict=True))
    levels = np.array([LEVELS.index(letter) for letter in update["credit"]]) - 6
    away = np.abs(advantages - advantages.mean()) > 0.2 * advantages.std()
    assert np.array_equal(np.sign(levels[away]), np.sign(advantages - advantages.mean())[away])


def test_a2c_takes_one_gradient_whose_ratios_are_all_1():
    with LoopTrainer(config_of("a2c")) as trainer:
        steps = record(trainer)["steps"]
    assert len(steps["kl"]) == 1 and steps["low"] == steps["high"] == [1] and steps["outside"] == [0]


def test_one_epoch_of_one_minibatch_is_a2c():
    """What the lesson says of the kinship, to the bit: where every ratio is 1 the clip changes nothing."""
    found = []
    for objective in ("ppo_clip", "policy_gradient"):
        with Trainer(config_of("a2c", objective=objective, n_epochs=1)) as trainer:
            trainer.update()
            trainer.update()
            found.append(trainer.network.parameters.copy())
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


def test_the_recorded_runs_are_whole():
    kept = loops()
    assert list(kept) == list(METHODS)
    for method, run in kept.items():
        config = config_of(method)
        assert run["config"] == config.to_dict() and len(run["updates"]) * SAMPLES == config.total_timesteps
        assert all(len(update["credit"]) == SAMPLES for update in run["updates"])
    ppo = kept["ppo"]["updates"]
    assert {ret for update in ppo[-3:] for _, _, ret in update["episodes"]} == {500}, "the lesson says so"
    assert np.median([update["kl"] for update in ppo]) < 0.02
    first, last = np.array([update["steps"]["killed"] for update in ppo])[:, [0, -1]].T
    assert first.max() == 0 and last.mean() > 0.01, "the clip acts late"
    assert max(update["kl"] for update in kept["trpo"]["updates"]) <= 0.0101
    assert kept["a2c"]["updates"][-1]["ep_rew_mean"] < 100 < kept["trpo"]["updates"][-1]["ep_rew_mean"]
    # The shuffling needs the seed alone, so it is the same on every machine.
    with LoopTrainer(config_of("ppo")) as trainer:
        assert record(trainer)["dealt"] == ppo[0]["dealt"]


@pytest.mark.parametrize("box", [*BOXES.values(), WHOLE], ids=[*BOXES, "loop"])
def test_a_box_shows_the_engines_own_lines_and_leads_to_a_lesson(box):
    assert box["code"]["where"].startswith("ppo_engine/") and box["code"]["text"].count("\n") > 3
    assert box["code"]["lit"], "something in it is marked while the run goes through"
    if box["lesson"]:
        assert (box["lesson"]["slug"], box["lesson"]["title"]) in {(entry.slug, entry.title) for entry in CONTENTS}
    if box["id"] == "minibatch":
        shown = [line.strip() for line in box["code"]["text"].splitlines() if line.strip()]
        own = [line.strip() for line in inspect.getsource(Learner.fit).splitlines()]
        assert all(line in own for line in shown)
