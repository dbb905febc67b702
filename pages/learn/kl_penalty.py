"""KL penalty: a price on every nat instead of a wall, why one price does not fit, and the rule that adapts it."""

from pages.shared import lesson, lesson_values
from pages.shared.lesson_blocks import Equation, Experiment, Lesson, Question, Section, Symbol, engine_source
from ppo_engine.objectives import PPOKLAdaptive

RATIO = Symbol("r", "r", "the new policy’s probability of this action over the old one’s")
ADVANTAGE = Symbol(r"\hat A", "Â", "the advantage estimate: how much better this action turned out than usual")
BETA = Symbol(r"\beta", "β", "the price of one nat of KL", "blue")
KL = Symbol(r"\mathrm{KL}(\pi_{old}\,\|\,\pi_\theta)", "KL",
            "how far the new behaviour is from the old one, in nats, the units of the natural logarithm")
REACHED = Symbol(r"\overline{\mathrm{KL}}", "KL", "the mean KL of the batch, measured after the update")
TARGET = Symbol(r"d_{targ}", "d<sub>targ</sub>", "the KL that an update should have", "purple")

LESSON = Lesson(
    slug="learn-kl-penalty",
    lead="TRPO forbids large steps. A penalty merely makes them dear, and any optimiser can handle it. The question is "
    "what the price should be.",
    figure="penalty",
    sections=(
        Section("A price instead of a wall", "price", (), (
            "Subtract from the surrogate what the step costs:",
            Equation(r"L = E\!\left[<r>\,<A>\right] - <beta>\; E\!\left[<kl>\right]",
                     "In words: what the old data promises, minus a price for behaving differently.",
                     {"r": RATIO, "A": ADVANTAGE, "beta": BETA, "kl": KL}),
            "The upper two pictures hold all policies of three actions, as a batch with small advantages sees them and "
            "as one with large advantages does. Drag **β**: the thin lines are the level curves of $L$, the arrow "
            "goes from the old policy to the best one.",
        )),
        Section("Where the step ends", "price", ("step", "path", "value", "ball"), (
            "The purple patch holds the policies within the wanted KL. Here it is only drawn; nothing enforces it.\n\n"
            "With β near 0 nothing holds the policy, and it runs along the dotted path towards one certain action. "
            "With a large β it hardly moves, and the batch is wasted. Somewhere between lies the step that was wanted.",
        )),
        Section("One β does not fit", "price", ("curves", "beta", "ball", "smallkl", "largekl"), (
            "The lower chart shows all of it at once: KL against β over four decades. For small steps the KL goes with "
            "$(\\hat A/\\beta)^2$, so thirty times the advantage needs thirty times the β.\n\n"
            "Try to get both dots into the shaded band. At β = 0.45 the first is there, and the second is a hundred "
            "times too far; at β = 14 it is the other way round.\n\n"
            "Normalising advantages takes away this one difference. Others remain: how certain the policy is, how "
            "many epochs are run, how far training has come. The authors of PPO found no value that fits several "
            "problems, or one problem from start to end.",
        )),
        Section("Let the KL choose β", "control", ("batches", "reached", "target", "penalty"), (
            "So measure the KL after each update, and correct the price for the next:",
            Equation(r"<beta> \leftarrow \begin{cases} <beta> / 2 & <kl> \lt <d> / 1.5 \\"
                     r" 2\,<beta> & <kl> \gt 1.5\,<d> \\ <beta> & \text{otherwise} \end{cases}",
                     "In words: too small a step halves the price, too large a step doubles it.",
                     {"beta": BETA, "kl": REACHED, "d": TARGET}),
            "Sixty updates. From the 20th to the 40th, a disturbance: the advantages are ten times as large. Compare "
            "*adaptive β* with *fixed β*.",
        )),
        Section("After the damage", "control", ("batches", "reached", "penalty", "worst", "back"), (
            "The rule looks back. The first disturbed update runs with a price for another kind of batch: its KL is "
            "far above the target, and that step has been taken. Then β doubles once an update, so a factor of a "
            "thousand takes ten. Drag the **disturbance** up and watch how long it stays outside.\n\n"
            "Drag it far below 1 and the blow comes later: β falls while the batches are small, and the first usual "
            "one finds no brake.",
        )),
        Section("Break it", "control", ("batches", "reached", "target", "penalty", "band", "moves"), (
            "Drag **d** from 0.01 to 0.02: now β never settles. Doubling it divides a small KL by nearly 4, but the "
            "band from d/1.5 to 1.5 d is only 2.25 wide, so the rule may leap across it, back and forth for ever. "
            "That it settles at 0.01 is luck of where its doublings fall.\n\n"
            "Then add **noise** from batch to batch. The rule takes every accident for a trend.\n\n"
            "None of that is fatal: β stays within a factor of the right one, whatever it began with. Drag **where it "
            "starts** over six decades.",
        )),
        Section("In the engine", "control", (), (
            "Once per policy update, on the whole batch, never inside the loss:",
            engine_source(PPOKLAdaptive.decision, PPOKLAdaptive.after_update),
            "In the paper’s comparison the clipped objective came out ahead of every penalty, fixed or adaptive. What "
            "remains useful is the instrument: the KL of an update, and a target to hold it against.",
        )),
    ),
    question=Question(
        "The target is 0.01, β is 4, and an update ends with a KL of 0.005. What is β in the next update?",
        (
            ("4: the KL is below the target, so all is well.",
             "Below the target is not the same as within the band: it begins at 0.01/1.5 = 0.0067."),
            ("2: the step was smaller than wanted, so the price falls.",
             "0.005 lies below 0.01/1.5 = 0.0067. With half the price the next step of such a batch has nearly "
             "four times the KL, about 0.02: above the band, so β will return to 4."),
            ("8: the policy should be held closer.",
             "Doubling is for steps that were too large, above 1.5 · 0.01 = 0.015."),
        ),
        right=1,
    ),
    experiment=Experiment(
        {"env": "CartPole-v1", "preset": "quick", "objective": "ppo_kl_adaptive", "seed": "1", "kl_coef": "0.01",
         "d_targ": "0.01"},
        "CartPole with the **adaptive penalty**, target 0.01, and a β that starts at 0.01, far too cheap; seed 1.",
        "β climbing from 0.01 past 0.3 within the first ten updates or so, then hunting, mostly between 0.3 and 2.6: "
        "the KL leaves its band every few updates. At the very end β falls, because the learning rate has.",
    ),
    sources=(
        ("Schulman et al. 2017, Proximal policy optimization algorithms, section 4",
         "https://arxiv.org/abs/1707.06347"),
        ("Schulman et al. 2015, Trust region policy optimization", "https://arxiv.org/abs/1502.05477"),
        ("Heess et al. 2017, Emergence of locomotion behaviours in rich environments (the adaptive penalty at scale)",
         "https://arxiv.org/abs/1707.02286"),
        ("Understanding Proximal Policy Optimization, part 2",
         "https://www.digdeepml.com/2021/04/04/Understanding-Proximal-Policy-Optimization-Part-2/"),
    ),
)  # fmt: skip

lesson.show(LESSON, lesson_values.penalty())
