"""Importance sampling: a mean under one distribution from samples of another, and what happens over a trajectory."""

from pages.shared import lesson, lesson_values
from pages.shared.lesson_blocks import Equation, Experiment, Lesson, Question, Section, Symbol

F = Symbol("f", "f", "the function whose mean is wanted: 2 up to 2, then up to 4 at x = 4, then down to 0 at 8")
P = Symbol("p", "p", "the density under which the mean is wanted: normal, mean 4, deviation 2", "blue")
Q = Symbol("q", "q", "the density that the samples really come from: yours to drag", "orange")
W = Symbol(r"\frac{p(x_i)}{q(x_i)}", "p/q", "the weight of a sample: how much likelier p makes it than q", "purple")
X = Symbol("x_i", "x<sub>i</sub>", "the i-th sample, drawn from q", "orange")
N = Symbol("N", "N", "how many samples one estimate takes: 1,000 here")
RATIO = Symbol(r"\frac{\pi_\theta(a_t|s_t)}{\pi_{old}(a_t|s_t)}", "r<sub>t</sub>",
               "the ratio of step t: the new policy’s probability of the action taken, over the old one’s", "blue")
WEIGHT = Symbol("W_T", "W<sub>T</sub>", "the weight of a trajectory of T steps: the product of its ratios", "orange")
ADVANTAGE = Symbol(r"\hat A_t", "Â<sub>t</sub>", "the advantage estimate: how much better the action was than usual")

