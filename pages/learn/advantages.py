"""Advantages: reward-to-go, TD error and GAE on ten steps whose numbers can be moved, then on a recorded landing."""

import numpy as np
import streamlit as st

from pages.shared import lesson
from pages.shared.lesson_blocks import Equation, Experiment, Lesson, Question, Section, Symbol, engine_source
from ppo_engine.advantages import gae
from ppo_engine.lessons.credit import REWARDS, VALUES, credit
from ppo_engine.recordings.landing import landing

TO_GO = Symbol("G_t", "G<sub>t</sub>", "what came from step t on, later rewards counting less", "green")
REWARD = Symbol("r_t", "r<sub>t</sub>", "the reward of step t", "green")
GAMMA = Symbol(r"\gamma", "γ", "the discount: what a reward is worth one step later")
VALUE = Symbol("V_t", "V<sub>t</sub>", "the reward-to-go that the critic expects in the state of step t", "purple")
NEXT = Symbol("V_{t+1}", "V<sub>t+1</sub>", "what it expects one step later; 0 where the episode has ended", "purple")
DELTA = Symbol(r"\delta_t", "δ<sub>t</sub>", "the TD error: how much better this one step went than expected", "orange")
LATER = Symbol(r"\delta_{t+l}", "δ<sub>t+l</sub>", "the TD error l steps later", "orange")
ADVANTAGE = Symbol(r"\hat A_t", "Âₜ", "the advantage estimate: how much better action t turned out than usual", "blue")
WEIGHT = Symbol(r"(\gamma\lambda)^l", "(γλ)<sup>l</sup>", "the share of a surprise l steps later that action t gets")

