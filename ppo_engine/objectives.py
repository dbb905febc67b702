"""Every policy objective side by side: what is maximised, and how hard each sample still pushes.

An objective is a frozen dataclass. Its fields are its knobs, ``gain(terms)`` is its formula, per sample and to be
*maximised*, and ``slope(terms)`` is the derivative of the gain by log π_θ(a|s). Everything after the slope is shared
by all objectives: the gradient by the distribution's parameters, the entropy bonus, the KL penalty, the network.

Notation: r = π_θ(a|s) / π_old(a|s) is the probability ratio, Â the advantage estimate, ε the clip range, β the KL
coefficient. Shapes: every array is ``(B,)``, one entry a sample.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from ppo_engine.objective_knobs import CG_DAMPING, CG_ITERATIONS, CLIP_RANGE, D_TARG, KL_COEF, MAX_KL

if TYPE_CHECKING:
    from ppo_engine.config import TrainConfig


class Terms(NamedTuple):
    """What every objective is a formula of: ``log_ratio`` log r ``(B,)`` and ``advantage`` Â ``(B,)``."""

    log_ratio: np.ndarray
    advantage: np.ndarray


@dataclasses.dataclass(frozen=True)
class Objective:
    """What all objectives share; ``kl_coef`` is 0 where the formula has no KL penalty."""

    title: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    single_pass: ClassVar[bool] = False
    trust_region: ClassVar[bool] = False
    credit: ClassVar[str] = ""

    def gain(self, terms: Terms) -> np.ndarray:
        """The formula, per sample ``(B,)``, to be maximised."""
        return np.exp(terms.log_ratio) * terms.advantage

    def slope(self, terms: Terms) -> np.ndarray:
        """∂gain/∂log π_θ(a|s) per sample ``(B,)``: how hard the sample still pushes, 0 where it is dead."""
        return np.exp(terms.log_ratio) * terms.advantage

    def after_update(self, kl: float) -> Objective:
        """The objective of the next policy update, given the KL measured after this one on the whole batch."""
        return self

    def record(self, kl: float) -> dict[str, Any]:
        """What a controller inside the objective decides after an update of this ``kl``; empty where there is none."""
        return {}


@dataclasses.dataclass(frozen=True)
class PolicyGradient(Objective):
    """gain = log r · Â and slope = Â: the policy gradient ∇ log π_θ(a|s) Â, one pass over the batch.

    The gain differs from log π_θ(a|s) Â by a constant, so the gradient is the textbook one. With λ = 1 the advantage
    is reward-to-go minus the critic's baseline; with λ < 1 it is GAE. Source: Sutton et al. 2000; Schulman et al.
    2016, arXiv 1506.02438, eq. 1. One deviation: the pass is taken in minibatches, so later ones are a few steps off.
    """

    title: ClassVar[str] = "Policy gradient"
    formula: ClassVar[str] = r"\log \pi_\theta(a|s)\,\hat A"
    single_pass: ClassVar[bool] = True

    def gain(self, terms: Terms) -> np.ndarray:
        """log r · Â, ``(B,)``."""
        return terms.log_ratio * terms.advantage

    def slope(self, terms: Terms) -> np.ndarray:
        """Â, whatever the ratio, ``(B,)``."""
        return terms.advantage


@dataclasses.dataclass(frozen=True)
class Reinforce(PolicyGradient):
    """The policy gradient with R(τ), the whole episode's return, as every step's Â: correct on average, and noisy.

    Source: Williams 1992. Deviation: a rollout that cuts an episode completes its return with the critic's value.
    """

    title: ClassVar[str] = "REINFORCE"
    formula: ClassVar[str] = r"\log \pi_\theta(a|s)\,R(\tau)"
    credit: ClassVar[str] = "episode_return"


@dataclasses.dataclass(frozen=True)
class Surrogate(Objective):
    """gain = r Â: importance sampling without a leash, so the same batch may be used again and again.

    Source: Kakade and Langford 2002; Schulman et al. 2017, arXiv 1707.06347, eq. 6 (L^CPI).
    """

    title: ClassVar[str] = "Unclipped surrogate"
    formula: ClassVar[str] = r"r\,\hat A"


@dataclasses.dataclass(frozen=True)
class PPOClip(Objective):
    """gain = min(r Â, clip(r, 1−ε, 1+ε) Â): no reward for moving a sample's ratio beyond the band in its own favour.

    Source: Schulman et al. 2017, arXiv 1707.06347, eq. 7. A KL penalty β may be added to the clip (default 0).
    """

    title: ClassVar[str] = "Clipped surrogate"
    formula: ClassVar[str] = r"\min\left(r\hat A,\ \mathrm{clip}(r, 1-\varepsilon, 1+\varepsilon)\hat A\right)"
    clip_range: float = CLIP_RANGE.field()
    kl_coef: float = KL_COEF.field()

    def gain(self, terms: Terms) -> np.ndarray:
        """min(r Â, clip(r, 1−ε, 1+ε) Â), ``(B,)``."""
        ratio = np.exp(terms.log_ratio)
        clipped = np.clip(ratio, 1 - self.clip_range, 1 + self.clip_range)
        return np.minimum(ratio * terms.advantage, clipped * terms.advantage)

    def slope(self, terms: Terms) -> np.ndarray:
        """r Â, or 0 where Â > 0 and r > 1+ε, or Â < 0 and r < 1−ε, ``(B,)``."""
        ratio = np.exp(terms.log_ratio)
        up = terms.advantage > 0
        # Asked this way round, a ratio that is not a number stays one and is caught, instead of counting as dead.
        dead = np.where(up, ratio > 1 + self.clip_range, ratio < 1 - self.clip_range)
        return np.where(dead, np.float32(0), ratio * terms.advantage)


@dataclasses.dataclass(frozen=True)
class PPOKL(Objective):
    """gain = r Â, with β KL(π_old ‖ π_θ) subtracted in the mean: a price instead of a wall.

    Source: Schulman et al. 2017, arXiv 1707.06347, eq. 8. The KL is exact and taken on the batch's states.
    """

    title: ClassVar[str] = "Fixed KL penalty"
    formula: ClassVar[str] = r"r\,\hat A - \beta\,\mathrm{KL}(\pi_{old} \,\|\, \pi_\theta)"
    kl_coef: float = KL_COEF.field(1.0)


@dataclasses.dataclass(frozen=True)
class PPOKLAdaptive(PPOKL):
    """The fixed penalty with a controller: KL < d/1.5 halves β, KL > 1.5 d doubles it, for the next update.

    Source: Schulman et al. 2017, arXiv 1707.06347, section 4. The rule runs once per policy update, on the KL of the
    whole batch after it. Deviation: β stays within [1e-6, 1e6], so that it can always come back.
    """

    title: ClassVar[str] = "Adaptive KL penalty"
    formula: ClassVar[str] = r"r\,\hat A - \beta_k\,\mathrm{KL}(\pi_{old} \,\|\, \pi_\theta)"
    d_targ: float = D_TARG.field()

    def decision(self, kl: float) -> str:
        """``halve`` below d/1.5, ``double`` above 1.5 d or where the KL is not a number, else ``hold``."""
        if kl < self.d_targ / 1.5:
            return "halve"
        return "double" if kl > self.d_targ * 1.5 or kl != kl else "hold"

    def after_update(self, kl: float) -> PPOKLAdaptive:
        """β/2, 2β or β, as ``decision`` says."""
        after = {"halve": self.kl_coef / 2, "hold": self.kl_coef, "double": max(self.kl_coef, 1e-6) * 2}
        decided = self.decision(kl)
        if decided == "hold":
            return self
        return dataclasses.replace(self, kl_coef=min(max(after[decided], 1e-6), 1e6))

    def record(self, kl: float) -> dict[str, Any]:
        """The controller's decision after an update of this ``kl``, as the report keeps it."""
        after = self.after_update(kl).kl_coef
        return {
            "decision": self.decision(kl), "kl": kl, "d_targ": self.d_targ, "before": self.kl_coef, "after": after
        }  # fmt: skip