LESSON = Lesson(
    slug="learn-importance-sampling",
    lead="PPO learns from data that an older policy collected. This is the trick that makes it legal, and the place "
    "where it stops working.",
    figure="importance",
    sections=(
        Section("A mean you cannot sample", "experiment", ("f", "p", "exact", "pspread", "plain"), (
            "You want the mean of $f(x)$ when $x$ comes from $p$. With samples of $p$ you would average $f$ over them: "
            "the blue histogram shows a thousand such averages, sitting tightly around the exact value, 2.5423.\n\n"
            "Now suppose that $p$ cannot be sampled. In reinforcement learning that is the normal case: $p$ is the "
            "policy you are about to have, and the data is from the policy you had.",
        )),
        Section("The trick: weigh what you have", "experiment", ("q", "p", "weighted", "exact"), (
            "Take the samples from another density $q$ and weigh each one by how much likelier $p$ makes it:",
            Equation(r"E_{x\sim <p>}[<f>(x)] \approx \frac{1}{<n>}\sum_{i=1}^{<n>} <f>(<x>)\,<w>,\qquad <x>\sim <q>",
                     "In words: what q draws too rarely counts for more, what it draws too often for less.",
                     {"p": P, "f": F, "n": N, "x": X, "w": W, "q": Q}),
            "Nothing is approximated in the mean: the integral of $f\\,(p/q)\\,q$ is the integral of $f\\,p$. Drag the "
            "mean of $q$ in the figure: the orange histogram gets wider or narrower, and stays centred.",
        )),
        Section("The price is spread", "experiment",
                ("plain", "weighted", "difference", "qspread", "pspread", "ess", "p", "q"), (
            "With $q$ = N(6, 2²), a thousand samples an estimate and a thousand repetitions, both kinds of estimate "
            "agree on average and their differences scatter around 0. But the estimates from $q$ spread about **three "
            "times** as far: 0.0977 against 0.0320. 1,000 weighted samples of $q$ are worth 368 plain ones.\n\n"
            "The reason is where $p$ is large and $q$ is small, on the left: few samples fall there, and the few that "
            "do weigh up to twelve times the usual.",
        )),
        Section("A better q than p itself", "experiment",
                ("q", "star", "f", "p", "qspread", "pspread", "ess", "weighted"), (
            "You are free to choose $q$. Press **best normal q**: its estimates spread *less* than half as far as "
            "those from $p$ itself, because it spends its samples where $|f|\\,p$ is large. The best density of all is "
            "$q^* \\propto |f|\\,p$ (green): every weighted sample is then the answer itself, and the spread is 0. It "
            "is no use directly, since scaling it needs the very mean you are after.\n\n"
            "Press **too narrow** for the opposite: most estimates look fine and a few are wildly off. Once q’s "
            "variance is at most half of p’s, the weights have no finite variance at all.",
        )),
        Section("Where q must not be zero", "experiment", ("cut", "q", "weighted", "exact", "difference"), (
            "The trick needs $q(x) > 0$ wherever $f(x)\\,p(x) \\ne 0$. Press **cut at 3** or drag the red handle: now "
            "$q$ never draws below the cut, no weight can stand in for a sample that never comes, and the estimates "
            "centre on the wrong value. Nothing in the samples warns you; the histogram even looks tidy.\n\n"
            "A policy that has stopped trying an action has cut its $q$ in just this way.",
        )),
        Section("From one number to a trajectory", "trajectory", ("paths", "mean", "typical", "length", "worth"), (
            "A trajectory’s weight is the product of its steps’ ratios:",
            Equation(r"<W> = \prod_{t=1}^{T} <r>", "In words: each step’s ratio multiplies what came before.",
                     {"W": WEIGHT, "r": RATIO}),
            "Here the old policy tosses a fair coin and the new one shifts it by δ. The mean weight is exactly 1 "
            "whatever you do. Yet almost every product dies towards 0 and a few explode: after 100 steps with ratios "
            "of 0.8 and 1.2, a thousand trajectories are worth about **20**. Drag T and δ.",
        )),
        Section("One step at a time", "trajectory", ("single", "band", "kl"), (
            "So PPO does not weigh trajectories. It weighs single steps, and keeps the states as they came:",
            Equation(r"E_t\!\left[<r>\,<A>\right]",
                     "In words: the old data’s advantages, weighted by how much more the new policy wants each action.",
                     {"r": RATIO, "A": ADVANTAGE}),
            "With the same shift, 1,000 single steps are still worth 962. The omitted factors, those of the steps "
            "before, are all near 1 as long as the policies are close; that is what *proximal* means, and what the "
            "clip, the trust region and the KL penalty each try to ensure.",
        )),
    ),
    question=Question(
        "q is a normal far to the right of p, with the same width. A colleague averages 1,000 weighted samples, gets a "
        "number and sees a small scatter among the weights. Can the number be badly wrong?",
        (
            ("No: the estimator is unbiased for every q with full support.",
             "Unbiased says only that the mean over endless repetitions is right. Rare, huge weights carry that mean, "
             "and 1,000 samples may contain none of them: most single estimates are then too low."),
            ("Yes: the samples that carry the mean are the ones that q almost never draws.",
             "The weights that would correct the estimate sit where q hardly ever goes, so their absence looks like "
             "calm. An effective sample size computed from the theory shows it; the samples alone may not."),
            ("Only if f is negative somewhere.",
             "The sign of f does not matter here. The trouble is the ratio p/q, which is huge exactly where q draws "
             "nothing."),
        ),
        right=1,
    ),
    experiment=Experiment(
        {"env": "CartPole-v1", "preset": "no-leash", "objective": "surrogate", "seed": "1"},
        "The same weight, unguarded: CartPole with the **unclipped** surrogate r·Â, 40 epochs on every batch at a "
        "learning rate of 0.01 (preset *no-leash*), seed 1.",
        "the ratio histogram. Within the first updates ratios leave the neighbourhood of 1 and the KL jumps to several "
        "nats, hundreds of times 0.02. The return may rise for a while; by half-time it is down to 9, and stays there.",
    ),
    sources=(
        ("Biswas 2021, Understanding Proximal Policy Optimization, part 2 (the worked example)",
         "https://www.digdeepml.com/2021/04/04/Understanding-Proximal-Policy-Optimization-Part-2/"),
        ("Owen 2013, Monte Carlo theory, methods and examples, chapter 9", "https://artowen.su.domains/mc/"),
        ("Kakade and Langford 2002, Approximately optimal approximate reinforcement learning",
         "https://people.eecs.berkeley.edu/~pabbeel/cs287-fa09/readings/KakadeLangford-icml2002.pdf"),
        ("Schulman et al. 2017, Proximal policy optimization algorithms", "https://arxiv.org/abs/1707.06347"),
    ),
)  # fmt: skip

lesson.show(LESSON, lesson_values.importance())
