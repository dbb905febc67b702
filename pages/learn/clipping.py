"""Clipping: PPO's objective, sample by sample: which branch, which slope, what it stops and what it does not."""

import streamlit as st

from pages.shared import lesson
from pages.shared.lesson_blocks import Equation, Experiment, Lesson, Question, Section, Symbol, engine_source
from ppo_engine.lessons.clipped_epochs import small_batch
from ppo_engine.objectives import PPOClip

RATIO = Symbol("r", "r", "the new policy’s probability of this action over the old one’s: 1 at the start")
ADVANTAGE = Symbol(r"\hat A", "Â", "the advantage estimate: how much better this action turned out than usual")
EPSILON = Symbol(r"\varepsilon", "ε", "the clip range: how far a ratio may go in its favour before reward ends", "blue")
CLIPPED = Symbol(r"\mathrm{clip}(<r>, 1-<e>, 1+<e>)", "clip(r)", "the ratio held inside the band 1 ± ε", "blue")
VALUE = Symbol("V", "V", "the critic’s new prediction", "blue")
OLD_VALUE = Symbol("V_{old}", "V<sub>old</sub>", "what the critic predicted when the data was collected", "purple")
RETURN = Symbol("R", "R", "the return that it is compared with")
RANGE = Symbol(r"\varepsilon_v", "ε<sub>v</sub>", "the value clip range, in units of the return", "purple")

LESSON = Lesson(
    slug="learn-clipping",
    lead="One line of algebra took the place of TRPO’s second-order machinery. It works sample by sample, and it "
    "promises less than is often said of it.",
    figure="clipping",
    sections=(
        Section("One sample, one curve", "one", (), (
            "Every sample of a batch has two numbers: its ratio $r$ moves with every step of the update, its advantage "
            "$\\hat A$ stays. PPO maximises the mean over the batch of",
            Equation(r"L^{CLIP} = \min\!\left(<r>\,<A>,\; <c>\,<A>\right)",
                     "In words: the smaller of the plain term and the term with its ratio held inside 1 ± ε.",
                     {"r": RATIO, "A": ADVANTAGE, "c": CLIPPED, "e": EPSILON}),
            "The figure is the Lab’s own. Drag the **circle** to move the sample’s ratio, the **knees** to move ε, and "
            "watch the formula. All samples start at $r = 1$, so the first minibatch is never clipped.",
        )),
        Section("Six cases", "one", ("cases", "flat", "open", "formula"), (
            "Only two things matter: the sign of $\\hat A$, and whether $r$ lies below, inside or above the band. "
            "Press a case to see it on the curve. Inside, both terms are equal. Outside, the minimum takes the "
            "clipped term in just **two** of the four cases: a good action that has already become likelier, and a "
            "bad one that has already become rarer.",
        )),
        Section("Flat means silent", "one", ("flat", "formula"), (
            "Where the curve is flat its slope is 0: the sample adds nothing to the gradient any more. It is not "
            "pulled back; it has merely stopped asking. So a noisy advantage moves the policy only so far on its own "
            "account, and the same batch can serve for many epochs.\n\n"
            "The Lab counts these samples as *killed*.",
        )),
        Section("The other two corners stay open", "one", ("open", "formula"), (
            "A good action that has become *rarer* ($\\hat A > 0$, $r < 1-\\varepsilon$) keeps its full slope, and so "
            "does a bad one that has become likelier: there the update went the wrong way, and the minimum leaves the "
            "way home open.\n\n"
            "So the clipped objective is a **lower bound** of the plain one: the blue curve is never above the dashed "
            "line. It is the pessimist’s view, that gains beyond the band do not count and losses always do.",
        )),
        Section("Clipped does not mean bounded", "batch", (), (
            "Here is a batch of 96 samples and a small policy that they share, moved by the engine’s own slopes. After "
            "30 epochs fewer than half of the samples lie *inside* the band, and the largest ratio is far above "
            "$1 + \\varepsilon$. Two reasons:\n\n"
            "- a **step** is taken with the slopes from before it: one large step leaps over the knee (raise the "
            "learning rate);\n"
            "- parameters are **shared**: a killed sample is carried further by the others, and those outside on the "
            "open side keep pushing.\n\n"
            "The clip takes away the reason to go further. It does not hold anything. Drag the epochs.",
        )),
        Section("The same for values", "critic", (), (
            "Some codes clip the critic in the same spirit: a prediction may move only so far from the old one before "
            "its error stops counting.",
            Equation(r"\left(<o> + \mathrm{clip}(<v> - <o>, -<e>, <e>) - <R>\right)^2",
                     "In words: the squared error of the prediction after its change has been cut to the band.",
                     {"v": VALUE, "o": OLD_VALUE, "e": RANGE, "R": RETURN}),
            "Drag $V$ out of the shaded band: the blue curve goes flat and the critic is no longer corrected, even "
            "where it is wrong. There is little evidence that this helps, and here it is off unless you switch it on.",
        )),
        Section("In the engine", "one", ("formula", "cases", "flat", "open"), (
            "This is all of it. `gain` is the formula; `slope` is its derivative by $\\log\\pi_\\theta(a|s)$, the head "
            "of the backward pass.",
            engine_source(PPOClip.gain, PPOClip.slope),
        )),
    ),
    question=Question(
        "ε is 0.2. A sample has Â = −1 and r = 1.5: a bad action has become likelier. What is its slope by log π?",
        (
            ("0: the ratio is outside the band, so the sample is clipped.",
             "Outside the band is not the same as clipped. The minimum of −1.5 and −1.2 is −1.5, the unclipped term, "
             "whose slope is r·Â = −1.5."),
            ("−1.5: the sample pushes its action down with full strength.",
             "The minimum of −1.5 and −1.2 is the unclipped term, so the slope is r·Â. A clip fraction that counts "
             "everything outside the band therefore overstates how much is held."),
            ("−1.2: it pushes, but only with the clipped ratio.",
             "The clipped term is a constant in r: wherever the minimum takes it, the slope is 0, not 1.2·Â. Here it "
             "takes the other one."),
        ),
        right=1,
    ),
    experiment=Experiment(
        {"env": "CartPole-v1", "preset": "quick", "objective": "ppo_clip", "clip_range": "0.05", "seed": "1"},
        "CartPole with the clip range at **0.05** instead of 0.2, all else as the preset *quick* has it, seed 1.",
        "more killed samples than with 0.2, one and a half to three times as many, and a KL of 0.001 or less, four to "
        "ten times smaller. Yet the return rises as fast; on CartPole small steps go far enough. Then drag a knee to "
        "0.2 while it runs, and watch the KL.",
    ),
    sources=(
        ("Schulman et al. 2017, Proximal policy optimization algorithms, eq. 7 and figure 1",
         "https://arxiv.org/abs/1707.06347"),
        ("Engstrom et al. 2020, Implementation matters in deep policy gradients", "https://arxiv.org/abs/2005.12729"),
        ("Biswas 2021, Understanding Proximal Policy Optimization, part 2",
         "https://www.digdeepml.com/2021/04/04/Understanding-Proximal-Policy-Optimization-Part-2/"),
        ("Andrychowicz et al. 2020, What matters in on-policy reinforcement learning (value clipping)",
         "https://arxiv.org/abs/2006.05990"),
    ),
)  # fmt: skip


@st.cache_data(show_spinner=False)
def numbers() -> dict:
    """The batch that the browser runs its epochs on."""
    batch = small_batch()
    return {"batch": {name: value.tolist() for name, value in batch._asdict().items()}}


lesson.show(LESSON, numbers())
