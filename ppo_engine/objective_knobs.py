"""The knobs that objectives read: clip range, KL penalty and target, trust region."""

from ppo_engine.knobs import Knob

LADDER_BETA = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)

CLIP_RANGE = Knob(
    "clip_range", "Clip range", 0.2, low=0.001, high=10.0, slider=(0.01, 0.6, 0.01), live=True, symbol="ε",
    effect="How far the probability ratio may move from 1 before a sample stops pushing; smaller is more careful.",
    source="Schulman et al. 2017, arXiv 1707.06347, eq. 7", group="objective",
)
KL_COEF = Knob(
    "kl_coef", "KL penalty", 0.0, low=0.0, high=1000.0, scale="log", choices=LADDER_BETA, live=True, symbol="β",
    effect="Price of every nat by which the new policy leaves the old one; larger is more careful.",
    source="Schulman et al. 2017, arXiv 1707.06347, eq. 8", unit="per nat", group="objective",
)
D_TARG = Knob(
    "d_targ", "KL target", 0.01, low=1e-5, high=10.0, scale="log", choices=(0.001, 0.003, 0.01, 0.02, 0.03, 0.1),
    effect="The KL that the adaptive β aims at: β halves below d/1.5 and doubles above 1.5 d.",
    source="Schulman et al. 2017, arXiv 1707.06347, section 4", symbol="d", unit="nat", live=True, group="objective",
)
MAX_KL = Knob(
    "max_kl", "Trust region", 0.01, low=1e-6, high=10.0, scale="log", choices=(0.001, 0.003, 0.01, 0.02, 0.05, 0.1),
    effect="Radius of the region, in mean KL, within which one update may move the policy.",
    source="Schulman et al. 2015, arXiv 1502.05477, eq. 14", symbol="δ", unit="nat", live=True, group="objective",
)
CG_ITERATIONS = Knob(
    "cg_iterations", "Conjugate-gradient steps", 10, low=1, high=100, scale="integer", slider=(1, 30, 1), live=True,
    effect="How far the natural gradient is worked out; few steps give nearly the plain gradient.",
    source="Schulman et al. 2015, arXiv 1502.05477, appendix C", group="objective",
)
CG_DAMPING = Knob(
    "cg_damping", "Conjugate-gradient damping", 0.1, low=0.0, high=10.0, scale="log", live=True,
    choices=(0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0), group="objective",
    effect="Added to the Fisher matrix's diagonal; larger is steadier and closer to the plain gradient.",
    source="Stable-Baselines3 Contrib, TRPO",
)
