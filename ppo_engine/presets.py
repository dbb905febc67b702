"""Named settings for each environment, each with the reason for its numbers, and what to look for."""

from __future__ import annotations

import dataclasses
from typing import Any

from ppo_engine.collapse_presets import LOOK_FOR, REASON, SETTINGS, TITLE
from ppo_engine.config import TrainConfig, known
from ppo_engine.envs import ENVIRONMENTS, describe
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES


@dataclasses.dataclass(frozen=True)
class Preset:
    """``values`` over TrainConfig's defaults, why they are what they are, and what a visitor should look for."""

    name: str
    env_id: str
    title: str
    reason: str
    look_for: str
    values: dict[str, Any]
    instructive_failure: bool = False


_QUICK_LANDER = {
    "n_envs": 16, "n_steps": 256, "batch_size": 128, "n_epochs": 10, "gamma": 0.99, "gae_lambda": 0.95,
    "learning_rate": 1e-3, "total_timesteps": 600_000,
}
_SURE_LANDER = {
    "n_envs": 16, "n_steps": 1024, "batch_size": 64, "n_epochs": 4, "gamma": 0.999, "gae_lambda": 0.98,
    "ent_coef": 0.01, "learning_rate": 3e-4, "total_timesteps": 1_000_000,
}
_QUICK_POLE = {
    "n_envs": 8, "n_steps": 32, "batch_size": 256, "n_epochs": 20, "gamma": 0.98, "gae_lambda": 0.8,
    "learning_rate": 1e-3, "anneal_lr": True, "total_timesteps": 100_000,
}
_PIXELS: dict[str, Any] = {
    "n_envs": 8, "n_steps": 256, "batch_size": 128, "n_epochs": 6, "learning_rate": 3e-4, "anneal_lr": True,
    "normalize_reward": True, "hidden_sizes": (256,), "activation": "relu", "shared_trunk": True, "backend": "torch",
    "log_std_init": -0.5, "total_timesteps": 200_000,
}

_ALL = (
    Preset(
        "quick", "CartPole-v1", "Balances in two seconds",
        "RL-Zoo's settings: short rollouts and many epochs, because a pole that falls early teaches in a few steps.",
        "The return climbs to 500 and stays; KL is large at first and settles as the learning rate falls.",
        _QUICK_POLE,
    ),
    Preset(
        "big-step", "CartPole-v1", "A step too large",
        "A hundred times the learning rate: each update leaves the region that its batch can speak for.",
        "One leap of the KL, then entropy 0: the same push for ever, and no way back, since nothing new is tried.",
        {**_QUICK_POLE, "learning_rate": 0.1, "anneal_lr": False, "max_grad_norm": None},
        instructive_failure=True,
    ),
    Preset(
        "no-leash", "CartPole-v1", "The batch reused without a leash",
        "Forty epochs on every batch with neither clip nor gradient clip: the surrogate is trusted far from its data.",
        "The return may rise at first; then one update throws the policy away and it never comes back.",
        {**_QUICK_POLE, "objective": "surrogate", "n_epochs": 40, "learning_rate": 0.01, "anneal_lr": False,
         "max_grad_norm": None},
        instructive_failure=True,
    ),
    Preset(
        "sure", "Acrobot-v1", "Swings up",
        "RL-Zoo's settings: observations are normalised since angles and speeds differ tenfold in scale.",
        "The return rises from −500 towards −80 within a few updates once the first swing succeeds.",
        {"n_envs": 16, "n_steps": 256, "n_epochs": 4, "gamma": 0.99, "gae_lambda": 0.94, "total_timesteps": 400_000,
         "normalize_observation": True, "learning_rate": 1e-3, "anneal_lr": True},
    ),
    Preset(
        "sure", "MountainCar-v0", "Climbs by swinging",
        "Rollouts longer than an episode and normalised rewards, because the only news is the rare goal.",
        "Nothing for a while, then a cliff upwards when the first cars reach the flag.",
        {"n_envs": 16, "n_steps": 256, "n_epochs": 10, "gamma": 0.99, "gae_lambda": 0.98, "learning_rate": 1e-3,
         "anneal_lr": True, "normalize_observation": True, "normalize_reward": True, "total_timesteps": 600_000},
    ),
    Preset(
        "sure", "MountainCarContinuous-v0", "Climbs with little fuel",
        "Wide first noise and a far horizon: doing nothing costs nothing, so the flag must be found by chance early.",
        "A jump to 90 as soon as the flag is found often; if the noise shrinks first, it stays at 0.",
        {"n_envs": 16, "n_steps": 256, "batch_size": 256, "n_epochs": 10, "gamma": 0.9999, "gae_lambda": 0.9,
         "learning_rate": 1e-3, "log_std_init": 0.0, "total_timesteps": 300_000,
         "normalize_observation": True, "normalize_reward": True},
    ),
    Preset(
        "sure", "Pendulum-v1", "Holds the pendulum up",
        "A short horizon (γ 0.9), because a swing-up is soon over, and a learning rate that fades to keep it up.",
        "The value loss falls first, then the return rises from −1200 to about −150.",
        {"n_envs": 4, "n_steps": 1024, "n_epochs": 10, "gamma": 0.9, "gae_lambda": 0.95, "learning_rate": 1e-3,
         "anneal_lr": True, "total_timesteps": 300_000},
    ),
    Preset(
        "quick", "LunarLander-v3", "Lands during a sentence",
        "Small rollouts and a high learning rate: an update every tenth of a second, paid for with a rougher landing.",
        "The return leaves −200 within a second; the lander first hovers, then dares to come down.",
        _QUICK_LANDER,
    ),
    Preset(
        "sure", "LunarLander-v3", "Lands every time",
        "RL-Zoo's settings: long rollouts and γ 0.999, so that a landing's +100 is felt by the first thrust.",
        "A smooth climb past 200; KL stays under 0.02 throughout.",
        _SURE_LANDER,
    ),
    Preset(
        "no-leash", "LunarLander-v3", "The batch reused without a leash",
        "Forty epochs on every batch with neither clip nor gradient clip: the surrogate is trusted far from its data.",
        "KL and the largest ratio explode within each update; the return staggers instead of climbing.",
        {**_QUICK_LANDER, "objective": "surrogate", "n_epochs": 40, "max_grad_norm": None},
        instructive_failure=True,
    ),
    Preset(
        "big-step", "LunarLander-v3", "A step too large",
        "Thirty times the quick learning rate: the clip stops single samples, but not one huge step of all parameters.",
        "KL far above its band and entropy near zero: the lander repeats one action for ever.",
        {**_QUICK_LANDER, "learning_rate": 0.03, "max_grad_norm": None},
        instructive_failure=True,
    ),
    Preset(
        "sure", "LunarLanderContinuous-v3", "Lands with throttles",
        "RL-Zoo's settings with the learning rate annealed: throttles need finer steps near the end than switches.",
        "The noise on the throttles shrinks as the return passes 200.",
        {**_SURE_LANDER, "learning_rate": 7e-4, "anneal_lr": True},
    ),
    Preset(
        "sure", "BipedalWalker-v3", "Walks",
        "RL-Zoo's long batches and normalisation, since a gait is learnt from many falls; annealed, to settle.",
        "Standing still for a while, then the first steps at about half a million, and a stride after that.",
        {"n_envs": 32, "n_steps": 2048, "batch_size": 64, "n_epochs": 10, "gamma": 0.999, "gae_lambda": 0.95,
         "learning_rate": 3e-4, "anneal_lr": True, "clip_range": 0.18, "normalize_observation": True,
         "normalize_reward": True, "total_timesteps": 5_000_000},
    ),
    Preset(
        "sure", "CarRacing-v3", "Learns to drive from pixels",
        "Each action lasts four frames, so 200,000 steps are 800,000 frames; one small convolutional network serves "
        "actor and critic, and updates of 1,024 steps come often, because steps are slow.",
        "The return stays near −25 for 10,000 steps, then climbs past 400 by 45,000: first the gas, then the bends.",
        {**_PIXELS, "n_steps": 128, "n_epochs": 8, "learning_rate": 5e-4},
    ),
    *(
        Preset("collapse", env_id, TITLE, REASON.format(**values), LOOK_FOR, {**values, "objective": "surrogate"}, True)
        for env_id, values in SETTINGS.items()
    ),
)

