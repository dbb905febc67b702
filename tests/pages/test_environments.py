"""The picker: the table, then whatever else is installed; a typed id that cannot be used is told in one sentence."""

from __future__ import annotations

import pytest

from pages.shared.environments import catalogue
from ppo_engine.envs import ENVIRONMENTS
from ppo_engine.jobs import control
from ppo_engine.jobs.view import list_runs
from ppo_engine.presets import build_config
from tests.pages.test_train import button, errors, slider


def test_the_picker_lists_what_is_installed_and_starts_it(open_app, runs):
    app = open_app()
    assert tuple(app.selectbox(key="env").options) == ENVIRONMENTS, "the page does not wait for the others"
    catalogue().start()
    assert catalogue().wait(60)
    app.run()
    options = app.selectbox(key="env").options
    assert tuple(options[: len(ENVIRONMENTS)]) == ENVIRONMENTS and len(set(options)) == len(options)
    assert {"FrozenLake-v1", "Taxi-v4", "Blackjack-v1"} <= set(options[len(ENVIRONMENTS) :]) and "Ant-v5" not in options
    assert "cannot be used here" in app.selectbox(key="env").help
    app.selectbox(key="env").set_value("FrozenLake-v1").run()
    assert not app.exception and not app.error
    assert app.selectbox(key="preset").value == "default" and app.query_params["env"] == "FrozenLake-v1"
    assert float(slider(app, "learning_rate").value) == build_config("FrozenLake-v1").learning_rate
    app.session_state["more"] = True
    app.run()
    (table,) = [caption.value for caption in app.caption if "| Why |" in caption.value]
    assert "MuJoCo is not installed" in table and r"Ant\-v5, HalfCheetah\-v5" in table
    button(app, "Start").click().run()
    assert not app.exception and not app.error
    (run,) = list_runs(runs)
    assert run.env_id == "FrozenLake-v1" and run.objective == "ppo_clip"


def test_any_installed_id_may_stand_in_the_url(open_app):
    app = open_app(env="Taxi-v4", learning_rate="0.0003")
    assert not app.exception and not app.error
    assert app.selectbox(key="env").value == "Taxi-v4" and app.selectbox(key="env").options[-1] == "Taxi-v4"
    assert slider(app, "learning_rate").value == "0.0003"


@pytest.mark.parametrize(
    ("env_id", "said"),
    [
        ("minigrid:MiniGrid-Empty-5x5-v0", "without a module here, since PPO_MODULES does not name minigrid."),
        ("Ant-v5", 'MuJoCo is not installed, run `pip install "gymnasium[mujoco]"`.'),
        ("Taxi-v3", "must be Taxi-v4 in this version of Gymnasium."),
        ("NoSuch-v0", "must be the id of an installed environment, such as LunarLander-v3."),
    ],
)
def test_an_id_that_cannot_be_used_is_told_in_one_sentence(open_app, env_id, said):
    app = open_app(env=env_id)
    assert not app.exception and app.selectbox(key="env").value == "LunarLander-v3"
    (told,) = errors(app)
    assert said in told and told.endswith("LunarLander-v3 is used instead.")


def test_a_module_that_the_owner_names_may_be_typed(open_app, tmp_path, monkeypatch):
    (tmp_path / "brought_by_owner.py").write_text(
        "import gymnasium\ngymnasium.register('Owned-v0', 'gymnasium.envs.classic_control:CartPoleEnv')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PPO_MODULES", "brought_by_owner")
    for env_id in ("Owned-v0", "brought_by_owner:Owned-v0"):
        app = open_app(env=env_id)
        assert not app.exception and not app.error and app.selectbox(key="env").value == env_id


def test_a_run_of_an_environment_outside_the_table_is_shown(open_app, runs):
    config = build_config("FrozenLake-v1", seed=3)
    run_id = control.launch(runs, config, start=False)
    app = open_app(run=run_id)
    assert not app.exception and not app.error
    assert app.selectbox(key="env").value == "FrozenLake-v1" and app.number_input(key="seed").value == 3
