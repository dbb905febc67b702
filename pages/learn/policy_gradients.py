"""Policy gradients and their limits: step size beside a cliff, data used once, noise, and credit."""

import streamlit as st

from pages.shared import lesson
from pages.shared.lesson_blocks import Equation, Experiment, Lesson, Question, Section, Symbol
from ppo_engine.recordings.case_histories import recorded_case
from ppo_engine.recordings.loop import loops
from ppo_engine.report import REPORT_KEYS

THETA = Symbol(r"\theta", "θ", "the policy’s parameters")
ALPHA = Symbol(r"\alpha", "α", "the step size, or learning rate: how far to follow the gradient", "blue")
OBJECTIVE = Symbol(r"\nabla_\theta J", "∇J", "the gradient of the expected return: uphill, and how steep")
SCORE = Symbol(r"\nabla_\theta \log \pi_\theta(a_t|s_t)", "∇ log π", "the direction that makes action t likelier")
PSI = Symbol(r"\Psi_t", "Ψ<sub>t</sub>", "the credit that action t is given: R, G, G − V or GAE", "blue")
COUNT = Symbol("N", "N", "how many trajectories are averaged")
WHOLE = Symbol("R", "R", "the return of the whole trajectory, what came before the action included")

LESSON = Lesson(
    slug="learn-policy-gradients",
    lead="Make actions that turned out well likelier: that is all a policy gradient does. Everything that came later, "
    "PPO included, answers four of its weaknesses.",
    figure="gradients",
    sections=(
        Section("Follow the gradient", "cliff", (), (
            "A policy’s parameters are a point, its expected return a height. Go uphill:",
            Equation(r"<theta> \leftarrow <theta> + <alpha>\; <grad>",
                     "In words: a step along the gradient, whose length is the slope times α.",
                     {"theta": THETA, "alpha": ALPHA, "grad": OBJECTIVE}),
            "Drag **θ** to another first policy. The ridge rises to the right; just behind its top it breaks off. "
            "Each dot is an update.",
        )),
        Section("Too small, right, too large", "cliff", ("path", "floor", "verdict", "slope"), (
            "Press the three buttons. *Too small* wastes sixty updates on the first slope. *Right* arrives. *Too "
            "large* makes fine progress on its first step, and the second leads over the edge.\n\n"
            "On the floor the gradient is 0. A bad policy collects bad data, and bad data says nothing about the way "
            "back. In supervised learning a bad step is followed by the same data; here it spoils the data too.",
        )),
        Section("No size suits the whole climb", "cliff", ("value", "path", "start", "now"), (
            "At α = 3 the climb takes four updates, and then the policy is thrown to and fro beside the top: "
            "what was right on the gentle slope is too much near the edge. The right size changes as the policy does, "
            "and one number has to serve throughout.",
        )),
        Section("The same on real runs", "real", ("barely", "healthy", "step", "returns", "kl", "at"), (
            "Three recorded runs of CartPole at three learning rates; drag the update. The [small one](/?case=barely) "
            "hardly moves. The [large one](/?case=step), whose gradient is not clipped either, staggers on with a KL "
            "above 1. From update 53 on its entropy is 0: it does the same for ever, and no gradient is left.\n\n"
            "Trust region, penalty and clip bound the change in *behaviour*, which is what the KL measures.",
        )),
        Section("A whole batch for one step", "real", ("reuse",), (
            "A gradient holds only for the policy that collected its data, so each one costs a fresh batch, used "
            "only once. Two runs get batches of 512 steps (*One gradient a batch, or 48*). The first takes a single "
            "gradient from each; PPO takes 48, and learns from as many steps what the other does not. The price of "
            "that is told in *Importance sampling*.",
        )),
        Section("The gradient is a guess", "noise", ("episode_return", "truth"), (
            "So far the gradient was known. In truth it is estimated from trajectories that came out by chance:",
            Equation(r"<grad> \approx \frac{1}{<n>} \sum_{i=1}^{<n>} \sum_t <score>\; <psi>",
                     "In words: what makes each action likelier, times its credit, averaged over trajectories.",
                     {"grad": OBJECTIVE, "n": COUNT, "score": SCORE, "psi": PSI}),
            "Here is a problem of eight steps and two actions, so small that all 256 trajectories can be listed and "
            "the true gradient is known. Each histogram holds 600 estimates. Move **parallel trajectories** from 1 to "
            "64: the spread falls with $1/\\sqrt N$, so eight times less noise costs 64 times the data.",
        )),
        Section("Credit costs nothing", "noise", ("episode_return", "reward_to_go", "baseline", "gae"), (
            "All four rows use the same trajectories and aim at the same gradient. They differ in Ψ alone:",
            Equation(r"<psi> = <R>,\;\; G_t,\;\; G_t - V_t,\;\; \textstyle\sum_l (\gamma\lambda)^l \delta_{t+l}",
                     "In words: everything; what came after; that, minus what was expected; the sum of surprises.",
                     {"psi": PSI, "R": WHOLE}),
            "- **Whole return**: every action answers for what others earned before it.\n"
            "- **Reward-to-go**: the past is left out. Same mean, less than half the variance.\n"
            "- **Minus a baseline**: what would have come anyway is left out too. Here that is nearly all.\n"
            "- **GAE**, generalised advantage estimation: the luck of later steps is faded out as well. With the true "
            "values, as here, it stays unbiased; with a learned critic it does not quite.\n\n"
            "From the first to the last the variance falls to about a hundredth, which otherwise takes a hundred "
            "times the data.",
        )),
        Section("What is left to solve", "noise", (), (
            "Credit and parallel environments tame the noise. That is A2C, the advantage actor-critic. Left are the "
            "step size and the single use of the data; the next lessons are about these two, and about how they are "
            "one problem: a batch can be used again only as long as the policy has not gone too far from the one that "
            "collected it.",
        )),
    ),
    question=Question(
        "A run’s return collapses to the minimum in one update and stays there. Will more updates at a smaller step "
        "size save it?",
        (
            ("Yes: with small steps the gradient leads back uphill.",
             "It would if there were a gradient. On the floor every trajectory is equally bad, so nothing is better "
             "than expected, and the estimate is 0 or noise."),
            ("Hardly: the new policy’s data no longer shows what was better.",
             "The batches come from the broken policy. If all it does turns out equally badly, no action gets any "
             "credit. The step had to be bounded before it was taken."),
            ("Yes, if the batches are made larger.",
             "More trajectories make the estimate less noisy, but the mean they estimate is 0."),
        ),
        right=1,
    ),
    experiment=Experiment(
        {"env": "CartPole-v1", "preset": "quick", "objective": "policy_gradient", "seed": "1",
         "credit": "episode_return"},
        "CartPole with the plain **policy gradient**, one gradient a batch, and the whole return as credit; seed 1.",
        "a return that rises slowly, to some 200 by the end; the clipped objective reaches 500 in as many steps. Then "
        "choose another *Credit* under *All knobs*, same seed: reward-to-go and baseline end near the same, GAE lower. "
        "It leans on a critic that also learns from one gradient a batch.",
    ),
    sources=(
        ("Williams 1992, Simple statistical gradient-following algorithms (REINFORCE)",
         "https://doi.org/10.1007/BF00992696"),
        ("Schulman et al. 2016, Generalized advantage estimation (the choices of Ψ)",
         "https://arxiv.org/abs/1506.02438"),
        ("Spinning Up, part 3: intro to policy optimization",
         "https://spinningup.openai.com/en/latest/spinningup/rl_intro3.html"),
        ("Understanding Proximal Policy Optimization, part 1",
         "https://www.digdeepml.com/2020/05/24/Understanding-Proximal-Policy-Optimization-Part-1/"),
    ),
)  # fmt: skip


@st.cache_data(show_spinner=False)
def numbers() -> dict:
    """The recorded runs: three learning rates, and one gradient a batch against many."""
    columns = {name: REPORT_KEYS.index(name) for name in ("ep_rew_mean", "kl", "entropy")}
    cases = {}
    for case in ("barely", "healthy", "step"):
        recording = recorded_case(case)
        cases[case] = {name: recording.rows[:, at].round(6).tolist() for name, at in columns.items()}
        cases[case]["rate"] = recording.config.learning_rate
    runs = loops()
    reuse = {method: [update["ep_rew_mean"] for update in runs[method]["updates"]] for method in ("a2c", "ppo")}
    return {"cases": cases, "reuse": reuse, "batch": 512}


lesson.show(LESSON, numbers())
