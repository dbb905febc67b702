"""Trust region: a Taylor model in a ball that grows and shrinks, and TRPO, where the ball is measured in KL."""

from pages.shared import lesson, lesson_values
from pages.shared.lesson_blocks import Equation, Experiment, Lesson, Question, Section, Symbol, engine_source
from ppo_engine.trust_region import line_search, scale_to_radius

MODEL = Symbol("m(p)", "m", "the Taylor model at your point: what f would be were it a parabola", "blue")
VALUE = Symbol("f_k", "f<sub>k</sub>", "the function at the point where you stand")
GRADIENT = Symbol("g", "g", "the gradient there")
HESSIAN = Symbol("B", "B", "the Hessian there: how the gradient bends")
STEP = Symbol("p", "p", "the step from x_k", "orange")
RADIUS = Symbol(r"\Delta", "Δ", "the radius: how far the model is trusted", "blue")
RHO = Symbol(r"\rho", "ρ", "real over predicted decrease: 1 for a perfect model, below 0 if things got worse")
REAL = Symbol("f(x) - f(x + p)", "real", "how much the function really fell", "green")
PREDICTED = Symbol("m(0) - m(p)", "predicted", "how much the model said it would fall", "blue")
RATIO = Symbol(r"\frac{\pi_\theta(a|s)}{\pi_{old}(a|s)}", "r", "the probability ratio of new and old policy")
ADVANTAGE = Symbol(r"\hat A", "Â", "the advantage estimate")
KL = Symbol(r"\mathrm{KL}(\pi_{old}\,\|\,\pi_\theta)", "KL",
            "how far the new behaviour is from the old one, in nats, the units of the natural logarithm", "green")
DELTA = Symbol(r"\delta", "δ", "the radius of the trust region, in nats of KL", "green")
FISHER = Symbol("F", "F", "the Fisher matrix: how fast the KL grows in each direction of the parameters", "green")
NATURAL = Symbol("x", "x", "the natural direction: uphill, with distance measured in KL")
SLOPE = Symbol("g", "g", "the gradient of the surrogate", "orange")

