"""Which knobs a run does not read, and why: a slider that would do nothing is shown disabled with its reason."""

from __future__ import annotations

import dataclasses

from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe
from ppo_engine.objectives import OBJECTIVES


def unread_knobs(config: TrainConfig) -> dict[str, str]:
    """Knobs that this config's run does not read, each with the reason in one sentence, for a disabled slider."""
    kind = OBJECTIVES[config.objective]
    reads = {field.name for field in dataclasses.fields(kind)}
    reasons = {
        "clip_range": f"{kind.title} has no clip; ε only draws the reference band.",
        "kl_coef": f"{kind.title} has no KL penalty.",
        "d_targ": "Only the adaptive KL penalty has a target.",
        **dict.fromkeys(("max_kl", "cg_iterations", "cg_damping"), "Only TRPO steps within a trust region."),
    }
    unread = {name: reason for name, reason in reasons.items() if name not in reads}
    if kind.single_pass:
        unread["n_epochs"] = f"{kind.title} uses every batch once, since its gradient holds only at the old policy."
    if kind.credit:
        unread["credit"] = f"{kind.title} weights every step by the whole episode's return."
    if kind.credit or config.credit != "gae":
        unread["gae_lambda"] = "λ belongs to GAE; the credit chosen here does not read it."
    if kind.trust_region:
        unread["ent_coef"] = "TRPO has no entropy bonus; its radius keeps the policy from closing too soon."
        unread["target_kl"] = "TRPO keeps every update within its radius, so there is nothing to stop."
        unread["shared_trunk"] = "TRPO's critic has Adam to itself, so it cannot share layers with the actor."
    info = describe(config.env_id)
    if info.image:
        unread["normalize_observation"] = "Pixels are numbers from 0 to 1 already."
        unread["backend"] = "Pixels need a convolutional network, which is torch's."
    if info.discrete:
        unread["log_std_init"] = "Discrete actions have no deviation."
    return unread
