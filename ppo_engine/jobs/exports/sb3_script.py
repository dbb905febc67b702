"""sb3: the Stable-Baselines3 script that trains with the very knobs of a run; CleanRL's command and ours above it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.actor_critic import shares_trunk
from ppo_engine.config import TrainConfig
from ppo_engine.envs import ENVIRONMENTS, describe, named_modules
from ppo_engine.jobs.exports.equivalents import (
    cleanrl_command,
    clip_range,
    epochs,
    gae_lambda,
    number,
    own_command,
    refuse_without_equivalent,
)
from ppo_engine.jobs.exports.formats import CannotExport, Tell
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.view import RunView
from ppo_engine.objectives import OBJECTIVES

PROGRAM = "Stable-Baselines3"
TRUNK = """

class Trunk(BaseFeaturesExtractor):
    def __init__(self, space):
        super().__init__(space, {last})
        self.layers = nn.Sequential({layers})

    def forward(self, seen):
        return self.layers(seen)
"""


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """One Python file. Raises CannotExport where Stable-Baselines3 has no equivalent."""
    path.write_text(script(folders[0]), encoding="utf-8")


def script(folder: RunFolder) -> str:
    """The file's text: the other commands as comments, then the script. Raises CannotExport."""
    view, config = _read(folder)
    code = sb3_code(config)
    head = [f"Run {folder.run_id} of PPO Playground with the same knobs in {PROGRAM}.", needs(config), *moved(view)]
    for other in equivalents(folder)[1:]:
        head += ["", f"{other.title}: {other.code}".rstrip(": "), *other.remarks]
    return "\n".join(f"# {line}".rstrip() for line in head) + f"\n\n{code}"


class Equivalent(NamedTuple):
    """The same run in another program: ``code`` (empty where there is none) and what is to be said of it."""

    title: str
    language: str
    code: str
    remarks: tuple[str, ...] = ()


def equivalents(folder: RunFolder) -> list[Equivalent]:
    """The run in Stable-Baselines3, in CleanRL and here. Raises CannotExport where its config cannot be read."""
    view, config = _read(folder)
    found = []
    try:
        found.append(Equivalent(PROGRAM, "python", sb3_code(config), (needs(config),)))
    except CannotExport as error:
        found.append(Equivalent(PROGRAM, "python", "", (str(error),)))
    try:
        command, differs = cleanrl_command(config)
        found.append(Equivalent("CleanRL", "bash", command, tuple(differs)))
    except CannotExport as error:
        found.append(Equivalent("CleanRL", "bash", "", (str(error),)))
    return [*found, Equivalent("PPO Playground", "bash", own_command(config), tuple(moved(view)))]


def _read(folder: RunFolder) -> tuple[RunView, TrainConfig]:
    view = RunView(folder.runs, folder.run_id)
    try:
        return view, view.config
    except ValueError as error:
        raise CannotExport(f"Run {folder.run_id} cannot be exported: {error}") from error


def moved(view: RunView) -> list[str]:
    """One sentence for each knob that was moved while the run went on; the scripts keep what it began with."""
    return [
        f"At update {event.update}, {name} was moved to {value}; here it stays as it began."
        for event in view.events_since(0) if event.kind == "knob"
        for name, value in event.detail["changes"].items()
    ]  # fmt: skip


def needs(config: TrainConfig) -> str:
    """What has to be installed, in one line."""
    package = "sb3-contrib" if OBJECTIVES[config.objective].trust_region else "stable-baselines3"
    return f'Needs: pip install {package} "gymnasium[box2d]"'


def sb3_code(config: TrainConfig) -> str:
    """The script itself, without the comments above it. Raises CannotExport, in one sentence."""
    refuse_without_equivalent(config, PROGRAM)
    if describe(config.env_id).note:
        raise CannotExport(f"{config.env_id} shows text, which {PROGRAM} does not read.")
    trust_region = OBJECTIVES[config.objective].trust_region
    algorithm, package = ("TRPO", "sb3_contrib") if trust_region else ("PPO", "stable_baselines3")
    arguments = {**_shared(config), **(_trpo(config) if trust_region else _ppo(config))}
    lines = [f"from {package} import {algorithm}", "from stable_baselines3.common.env_util import make_vec_env"]
    if shares_trunk(config):
        lines.append("from stable_baselines3.common.torch_layers import BaseFeaturesExtractor")
    if config.normalize_observation or config.normalize_reward:
        lines.append("from stable_baselines3.common.vec_env import VecNormalize")
    lines += ["from torch import nn", *_notes(config)]
    if shares_trunk(config):
        lines.append(_trunk(config))
    lines += ["", *_environments(config), "", f"model = {algorithm}(", '    "MlpPolicy",', "    env,"]
    lines += [f"    {name}={value}," for name, value in arguments.items()]
    lines += [")", f"model.learn(total_timesteps={config.total_timesteps:_})"]
    lines.append(f'model.save("{algorithm.lower()}-{config.env_id.rpartition(":")[2].replace("/", "-")}")')
    return "\n".join(lines) + "\n"


