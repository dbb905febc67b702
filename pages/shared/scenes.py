"""The program's own scenes for a talk, as data: one thing each, how it moves by itself, and what L trains."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.presets import build_config

RACE = ("ppo_clip", "surrogate")
FIRST_EPS = 0.2


class Live(NamedTuple):
    """What L trains: one run, or with ``twins`` two that share their seed; ``panels`` of the Lab show it."""

    env: str
    preset: str
    objective: str
    panels: tuple[str, ...] = ("ret", "video")
    knobs: tuple[tuple[str, Any], ...] = ()
    twins: bool = False


class Scene(NamedTuple):
    """One scene: what is drawn, the sentence on the screen, the sentence to say, and how its control moves.

    ``figure`` names a drawing of assets/present/figures.js, ``race`` and ``live`` are recordings; ``keep`` are the
    charts of that drawing that stay, ``tiles`` its numbers. ``path`` are stops: seconds, and what the control stands
    at then (in between it glides), or ``do``: a button to press.
    """

    name: str
    title: str
    show: str
    say: str
    figure: str
    path: tuple[tuple[float, dict[str, Any]], ...]
    live: Live
    keep: tuple[int, ...] = (0,)
    tiles: tuple[str, ...] = ()


def _presses(start: float, every: float, count: int) -> tuple[tuple[float, dict[str, Any]], ...]:
    return tuple((round(start + every * at, 2), {"do": "step"}) for at in range(count))


SCENES = (
    Scene(
        "weights", "Importance weights blow up",
        "Far from the data, a few samples carry all the weight.",
        "We want a mean under p, but our samples come from q. Each counts p over q. Slide q away: of a thousand "
        "samples one is left that counts, and the estimate scatters.",
        "weights",
        ((0, {"mean": 4, "std": 2}), (5, {"mean": 9.5}), (6.5, {"mean": 9.5, "std": 2}), (9, {"mean": 4}),
         (10, {"mean": 4, "std": 2}), (13, {"std": 0.8}), (15, {"std": 0.8}), (17, {"mean": 4, "std": 2})),
        Live("CartPole-v1", "no-leash", "surrogate", ("ret", "hist")),
        tiles=("ess", "qspread"),
    ),
    Scene(
        "paths", "A product of ratios",
        "Each step’s ratio is near 1. Their product over a path is not.",
        "One step of the policy hardly changes: a ratio of 0.8 or 1.2. Over three hundred steps the weights spread "
        "over many powers of ten. The mean stays exactly 1, but hardly any path has it.",
        "paths",
        ((0, {"delta": 0.1, "steps": 2}), (6, {"steps": 300}), (8, {"delta": 0.1}), (11, {"delta": 0.3}),
         (12.5, {"delta": 0.3, "steps": 300}), (15, {"delta": 0.1, "steps": 2})),
        Live("CartPole-v1", "no-leash", "surrogate", ("ret", "hist")),
        tiles=("typical", "worth"),
    ),
    Scene(
        "cliff", "A step off the cliff",
        "Too small a step gets nowhere. One too large falls, and there is no way back.",
        "The policy itself makes the data. Whoever steps over the edge collects data at the bottom, where the "
        "gradient is flat. A supervised learner gets the same data again tomorrow; this one does not.",
        "cliff",
        ((0, {"rate": -1.7}), (4, {"rate": -0.22}), (5.5, {"rate": -0.22}), (9, {"rate": 0.95}), (12, {"rate": 0.95}),
         (14, {"rate": -1.7})),
        Live("CartPole-v1", "big-step", "ppo_clip", ("ret", "entropy")),
        tiles=("now", "verdict"),
    ),
    Scene(
        "trust", "The trust region",
        "Believe the model inside a ball. Let reality decide how large the ball is.",
        "A Taylor model is good nearby. Take its best point in the ball, then compare what it promised with what "
        "came. Kept its promise: a larger ball. Broke it: a smaller one.",
        "trust",
        ((0, {"do": "reset"}), *_presses(0.35, 0.5, 36), (22, {})),
        Live("CartPole-v1", "quick", "trpo", ("ret", "kl")),
        tiles=("rho", "verdict"),
    ),
    Scene(
        "trpo", "TRPO’s step",
        "TRPO measures the ball in behaviour: in nats of KL, not in parameters.",
        "The same distance in parameters can be nothing or everything. In KL the ball becomes an ellipse, the "
        "natural step goes another way than the gradient, and a line search keeps it honest.",
        "trpo",
        ((0, {"do": "reset", "radius": -2.4}), (4, {"radius": -0.4}), (5.5, {"radius": -0.4}), (7, {"radius": -1}),
         *_presses(8, 1.3, 5), (16.5, {"radius": -1})),
        Live("CartPole-v1", "quick", "trpo", ("ret", "kl")),
        tiles=("klreached", "realgain"),
    ),
    Scene(
        "controller", "The KL controller",
        "Too far: double the price of KL. Too timid: halve it.",
        "No price fits every batch. So the rule watches the KL of each update and answers: beyond one and a half "
        "times the target it doubles β, below two thirds it halves it. It is always a few updates late.",
        "controller",
        ((0, {"times": 0}), (3, {"times": 1.6}), (5.5, {"times": 1.6}), (9, {"times": -1.3}), (11, {"times": -1.3}),
         (13, {"times": 0})),
        Live("CartPole-v1", "quick", "ppo_kl_adaptive", ("ret", "kl"), (("kl_coef", 0.01), ("d_targ", 0.01))),
        keep=(1, 2), tiles=("worst",),
    ),
    Scene(
        "clip", "The clip",
        "Outside 1 ± ε a sample stops pushing, where going on would pay.",
        "One line instead of a matrix. Good action, already likelier: flat, slope zero. Bad action, already rarer: "
        "flat too. On the other two sides the slope stays, so the way home is open.",
        "clip",
        ((0, {"r": 0.65, "a": 1}), (4, {"r": 1.5}), (5, {"r": 1.5}), (7, {"r": 1, "a": 1}), (7.05, {"a": -1}),
         (9.5, {"r": 0.5}), (10.5, {"r": 0.5}), (14, {"r": 1.4}), (15, {"r": 1.4}), (16.5, {"r": 1, "a": -1}),
         (16.55, {"a": 1}), (18, {"r": 0.65})),
        Live("CartPole-v1", "quick", "ppo_clip", ("ret", "objective")),
    ),
    Scene(
        "race", "The twin race",
        "Same seed, same weights, same first batch: one clips, one does not.",
        "Blue clips, vermillion does not; nothing else differs. One seed is a story, not a proof: the Evidence page "
        "has the rest.",
        "race", (),
        Live("LunarLander-v3", "quick", "ppo_clip", twins=True),
    ),
    Scene(
        "live", "You set ε",
        "You set ε.",
        "Ask the room for a clip range. Up and down move it, L trains a lander with it, here and now; while it "
        "trains, up and down still act.",
        "live", (),
        Live("LunarLander-v3", "quick", "ppo_clip"),
    ),
)  # fmt: skip
BY_NAME = {scene.name: scene for scene in SCENES}


def config_of(name: str, clip_range: float) -> TrainConfig:
    """What L trains in a scene; a clip range only where its objective reads one. Raises ConfigError, KeyError."""
    live = BY_NAME[name].live
    knobs = dict(live.knobs)
    if name in ("live", "race"):
        knobs["clip_range"] = clip_range
    return build_config(live.env, live.preset, live.objective, seed=1, **knobs)


def twins_of(name: str, clip_range: float) -> list[TrainConfig]:
    """The two that race, from one seed. Raises ConfigError, KeyError."""
    live = BY_NAME[name].live
    return [config_of(name, clip_range), build_config(live.env, live.preset, RACE[1], seed=1)]
