"""PPO, the loop: the whole algorithm as a diagram that a recorded run goes through, beside A2C and TRPO."""

import streamlit as st

from pages.shared import lesson
from pages.shared.lesson_blocks import Equation, Experiment, Lesson, Question, Section, Symbol
from pages.shared.loop_boxes import WHOLE, methods
from ppo_engine.recordings.loop import KNOBS, loops

CLIP = Symbol(r"L^{CLIP}", "L<sup>CLIP</sup>", "the clipped surrogate, averaged over the minibatch", "blue")
VALUE = Symbol(r"(V - R)^2", "(V − R)²", "the critic’s squared error, which has nothing to do with the clip", "purple")
ENTROPY = Symbol("H", "H", "the policy’s entropy: how undecided it is; a small bonus keeps it trying", "green")
C_VALUE = Symbol("c_v", "c<sub>v</sub>", "the weight of the critic’s error: 0.5 here")
C_ENTROPY = Symbol("c_e", "c<sub>e</sub>", "the weight of the entropy bonus: 0 here")

LESSON = Lesson(
    slug="learn-ppo-loop",
    lead="Six lessons, one loop. Here is all of it, as a recorded run went through it: CartPole, 60 updates of 512 "
    "steps, every phase as long as it took.",
    figure="loop",
    sections=(
        Section("Round and round", "loop", (), (
            "Collect a batch, judge it, learn from it several times, throw it away. What is lit is at work; the bar "
            "below shows where the time of an update goes. Slow it down, step through it, or drag **Update** along "
            "the returns.\n\n"
            "Press a box: you see its lines in the engine, those at work marked, and the way to its lesson.",
        )),
        Section("Rollout", "loop", ("as:ppo", "rollout", "lanes", "time"), (
            "Eight copies of the environment take 64 steps each, all with the same policy: $\\pi_{old}$ from now on. "
            "Parallel copies make the gradient less noisy, and their steps less alike. Bars mark where a pole fell; "
            "at the right end the episodes are merely cut, and the critic stands in for the rest.",
        )),
        Section("Advantages", "loop", ("as:ppo", "advantages", "lanes"), (
            "One pass from right to left gives every step its $\\hat A$: blue did better than the batch’s average, "
            "orange worse. It is by far the shortest phase, a third of a millisecond. Early in the run you see the "
            "orange trail before each fall; later, when hardly any pole falls, the critic’s own doubts are most of "
            "what is left.",
        )),
        Section("Epochs of minibatches", "loop", ("as:ppo", "minibatch", "epochs", "lanes", "ratio", "kl"), (
            "The 512 samples are shuffled and dealt into eight minibatches; when all have been used, they are "
            "shuffled again. Six epochs make 48 gradients from one batch. The bright cells are the very samples "
            "of each.\n\n"
            "The first minibatch has ratios of exactly 1. From then on data and policy drift apart, as the two "
            "curves show, and importance sampling has to make up for it.",
        )),
        Section("Ratio, clip, step", "loop", ("as:ppo", "ratio", "gradient", "kl", "killed", "spread"), (
            "Each gradient is that of one number:",
            Equation(r"L = -<clip> + <cv>\, <value> - <ce>\, <h>",
                     "In words: what the policy may gain, the critic’s error, and a bonus for staying undecided.",
                     {"clip": CLIP, "value": VALUE, "h": ENTROPY, "cv": C_VALUE, "ce": C_ENTROPY}),
            "The clip acts late: in the first epoch hardly any sample is killed, in the last ones some are. The "
            "spread of the ratios settles near the band without being held there. Then the gradient’s length is cut "
            "to 0.5, and Adam takes its step.",
        )),
        Section("Look back, and forget", "loop", ("as:ppo", "report", "back", "whole", "returns"), (
            "A last look at the whole batch tells how far the policy has gone: the exact KL, usually below 0.02. Then "
            "all 512 samples are dropped. They were good for one neighbourhood, and the policy has left it. This is "
            "what *on-policy* means, and why PPO needs many steps in cheap environments.",
        )),
        Section("The family: A2C", "loop", ("as:a2c", "rollout", "advantages", "gradient", "returns", "back"), (
            "Parallel environments, a critic, GAE: all that is A2C’s. It follows **one** gradient of the whole batch "
            "and drops it. Every ratio is then 1, so there is nothing to clip: PPO with one epoch and one minibatch "
            "*is* A2C.\n\n"
            "Here it gets the same batches and the same learning rate, and learns little from 60 gradients. "
            "Usually it is given smaller batches and larger steps. What it cannot do is use a batch twice.",
        )),
        Section("The parent: TRPO", "loop", ("as:trpo", "cg", "search", "critic", "time", "returns"), (
            "TRPO takes one step too, but a chosen one: conjugate gradient, then a search until the KL is within δ. "
            "It pays for it:\n\n"
            "- **Two heads**: where actor and critic share layers, a KL says nothing of the critic’s half, and the "
            "two need weighing against each other.\n"
            "- **Large networks**: with convolutional and recurrent ones it did poorly, on Atari for instance.\n"
            "- **Code**: products with a matrix that is never built, a solver, a search.\n\n"
            "In this run it learns nearly as fast as PPO. PPO gives up the guarantee and keeps the idea, in "
            "one line that any optimiser can follow.",
        )),
        Section("In the engine", "loop", ("as:ppo", "box:loop", "source", "rollout", "advantages", "minibatch"), (
            "`Trainer.update` is the loop, line by line; the caller repeats it until the steps are used up. The "
            "run in the figure was trained by this very code. Nothing below it knows of pages or files.",
        )),
    ),
    question=Question(
        "You run PPO with one epoch, and with one minibatch as large as the batch. What does the clip do?",
        (
            ("It keeps the single step small.",
             "A gradient is computed before its step, where every ratio is 1. The clip sees nothing outside the band, "
             "so it changes nothing, however large the step then is."),
            ("Nothing: every ratio is still 1 when the only gradient is computed.",
             "At r = 1 the clipped and the plain term are equal, and the slope is Â: this is A2C’s gradient. The clip "
             "acts only from the second use of a batch on."),
            ("It makes the policy converge faster.",
             "It cannot do anything here: no ratio has left 1 when the only gradient of the batch is computed."),
        ),
        right=1,
    ),
    experiment=Experiment(
        {"env": "CartPole-v1", "preset": "quick", "objective": "ppo_clip", "seed": "1",
         **{name: str(value) for name, value in KNOBS.items()}},
        "The recorded run itself: CartPole with **64 steps**, minibatches of **64**, **6 epochs** and 30,720 steps in "
        "all, seed 1.",
        "the same curve as here: equal seeds give equal runs. In the end every episode lasts its full 500 steps. Then "
        "set *Epochs* to 1 under *All knobs*: the KL shrinks, and so does what is learnt.",
    ),
    sources=(
        ("Schulman et al. 2017, Proximal policy optimization algorithms, algorithm 1",
         "https://arxiv.org/abs/1707.06347"),
        ("Huang et al. 2022, A2C is a special case of PPO", "https://arxiv.org/abs/2205.09123"),
        ("Huang et al. 2022, The 37 implementation details of proximal policy optimization",
         "https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details/"),
        ("Schulman, lecture on TRPO and its limits", "https://www.youtube.com/watch?v=xvRrgxcpaHY"),
        ("Biswas 2021, Understanding Proximal Policy Optimization, part 2",
         "https://www.digdeepml.com/2021/04/04/Understanding-Proximal-Policy-Optimization-Part-2/"),
    ),
)  # fmt: skip


@st.cache_data(show_spinner=False)
def numbers() -> dict:
    """The three recorded runs, and the boxes of their diagrams."""
    return {"runs": loops(), "methods": methods(), "whole": WHOLE}


lesson.show(LESSON, numbers())