@dataclasses.dataclass(frozen=True)
class TRPO(Surrogate):
    """maximise mean r Â subject to mean KL(π_old ‖ π_θ) ≤ δ: one natural-gradient step a batch, checked by a search.

    Source: Schulman et al. 2015, arXiv 1502.05477, eq. 14. The step itself is in trust_region.py.
    """

    title: ClassVar[str] = "Trust region (TRPO)"
    formula: ClassVar[str] = r"r\,\hat A \quad\text{with}\quad \mathrm{KL}(\pi_{old} \,\|\, \pi_\theta) \le \delta"
    trust_region: ClassVar[bool] = True
    max_kl: float = MAX_KL.field()
    cg_iterations: int = CG_ITERATIONS.field()
    cg_damping: float = CG_DAMPING.field()


OBJECTIVES: dict[str, type[Objective]] = {
    "reinforce": Reinforce,
    "policy_gradient": PolicyGradient,
    "surrogate": Surrogate,
    "ppo_clip": PPOClip,
    "ppo_kl": PPOKL,
    "ppo_kl_adaptive": PPOKLAdaptive,
    "trpo": TRPO,
}


def make_objective(config: TrainConfig) -> Objective:
    """The objective that ``config.objective`` names, with its knobs taken from the config's fields of their names."""
    kind = OBJECTIVES[config.objective]
    return kind(**{field.name: getattr(config, field.name) for field in dataclasses.fields(kind)})