def _environments(config: TrainConfig) -> list[str]:
    imports, wrapped = [f"import {name}  # registers environments" for name in named_modules()], ""
    if config.env_id not in ENVIRONMENTS:
        imports.append("from gymnasium.wrappers import FlattenObservation")
        wrapped = ", wrapper_class=FlattenObservation"
    made = f'env = make_vec_env("{config.env_id}", n_envs={config.n_envs}, seed={config.seed}{wrapped})'
    observation, reward = config.normalize_observation, config.normalize_reward
    if not observation and not reward:
        return [*imports, made]
    return [
        *imports, made,
        f"env = VecNormalize(env, norm_obs={observation}, norm_reward={reward}, gamma={config.gamma})",
    ]  # fmt: skip


def _shared(config: TrainConfig) -> dict[str, Any]:
    rate: Any = config.learning_rate
    if config.anneal_lr:
        # Stable-Baselines3 counts a rollout before it asks, so its first update would have less than the full rate.
        rate = f"lambda left: {rate} * (left + {config.batch:_} / {config.total_timesteps:_})"
    bend = {"tanh": "nn.Tanh", "relu": "nn.ReLU"}[config.activation]
    network = f'"net_arch": {list(config.hidden_sizes)}, "activation_fn": {bend}'
    if shares_trunk(config):
        network = '"net_arch": [], "features_extractor_class": Trunk'
    if not describe(config.env_id).discrete:
        network += f', "log_std_init": {config.log_std_init}'
    return {
        "learning_rate": rate, "n_steps": config.n_steps, "batch_size": config.batch_size, "gamma": config.gamma,
        "gae_lambda": gae_lambda(config), "normalize_advantage": config.normalize_advantage,
        "policy_kwargs": f"{{{network}}}", "seed": config.seed, "device": '"cpu"', "verbose": 1,
    }  # fmt: skip


def _ppo(config: TrainConfig) -> dict[str, Any]:
    norm = 'float("inf")' if config.max_grad_norm is None else config.max_grad_norm
    return {
        "n_epochs": epochs(config), "clip_range": number(clip_range(config)), "clip_range_vf": config.clip_range_vf,
        "ent_coef": config.ent_coef, "vf_coef": config.vf_coef, "max_grad_norm": norm, "target_kl": config.target_kl,
    }  # fmt: skip


def _trpo(config: TrainConfig) -> dict[str, Any]:
    return {
        "target_kl": config.max_kl, "cg_max_steps": config.cg_iterations, "cg_damping": config.cg_damping,
        "n_critic_updates": config.n_epochs,
    }  # fmt: skip


def _notes(config: TrainConfig) -> list[str]:
    """What is not quite the same, one comment each."""
    kind, said = OBJECTIVES[config.objective], []
    if kind.single_pass:
        said.append("One pass without a clip: the policy gradient, but later minibatches also weigh by their ratio.")
    elif config.objective == "surrogate":
        said.append("A clip range that no ratio reaches is no clip.")
    if kind.trust_region:
        said.append("TRPO here clips no gradient and no value, and weighs no value loss.")
    if config.normalize_observation or config.normalize_reward:
        said.append("VecNormalize moves its statistics at every step, PPO Playground between rollouts.")
    return ["", *(f"# {sentence}" for sentence in said)] if said else []


def _trunk(config: TrainConfig) -> str:
    widths = [describe(config.env_id).obs_dim, *config.hidden_sizes]
    bend = {"tanh": "nn.Tanh()", "relu": "nn.ReLU()"}[config.activation]
    layers = ", ".join(f"nn.Linear({a}, {b}), {bend}" for a, b in zip(widths, widths[1:], strict=False))
    return TRUNK.format(last=widths[-1], layers=layers)