_UNTUNED: dict[str, Any] = {
    "n_envs": 8, "n_steps": 256, "batch_size": 128, "n_epochs": 10, "ent_coef": 0.01, "learning_rate": 1e-3,
    "anneal_lr": True, "normalize_reward": True, "total_timesteps": 300_000,
}
_UNTUNED_REASON = (
    "Nobody tuned this environment here: rewards are scaled since their size is unknown, and a small entropy bonus "
    "keeps the agent trying."
)
_UNTUNED_LOOK = "Whether the return leaves its first level at all; if not, explore longer or look further ahead."
_PIXELS_REASON = "RL-Zoo's settings for CarRacing, shortened: one small convolutional network for actor and critic."

PRESETS: dict[str, dict[str, Preset]] = {
    env_id: {preset.name: preset for preset in _ALL if preset.env_id == env_id} for env_id in ENVIRONMENTS
}


def presets_for(env_id: str) -> dict[str, Preset]:
    """Short name → preset, the default first; raises ConfigError for an environment that cannot be trained.

    An environment outside the table has one preset, ``default``.
    """
    info = describe(env_id)
    if env_id in PRESETS:
        return PRESETS[env_id]
    reason, values = _UNTUNED_REASON, {**_UNTUNED, "normalize_observation": not info.one_hot}
    if info.image:
        reason, values = _PIXELS_REASON, _PIXELS
    reason = f"{reason} {info.note}".strip()
    return {"default": Preset("default", env_id, env_id, reason, _UNTUNED_LOOK, values)}


def build_config(
    env_id: str, preset: str | None = None, objective: str | None = None, **overrides: Any
) -> TrainConfig:
    """The config of an environment's preset (its first by default), with an objective and knobs laid over it.

    An objective other than the preset's brings its own defaults (``ppo_kl`` has β 1); ``overrides`` win over both.

    Raises:
        ConfigError: an unknown environment, preset, objective or knob, or a bad value.
    """
    presets = presets_for(env_id)
    chosen = next(iter(presets)) if preset is None else preset
    if chosen not in presets:
        raise ConfigError("preset", chosen, f"one of {', '.join(presets)} for {env_id}")
    values = {"env_id": env_id, **presets[chosen].values}
    if objective is not None and objective != values.get("objective", "ppo_clip"):
        if objective not in OBJECTIVES:
            raise ConfigError("objective", objective, "one of " + ", ".join(OBJECTIVES))
        own = {field.name: field.default for field in dataclasses.fields(OBJECTIVES[objective])}
        values |= {"objective": objective, **{name: values.get(name, own[name]) for name in own}}
    return TrainConfig.from_dict({**values, **known(overrides)})
