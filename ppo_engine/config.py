"""TrainConfig: everything that decides a run, frozen and checked, whether from a slider, a URL, a file or a command."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from ppo_engine.envs import ENVIRONMENTS, check_env_id
from ppo_engine.knobs import ConfigError, Knob
from ppo_engine.objective_knobs import CG_DAMPING, CG_ITERATIONS, CLIP_RANGE, D_TARG, KL_COEF, MAX_KL
from ppo_engine.objectives import OBJECTIVES

SB3 = "Stable-Baselines3, PPO"
PPO_PAPER = "Schulman et al. 2017, arXiv 1707.06347"
GAE_PAPER = "Schulman et al. 2016, arXiv 1506.02438"
DETAILS = "Huang et al. 2022, The 37 Implementation Details of PPO"

LADDER_LR = tuple(float(f"{digit}e{power}") for power in (-5, -4, -3, -2) for digit in (1, 2, 3, 5)) + (0.1,)


def _knob(name: str, label: str, default: Any, **rest: Any) -> Any:
    return Knob(name, label, default, **rest).field()


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """One run's settings. Every field is a knob (``KNOBS[name]``) except ``objective``, which names the formula.

    Raises:
        ConfigError: on construction, when a value is out of range or two values do not fit together.
    """

    env_id: str = "LunarLander-v3"
    objective: str = Knob(
        "objective", "Objective", "ppo_clip", scale="choice", choices=tuple(OBJECTIVES), group="objective",
        effect="The formula that each update maximises.", source=PPO_PAPER,
    ).field()
    seed: int = _knob(
        "seed", "Seed", 1, scale="integer", low=0, high=2**31 - 1, group="run",
        effect="Decides every random number: the same seed and settings give the same run, bit for bit.",
        source="PPO Playground",
    )
    total_timesteps: int = _knob(
        "total_timesteps", "Total steps", 500_000, scale="integer", low=1, high=50_000_000, unit="steps", group="run",
        effect="How many environment steps the run may take in all.", source=SB3,
    )
    clip_range: float = CLIP_RANGE.field()
    learning_rate: float = _knob(
        "learning_rate", "Learning rate", 3e-4, low=1e-7, high=1.0, scale="log", choices=LADDER_LR, live=True,
        symbol="α", effect="Size of every gradient step; larger learns faster until it breaks.", source=SB3,
        group="objective",
    )
    kl_coef: float = KL_COEF.field()
    d_targ: float = D_TARG.field()
    max_kl: float = MAX_KL.field()
    cg_iterations: int = CG_ITERATIONS.field()
    cg_damping: float = CG_DAMPING.field()
    target_kl: float | None = _knob(
        "target_kl", "KL stop", None, low=1e-5, high=10.0, scale="log", choices=(0.005, 0.01, 0.015, 0.02, 0.03, 0.05),
        optional=True, live=True, unit="nat", group="stabilisers",
        effect="Ends an update early once the approximate KL passes 1.5 times this.", source=SB3,
    )
    max_grad_norm: float | None = _knob(
        "max_grad_norm", "Gradient clip", 0.5, low=1e-3, high=1e6, slider=(0.1, 5.0, 0.1), optional=True, live=True,
        group="stabilisers", effect="Shortens every gradient longer than this; a leash that works even without ε.",
        source=DETAILS,
    )
    clip_range_vf: float | None = _knob(
        "clip_range_vf", "Value clip", None, low=1e-3, high=1e4, slider=(0.05, 1.0, 0.05), optional=True, live=True,
        group="stabilisers", effect="Keeps each new value estimate this close to the old one; depends on reward scale.",
        source=SB3,
    )
    anneal_lr: bool = _knob(
        "anneal_lr", "Anneal learning rate", False, scale="switch", live=True, group="stabilisers",
        effect="Lowers the learning rate in a straight line to zero over the run.", source=DETAILS,
    )
    normalize_advantage: bool = _knob(
        "normalize_advantage", "Normalise advantages", True, scale="switch", live=True, group="stabilisers",
        effect="Gives the advantages of every minibatch mean 0 and deviation 1.", source=SB3,
    )
    normalize_observation: bool = _knob(
        "normalize_observation", "Normalise observations", False, scale="switch", group="stabilisers",
        effect="Shifts and scales what the agent sees by running mean and deviation.", source=DETAILS,
    )
    normalize_reward: bool = _knob(
        "normalize_reward", "Normalise rewards", False, scale="switch", group="stabilisers",
        effect="Divides rewards by the running deviation of the discounted return.", source=DETAILS,
    )
    n_envs: int = _knob(
        "n_envs", "Environments", 16, scale="integer", low=1, high=64, slider=(1, 64, 1), group="rollout",
        effect="How many copies of the environment step side by side; more gives less correlated data.", source=SB3,
    )
    n_steps: int = _knob(
        "n_steps", "Steps per rollout", 256, scale="integer", low=1, high=8192, slider=(8, 4096, 8), group="rollout",
        unit="steps", effect="Steps each environment takes between two updates; the batch is this times environments.",
        source=SB3,
    )
    gamma: float = _knob(
        "gamma", "Discount", 0.99, low=0.0, high=1.0, slider=(0.9, 1.0, 0.001), live=True, symbol="γ", group="rollout",
        effect="Worth of a reward one step later; closer to 1 looks further ahead.", source=GAE_PAPER,
    )
    gae_lambda: float = _knob(
        "gae_lambda", "GAE λ", 0.95, low=0.0, high=1.0, slider=(0.0, 1.0, 0.01), live=True, symbol="λ",
        group="rollout", effect="Trades the critic's bias (0) for the returns' noise (1) in the advantages.",
        source=GAE_PAPER,
    )
    credit: str = _knob(
        "credit", "Credit", "gae", scale="choice", choices=("gae", "baseline", "reward_to_go", "episode_return"),
        group="rollout", source="Spinning Up, part 3; " + GAE_PAPER,
        effect="What an action answers for: the episode, what came after it, that minus the critic's guess, or GAE.",
    )
    n_epochs: int = _knob(
        "n_epochs", "Epochs", 10, scale="integer", low=1, high=100, slider=(1, 40, 1), live=True, group="learning",
        effect="How often each batch is reused; more learns more from it and drifts further from it.", source=SB3,
    )
    batch_size: int = _knob(
        "batch_size", "Minibatch", 64, scale="integer", low=2, high=524_288, slider=(16, 1024, 16), group="learning",
        unit="samples", effect="Samples per gradient step; smaller is noisier and takes more steps.", source=SB3,
    )
    ent_coef: float = _knob(
        "ent_coef", "Entropy bonus", 0.0, low=0.0, high=10.0, scale="log", live=True, group="learning",
        choices=(0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1), unit="per nat",
        effect="Reward for staying undecided; larger explores longer.", source=SB3,
    )
    vf_coef: float = _knob(
        "vf_coef", "Value weight", 0.5, low=0.0, high=100.0, slider=(0.0, 2.0, 0.05), live=True, group="learning",
        effect="Weight of the critic's error against the policy's gain in one gradient.", source=SB3,
    )
    hidden_sizes: tuple[int, ...] = _knob(
        "hidden_sizes", "Layers", (64, 64), scale="sizes", low=1, high=512, group="network", unit="units",
        effect="Width of each hidden layer of actor and critic; above 256 a step takes visibly longer.", source=SB3,
    )
    activation: str = _knob(
        "activation", "Activation", "tanh", scale="choice", choices=("tanh", "relu"), group="network",
        effect="The bend between two layers.", source=DETAILS,
    )
    shared_trunk: bool = _knob(
        "shared_trunk", "Shared trunk", False, scale="switch", group="network",
        effect="Actor and critic share their hidden layers: one pass serves both, and each pulls at the other.",
        source="Mnih et al. 2016, arXiv 1602.01783, section 4",
    )
    log_std_init: float = _knob(
        "log_std_init", "Initial log deviation", 0.0, low=-5.0, high=2.0, slider=(-4.0, 1.0, 0.1), group="network",
        effect="Logarithm of the first noise on continuous actions; larger explores more widely.", source=SB3,
    )
    backend: str = _knob(
        "backend", "Backend", "numpy", scale="choice", choices=("numpy", "torch"), group="network",
        effect="What computes the network: NumPy, the fastest at these sizes, or torch, on a GPU where there is one.",
        source="PPO Playground",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "env_id", check_env_id(self.env_id))
        for name, knob in KNOBS.items():
            object.__setattr__(self, name, knob.check(getattr(self, name)))
        if self.batch < 2:
            raise ConfigError("n_steps", self.n_steps, "at least 2 when there is one environment (n_envs is 1)")
        if self.batch_size > self.batch:
            raise ConfigError(
                "batch_size", self.batch_size,
                f"at most the rollout's {self.batch:,} samples (n_envs {self.n_envs} × n_steps {self.n_steps})",
            )

    @property
    def batch(self) -> int:
        """Samples per rollout, n_envs × n_steps."""
        return self.n_envs * self.n_steps

    @property
    def total_updates(self) -> int:
        """Policy updates until ``total_timesteps`` are reached; the last rollout is always a whole one."""
        return max(1, math.ceil(self.total_timesteps / self.batch))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainConfig:
        """The config of a JSON object; missing keys take their defaults.

        Raises:
            ConfigError: an unknown key or a bad value.
        """
        return cls(**known(values))

    @classmethod
    def from_record(cls, values: dict[str, Any]) -> TrainConfig:
        """The config of a run that was made once, to be told about: the same, but its ``env_id`` is only read.

        The environment may no longer be installed or allowed, and a list of runs must not make environments.
        """
        config = cls(**{**known(values), "env_id": ENVIRONMENTS[0]})
        object.__setattr__(config, "env_id", str(values.get("env_id", cls.env_id))[:100])
        return config

    def to_dict(self) -> dict[str, Any]:
        """A JSON-able mapping that ``from_dict`` reads back."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}

    def with_(self, **changes: Any) -> TrainConfig:
        """A checked copy with some values changed; raises ConfigError."""
        return dataclasses.replace(self, **known(changes))


def known(values: dict[str, Any]) -> dict[str, Any]:
    """The mapping itself, if every key is a field of TrainConfig; raises ConfigError for the first that is not."""
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    for key in values:
        if key not in names:
            raise ConfigError("knob", key, "one of " + ", ".join(sorted(names)))
    return values


KNOBS: dict[str, Knob] = {
    field.name: field.metadata["knob"] for field in dataclasses.fields(TrainConfig) if "knob" in field.metadata
}
