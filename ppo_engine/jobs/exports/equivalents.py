"""The same run elsewhere on one line: CleanRL's command, and our own, with the very knobs."""

from __future__ import annotations

import shlex
from typing import Any

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.envs import describe
from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config, presets_for

# An ε that no ratio reaches: the clipped objective without its clip.
NO_CLIP = 1e9
ON_THEIR_OWN = ("objective", "seed", "total_timesteps")


def refuse_without_equivalent(config: TrainConfig, program: str) -> None:
    """Raises CannotExport for what neither Stable-Baselines3 nor CleanRL can do, in one sentence about ``program``."""
    kind = OBJECTIVES[config.objective]
    credit = kind.credit or config.credit
    if config.objective.startswith("ppo_kl") or (config.objective == "ppo_clip" and config.kl_coef > 0):
        raise CannotExport(f"{program} has no KL penalty, so there is no equivalent of this run with its β.")
    if credit not in ("gae", "baseline"):
        raise CannotExport(f"{program} weights every action by GAE, so there is no equivalent of credit {credit}.")
    if describe(config.env_id).image:
        raise CannotExport(f"{program} sees images through another network, so there is no equivalent of this run.")


def clip_range(config: TrainConfig) -> float:
    """ε, or one that no ratio reaches where the objective has no clip."""
    return config.clip_range if config.objective == "ppo_clip" else NO_CLIP


def epochs(config: TrainConfig) -> int:
    """How often each batch is used: once by an objective that holds only at the old policy."""
    return 1 if OBJECTIVES[config.objective].single_pass else config.n_epochs


def gae_lambda(config: TrainConfig) -> float:
    """λ of the GAE that equals the config's credit: 1 is reward-to-go minus the critic's guess."""
    return 1.0 if config.credit == "baseline" else config.gae_lambda


def own_command(config: TrainConfig) -> str:
    """The command that trains the same run here, from the preset that leaves the fewest knobs to set.

    parameters_sha256 is the same on the same machine, unless knobs were moved while the run went on.
    """
    options = [_over_preset(config, name) for name in presets_for(config.env_id)]
    name, settings = min(options, key=lambda option: len(option[1]))
    words = ["python", "-m", "ppo_engine", "train", "--env-id", config.env_id, "--preset", name]
    words += ["--objective", config.objective, "--seed", str(config.seed)]
    words += ["--total-timesteps", str(config.total_timesteps)]
    for setting in settings:
        words += ["--set", setting]
    return shlex.join(words)


def _over_preset(config: TrainConfig, name: str) -> tuple[str, list[str]]:
    given = {knob: getattr(config, knob) for knob in ON_THEIR_OWN}
    preset = build_config(config.env_id, name, **given)
    differ = [knob for knob in KNOBS if getattr(config, knob) != getattr(preset, knob)]
    return name, [f"{knob}={as_text(getattr(config, knob))}" for knob in differ]


def as_text(value: Any) -> str:
    """A knob's value as the command line reads it back."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


def number(value: float) -> str:
    """A number as code has it."""
    return "1e9" if value == NO_CLIP else repr(value)


def cleanrl_command(config: TrainConfig) -> tuple[str, list[str]]:
    """CleanRL's command and, one sentence each, where its script still differs. Raises CannotExport."""
    refuse_without_equivalent(config, "CleanRL")
    info = describe(config.env_id)
    if OBJECTIVES[config.objective].trust_region:
        raise CannotExport("CleanRL has no TRPO, so there is no equivalent of this run.")
    if info.parts:
        raise CannotExport("CleanRL's plain PPO makes one choice at a time, so there is no equivalent of this run.")
    script = "ppo.py" if info.discrete else "ppo_continuous_action.py"
    own_clip = config.clip_range_vf == config.clip_range
    options: dict[str, Any] = {
        "env-id": config.env_id, "seed": config.seed, "total-timesteps": config.total_timesteps,
        "learning-rate": config.learning_rate, "num-envs": config.n_envs, "num-steps": config.n_steps,
        "anneal-lr": config.anneal_lr, "gamma": config.gamma, "gae-lambda": gae_lambda(config),
        "num-minibatches": max(1, config.batch // config.batch_size), "update-epochs": epochs(config),
        "norm-adv": config.normalize_advantage, "clip-coef": clip_range(config),
        "clip-vloss": config.clip_range_vf is not None and own_clip, "ent-coef": config.ent_coef,
        # CleanRL halves the squared error, and compares the KL with the limit itself instead of 1.5 times it.
        "vf-coef": 2 * config.vf_coef, "max-grad-norm": config.max_grad_norm or NO_CLIP,
    }  # fmt: skip
    if config.target_kl is not None:
        options["target-kl"] = 1.5 * config.target_kl
    words = ["python", f"cleanrl/{script}"]
    for name, value in options.items():
        if isinstance(value, bool):
            words.append(f"--{name}" if value else f"--no-{name}")
        else:
            words += [f"--{name}", value if isinstance(value, str) else number(value)]
    return shlex.join(words), _where_cleanrl_differs(config, info.discrete, own_clip)


def _where_cleanrl_differs(config: TrainConfig, discrete: bool, own_clip: bool) -> list[str]:
    said = ["--vf-coef is twice ours, since CleanRL halves the squared error."]
    if config.target_kl is not None:
        said.append("--target-kl is 1.5 times ours, which is where both stop.")
    said.append("CleanRL takes a time limit for an end, and does not bootstrap from the state it cut off.")
    if config.hidden_sizes != (64, 64) or config.activation != "tanh" or config.shared_trunk:
        said.append("CleanRL's networks are two of 64-64 with tanh; these were others.")
    if config.batch % config.batch_size:
        said.append("CleanRL's minibatches are all of one size; here the last one was smaller.")
    if config.clip_range_vf is not None and own_clip:
        said.append("CleanRL takes the larger of the clipped and the unclipped value error.")
    if config.clip_range_vf is not None and not own_clip:
        said.append("CleanRL clips values only by --clip-coef, so the value clip is left off.")
    normalised = config.normalize_observation, config.normalize_reward
    if discrete and any(normalised):
        said.append("CleanRL's ppo.py normalises neither observations nor rewards; this run did.")
    if not discrete and not all(normalised):
        said.append("CleanRL's ppo_continuous_action.py normalises observations and rewards; this run did not do both.")
    if not discrete and config.log_std_init:
        said.append("CleanRL's first log deviation is 0.")
    return said
