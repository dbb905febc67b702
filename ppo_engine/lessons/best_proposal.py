"""The normal q from which importance sampling estimates with the least variance, found by SciPy."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize

from ppo_engine.lessons.importance import ARTICLE_Q, Normal, weighted_moment


def best_normal() -> Normal:
    """argmin over mean and std of E_q[(f w)²]; the mean of the estimator is the same for all of them.

    The optimum among all densities is q* = f p / E_p[f], with variance 0; it needs the answer it is to estimate.
    """

    def second_moment(point: np.ndarray) -> float:
        return weighted_moment(Normal(float(point[0]), math.exp(float(point[1]))), 2)

    found = minimize(second_moment, [ARTICLE_Q.mean, math.log(ARTICLE_Q.std)], method="Nelder-Mead",
                     options={"xatol": 1e-6, "fatol": 1e-12})  # fmt: skip
    return Normal(float(found.x[0]), math.exp(float(found.x[1])))