LESSON = Lesson(
    slug="learn-trust-region",
    lead="A gradient says where to go and nothing about how far. Trust-region methods decide how far first, and check "
    "afterwards whether they were right to trust.",
    figure="trust",
    sections=(
        Section("Trust a model, but only nearby", "line", (), (
            "Standing at $x$, replace $f$ by its Taylor model, and minimise that inside a ball:",
            Equation(r"\min_{<p>}\; <m> = <f> + <g>^{\!\top} <p> + \tfrac12 <p>^{\!\top}\! <B> <p>"
                     r",\;\; \lVert <p> \rVert \le <d>",
                     "In words: take the best step that the model knows of, as long as it stays within Δ.",
                     {"m": MODEL, "f": VALUE, "g": GRADIENT, "B": HESSIAN, "p": STEP, "d": RADIUS}),
            "Drag $x$ along the curve, and the edge of the ball. Near $x$ the parabola and $f$ agree; far away it may "
            "be absurd. Between the two valleys it even opens downwards: without a ball it has no minimum at all.",
        )),
        Section("Was it right?", "line", ("gap", "model", "rho", "predicted", "real", "verdict", "radius"), (
            "Now compare what was promised with what came:",
            Equation(r"<rho> = \frac{<real>}{<predicted>}", "In words: how much of the promise was kept.",
                     {"rho": RHO, "real": REAL, "predicted": PREDICTED}),
            "$\\rho$ below ¼: the model was trusted too far, **quarter** the radius. Above ¾, with the step stopped by "
            "the ball: it was trusted too little, **double** it. A step with $\\rho > 0.15$ is taken; any other is "
            "thrown away, and the same point tried again with a smaller ball. Press **Take the step** and watch Δ.",
        )),
        Section("Two variables", "plane", (), (
            "Rosenbrock’s valley is narrow and bent: the gradient points across it, not along it. Press **Run to the "
            "minimum**. The dashed rings are the model’s level curves; the step goes to their centre, or to the best "
            "point on the ball where the centre is too far.\n\n"
            "From (−1.2, 1) it takes about two dozen steps, some of them rejected. The radius needs no tuning: start "
            "it anywhere. On the quadratic the model is the function itself, ρ is always 1, and the ball only grows.",
        )),
        Section("Exact or dogleg", "plane", ("ball", "model", "gap", "path", "radius"), (
            "Minimising a parabola in a ball needs $(B + \\lambda I)\\,p = -g$ for the right $\\lambda \\ge 0$: "
            "*exact*, and a search over λ. The *dogleg* is cheaper: downhill to the model’s lowest point on that line, "
            "then straight for its centre, until the ball ends it. Both are here; tests hold the first against SciPy’s "
            "`trust-exact`, and the second, step by step, against its `dogleg`.",
        )),
        Section("From distance to behaviour", "policy", ("ball", "ellipse", "old", "value"), (
            "For a policy, distance in parameters is the wrong ruler. Here are all policies of three actions and two "
            "parameters. Drag **π old** into a corner: the same change of θ that matters in the middle does next to "
            "nothing there. So TRPO draws its ball in KL, the solid green line:",
            Equation(r"\max_\theta\; E\!\left[<r>\,<A>\right] \quad\text{with}\quad E\!\left[<kl>\right] \le <delta>",
                     "In words: gain what the old data promises (the surrogate), while behaving nearly as before.",
                     {"r": RATIO, "A": ADVANTAGE, "kl": KL, "delta": DELTA}),
            "The dashed ellipse is its quadratic model, which can be computed: $\\tfrac12\\,p^{\\top}F p = \\delta$.",
        )),
        Section("Conjugate gradient walks to it", "policy", ("walk", "natural", "plain", "residual"), (
            "On the ellipse the best step is not along the gradient but along",
            Equation(r"<F>\,<x> = <g>", "In words: the direction whose KL cost matches its promised gain.",
                     {"F": FISHER, "x": NATURAL, "g": SLOPE}),
            "With thousands of parameters $F$ cannot even be stored. Conjugate gradient needs only products $Fv$: its "
            "first iterate (CG 1) is the gradient, scaled; the second, with two parameters, is the answer. The engine "
            "stops after ten and calls it close enough.",
        )),
        Section("Look before you land", "policy",
                ("search", "natural", "ball", "klreached", "backtracks", "realgain"), (
            "The ellipse is only a model, so the full step may break the promise. The line search tries shares 1, "
            "0.8, 0.64 … of it until the surrogate really rises and the KL really stays within δ; crosses are "
            "refusals. Raise δ and the model gets worse.",
            engine_source(scale_to_radius, line_search),
        )),
        Section("What it costs", "policy", (), (
            "One update takes a dozen passes over the whole batch, for a single step. A shared trunk makes trouble, "
            "because the KL says nothing about the value head; convolutional and recurrent policies never did as well "
            "under it; and there is more to get wrong. PPO’s question was how much of this a first-order method can "
            "keep.",
        )),
    ),
    question=Question(
        "The ratio ρ of a step is −0.4, and the ball stopped it. What happens next?",
        (
            ("The step is taken, but the radius is quartered.",
             "ρ below 0 means that f rose. A step is taken only for ρ above 0.15."),
            ("The step is thrown away, the radius quartered, and the same point tried again.",
             "f rose where the model promised a fall, so the model was trusted too far. At the same point a smaller "
             "ball is tried, and small enough it always succeeds, because there the model is right."),
            ("The radius is doubled, because the step ended on the boundary.",
             "Ending on the boundary counts only when the model was good: ρ above ¾."),
        ),
        right=1,
    ),
    experiment=Experiment(
        {"env": "CartPole-v1", "preset": "quick", "objective": "trpo", "seed": "1"},
        "CartPole with **TRPO**: δ = 0.01, ten iterations of conjugate gradient, the line search you have just seen, "
        "seed 1.",
        "the KL: in every update it stays at or below 0.01, whatever the return does. The panel *Line search* shows "
        "promised and real gain, and every backtrack.",
    ),
    sources=(
        ("Nocedal and Wright 2006, Numerical Optimization, chapter 4", "https://doi.org/10.1007/978-0-387-40065-5"),
        ("Schulman et al. 2015, Trust region policy optimization", "https://arxiv.org/abs/1502.05477"),
        ("Schulman, lecture on TRPO and its limits", "https://www.youtube.com/watch?v=xvRrgxcpaHY"),
        ("Biswas 2021, Understanding Proximal Policy Optimization, part 2",
         "https://www.digdeepml.com/2021/04/04/Understanding-Proximal-Policy-Optimization-Part-2/"),
        ("SciPy, minimize with trust-exact and dogleg",
         "https://docs.scipy.org/doc/scipy/reference/optimize.minimize-trustexact.html"),
    ),
)  # fmt: skip

lesson.show(LESSON, lesson_values.trust())