LESSON = Lesson(
    slug="learn-advantages",
    lead="An episode tells what came of a hundred actions together. An advantage says what one of them had to do "
    "with it.",
    figure="credit",
    sections=(
        Section("Only what came after", "ten", ("rewards", "togo", "step"), (
            "An action cannot change the past. So it answers for the rewards from its own step on, its "
            "**reward-to-go**:",
            Equation(r"<G> = <r> + <gamma>\, r_{t+1} + <gamma>^2 r_{t+2} + \dots",
                     "In words: all that came from step t on, each step of waiting costing a factor γ.",
                     {"G": TO_GO, "r": REWARD, "gamma": GAMMA}),
            "Here are ten steps. Choose one by pressing on it, or with the handle and the arrow keys; then drag its "
            "reward. What lies to the right of a step changes its credit, what lies to the left does not.",
        )),
        Section("Better than expected", "ten", ("rewards", "values", "deltas", "delta"), (
            "A reward of 2 is no merit where 2 was sure to come. The critic’s value $V$ is what is expected; the "
            "**TD error** is the surprise of a single step:",
            Equation(r"<delta> = <r> + <gamma>\,<next> - <v>",
                     "In words: what came, plus what may be expected now, minus what was expected before.",
                     {"delta": DELTA, "r": REWARD, "gamma": GAMMA, "next": NEXT, "v": VALUE}),
            "At $t=3$ the reward of 2 was foreseen by $V=3.1$, and δ is near 0. At $t=5$ nothing is paid, yet things "
            "look better afterwards: δ is positive. At $t=6$ the reward of −3 comes with better prospects, and they "
            "make up for part of it.",
        )),
        Section("A sum of surprises", "ten", ("deltas", "weights", "advantages", "advantage", "formula", "step"), (
            "An action may bear fruit later. Generalised advantage estimation gives it every later surprise too, "
            "each with a smaller share:",
            Equation(r"<A> = \sum_{l \ge 0} <w>\; <later>",
                     "In words: the surprises from step t on, fading by γλ a step.",
                     {"A": ADVANTAGE, "w": WEIGHT, "later": LATER}),
            "The filled part of each orange bar is the share that reaches the chosen step. Drag **λ** and watch the "
            "mistake at $t=6$ spread to the steps before it.",
        )),
        Section("Two ends of one dial", "ten", ("ends", "advantages", "values", "error", "delta"), (
            "**λ = 0**: $\\hat A_t = \\delta_t$. One step of reality, then the critic’s word: little noise, but wrong "
            "wherever the critic is wrong.\n\n"
            "**λ = 1**: all $V$ in between cancel and $\\hat A_t = G_t - V_t$ remains. True on average whatever the "
            "critic says, and noisy: the luck of every later step is in it.\n\n"
            "In between (0.95 is usual) some bias is accepted for much less noise. Drag a **value** at λ = 1: only "
            "its own step’s advantage moves. At λ = 0.95 others do as well.",
        )),
        Section("γ is not λ", "ten", ("weights", "horizon", "togo"), (
            "Both fade the future, for different reasons. γ belongs to the *task*: it changes what is wanted, "
            "$G$ and $V$ with it. λ belongs to the *estimate*: it changes only whom to believe, reality or the "
            "critic. Together they set how far credit reaches, about $1/(1-\\gamma\\lambda)$ steps: 17 at 0.99 and "
            "0.95.",
        )),
        Section("How an episode ends", "ten", ("values", "deltas", "advantages"), (
            "A crash *terminates*: nothing comes after it, so $V_{10}$ counts as 0. A time limit only *cuts*: there "
            "would have been more, and the critic’s value of the last observation stands for it. Press both and "
            "watch the last δ. Treating a cut as an end would teach that late states are worthless.",
            engine_source(gae),
        )),
        Section("On a landing", "landing", (), (
            "The same formulas on a recorded landing of LunarLander, flown by a policy at the end of its training. "
            "Blue dots: better than the critic expected. Drag along the curve to see each moment, "
            "and **λ** to 0 and to 1.\n\n"
            "The craft touches down long before the end, and it is only at the last step that landing is paid: "
            "+100. The critic expects some of it all along, so what remains is a modest surprise, and λ decides how "
            "far back it is shared.",
        )),
        Section("What the policy learns from", "landing", ("advantages", "noise", "advantage"), (
            "Every action’s log-probability is pushed in proportion to its Â. At λ = 1 the curve is smooth but far "
            "from 0: every action gets the luck of all that followed, good and bad alike. At λ = 0 it is a fence of "
            "single surprises.\n\n"
            "In training, a batch’s advantages are shifted and scaled to mean 0 and deviation 1 before use, so only "
            "their order and proportions count.",
        )),
    ),
    question=Question(
        "A step pays −0.3. Before it V = 10, after it V = 11; γ = 0.99 and λ = 0. What happens to its action?",
        (
            ("It becomes rarer, for its reward was negative.",
             "The reward alone does not decide. Things look better by nearly one after the step, and that outweighs "
             "−0.3."),
            ("It becomes likelier: Â = −0.3 + 0.99 · 11 − 10 = 0.59.",
             "At λ = 0 the advantage is the TD error: what came plus what may be expected now, minus what was expected "
             "before. Firing an engine costs fuel and can still be right."),
            ("Nothing can be said before the episode has ended.",
             "That would be so at λ = 1. At λ = 0 the critic’s next value stands for all that is still to come."),
        ),
        right=1,
    ),
    experiment=Experiment(
        {"env": "CartPole-v1", "preset": "quick", "objective": "ppo_clip", "seed": "1", "gae_lambda": "0"},
        "CartPole with **λ = 0**, all else as the preset *quick* has it (λ = 0.8), seed 1. λ is under *All knobs*, "
        "and can be moved while the run goes on.",
        "a slower start, for at first the critic knows nothing, and at λ = 0 the policy hears only it: a mean return "
        "near 90 after 60 updates, where λ = 0.8 has about 125, and a KL several times as large. Later the critic has "
        "learnt, and some seeds catch up. Then set λ back to 0.8, same seed, and compare.",
    ),
    sources=(
        ("Schulman et al. 2016, High-dimensional continuous control using generalized advantage estimation",
         "https://arxiv.org/abs/1506.02438"),
        ("Spinning Up, part 3: don’t let the past distract you",
         "https://spinningup.openai.com/en/latest/spinningup/rl_intro3.html"),
        ("Pardo et al. 2018, Time limits in reinforcement learning", "https://arxiv.org/abs/1712.00378"),
        ("Understanding Proximal Policy Optimization, part 1",
         "https://www.digdeepml.com/2020/05/24/Understanding-Proximal-Policy-Optimization-Part-1/"),
    ),
)  # fmt: skip


@st.cache_data(show_spinner=False)
def numbers() -> dict:
    """The ten steps and the landing; the landing begins at the step with the lowest advantage."""
    flown = landing()
    found = credit(np.array(flown.rewards), np.array(flown.values), flown.gamma, flown.gae_lambda)
    return {
        "rewards": REWARDS.tolist(), "values": VALUES.tolist(),
        "landing": {**flown._asdict(), "first": int(found.advantages.argmin())},
    }  # fmt: skip


lesson.show(LESSON, numbers())
