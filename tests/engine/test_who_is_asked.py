"""Who examines an environment, and whose modules are imported for it: nobody's but those that the owner has named."""

from __future__ import annotations

import subprocess
import sys

import gymnasium
import pytest

from ppo_engine import envs, open_envs
from ppo_engine.config import TrainConfig
from ppo_engine.envs import check_env_id, describe
from ppo_engine.knobs import ConfigError

CODE = (
    "import gymnasium\n"
    "gymnasium.register('Brought-v0', 'gymnasium.envs.classic_control:CartPoleEnv', max_episode_steps=9)\n"
)


@pytest.fixture
def brought(monkeypatch, tmp_path):
    """A module ``brought_along`` that registers Brought-v0 when it is imported, and an environment with no leave."""
    (tmp_path / "brought_along.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("PPO_ALLOW_MODULES", raising=False)
    monkeypatch.delenv("PPO_MODULES", raising=False)
    yield monkeypatch
    gymnasium.registry.pop("Brought-v0", None)
    sys.modules.pop("brought_along", None)
    open_envs.examine.cache_clear()
    open_envs._import_once.cache_clear()


def test_the_table_needs_no_gymnasium_and_a_server_examines_nothing():
    code = (
        "import sys\n"
        "from ppo_engine.envs import ENVIRONMENTS, check_env_id, describe, examine_with, refuse_missing\n"
        "from ppo_engine.presets import build_config\n"
        "asked = []\n"
        "def elsewhere(env_id):\n"
        "    asked.append(env_id)\n"
        "    if env_id != 'Taxi-v4': refuse_missing(env_id, ['Taxi-v4'])\n"
        "    return describe('CartPole-v1')._replace(one_hot=True)\n"
        "examine_with(elsewhere)\n"
        "for env_id in ENVIRONMENTS: describe(env_id), build_config(env_id)\n"
        "assert not asked\n"
        "assert build_config('Taxi-v4').normalize_observation is False and set(asked) == {'Taxi-v4'}\n"
        "for env_id in ('Taxi-v3', 'NoSuch-v0', 'os:Taxi-v4', 'CartPole-v0'):\n"
        "    try: check_env_id(env_id)\n"
        "    except ValueError as error: print(error)\n"
        "print(asked[-2:], 'gymnasium' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [
        "env_id is 'Taxi-v3', but it must be Taxi-v4 in this version of Gymnasium.",
        "env_id is 'NoSuch-v0', but it must be the id of an installed environment, such as LunarLander-v3.",
        "env_id is 'os:Taxi-v4', but it must be without a module here, since PPO_MODULES does not name os.",
        "env_id is 'CartPole-v0', but it must be CartPole-v1 in this version of Gymnasium.",
        "['Taxi-v3', 'NoSuch-v0'] False",
    ], done.stdout + done.stderr


def test_a_module_is_imported_only_where_it_is_allowed(brought):
    for value in (None, "", "0", "yes"):
        if value is not None:
            brought.setenv("PPO_ALLOW_MODULES", value)
        with pytest.raises(ConfigError, match="without a module here, since PPO_MODULES does not name brought_along"):
            TrainConfig(env_id="brought_along:Brought-v0")
        assert "brought_along" not in sys.modules
    brought.setenv("PPO_ALLOW_MODULES", "1")
    assert describe("brought_along:Brought-v0").max_episode_steps == 9
    assert TrainConfig(env_id="brought_along:Brought-v0").env_id == "brought_along:Brought-v0"
    for bad in ("no_such_module:X-v0", "brought_along:X-v0", "os;x:Y", "a:b:c"):
        with pytest.raises(ConfigError):
            check_env_id(bad)
    brought.delenv("PPO_ALLOW_MODULES")
    with pytest.raises(ConfigError):
        check_env_id("brought_along:Brought-v0")


def test_modules_that_the_owner_names_bring_their_ids(brought):
    with pytest.raises(ConfigError, match="installed environment"):
        check_env_id("Brought-v0")
    assert "brought_along" not in sys.modules
    brought.setenv("PPO_MODULES", "brought_along, no_such_module")
    assert envs.named_modules() == ("brought_along", "no_such_module")
    assert describe("Brought-v0").max_episode_steps == 9
    assert describe("brought_along:Brought-v0").obs_dim == 4
    assert "Brought-v0" in open_envs.newest_ids()
    (failed,) = open_envs.import_named_modules().items()
    assert failed[0] == "no_such_module" and "No module named" in failed[1]
    with pytest.raises(ConfigError, match="does not name os"):
        check_env_id("os:Brought-v0")


def test_of_each_family_the_newest_version_is_listed():
    ids = open_envs.newest_ids()
    assert "Ant-v5" in ids and "Ant-v4" not in ids and "CartPole-v0" not in ids
    assert ids == sorted(ids, key=str.lower) and set(ids) <= set(gymnasium.registry)
