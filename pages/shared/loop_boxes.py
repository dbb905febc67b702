"""The boxes of the loop's diagram for PPO, A2C and TRPO: each with the engine's own lines and the lesson about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pages.shared.contents import CONTENTS
from pages.shared.lesson_blocks import engine_source
from ppo_engine.advantages import gae
from ppo_engine.learner import Learner
from ppo_engine.objectives import PolicyGradient, PPOClip
from ppo_engine.optimizer import Adam, clip_grad_norm
from ppo_engine.rollout import EnvGroup
from ppo_engine.trainer import Trainer
from ppo_engine.trust_region import conjugate_gradient, line_search
from ppo_engine.trust_region_learner import TrustRegionLearner
from ppo_engine.update_report import look_back

TITLES = {entry.slug: entry.title for entry in CONTENTS}


def _box(name: str, title: str, words: str, slug: str, *functions: Callable[..., Any], **lit: str) -> dict[str, Any]:
    """A box: ``words`` under its title while it rests, its source, and what in it is marked while which box is lit.

    Raises ValueError for a mark that the source does not contain.
    """
    source = engine_source(*functions)
    lines = source.code.split("\n")
    marked = {}
    for phase, fragment in lit.items():
        marked[phase] = [at for at, line in enumerate(lines) if fragment in line]
        if not marked[phase]:
            raise ValueError(f"box {name}: the source has no line with {fragment!r}")
    lesson = {"slug": slug, "title": TITLES[slug]} if slug else None
    code = {"text": source.code, "where": source.where, "lit": marked}
    return {"id": name, "title": title, "words": words, "code": code, "lesson": lesson}


WHOLE = _box(
    "loop", "The loop", "", "", Trainer.update, rollout="self._roll()", advantages="self._assess()",
    step="self.learner.fit", cg="self.learner.fit", search="self.learner.fit", critic="self.learner.fit",
    report="make_report(", back="after_update",
)  # fmt: skip
ROLLOUT = _box(
    "rollout", "Rollout", "64 steps × 8", "learn-policy-gradients", EnvGroup.roll, rollout="step(action[row])"
)
ADVANTAGES = _box("advantages", "Advantages", "δ, then GAE", "learn-advantages", gae, advantages="last = deltas[t]")
LOOK_BACK = _box("report", "Look back", "KL, then forget", "learn-kl-penalty", look_back, report="old.kl(new)")


def _minibatch(words: str) -> dict[str, Any]:
    return _box(
        "minibatch", "Minibatch", words, "learn-importance-sampling", Learner.fit, minibatch="shuffled.take(",
        ratio="self.gradient(", gradient="self.optimizer.step(",
    )  # fmt: skip


def methods() -> dict[str, dict[str, Any]]:
    """For each method its title, its groups of boxes from left to right, and the words on the way back."""
    clip = _box(
        "ratio", "Ratio, clip", "held in 1 ± 0.2", "learn-clipping", PPOClip.gain, PPOClip.slope, ratio="dead"
    )
    plain = _box("ratio", "log π Â", "r is 1", "learn-policy-gradients", PolicyGradient.gain, PolicyGradient.slope,
                 ratio="return terms.advantage")  # fmt: skip
    conjugate = _box("cg", "Natural step", "ten products Fv", "learn-trust-region", conjugate_gradient,
                     cg="product(")  # fmt: skip
    step = _box(
        "gradient", "Gradient step", "length ≤ 0.5", "learn-policy-gradients", Learner.gradient, clip_grad_norm,
        Adam.step, gradient="parameters -= work", ratio="objective.slope(",
    )  # fmt: skip
    search = _box("search", "Line search", "KL ≤ δ?", "learn-trust-region", line_search, search="evaluate(")
    critic = _box("critic", "Critic", "48 gradients", "", TrustRegionLearner._fit_critic,
                  critic="self.optimizer.step")  # fmt: skip

    def around(title: str, *boxes: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"title": "", "boxes": [ROLLOUT, ADVANTAGES]}, {"title": title, "boxes": boxes},
            {"title": "", "boxes": [LOOK_BACK]},
        ]  # fmt: skip

    return {
        "ppo": {"title": "PPO", "groups": around("6 epochs of 8 minibatches", _minibatch("64 of 512"), clip, step),
                "back": "the batch is thrown away; the new policy collects the next one"},
        "a2c": {"title": "A2C", "groups": around("once", _minibatch("all 512"), plain, step),
                "back": "the batch is thrown away after a single gradient"},
        "trpo": {"title": "TRPO", "groups": around("one step, inside δ", conjugate, search, critic),
                 "back": "the batch is thrown away; the new policy collects the next one"},
    }  # fmt: skip
